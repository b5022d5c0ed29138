"""One request and every volunteer: who fits by what does not change, and what they would say."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from services.matching.simulation.parameters import LEVELS
from services.matching.simulation.posting import NO_LANGUAGE, Posted
from services.matching.simulation.volunteers import Floats, half_hours
from services.matching.simulation.world import Draws, World
from shared.kernel.slots import TIMEZONE

Bools = NDArray[np.bool_]

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Pairs:
    """Columns with one row a volunteer."""

    request: Posted
    way_km: Floats
    fits: Bools
    """By field, language, radius and usual week."""
    willing: Floats
    """Logit of a yes when nothing tires them."""
    draws: Draws

    @property
    def would_say_yes(self) -> Bools:
        """Who says yes if asked when nothing tires them: more never do."""
        return self.fits & (self.draws.says_yes < chance_of(self.willing))


def pairs_of(world: World, number: int) -> Pairs:
    """Lay one request beside all volunteers."""
    request, way = world.requests[number], world.way_km(number)
    return Pairs(
        request,
        way,
        _fits(world, request, way),
        world.willing(number, way),
        world.draws(number),
    )


def chance_of(logit: Floats) -> Floats:
    """The logistic function."""
    chance: Floats = 1 / (1 + np.exp(-logit))
    return chance


def _fits(world: World, request: Posted, way_km: Floats) -> Bools:
    """The product's rules for what a world knows, on columns; a test compares the two."""
    people = world.volunteers
    fits: Bools = people.fields[:, request.field] & (way_km <= people.radius_km)
    if request.need is not None and request.language != NO_LANGUAGE:
        enough = LEVELS.index(request.need.level)
        fits = fits & (world.understood[:, request.language] >= enough)
    local = request.starts_at.astimezone(TIMEZONE)
    bits = half_hours(local.hour, request.slots[0].duration // _HOUR)
    free: Bools = people.free[:, local.weekday()] & bits == bits
    return fits & free
