"""What a pair is worth, and what a further task costs, in whole points."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FILL = 10_000
"""A filled place of urgency 1. Points of prices and gains are read against it."""
MOST_POINTS = 1000
"""The most that `Score.total` can be."""


def pair_weights(urgency: Ints, chance: Floats, points: Ints) -> Ints:
    """What each pair is worth: `FILL · urgency + 10 · chance · points`, rounded.

    All three have one entry a pair: the urgency of its request (1 and more), the chance of a yes
    in 0..1, the points of its score in 0..1000. The second term stays below `FILL`: of two plans
    that differ in one pair, the one that fills a place more wins, whoever fits better. Across a
    chain of moves it is a sum, not an order: many small gains can weigh as much as a place.
    Raises ValueError for what is no number or out of range.
    """
    urgency, chance, points = np.asarray(urgency), np.asarray(chance), np.asarray(points)
    if not (urgency.shape == chance.shape == points.shape):
        raise ValueError("urgency, chance and points must have one entry a pair each")
    for name, values, least, most in (
        ("urgency", urgency, 1, MOST_POINTS),
        ("chance", chance, 0, 1),
        ("points", points, 0, MOST_POINTS),
    ):
        wrong = np.flatnonzero(~((values >= least) & (values <= most)))
        if wrong.size:
            where, found = int(wrong[0]), values[wrong[0]]
            raise ValueError(f"{name} of pair {where} is {found}, not in {least}..{most}")
    utility = np.minimum(np.rint(10 * chance * points), FILL - 1).astype(np.int64)
    return FILL * urgency.astype(np.int64) + utility


MOST_LOAD = FILL // 2
"""What a task costs at most, however many somebody has: never as much as a filled place."""


def load_cost(step: int, tasks: Ints) -> Ints:
    """What the next task costs somebody who has `tasks`: 0, a, 3a, 6a … with a = `step`.

    Growing costs (triangular numbers) share the load out: a flow takes the cheapest arc first,
    so convex costs need no more than parallel arcs.
    """
    cost: Ints = np.minimum(MOST_LOAD, step * (tasks * (tasks + 1) // 2))
    return cost


def total_load(step: int, held: Ints, more: Ints) -> int:
    """What `more` tasks cost, all volunteers together, on top of those `held`: sums of `load_cost`."""
    most = int(np.max(held + more, initial=0))
    sums = np.concatenate([[0], np.cumsum(load_cost(step, np.arange(most)))])
    return int((sums[held + more] - sums[held]).sum())
