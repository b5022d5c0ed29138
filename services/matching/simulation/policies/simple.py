"""What others do: fixed numbers of volunteers a place, in an order, again after a while.

None of these keeps an ask budget, for none of those who ask so has one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

import numpy as np

from services.matching.domain.chance import AVERAGE_CHANCE
from services.matching.domain.tuning import Tuning
from services.matching.simulation.asking import Asking, Decision, Look
from services.matching.simulation.pairs import chance_of
from services.matching.simulation.volunteers import Floats

Order = Callable[[Look, Sequence[int]], Floats]
"""A number for each of the rows: the smallest are asked first."""
Size = Callable[[Look], int | None]
"""How many are asked at a look; None: everybody."""

DAY = timedelta(hours=24)
_RANDOM = 99
_PRIOR_MAILS = 40.0
"""As many mails as the average chance counts for, before there is a rate of one's own."""


@dataclass(frozen=True)
class Batches:
    """Asks the first few, waits, and asks the next few while places are free."""

    name: str
    tuning: Tuning
    order: Order
    size: Size
    within: timedelta = DAY
    expects: timedelta = timedelta(0)
    looks_after_answers: bool = False

    def decide(self, look: Look) -> Decision:
        opens_at = self.tuning.quiet_hours.next_open(look.now)
        if opens_at > look.now:
            return Decision(look_at=opens_at)
        size = self.size(look)
        if size is None and look.wave:
            return Decision()
        rows = look.candidates()
        first = np.argsort(self.order(look, rows), kind="stable")[:size]
        chosen = [rows[at] for at in first]
        chances = estimate(look, chosen).tolist()
        asks = [
            Asking(row, chance, self.within)
            for row, chance in zip(chosen, chances, strict=True)
        ]
        again = None if size is None else look.now + self.within
        return Decision(asks, again)


def estimate(look: Look, rows: Sequence[int]) -> Floats:
    """The chance of a yes as a good statistician of this world would judge it.

    One's own record, and what way and fatigue do to it, with the world's true figures; only the
    willingness itself is learned. Stronger than what such systems have: the anchor is a fair one.
    """
    said = look.world.parameters.answers
    record = look.chances(rows)
    nearness = 1 - look.pairs.way_km[rows] / look.world.volunteers.radius_km[rows]
    logit = np.log(record / (1 - record)) + said.near * nearness + said.far
    return chance_of(logit - said.fatigue * look.fatigue(rows))


def nearest(look: Look, rows: Sequence[int]) -> Floats:
    way: Floats = look.pairs.way_km[rows]
    return way


def likeliest(look: Look, rows: Sequence[int]) -> Floats:
    return -estimate(look, rows)


def at_random(look: Look, rows: Sequence[int]) -> Floats:
    """A lottery: another one for each request and wave, the same every time."""
    key = (look.world.seed, _RANDOM, look.number, look.wave)
    return np.random.default_rng(key).random(look.world.volunteers.count)[rows]


def per_place(count: int) -> Size:
    return lambda look: count * look.free


def everybody(_: Look) -> int | None:
    return None


def by_rate(look: Look) -> int:
    """As many as fill the free places if they say yes as often as all did so far.

    After hostolab/covidliste (`SendCampaignJob`): the nearest, twice as many as doses are left, and
    the next batch when this one has expired; here the factor is the rate of yeses, not 2.
    """
    weight = _PRIOR_MAILS / (_PRIOR_MAILS + look.mails)
    rate = weight * AVERAGE_CHANCE + (1 - weight) * look.yes_rate
    return ceil(look.free / rate)
