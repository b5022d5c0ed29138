"""The solvers that the plan is held against: all pairs at once, and only the optimum wanted."""

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow
from scipy.optimize import linprog
from scipy.sparse import coo_array

from services.matching.domain.flow.network import arcs_of
from services.matching.domain.flow.problem import Problem
from services.matching.domain.flow.weights import Floats, Ints, load_cost

Solver = Callable[[], int]
"""Solves anew each time it is called; returns the objective of the best plan."""
_FORCED = 10**8
"""Points that make a pair certain, and are taken off again."""

DAYS_APART = 1 << 20
"""More than there are days, so that a volunteer and a day make one number."""


def bare_flow(problem: Problem, forced: int | None = None) -> Solver:
    """OR-Tools' SimpleMinCostFlow over all arcs, which are there already: only `solve` runs.

    `forced` is a pair, in canonical order, that must be in the plan.
    """
    canonical = problem.canonical
    arcs = arcs_of(canonical, np.arange(len(canonical.request)))
    if forced is not None:
        arcs.cost[forced] -= _FORCED
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(*arcs)

    def solve() -> int:
        if flow.solve() != SimpleMinCostFlow.OPTIMAL:
            raise ArithmeticError("SimpleMinCostFlow found no optimum")
        return -int(flow.optimal_cost()) - (_FORCED if forced is not None else 0)

    return solve


def linear_programme(problem: Problem) -> Solver:
    """HiGHS, by scipy's linprog, on a matrix that is there already.

    Columns: the pairs, then a further task of each volunteer after the other. Rows: a request,
    a volunteer's day, and for each volunteer that the pairs are the tasks.
    """
    volunteers, count = len(problem.capacity), len(problem.request)
    room = np.minimum(problem.capacity, np.bincount(problem.volunteer, minlength=volunteers))
    person = np.repeat(np.arange(volunteers), room)
    nth = np.arange(len(person)) - np.repeat(np.cumsum(room) - room, room)
    load = load_cost(problem.load_step, problem.held[person] + nth)
    _, date = np.unique(problem.volunteer * DAYS_APART + problem.day, return_inverse=True)
    most = np.concatenate([problem.places, np.ones(date.max() + 1, dtype=np.int64)])
    size = count + len(person)
    rows = np.concatenate([problem.request, len(problem.places) + date])
    upper = _matrix(rows, np.tile(np.arange(count), 2), np.ones(2 * count), (len(most), size))
    signs = np.repeat([1.0, -1.0], [count, len(person)])
    rows = np.concatenate([problem.volunteer, person])
    balance = _matrix(rows, np.arange(size), signs, (volunteers, size))
    cost = np.concatenate([-problem.weight, load])
    even = np.zeros(volunteers)

    def solve() -> int:
        found: Any = linprog(
            cost, A_ub=upper, b_ub=most, A_eq=balance, b_eq=even, bounds=(0, 1), method="highs"
        )
        return -round(float(found.fun))

    return solve


def _matrix(rows: Ints, columns: Ints, entries: Floats, shape: tuple[int, int]) -> Any:
    """A sparse matrix; linprog takes it, though its stubs know only dense ones."""
    return coo_array((entries, (rows, columns)), shape=shape).tocsr()


def simplex(problem: Problem) -> Solver:
    """Network simplex, by networkx, over the same arcs as `bare_flow`, in a graph that is there."""
    canonical = problem.canonical
    arcs = arcs_of(canonical, np.arange(len(canonical.request)))
    graph = nx.MultiDiGraph()
    for origin, target, capacity, cost in zip(*(part.tolist() for part in arcs), strict=True):
        graph.add_edge(origin, target, capacity=capacity, weight=cost)

    def solve() -> int:
        cost, _ = nx.network_simplex(graph)
        return -int(cost)

    return solve
