"""Made-up districts of any size for the benchmarks: the same arrays for the same seed.

Headcounts, capacities, popularity and scores are shaped like those of real offers of help:
most requests need one person, most people can help once or twice in four weeks, and a few
people fit much more often than others.
"""

from dataclasses import dataclass

import numpy as np

from services.matching.domain.flow.problem import Problem
from services.matching.domain.flow.weights import Ints, pair_weights

HEADCOUNTS = ([1, 2, 3, 5, 10], [0.70, 0.15, 0.08, 0.05, 0.02])
CAPACITIES = ([1, 2, 4], [0.53, 0.28, 0.19])
URGENCIES = ([1, 2, 3], [0.70, 0.20, 0.10])
HELD = 0.7
"""Tasks that somebody holds already, on average."""
DAYS = 14
POPULARITY = 2.3
"""How unevenly people fit: with 1 all fit alike; so a twentieth of them makes a fifth of the pairs."""
LOAD_STEP = 300


@dataclass(frozen=True, eq=False)
class District:
    """The arrays of a `Problem`, as a caller would bring them: in no order, with hashes as keys."""

    places: Ints
    capacity: Ints
    held: Ints
    request: Ints
    volunteer: Ints
    day: Ints
    weight: Ints
    request_keys: Ints
    volunteer_keys: Ints

    def problem(self) -> Problem:
        """The question, checked and in order: a part of what is timed."""
        return Problem(**vars(self), load_step=LOAD_STEP)


def a_district(requests: int, volunteers: int, pairs_each: int, seed: int = 1) -> District:
    """A district with up to so many pairs a request; those drawn twice are there once."""
    chance = np.random.default_rng(seed)
    request = np.repeat(np.arange(requests), pairs_each)
    liked = (volunteers * chance.random(len(request)) ** POPULARITY).astype(np.int64)
    drawn = np.unique(request * volunteers + chance.permutation(volunteers)[liked])
    request, volunteer = np.divmod(chance.permutation(drawn), volunteers)
    urgency = chance.choice(URGENCIES[0], requests, p=URGENCIES[1])
    yes = np.clip(chance.beta(2, 4, len(request)), 0.02, 0.9)
    points = chance.integers(200, 1001, len(request))
    return District(
        places=chance.choice(HEADCOUNTS[0], requests, p=HEADCOUNTS[1]),
        capacity=chance.choice(CAPACITIES[0], volunteers, p=CAPACITIES[1]),
        held=chance.poisson(HELD, volunteers),
        request=request,
        volunteer=volunteer,
        day=chance.integers(0, DAYS, requests)[request],
        weight=pair_weights(urgency[request], yes, points),
        request_keys=chance.integers(0, 1 << 62, requests),
        volunteer_keys=chance.integers(0, 1 << 62, volunteers),
    )
