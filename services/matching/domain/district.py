"""The plan of the district in the words of matching: open requests, people, and what they are worth.

Who is asked where is still decided request by request; the plan says what the others would lose
by it. It is advice from a moment ago: whoever said yes since, or was asked, is found by the rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.board import Board
from services.matching.domain.candidates import chances_of, tired_of
from services.matching.domain.columns.doings import tally
from services.matching.domain.columns.pool import volunteer_id
from services.matching.domain.flow.forcing import WhyNot, why_not
from services.matching.domain.flow.plan import Plan, solve
from services.matching.domain.flow.pricing import pair_prices
from services.matching.domain.flow.problem import Problem
from services.matching.domain.flow.weights import FILL, Floats, Ints, pair_weights
from services.matching.domain.pricing import hurry
from services.matching.domain.ranking import Shortlist
from services.matching.domain.waves import pending_chances
from shared.kernel.ids import RequestId, VolunteerId

BEST_OF_EACH = 50
"""So many candidates of a request are in the plan."""
USUAL_TASKS = 4
"""How many tasks in four weeks are planned at most for somebody who has not said how many hours."""
HOURS_A_TASK = 2
WEEKS = 4
WEEK_S = timedelta(weeks=1).total_seconds()
LOAD_STEP = 500
"""Points that a task costs somebody who has one already: a twentieth of a filled place."""


@dataclass(frozen=True, eq=False, slots=True)
class Contenders:
    """Those who could take a place of a request: one entry each, the best first."""

    ids: NDArray[np.bytes_]
    """As in `Columns.ids`."""
    chance: Floats
    points: Ints
    capacity: Ints
    """How many more tasks each might take in these weeks; at least one: no rule is against them."""
    held: Ints
    """How many dates each has promised in these weeks."""


@dataclass(frozen=True, eq=False, slots=True)
class OpenRequest:
    """A request as the plan reads it."""

    request_id: RequestId
    places: int
    """Free places, less the yeses that are to be expected."""
    urgency: int
    """1 with time left, up to 4."""
    day: date
    contenders: Contenders


def open_request(board: Board, found: Shortlist, now: datetime) -> OpenRequest:
    """What the plan needs of a request, taken from its shortlist of `BEST_OF_EACH`."""
    agenda = found.question.agenda
    expected = sum(pending_chances(board, found, now))
    return OpenRequest(
        board.need.request_id,
        max(0, ceil(board.free - expected)),
        round(1 / hurry(board.need, now)),
        agenda.first_on,
        _contenders(found),
    )


def _contenders(found: Shortlist) -> Contenders:
    question, pool, doings, best = found.question, found.pool, found.doings, found.best
    rows, held = best.rows, doings.held
    order = np.argsort(rows)
    until = question.now + WEEKS * WEEK_S
    ahead = held.rows[(held.starts >= question.now) & (held.starts < until)]
    promised = tally(rows[order], ahead)[np.argsort(order)]
    tired = tired_of(question, pool, doings, rows)
    return Contenders(
        ids=pool.columns.ids[rows],
        chance=chances_of(question, pool, best, tired),
        points=best.scores.total,
        capacity=np.maximum(1, _tasks(pool.columns.hours_per_week[rows]) - promised),
        held=promised,
    )


def _tasks(hours_per_week: NDArray[np.float32]) -> Ints:
    """How many tasks fit into these weeks by the hours that somebody wants to give."""
    said = np.isfinite(hours_per_week)
    hours = np.where(said, hours_per_week, 0).astype(np.float64)
    return np.where(said, (hours * WEEKS / HOURS_A_TASK).astype(np.int64), USUAL_TASKS)


@dataclass(frozen=True, eq=False)
class DistrictPlan:
    """The best plan for all open requests together, and what it says of each pair."""

    plan: Plan
    requests: Sequence[RequestId]
    volunteers: Sequence[VolunteerId]
    scarcity: Mapping[RequestId, Mapping[VolunteerId, float]]
    """Of each request: which part of a place, 0..1, the others would lose by somebody's yes."""

    def why_not(self, request_id: RequestId, volunteer_id: VolunteerId) -> WhyNot | None:
        """What having somebody there would cost, and who would move; None if not in the plan."""
        if request_id not in self.requests or volunteer_id not in self.volunteers:
            return None
        return why_not(
            self.plan,
            self.requests.index(request_id),
            self.volunteers.index(volunteer_id),
        )


def plan_district(requests: Iterable[OpenRequest]) -> DistrictPlan:
    """Find the best plan for all open requests; the same whatever their order."""
    listed = sorted(requests, key=lambda one: one.request_id)
    people = [each.contenders for each in listed]
    of = np.repeat(np.arange(len(listed)), [len(one.ids) for one in people])
    ids, first, who = np.unique(
        _joined([one.ids for one in people], np.bytes_), return_index=True, return_inverse=True
    )
    problem = Problem(
        places=np.array([each.places for each in listed], np.int64),
        capacity=_joined([one.capacity for one in people], np.int64)[first],
        held=_joined([one.held for one in people], np.int64)[first],
        request=of,
        volunteer=who,
        day=np.array([each.day.toordinal() for each in listed], np.int64)[of],
        weight=pair_weights(
            np.array([each.urgency for each in listed], np.int64)[of],
            _joined([one.chance for one in people], np.float64),
            _joined([one.points for one in people], np.int64),
        ),
        load_step=LOAD_STEP,
    )
    plan = solve(problem)
    volunteers = [volunteer_id(one) for one in ids]
    lost = np.minimum(1.0, np.maximum(0, pair_prices(plan)) / FILL)
    scarcity: dict[RequestId, dict[VolunteerId, float]] = {
        each.request_id: {} for each in listed
    }
    for pair in np.flatnonzero(lost > 0):
        scarcity[listed[of[pair]].request_id][volunteers[who[pair]]] = float(lost[pair])
    return DistrictPlan(plan, [each.request_id for each in listed], volunteers, scarcity)


def _joined(parts: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, kind)
