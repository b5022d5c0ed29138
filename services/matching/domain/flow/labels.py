"""Shortest distances by sweeps over arrays of arcs: Bellman-Ford, a vectorised relaxation a sweep.

Distances may be negative (the graph of an optimum has no negative cycle), which rules out a
plain Dijkstra; and sweeps beat a heap in Python several times over, because chains of moves are
short: on districts that are not scarce everywhere five to ten sweeps are enough.
"""

import numpy as np

from services.matching.domain.flow.weights import Ints

FAR = 1 << 60
"""The distance of what cannot be reached."""
REACHED = FAR // 2
"""Below are costs, above is no way: points more or less leave FAR on its side."""


def settle(origin: Ints, target: Ints, cost: Ints, labels: Ints) -> Ints:
    """Lower `labels` (N), in place, to the shortest distances from where they are not FAR.

    Arcs (A) lead from `origin` to `target`. A sweep relaxes those that leave a node lowered in
    the sweep before. Returns (N) the sweep in which each label was last lowered, 0 for never: a
    shortest way back leads over tight arcs to earlier and earlier sweeps. O(A) a sweep and at
    most N sweeps. ArithmeticError if the graph has a negative cycle that can be reached.
    """
    swept = np.zeros_like(labels)
    lowered = labels < FAR
    for sweep in range(1, len(labels) + 2):
        arcs = np.flatnonzero(lowered[origin])
        found = labels.copy()
        np.minimum.at(found, target[arcs], labels[origin[arcs]] + cost[arcs])
        lowered = found < labels
        if not lowered.any():
            return swept
        labels[:] = found
        swept[lowered] = sweep
    raise ArithmeticError("a negative cycle: these pairs are no optimal plan")
