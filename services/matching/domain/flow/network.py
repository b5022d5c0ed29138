"""The flow network of a problem, and its cheapest flow by OR-Tools."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from services.matching.domain.flow.canonical import Canonical
from services.matching.domain.flow.weights import Bools, Ints, load_cost


def cheapest(problem: Canonical, pairs: Ints) -> Bools:
    """Whether each of these pairs (ascending indices) is in the best plan that uses only them.

    Source and sink are one node, the ground, so what is sought is the cheapest circulation:

        ground → request        places, cost 0
        request → day           1, cost -weight
        day → volunteer         1, cost 0
        volunteer → ground      1 each, cost 0, a, 3a, 6a … from the tasks held on

    An unfilled place is flow that stays away. A day has a node only where it forbids
    something: where two pairs of a volunteer with room for two tasks fall on it. The algorithm
    is Goldberg's cost scaling (SimpleMinCostFlow), exact on whole numbers.
    """
    if not len(pairs):
        return np.zeros(0, dtype=np.bool_)
    arcs = arcs_of(problem, pairs)
    flow = SimpleMinCostFlow()
    numbers = flow.add_arcs_with_capacity_and_unit_cost(*arcs)
    status = flow.solve()
    if status != SimpleMinCostFlow.OPTIMAL:
        raise ArithmeticError(f"the flow ended with {status}")
    return np.asarray(flow.flows(numbers[: len(pairs)])) > 0


class Arcs(NamedTuple):
    """The arcs of a network: those of its pairs first, in their order."""

    origin: NDArray[np.int32]
    target: NDArray[np.int32]
    capacity: Ints
    cost: Ints


def arcs_of(problem: Canonical, pairs: Ints) -> Arcs:
    """Lay the network out. Nodes: requests, the pairs' volunteers, crowded days, the ground."""
    person, day = problem.volunteer[pairs], problem.day[pairs]
    earliest = day.min()
    span = day.max() - earliest + 1
    # A date is a volunteer's day; dates are numbered volunteer by volunteer, and so are those.
    dates, date = np.unique(person * span + (day - earliest), return_inverse=True)
    people, date_person = np.unique(dates // span, return_inverse=True)
    room = np.minimum(problem.capacity[people], np.bincount(date_person))
    crowded = np.flatnonzero((np.bincount(date) > 1) & (room[date_person] > 1))

    requests = np.arange(len(problem.places))
    date_node = len(requests) + date_person
    crowded_person = date_node[crowded]
    date_node[crowded] = len(requests) + len(people) + np.arange(len(crowded))
    ground = len(requests) + len(people) + len(crowded)

    of = np.repeat(np.arange(len(people)), room)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(room) - room, room)
    load = load_cost(problem.load_step, problem.held[people[of]] + nth)

    tasks, days, places = np.ones_like(of), np.ones_like(crowded), problem.places
    origin = [
        problem.request[pairs],
        date_node[crowded],
        len(requests) + of,
        ground + 0 * requests,
    ]
    target = [date_node[date], crowded_person, ground * tasks, requests]
    return Arcs(
        np.concatenate(origin).astype(np.int32),
        np.concatenate(target).astype(np.int32),
        np.concatenate([np.ones_like(pairs), days, tasks, places]),
        np.concatenate([-problem.weight[pairs], 0 * days, load, 0 * places]),
    )
