"""How evenly something is spread over people."""

import numpy as np

from services.matching.simulation.volunteers import Floats


def gini(values: Floats) -> float:
    """Gini's coefficient of values of at least 0: 0 all the same, near 1 one has everything.

    Of nothing at all it is 0.
    """
    total = values.sum()
    if not total:
        return 0.0
    ranked = np.sort(values)
    count = len(ranked)
    ranks = np.arange(1, count + 1)
    return float(2 * (ranks * ranked).sum() / (count * total) - (count + 1) / count)


def top_share(values: Floats, share: float = 0.1) -> float:
    """The part of everything that those with the most have: the top tenth, rounded up."""
    total = values.sum()
    if not total:
        return 0.0
    top = int(np.ceil(len(values) * share))
    return float(np.sort(values)[-top:].sum() / total)


def lorenz(values: Floats) -> tuple[Floats, Floats]:
    """The Lorenz curve: the share of people from the least burdened on, and what they have."""
    total = values.sum()
    people = np.linspace(0, 1, len(values) + 1)
    if not total:
        return people, people
    return people, np.concatenate([[0.0], np.sort(values).cumsum() / total])
