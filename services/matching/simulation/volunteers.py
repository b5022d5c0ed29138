"""The volunteers of a world, one column a property, one row a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.simulation.parameters import (
    FIELDS,
    LEVELS,
    Classes,
    Languages,
    Shares,
    WorldParameters,
)
from services.matching.simulation.parameters import Volunteers as Said
from shared.kernel.weeks import DAYS

Floats = NDArray[np.float64]
Points = Callable[[np.random.Generator, int], Floats]
"""Draws so many points: latitudes and longitudes."""

_HALF_HOURS_AN_HOUR = 2
NOT_SPOKEN = -1


@dataclass(frozen=True)
class Volunteers:
    """All columns have one row a volunteer."""

    latitude: Floats
    longitude: Floats
    radius_km: Floats
    places: NDArray[np.int64]
    """How many they take in any 28 days."""
    hours_per_week: Floats
    free: NDArray[np.uint64]
    """Seven columns, Monday first: the free half-hours of a usual week as bits (kernel `Week`)."""
    fields: NDArray[np.bool_]
    """One column a field of action, in the order of `FIELDS`."""
    levels: NDArray[np.int8]
    """One column a language, in the order of `Languages.tags`: its level, or `NOT_SPOKEN`."""
    willing: Floats
    """Logit of a yes."""
    affinity: Floats
    """What each field adds to that."""

    @property
    def count(self) -> int:
        return len(self.willing)


def make_volunteers(
    parameters: WorldParameters, wanted: Floats, points: Points, chance: np.random.Generator
) -> Volunteers:
    """Draw the volunteers; `wanted` is how much each field is, and sums to 1."""
    said, answers = parameters.volunteers, parameters.answers
    count = said.count
    latitude, longitude = points(chance, count)
    capacity = chance.choice(len(said.capacity), count, p=[one.share for one in said.capacity])
    return Volunteers(
        latitude,
        longitude,
        radius_km=of_classes(said.radius_km, chance, count),
        places=np.array([one.places for one in said.capacity])[capacity],
        hours_per_week=np.array([one.hours_per_week for one in said.capacity])[capacity],
        free=_free(said, chance),
        fields=_fields(parameters, wanted, chance),
        levels=_levels(parameters.languages, chance, count),
        willing=chance.normal(answers.willing_mean, answers.willing_spread, count),
        affinity=chance.normal(0, answers.affinity_spread, (count, len(FIELDS))),
    )


def of_classes(classes: Classes, chance: np.random.Generator, count: int) -> Floats:
    """Draw values by their shares."""
    values, shares = zip(*classes, strict=True)
    return chance.choice(np.array(values), count, p=shares)


def levels_of(shares: Shares, chance: np.random.Generator, count: int) -> NDArray[np.int8]:
    """Draw levels by their shares, as positions in `LEVELS`."""
    codes, weights = zip(*shares, strict=True)
    return chance.choice(
        np.array([LEVELS.index(code) for code in codes]), count, p=weights
    ).astype(np.int8)


def half_hours(starts: int, hours: int) -> np.uint64:
    """The bits of a time of day within a day; `starts` is an hour."""
    length = hours * _HALF_HOURS_AN_HOUR
    return np.uint64(((1 << length) - 1) << starts * _HALF_HOURS_AN_HOUR)


def _free(said: Said, chance: np.random.Generator) -> NDArray[np.uint64]:
    """Each day-part is free with a chance of the person's own."""
    how_free = chance.beta(*said.free_beta, said.count)
    drawn = chance.random((said.count, DAYS, len(said.day_parts)))
    is_free = drawn < how_free[:, None, None]
    bits = np.array([half_hours(start, said.day_part_hours) for start in said.day_parts])
    # The parts of a day do not overlap: the sum of their bits is their union.
    free: NDArray[np.uint64] = np.where(is_free, bits, np.uint64(0)).sum(2, dtype=np.uint64)
    return free


def _fields(
    parameters: WorldParameters, wanted: Floats, chance: np.random.Generator
) -> NDArray[np.bool_]:
    """Who chooses which field; who would choose none chooses the first."""
    said, shape = parameters.fields, (parameters.volunteers.count, len(FIELDS))
    chosen = chance.random(shape) < np.clip(wanted * said.chosen, said.least, said.most)
    chosen[~chosen.any(axis=1), 0] = True
    return chosen | (chance.random(shape) < said.besides)


def _levels(said: Languages, chance: np.random.Generator, count: int) -> NDArray[np.int8]:
    """Who speaks what, and how well; who would speak nothing speaks the first language."""
    shares: Sequence[float] = [said.shares[tag] for tag in said.tags]
    spoken = chance.random((count, len(shares))) < np.array(shares)
    spoken[~spoken.any(axis=1), 0] = True
    drawn = levels_of(said.spoken_levels, chance, spoken.size).reshape(spoken.shape)
    return np.where(spoken, drawn, np.int8(NOT_SPOKEN))
