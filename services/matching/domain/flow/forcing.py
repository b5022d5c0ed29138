"""Why somebody is not planned somewhere: what it would cost, and who would have to move."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from services.matching.domain.flow.labels import FAR, settle
from services.matching.domain.flow.plan import Plan
from services.matching.domain.flow.weights import Ints


class Answer(StrEnum):
    """What can be said of a pair."""

    PLANNED = "planned"
    COSTS = "costs"
    """It could be, at a loss; at a loss of 0 an equally good plan has it."""
    NO_PAIR = "no_pair"
    """The problem does not have it: a rule excludes it, or it was not among the best pairs."""
    NO_ROOM = "no_room"
    """No plan can have it: the volunteer has no capacity or the request no place."""


@dataclass(frozen=True, slots=True)
class Move:
    """One volunteer's change, in rows as given."""

    volunteer: int
    leaves: int | None
    """The request that they leave; None for who has room for one task more."""
    takes: int | None
    """The request that they take; None for who is free then."""


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What forcing a pair into the plan would do; the moves together keep every capacity."""

    answer: Answer
    loss: int = 0
    """Points of the objective, 0 and more."""
    moves: tuple[Move, ...] = ()
    """The first is the volunteer in question, each next one fills what the one before left."""
    loses: int | None = None
    """The request that is filled by one place less in the end."""
    fills: int | None = None
    """The request that is filled by one place more in the end, if any."""


def why_not(plan: Plan, request: int, volunteer: int) -> WhyNot:
    """Find the cheapest way to have this pair in the plan. Rows as given; IndexError else.

    One search over the moves, from where the volunteer would leave to the request: the loss is
    OPT - OPT(with the pair forced), exactly. Among equally cheap ways the canonical order
    chooses.
    """
    problem, standing = plan.problem.canonical, plan.standing
    wanted = int(problem.request_here[request])
    pair = problem.pair(wanted, int(problem.volunteer_here[volunteer]))
    if pair is None:
        return WhyNot(Answer.NO_PAIR)
    if standing.used[pair]:
        return WhyNot(Answer.PLANNED)
    labels = _left_by(plan, pair)
    swept = settle(plan.moves.origin, plan.moves.target, plan.moves.cost, labels)
    if labels[wanted] == FAR:
        return WhyNot(Answer.NO_ROOM)
    loss = int(labels[wanted] - problem.weight[pair])
    return _told(plan, pair, _way(plan, labels, swept, wanted), loss)


def _left_by(plan: Plan, pair: int) -> Ints:
    """The first step: what the volunteer's leaving costs, at each node where it may fall."""
    problem, standing = plan.problem.canonical, plan.standing
    labels = np.full(len(problem.places) + 1, FAR)
    person = problem.volunteer[pair]
    busy = standing.busy[pair]
    if busy < 0:
        labels[-1] = standing.one_more[person]
    tasks = standing.tasks_of(person) if busy < 0 else standing.busy[pair : pair + 1]
    labels[problem.request[tasks]] = problem.weight[tasks]
    return labels


def _way(plan: Plan, labels: Ints, swept: Ints, end: int) -> list[int]:
    """The arcs of a shortest way, found backwards over arcs that its labels make tight."""
    graph, node = plan.moves, end
    way: list[int] = []
    while swept[node]:
        into = np.flatnonzero(graph.target == node)
        origin = graph.origin[into]
        tight = labels[origin] + graph.cost[into] == labels[node]
        step = int(np.argmax(tight & (swept[origin] < swept[node])))
        way.append(int(into[step]))
        node = int(origin[step])
    return way[::-1]


def _told(plan: Plan, pair: int, way: list[int], loss: int) -> WhyNot:
    """The way as moves of people, in rows as given."""
    problem, graph = plan.problem.canonical, plan.moves
    ground = len(problem.places)

    def given(node: int) -> int | None:
        return None if node == ground else int(problem.request_given[node])

    start = int(graph.origin[way[0]])
    first = Move(
        int(problem.volunteer_given[problem.volunteer[pair]]),
        leaves=given(start),
        takes=given(int(problem.request[pair])),
    )
    moves, loses, fills = [first], None, None
    for arc in way:
        origin, target = given(int(graph.origin[arc])), given(int(graph.target[arc]))
        changed = max(int(graph.joins[arc]), int(graph.leaves[arc]))
        if changed >= 0:
            person = int(problem.volunteer_given[problem.volunteer[changed]])
            moves.append(Move(person, leaves=target, takes=origin))
        elif origin is None:
            fills = target
        else:
            loses = origin
    return WhyNot(Answer.COSTS, loss, tuple(moves), loses, fills)
