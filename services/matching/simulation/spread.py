"""How evenly something is spread over people, and how well chances foretell what happens."""

from dataclasses import dataclass
from math import nan

import numpy as np

from services.matching.simulation.pairs import Bools
from services.matching.simulation.volunteers import Floats

_DECILES = 10


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


@dataclass(frozen=True, slots=True)
class Decile:
    """A tenth of all asks, from the smallest chance to the largest."""

    foretold: float
    """The mean chance."""
    happened: float
    """The share of yeses."""
    count: int


def reliability(chances: Floats, yes: Bools) -> tuple[Decile, ...]:
    """Compare chances with what happened, by deciles of the chance; fewer for fewer than ten asks."""
    order = np.argsort(chances, kind="stable")
    parts = np.array_split(order, min(_DECILES, len(order))) if len(order) else []
    return tuple(
        Decile(float(chances[part].mean()), float(yes[part].mean()), len(part))
        for part in parts
    )


def brier(chances: Floats, yes: Bools) -> float:
    """The mean squared difference between chance and outcome (Brier 1950); NaN without one."""
    return float(((chances - yes) ** 2).mean()) if len(chances) else nan


def miscalibration(deciles: tuple[Decile, ...]) -> float:
    """The mean difference between chance and share over the deciles, weighed by their asks; NaN without."""
    total = sum(one.count for one in deciles)
    off = sum(abs(one.foretold - one.happened) * one.count for one in deciles)
    return off / total if total else nan
