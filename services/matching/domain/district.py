"""The plan of the district in the words of matching: open requests, people, and what they are worth.

Who is asked where is still decided request by request; the plan says what the others would lose
by it. It is advice from a moment ago: whoever said yes since, or was asked, is found by the rules.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from math import ceil

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.agenda import lay_out
from services.matching.domain.board import Board
from services.matching.domain.candidates import UNKNOWN_NEARNESS, record_of, tired_of
from services.matching.domain.chance import chances_now
from services.matching.domain.columns.doings import Doings, tally
from services.matching.domain.columns.pool import Pool, volunteer_id
from services.matching.domain.flow.forcing import WhyNot, why_not
from services.matching.domain.flow.plan import Plan, solve
from services.matching.domain.flow.pricing import pair_prices
from services.matching.domain.flow.problem import Problem
from services.matching.domain.flow.weights import FILL, Floats, Ints, pair_weights
from services.matching.domain.pricing import hurry
from services.matching.domain.question import Question, put
from services.matching.domain.ranking import reasons_against
from services.matching.domain.score import NEARNESS
from services.matching.domain.together import Found, best_of_each
from services.matching.domain.tuning import Tuning
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
    """Those who could take places, one entry each; and pairs with the requests they fit."""

    ids: NDArray[np.bytes_]
    """As in `Columns.ids`, sorted; shape (people,)."""
    capacity: Ints
    """How many more tasks each might take in these weeks; at least one: no rule is against them."""
    held: Ints
    """How many dates each has promised in these weeks."""
    request: Ints
    """The number of the request of each pair, sorted; best first. Shape (pairs,), as below."""
    person: Ints
    chance: Floats
    points: Ints


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request as the plan reads it."""

    request_id: RequestId
    places: int
    """Free places, less the yeses that are to be expected."""
    urgency: int
    """1 with time left, up to 4."""
    day: date


@dataclass(frozen=True, eq=False, slots=True)
class OpenDistrict:
    """All that is open, by the requests' ids, and who could take it."""

    requests: Sequence[OpenRequest]
    contenders: Contenders


def open_district(
    boards: Iterable[Board], now: datetime, tuning: Tuning, pool: Pool, doings: Doings
) -> OpenDistrict:
    """What the plan needs of these requests: their best `BEST_OF_EACH`, whatever their order."""
    listed = sorted(boards, key=lambda board: board.need.request_id.bytes)
    questions = [put(lay_out(board.need, now, tuning), pool) for board in listed]
    mets = [board.exclusions(now) for board in listed]
    found = best_of_each(questions, pool, doings, mets, BEST_OF_EACH)
    requests = []
    for board, question, met in zip(listed, questions, mets, strict=True):
        against = partial(reasons_against, question=question, pool=pool, doings=doings, met=met)
        places = max(0, ceil(board.free - sum(pending_chances(board, against, now))))
        urgency = round(1 / hurry(board.need, now))
        requests.append(
            OpenRequest(board.need.request_id, places, urgency, question.agenda.first_on)
        )
    return OpenDistrict(requests, _contenders(questions, pool, doings, found))


def _contenders(
    questions: Sequence[Question], pool: Pool, doings: Doings, found: Found
) -> Contenders:
    """What is true of somebody is worked out once, whatever they fit."""
    is_there = np.zeros(pool.columns.size, np.bool_)
    is_there[found.rows] = True
    rows = np.flatnonzero(is_there)
    person = (np.cumsum(is_there) - 1).take(found.rows)
    ids = pool.columns.ids[rows]
    order = np.argsort(ids)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    if not questions:
        none = np.zeros(0, np.int64)
        return Contenders(ids, none, none, none, none, np.zeros(0), none)
    question, held = questions[0], doings.held  # all are asked at one moment
    until = question.now + WEEKS * WEEK_S
    ahead = held.rows[(held.starts >= question.now) & (held.starts < until)]
    promised = tally(rows, ahead)
    capacity = np.maximum(1, _tasks(pool.columns.hours_per_week[rows]) - promised)
    somewhere = np.array([one.need.point is not None for one in questions])
    near = found.scores.nearness / NEARNESS
    chance = chances_now(
        record_of(question, pool, rows)[person],
        np.where(somewhere[found.of], near, UNKNOWN_NEARNESS),
        tired_of(question, pool, doings, rows)[person],
    )
    return Contenders(
        ids[order], capacity[order], promised[order],
        found.of, place[person], chance, found.scores.total,
    )  # fmt: skip


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
    people: NDArray[np.bytes_]
    """The ids of those in the plan, as in `Columns.ids`, sorted."""
    lost: Floats
    """Which part of a place, 0..1, the others would lose by a yes; of each pair of the plan's
    problem, which stand sorted by request."""

    def scarcity(self, request_id: RequestId) -> dict[VolunteerId, float]:
        """What the others would lose by a yes to this request, of those by whom they would."""
        number = self._number.get(request_id)
        if number is None:
            return {}
        of = self.plan.problem.request
        pairs = slice(*np.searchsorted(of, (number, number + 1)).tolist())
        lost, who = self.lost[pairs], self.plan.problem.volunteer[pairs]
        return {
            volunteer_id(self.people[who[at]]): float(lost[at]) for at in np.flatnonzero(lost)
        }

    def why_not(self, request_id: RequestId, who: VolunteerId) -> WhyNot | None:
        """What having somebody there would cost, and who would move; None if not in the plan."""
        found = np.flatnonzero(self.people == np.bytes_(who.bytes))
        number = self._number.get(request_id)
        return (
            why_not(self.plan, number, int(found[0]))
            if number is not None and len(found)
            else None
        )

    @cached_property
    def _number(self) -> dict[RequestId, int]:
        return {request_id: number for number, request_id in enumerate(self.requests)}

    def volunteer(self, number: int) -> VolunteerId:
        """Whom a move of `why_not` means."""
        return volunteer_id(self.people[number])


def plan_district(opened: OpenDistrict) -> DistrictPlan:
    """Find the best plan for all open requests."""
    requests, people = opened.requests, opened.contenders
    of, who = people.request, people.person
    urgency = np.array([each.urgency for each in requests], np.int64)
    problem = Problem(
        places=np.array([each.places for each in requests], np.int64),
        capacity=people.capacity,
        held=people.held,
        request=of,
        volunteer=who,
        day=np.array([each.day.toordinal() for each in requests], np.int64)[of],
        weight=pair_weights(urgency[of], people.chance, people.points),
        load_step=LOAD_STEP,
    )
    plan = solve(problem)
    lost = np.minimum(1.0, np.maximum(0, pair_prices(plan)) / FILL)
    return DistrictPlan(plan, [each.request_id for each in requests], people.ids, lost)
