"""Makes a world of its parameters and a seed: volunteers as columns, requests as a list."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import cos, pi, radians

import numpy as np
from numpy.typing import NDArray

from services.matching.simulation.parameters import FIELDS, Region, WorldParameters
from services.matching.simulation.posting import Posted, post_requests
from services.matching.simulation.volunteers import (
    NOT_SPOKEN,
    Floats,
    Points,
    Volunteers,
    make_volunteers,
)
from shared.kernel.languages import stands_for
from shared.kernel.places import EARTH_RADIUS_KM

TICK = timedelta(microseconds=1)
_HOUR = timedelta(hours=1)
_WANTED, _VOLUNTEERS, _REQUESTS, _DRAWS = range(4)
"""Streams of random numbers: what one of them makes does not change what another makes."""


@dataclass(frozen=True)
class Draws:
    """The chance in one request's answers, one number a volunteer, the same for every policy.

    Uniform in 0..1 but for `reply`, which is standard normal. Keyed by seed, request and
    volunteer (common random numbers), so that policies differ by their decisions alone.
    """

    says_yes: Floats
    says_no: Floats
    leaves: Floats
    reply: Floats


@dataclass(frozen=True)
class World:
    """One district's year; what people do in it is decided in `Crowd`."""

    parameters: WorldParameters
    seed: int
    starts_at: datetime
    volunteers: Volunteers
    requests: tuple[Posted, ...]
    """In the order of posting; a request's number is its position."""

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """The places of each request."""
        return np.array([one.places for one in self.requests], dtype=np.int64)

    @cached_property
    def understood(self) -> NDArray[np.int8]:
        """How well each volunteer (row) serves who needs a language (column): the best level."""
        tags = self.parameters.languages.tags
        levels = self.volunteers.levels
        serving = [[stands_for(need, tag) for tag in tags] for need in tags]
        best = [levels[:, serves].max(axis=1, initial=NOT_SPOKEN) for serves in serving]
        return np.stack(best, axis=1)

    def ticks(self, moment: datetime) -> int:
        """Microseconds since the world began: times as exact numbers."""
        return (moment - self.starts_at) // TICK

    def hours(self, moment: datetime) -> float:
        """Hours since the world began."""
        return (moment - self.starts_at) / _HOUR

    def draws(self, request: int) -> Draws:
        """The random numbers of one request, made anew at each call and always the same."""
        chance = np.random.default_rng((self.seed, _DRAWS, request))
        count = self.volunteers.count
        says_yes, says_no, leaves = chance.random((3, count))
        return Draws(says_yes, says_no, leaves, chance.standard_normal(count))

    def way_km(self, request: int) -> Floats:
        """How far each volunteer's way is: the haversine formula, as `distance_km`."""
        where = self.requests[request].point
        people = self.volunteers
        lat, lon = np.radians(people.latitude), np.radians(people.longitude)
        across = np.sin((lat - radians(where.lat)) / 2) ** 2
        along = np.cos(lat) * cos(radians(where.lat))
        along *= np.sin((lon - radians(where.lon)) / 2) ** 2
        way: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(across + along)))
        return way

    def willing(self, request: int, way_km: Floats) -> Floats:
        """The logit of each volunteer's yes to one request when nothing tires them."""
        people, said = self.volunteers, self.parameters.answers
        nearness: Floats = 1 - way_km / people.radius_km
        liking: Floats = people.affinity[:, self.requests[request].field]
        return people.willing + liking + said.near * nearness + said.far


def make_world(parameters: WorldParameters, seed: int) -> World:
    """The world of this seed. Other volunteers in the parameters leave the requests as they are."""
    wanted, region = _wanted(parameters, seed), parameters.region
    starts_at, requests = post_requests(
        parameters,
        wanted,
        _scatter(region, region.requests_km),
        np.random.default_rng((seed, _REQUESTS)),
    )
    volunteers = make_volunteers(
        parameters,
        wanted,
        _scatter(region, region.volunteers_km),
        np.random.default_rng((seed, _VOLUNTEERS)),
    )
    return World(parameters, seed, starts_at, volunteers, requests)


def _scatter(region: Region, spread_km: float) -> Points:
    """What draws points around the middle of the region, in degrees."""
    degree_km = EARTH_RADIUS_KM * pi / 180

    def points(chance: np.random.Generator, count: int) -> Floats:
        north, east = chance.normal(0, spread_km, (2, count)) / degree_km
        along = region.longitude + east / cos(radians(region.latitude))
        return np.stack([region.latitude + north, along])

    return points


def _wanted(parameters: WorldParameters, seed: int) -> Floats:
    """How much each field is wanted; the numbers sum to 1."""
    chance = np.random.default_rng((seed, _WANTED))
    return chance.dirichlet(np.full(len(FIELDS), parameters.fields.concentration))
