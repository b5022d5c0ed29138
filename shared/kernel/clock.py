"""The two clocks: machine time, and domain time, which a demonstration can speed up.

Domain time is what people see (slots, deadlines, reminders, dates in mails). Machine time is for
leases, retries, timeouts, sessions and log stamps, and never runs at another speed.
"""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import ClassVar, Protocol, Self

from shared.kernel.errors import BrueckeError

MAX_SPEED = 100_000.0
"""A bit more than a day a second; beyond that a calendar ends within hours."""

_MICROSECOND = timedelta(microseconds=1)
_KEYS = ("anchor_real", "anchor_domain", "speed")


class ClockUnreadable(BrueckeError):
    """A stored domain clock cannot be used as it stands."""

    code: ClassVar[str] = "clock.unreadable"
    retryable: ClassVar[bool] = False


class Clock(Protocol):
    """What handlers and loops are given: `now()` is aware and in UTC."""

    def now(self) -> datetime: ...


class MachineClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads the time


@dataclass(frozen=True, slots=True)
class DomainClock:
    """A straight line from machine time to domain time, through one known point.

    `speed` is seconds of domain time for one second of machine time. Reads nothing by itself.
    Raises ClockUnreadable for an anchor without a time zone and for a speed that is not above
    0 and at most MAX_SPEED.
    """

    anchor_real: datetime
    anchor_domain: datetime
    speed: float = 1.0

    def __post_init__(self) -> None:
        for name in ("anchor_real", "anchor_domain"):
            anchor: datetime = getattr(self, name)
            if anchor.tzinfo is None:
                raise ClockUnreadable(f"{name} needs a time zone")
            object.__setattr__(self, name, anchor.astimezone(UTC))
        if not 0 < self.speed <= MAX_SPEED:
            raise ClockUnreadable(f"speed must be above 0 and at most {MAX_SPEED:.0f}")

    @classmethod
    def in_step(cls, moment: datetime) -> Self:
        """Make the clock that shows machine time from `moment` on."""
        return cls(anchor_real=moment, anchor_domain=moment)

    def at(self, real: datetime) -> datetime:
        """Return the domain time at machine time `real`.

        Never earlier than the anchor, even when the machine's own clock was put back.
        """
        elapsed = max(timedelta(0), real - self.anchor_real) // _MICROSECOND
        domain = math.floor(elapsed * Fraction(self.speed))
        return self.anchor_domain + timedelta(microseconds=domain)

    def real_for(self, domain: datetime) -> datetime:
        """Return the first machine time at which `domain` has come.

        The anchor's, if it had come before. Rounded up, so that who waits until then does not wake too early.
        """
        ahead = max(timedelta(0), domain - self.anchor_domain) // _MICROSECOND
        elapsed = math.ceil(ahead / Fraction(self.speed))
        return self.anchor_real + timedelta(microseconds=elapsed)

    def seconds_until(self, domain: datetime, real: datetime) -> float:
        """Count the seconds of machine time to wait at `real` until `domain` has come, ≥ 0."""
        return max(0.0, (self.real_for(domain) - real).total_seconds())

    def resume(self, real_now: datetime, new_speed: float) -> Self:
        """Make the clock that goes on from the domain moment of `real_now` at another speed."""
        return type(self)(real_now, self.at(real_now), new_speed)

    def to_line(self) -> str:
        """One line without spaces or quotes, for an environment variable."""
        return "|".join(
            (self.anchor_real.isoformat(), self.anchor_domain.isoformat(), f"{self.speed!r}")
        )

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Read what `to_line` wrote; raises ClockUnreadable."""
        parts = line.strip().split("|")
        if len(parts) != len(_KEYS):
            raise ClockUnreadable("a domain clock is <machine time>|<domain time>|<speed>")
        return cls._from_values(dict(zip(_KEYS, parts, strict=True)))

    def to_json(self) -> str:
        """For the data folder's `clock.json`."""
        values = (self.anchor_real.isoformat(), self.anchor_domain.isoformat(), self.speed)
        return json.dumps(dict(zip(_KEYS, values, strict=True)))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote; raises ClockUnreadable."""
        try:
            values = json.loads(text)
        except ValueError as error:
            raise ClockUnreadable("a domain clock must be JSON") from error
        if not isinstance(values, dict) or set(values) != set(_KEYS):
            raise ClockUnreadable(f"a domain clock has the keys {', '.join(_KEYS)}")
        return cls._from_values({key: str(value) for key, value in values.items()})

    @classmethod
    def _from_values(cls, values: dict[str, str]) -> Self:
        try:
            return cls(
                datetime.fromisoformat(values["anchor_real"]),
                datetime.fromisoformat(values["anchor_domain"]),
                float(values["speed"]),
            )
        except ValueError as error:
            raise ClockUnreadable(
                "a domain clock has two ISO 8601 times and a number"
            ) from error


class RunningClock:
    """Domain time now: a `DomainClock` driven by the machine's."""

    def __init__(self, domain_clock: DomainClock, machine: Clock) -> None:
        self._domain_clock = domain_clock
        self._machine = machine
        self._latest = domain_clock.anchor_domain

    def now(self) -> datetime:
        """Return the domain time; never earlier than any that this clock has already shown."""
        self._latest = max(self._latest, self._domain_clock.at(self._machine.now()))
        return self._latest

    def seconds_until(self, domain: datetime) -> float:
        """Count the seconds of machine time to wait from now until `domain` has come."""
        return self._domain_clock.seconds_until(domain, self._machine.now())
