"""How well chances foretell what happens: the engine's own mark, kept in its report."""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_DECILES = 10


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
