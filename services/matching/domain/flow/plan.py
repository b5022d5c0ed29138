"""The best plan for all open requests, and the proof that it is one."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from services.matching.domain.flow.canonical import Canonical
from services.matching.domain.flow.checking import LARGEST
from services.matching.domain.flow.exchange import Exchange, exchange
from services.matching.domain.flow.labels import FAR, settle
from services.matching.domain.flow.network import cheapest
from services.matching.domain.flow.problem import Problem
from services.matching.domain.flow.standing import Standing, Worth, stand
from services.matching.domain.flow.weights import FILL, Bools, Ints, load_cost, total_load

SHORTLIST = 30
"""How many pairs a request first enters with beyond its places. It changes no objective. Measured:
with 12 one flow takes two thirds of the time of the whole one, but where people are scarce, or
speak what few speak, two are needed, which take twice that time; with 30 one was always enough."""
_NEAR = FILL // 10
"""Where shortlists were too short, pairs that miss by so little enter as well; then by four times
as much, until all are in. Measured: a second round is mostly the last one."""


@dataclass(frozen=True, eq=False)
class Plan:
    """An optimal plan: no other has a higher objective."""

    problem: Problem
    chosen: Ints
    """The planned pairs as they were given, ascending."""
    filled: Ints
    """(R) places filled, as the requests were given."""
    value: int
    """Points of all planned pairs."""
    objective: int
    """The value less what the load of those planned costs: what was maximised."""
    standing: Standing
    worth: Worth
    """What everybody's time is worth to it, in canonical rows: the proof, and the prices."""

    @cached_property
    def moves(self) -> Exchange:
        """The whole exchange graph: every move that anybody could make."""
        return exchange(self.standing)


def solve(problem: Problem, *, shortlist: int = SHORTLIST) -> Plan:
    """Find the plan of the highest objective: points of the pairs less the costs of load.

    No pair is planned that costs more than it is worth: a place may stay open though somebody
    could come. Each request first enters with the best pairs of its own, `shortlist` more than
    it has places; the flow over those is optimal for all pairs as soon as no pair left out is
    worth more to its request than its volunteer's time is worth elsewhere (the reduced costs of
    linear programming). Otherwise those that are enter, and those that nearly are, and it is
    solved anew. So the flow is a fraction of the whole one, and exact all the same. Ties: see `Problem`.
    """
    canonical = problem.canonical
    enters = _best_of_each(canonical, shortlist)
    near = _NEAR
    while True:
        used = _cheapest_among(canonical, enters)
        standing = stand(canonical, used)
        to_ground = distances_to_ground(standing, enters)
        worth = standing.worth(to_ground)
        short = _falls_short(standing, to_ground, worth)
        if not ((short < 0) & ~enters).any():
            return _as_given(problem, standing, worth)
        enters |= short < near
        near *= 4


def distances_to_ground(standing: Standing, among: Bools | None = None) -> Ints:
    """(R + 1) what is lost if a task were pushed into each request, the ground itself last.

    The shortest distances in the exchange graph, with only those moves that join a pair
    `among` these (E). Canonical rows; FAR for a request that has nobody and can have nobody.
    """
    graph = exchange(standing, among)
    labels = np.full(len(standing.filled) + 1, FAR)
    labels[-1] = 0
    settle(graph.target, graph.origin, graph.cost, labels)
    return labels


def _cheapest_among(problem: Canonical, enters: Bools) -> Bools:
    pairs = np.flatnonzero(enters)
    used = np.zeros(len(enters), dtype=np.bool_)
    used[pairs] = cheapest(problem, pairs)
    return used


def _best_of_each(problem: Canonical, shortlist: int) -> Bools:
    """(E) whether a pair is among the best of its request, as many as places and `shortlist`."""
    worth = problem.weight - load_cost(problem.load_step, problem.held)[problem.volunteer]
    worth[~_can(problem)] -= 2 * LARGEST
    # Sorted as one number, the request above the worth; equals of the last one enter as well.
    key = (problem.request << 34) - worth
    ranked = np.sort(key)
    last = problem.first_pair[:-1] + problem.places + shortlist - 1
    last = np.clip(last, problem.first_pair[:-1], problem.first_pair[1:] - 1)
    enters: Bools = key <= ranked[last[problem.request]]
    return enters


def _can(problem: Canonical) -> Bools:
    """(E) whether a pair's volunteer can take anything at all."""
    return (problem.capacity > 0)[problem.volunteer]


def _falls_short(standing: Standing, to_ground: Ints, worth: Worth) -> Ints:
    """(E) by how much a pair is worth less than what its volunteer leaves; below 0 it is better.

    Where a request has somebody it would push out a task, at that distance to the ground; with
    nobody there it would fill an empty place.
    """
    problem = standing.problem
    empty = np.where(problem.places > 0, 0, -FAR)
    pushed = np.where(standing.filled > 0, to_ground[:-1], empty)
    short = worth.pairs - problem.weight - pushed[problem.request]
    short[~_can(problem)] = FAR
    return short


def _as_given(problem: Problem, standing: Standing, worth: Worth) -> Plan:
    canonical = standing.problem
    value = int(canonical.weight[standing.used].sum())
    load = total_load(canonical.load_step, canonical.held, standing.planned)
    return Plan(
        problem=problem,
        chosen=np.sort(canonical.pair_given[standing.used]),
        filled=standing.filled[canonical.request_here],
        value=value,
        objective=value - load,
        standing=standing,
        worth=worth,
    )
