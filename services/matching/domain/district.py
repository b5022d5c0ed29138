"""The plan of the district in the words of matching: open requests, people, and what they are worth.

Who is asked where is still decided request by request; the plan says what the others would lose
by it. It is advice from a moment ago: whoever said yes since, or was asked, is found by the rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

import numpy as np

from services.matching.domain.board import Board
from services.matching.domain.columns.doings import tally
from services.matching.domain.flow.forcing import WhyNot, why_not
from services.matching.domain.flow.plan import Plan, solve
from services.matching.domain.flow.pricing import pair_prices
from services.matching.domain.flow.problem import Problem
from services.matching.domain.flow.weights import FILL, pair_weights
from services.matching.domain.pricing import hurry
from services.matching.domain.ranking import Ranking
from services.matching.domain.waves import pending_chances
from shared.kernel.ids import RequestId, VolunteerId

BEST_OF_EACH = 50
"""So many candidates of a request are in the plan."""
USUAL_TASKS = 4
"""How many tasks in four weeks are planned at most for somebody who has not said how many hours."""
HOURS_A_TASK = 2
WEEKS = 4
LOAD_STEP = 500
"""Points that a task costs somebody who has one already: a twentieth of a filled place."""


@dataclass(frozen=True, slots=True)
class Contender:
    """Somebody who could take a place of a request."""

    volunteer_id: VolunteerId
    chance: float
    points: int
    capacity: int
    """How many more tasks they might take in these weeks."""
    held: int
    """How many dates they have promised in these weeks."""


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request as the plan reads it."""

    request_id: RequestId
    places: int
    """Free places, less the yeses that are to be expected."""
    urgency: int
    """1 with time left, up to 4."""
    day: date
    contenders: tuple[Contender, ...]


def open_request(board: Board, ranking: Ranking, now: datetime) -> OpenRequest:
    """What the plan needs of a request, taken from its ranking."""
    agenda = ranking.question.agenda
    expected = sum(pending_chances(board, ranking, now))
    return OpenRequest(
        board.need.request_id,
        max(0, ceil(board.free - expected)),
        round(1 / hurry(board.need, now)),
        agenda.first_on,
        _contenders(ranking),
    )


def _contenders(ranking: Ranking) -> tuple[Contender, ...]:
    candidates = ranking.candidates[:BEST_OF_EACH]
    pool, held = ranking.pool, ranking.doings.held
    rows = pool.rows(candidate.volunteer_id for candidate in candidates)
    order = np.argsort(rows)
    ahead = held.rows[held.starts >= ranking.question.now]
    promised = tally(rows[order], ahead)[np.argsort(order)].tolist()
    hours = pool.columns.hours_per_week[rows].tolist()
    return tuple(
        Contender(
            candidate.volunteer_id,
            candidate.chance,
            candidate.score.total,
            _capacity(wanted, tasks),
            tasks,
        )
        for candidate, wanted, tasks in zip(candidates, hours, promised, strict=True)
    )


def _capacity(hours_per_week: float, held: int) -> int:
    """At least one: no rule speaks against them."""
    most = USUAL_TASKS
    if np.isfinite(hours_per_week):
        most = int(hours_per_week * WEEKS / HOURS_A_TASK)
    return max(1, most - held)


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
    people = {one.volunteer_id: one for each in listed for one in each.contenders}
    volunteers = sorted(people)
    row_of = {who: row for row, who in enumerate(volunteers)}
    pairs = [(row, each, one) for row, each in enumerate(listed) for one in each.contenders]
    problem = Problem(
        places=np.array([each.places for each in listed], np.int64),
        capacity=np.array([people[who].capacity for who in volunteers], np.int64),
        held=np.array([people[who].held for who in volunteers], np.int64),
        request=np.array([row for row, _, _ in pairs], np.int64),
        volunteer=np.array([row_of[one.volunteer_id] for _, _, one in pairs], np.int64),
        day=np.array([each.day.toordinal() for _, each, _ in pairs], np.int64),
        weight=pair_weights(
            np.array([each.urgency for _, each, _ in pairs], np.int64),
            np.array([one.chance for _, _, one in pairs], np.float64),
            np.array([one.points for _, _, one in pairs], np.int64),
        ),
        load_step=LOAD_STEP,
    )
    plan = solve(problem)
    lost = np.minimum(1.0, np.maximum(0, pair_prices(plan)) / FILL).tolist()
    scarcity: dict[RequestId, dict[VolunteerId, float]] = {
        each.request_id: {} for each in listed
    }
    for (_, each, one), part in zip(pairs, lost, strict=True):
        if part > 0:
            scarcity[each.request_id][one.volunteer_id] = part
    return DistrictPlan(plan, [each.request_id for each in listed], volunteers, scarcity)
