"""A need's dates in the district's wall time, laid out once for all the people looked at."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.matching.domain.need import Need
from services.matching.domain.tuning import Tuning
from shared.kernel.slots import Slot, touched_half_hours
from shared.kernel.weeks import Week

YearWeek = tuple[int, int]
"""A calendar week after ISO 8601: the year it belongs to and its number."""

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Occasion:
    """One date of a need."""

    slot: Slot
    first_on: date
    last_on: date
    """The local date on which it ends; the day before if that is at midnight."""
    pattern: int
    """Dates at the same weekday and times share a pattern: free at one is free at all."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """The dates that lie ahead, and what they ask of a week."""

    need: Need
    now: datetime
    tuning: Tuning
    occasions: tuple[Occasion, ...]
    patterns: tuple[Week, ...]
    """The half-hours that dates at the same weekday and times touch."""
    first_on: date
    last_on: date
    """The day on which a check must still be valid."""
    minutes: tuple[tuple[YearWeek, int], ...]
    """How long the dates last, by calendar week."""

    def covered(self, week: Week) -> tuple[bool, ...]:
        """For each pattern, whether it lies in the free half-hours of the week."""
        return tuple(week.holds(pattern) for pattern in self.patterns)


def lay_out(need: Need, now: datetime, tuning: Tuning) -> Agenda:
    """The dates of a need that have not begun; all of them once the last has."""
    ahead = need.slots
    if ahead[0].starts_at <= now:
        ahead = tuple(slot for slot in ahead if slot.starts_at > now) or need.slots
    return Agenda(need, now, tuning, *_on_the_wall(ahead, tuning.zone))


OnTheWall = tuple[
    tuple[Occasion, ...], tuple[Week, ...], date, date, tuple[tuple[YearWeek, int], ...]
]
"""What an `Agenda` says of dates, in its order."""


@lru_cache(maxsize=1024)
def _on_the_wall(ahead: tuple[Slot, ...], zone: ZoneInfo) -> OnTheWall:
    """Dates by the wall clock. Kept: those of an open request are looked at again and again."""
    numbers: dict[tuple[object, ...], int] = {}
    patterns: list[Week] = []
    occasions: list[Occasion] = []
    for slot in ahead:
        start, end = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
        # The length tells a night in which the clocks change from any other.
        key = (start.weekday(), start.time(), end.time(), slot.duration)
        if key not in numbers:
            numbers[key] = len(patterns)
            patterns.append(touched_half_hours(slot, zone))
        last_on = (slot.ends_at - _INSTANT).astimezone(zone).date()
        occasions.append(Occasion(slot, start.date(), last_on, numbers[key]))
    return (
        tuple(occasions),
        tuple(patterns),
        occasions[0].first_on,
        max(occasion.last_on for occasion in occasions),
        tuple(minutes_by_week(ahead, zone).items()),
    )


def minutes_by_week(slots: Iterable[Slot], zone: ZoneInfo) -> Counter[YearWeek]:
    """How many minutes the slots last in each calendar week; the week of the start counts."""
    total: Counter[YearWeek] = Counter()
    for slot in slots:
        year, week, _ = slot.starts_at.astimezone(zone).isocalendar()
        total[year, week] += slot.duration // timedelta(minutes=1)
    return total
