"""What volunteers do when they are asked: the part of a world that no policy sees.

Each ask tires a little and is forgotten with time; who is tired says yes less often and leaves more
easily. Who has taken as many places as they want pauses until the oldest is 28 days old.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log

import numpy as np

from services.matching.simulation.pairs import Pairs
from services.matching.simulation.volunteers import Floats
from services.matching.simulation.world import World
from shared.kernel.fields import Answer

MONTH = timedelta(days=28)
"""The time over which a volunteer counts places."""
_DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a mail leads to."""

    leaves: bool = False
    says: Answer | None = None
    """None: silence."""
    after: timedelta = timedelta(0)


class Crowd:
    """The volunteers of a world as they live through it; rows as in its columns."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._answers = world.parameters.answers
        self._tired = np.zeros(world.volunteers.count)
        self._tired_at = np.zeros(world.volunteers.count)
        self._taken: defaultdict[int, list[datetime]] = defaultdict(list)

    def fatigue(self, now: datetime) -> Floats:
        """The mails of each that are not yet forgotten: each counts e^(-age/`fatigue_days`)."""
        age = self._world.hours(now) - self._tired_at
        tired: Floats = self._tired * np.exp(-age / (self._answers.fatigue_days * _DAY_HOURS))
        return tired

    def react(self, pairs: Pairs, row: int, now: datetime) -> Reaction:
        """What one volunteer does with the mail that reaches them now; it tires them."""
        said, draws = self._answers, pairs.draws
        before = self._tire(row, 1.0, now)
        if draws.leaves[row] < said.leaves * (1 + before) ** said.leaves_power:
            return Reaction(leaves=True)
        after = timedelta(
            hours=exp(log(said.reply_median_hours) + said.reply_spread * draws.reply[row])
        )
        logit = pairs.willing[row] - said.fatigue * before
        if draws.says_yes[row] < 1 / (1 + exp(-logit)):
            return Reaction(says=Answer.YES, after=after)
        if draws.says_no[row] < said.says_no:
            return Reaction(says=Answer.NO, after=after)
        return Reaction()

    def disappoint(self, row: int, now: datetime) -> None:
        """A yes came too late."""
        self._tire(row, self._answers.too_late_fatigue, now)

    def has_room(self, row: int, now: datetime) -> bool:
        """Whether they want another place."""
        return len(self._recent(row, now)) < int(self._world.volunteers.places[row])

    def take(self, row: int, now: datetime) -> datetime | None:
        """Note a place; return until when they pause, if now they have enough."""
        self._taken[row].append(now)
        recent = self._recent(row, now)
        enough = int(self._world.volunteers.places[row])
        return recent[-enough] + MONTH if len(recent) >= enough else None

    def _recent(self, row: int, now: datetime) -> list[datetime]:
        self._taken[row] = [at for at in self._taken[row] if now - at < MONTH]
        return self._taken[row]

    def _tire(self, row: int, by: float, now: datetime) -> float:
        """Return how tired they were."""
        hours = self._world.hours(now)
        age = hours - self._tired_at[row]
        before = self._tired[row] * exp(-age / (self._answers.fatigue_days * _DAY_HOURS))
        self._tired[row], self._tired_at[row] = before + by, hours
        return float(before)
