"""The residual graph of a plan, folded to the requests: each arc is one volunteer's move.

Its nodes are the R requests and the ground (R). A unit on its way from node to node is a place
too many that is handed on: an arc from A to B says that A takes it up and B is now one short of
it. Volunteers and their days need no nodes: a pair that joins either finds a free day, or
pushes out the one task of that day, so the arc can name both ends. Distances are as in the
residual graph of the whole network (Ahuja, Magnanti, Orlin, Network Flows, chapter 9): a cycle
is a sequence of moves, and an optimum is a plan without a negative one.
"""

from dataclasses import dataclass

import numpy as np

from services.matching.domain.flow.labels import FAR, REACHED
from services.matching.domain.flow.standing import Standing
from services.matching.domain.flow.weights import Bools, Ints


@dataclass(frozen=True, eq=False, slots=True)
class Exchange:
    """Arcs (A) between requests and the ground; a move joins a pair, leaves one, or both."""

    origin: Ints
    target: Ints
    cost: Ints
    """(A) points lost, or gained where negative."""
    joins: Ints
    """(A) the pair that begins, -1 for none."""
    leaves: Ints
    """(A) the task that ends, -1 for none."""


def exchange(standing: Standing, among: Bools | None = None) -> Exchange:
    """All moves that keep a plan feasible; only pairs `among` those (E) join. O(E + M)."""
    problem, tasks = standing.problem, standing.tasks
    ground = len(problem.places)
    joins, leaves = standing.joins, standing.leaves
    if among is not None:
        joins, leaves = joins[among[joins]], leaves[among[joins]]
    taken = _by_those_with_room(standing, among)
    given_back = np.flatnonzero(standing.filled > 0)
    empty = np.flatnonzero(standing.filled < problem.places)
    request, person, weight = problem.request, problem.volunteer, problem.weight
    to_ground = np.full(len(taken) + len(given_back), ground)
    from_ground = np.full(len(tasks) + len(empty), ground)
    return Exchange(
        origin=np.concatenate([request[joins], request[taken], given_back, from_ground]),
        target=np.concatenate([request[leaves], to_ground, request[tasks], empty]),
        cost=np.concatenate(
            [
                weight[leaves] - weight[joins],
                standing.one_more[person[taken]] - weight[taken],
                np.zeros_like(given_back),
                weight[tasks] - standing.one_less[person[tasks]],
                np.zeros_like(empty),
            ]
        ),
        joins=np.concatenate([joins, taken, np.full(len(given_back) + len(from_ground), -1)]),
        leaves=np.concatenate(
            [leaves, np.full(len(to_ground), -1), tasks, np.full(len(empty), -1)]
        ),
    )


def _by_those_with_room(standing: Standing, among: Bools | None) -> Ints:
    """For each request the best pairs that a volunteer with room could take on a free day."""
    problem = standing.problem
    cost = standing.one_more[problem.volunteer] - problem.weight
    free = ~standing.used & (standing.busy < 0)
    cost[~(free if among is None else free & among)] = FAR
    some = np.flatnonzero(np.diff(problem.first_pair))
    if not len(some):
        return some
    best = np.full(len(problem.places), FAR)
    best[some] = np.minimum.reduceat(cost, problem.first_pair[some])
    return np.flatnonzero((cost == best[problem.request]) & (cost < REACHED))
