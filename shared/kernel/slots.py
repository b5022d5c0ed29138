"""Slots: dated times of a request, kept in UTC, meant in the district's wall time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from shared.kernel.errors import Refusal
from shared.kernel.findings import Findings
from shared.kernel.weeks import DAYS, Week, WeeklyTime, parse_entry

TIMEZONE = ZoneInfo("Europe/Berlin")

MAX_SLOT = timedelta(days=7)
MAX_SERIES = timedelta(days=2 * 366)
"""The longest time from the first to the last day of a series."""

_HALF_HOUR = timedelta(minutes=30)
_YEARS = range(1900, 2200)


class TimeZoneMissing(Refusal):
    """A time without a time zone: nobody can tell when it is."""

    code: ClassVar[str] = "slots.time_zone_missing"


class YearOutOfReach(Refusal):
    """A year that must be a slip of the pen."""

    code: ClassVar[str] = "slots.year_out_of_reach"


class SlotEndsTooEarly(Refusal):
    """A slot that ends before, or when, it starts."""

    code: ClassVar[str] = "slots.ends_before_it_starts"


class SlotTooLong(Refusal):
    """A slot longer than MAX_SLOT."""

    code: ClassVar[str] = "slots.too_long"


class SeriesUnclear(Refusal):
    """Weekly times whose days give no date, end before they start, or run too long."""

    code: ClassVar[str] = "slots.series_unclear"


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """From `starts_at` up to, not including, `ends_at`; both are turned into UTC.

    Raises TimeZoneMissing, YearOutOfReach, SlotEndsTooEarly or SlotTooLong, whose `field` is
    `starts_at` or `ends_at`.
    """

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        for name in ("starts_at", "ends_at"):
            moment: datetime = getattr(self, name)
            if moment.utcoffset() is None:
                raise TimeZoneMissing("write the time with its time zone", field=name)
            _check_year(moment, field=name)
            object.__setattr__(self, name, moment.astimezone(UTC))
        if self.ends_at <= self.starts_at:
            raise SlotEndsTooEarly("the end must be later than the start", field="ends_at")
        if self.ends_at - self.starts_at > MAX_SLOT:
            raise SlotTooLong(f"a slot lasts at most {MAX_SLOT.days} days", field="ends_at")

    @property
    def duration(self) -> timedelta:
        return self.ends_at - self.starts_at

    def overlaps(self, other: "Slot") -> bool:
        """Say whether the two share any time; touching is not overlapping."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def dated_slots(
    pairs: Iterable[tuple[datetime, datetime]], *, field: str = "slots"
) -> tuple[Slot, ...]:
    """Return slots, sorted, of pairs of start and end; a refusal names the pair at fault."""
    slots: list[Slot] = []
    for position, (starts_at, ends_at) in enumerate(pairs):
        try:
            slots.append(Slot(starts_at, ends_at))
        except Refusal as refusal:
            refusal.field = f"{field}.{position}.{refusal.field}"
            raise
    return tuple(sorted(slots))


def expand_weekly(
    weekly: Iterable[Mapping[str, Any]],
    starts_on: date,
    ends_on: date,
    *,
    tz: ZoneInfo = TIMEZONE,
    field: str = "weekly",
) -> tuple[Slot, ...]:
    """Return the dated slots of weekly times on the days `starts_on` to `ends_on`, both included.

    Times are wall times in `tz`: 18:00 stays 18:00 when the clocks change. A slot past midnight
    belongs to the day on which it starts. Overlapping slots become one. Raises SeriesUnclear,
    YearOutOfReach, and WeeklyTimesUnclear naming the entry.
    """
    check_days(starts_on, ends_on)
    times = [parse_entry(entry, field=f"{field}.{at}") for at, entry in enumerate(weekly)]
    days = [starts_on + timedelta(days=day) for day in range((ends_on - starts_on).days + 1)]
    slots = sorted(
        _dated(time, day, tz) for day in days for time in times if day.weekday() == time.weekday
    )
    if not slots:
        raise SeriesUnclear("no date of the weekly times lies between the days", field=field)
    return _merged(slots)


def check_days(starts_on: date, ends_on: date | None) -> None:
    """Raise YearOutOfReach or SeriesUnclear where no series can run between the days."""
    found = Findings()
    found.read(lambda: _check_year(starts_on, field="starts_on"), None)
    if ends_on is not None:
        found.read(lambda: _check_year(ends_on, field="ends_on"), None)
    found.refuse()
    if ends_on is not None and ends_on < starts_on:
        raise SeriesUnclear("the last day is before the first", field="ends_on")
    if ends_on is not None and ends_on - starts_on > MAX_SERIES:
        raise SeriesUnclear("a series lasts at most two years", field="ends_on")


def touched_half_hours(slot: Slot, tz: ZoneInfo = TIMEZONE) -> Week:
    """Return the half-hours of wall time that the slot touches, as a week.

    Walks in real time where the clocks change, so that the hour which spring skips is not asked
    for and the hour which autumn repeats is asked for once more.
    """
    start, end = slot.starts_at.astimezone(tz), slot.ends_at.astimezone(tz)
    if start.utcoffset() == end.utcoffset():
        return Week.touched(start, end)
    into = timedelta(
        minutes=start.minute % 30, seconds=start.second, microseconds=start.microsecond
    )
    days = [0] * DAYS
    moment = slot.starts_at - into
    while moment < slot.ends_at:
        local = moment.astimezone(tz)
        days[local.weekday()] |= 1 << (local.hour * 2 + local.minute // 30)
        moment += _HALF_HOUR
    return Week(tuple(days))


def week_covers_slot(week: Week, slot: Slot, tz: ZoneInfo = TIMEZONE) -> bool:
    """Say whether every half-hour of wall time that the slot touches is free in the week."""
    return week.holds(touched_half_hours(slot, tz))


def _check_year(day: date, *, field: str) -> None:
    if day.year not in _YEARS:
        raise YearOutOfReach("write the year with four digits", field=field)


def _dated(time: WeeklyTime, day: date, tz: ZoneInfo) -> Slot:
    midnight = datetime.combine(day, datetime.min.time())
    start, end = (
        midnight + timedelta(minutes=time.start),
        midnight + timedelta(minutes=time.end),
    )
    starts_at, ends_at = _in_utc(start, tz), _in_utc(end, tz)
    # A start within the hour that spring skips moves on by that hour; its length must stay.
    if starts_at.astimezone(tz).replace(tzinfo=None) != start:
        ends_at = starts_at + (end - start)
    return Slot(starts_at, ends_at)


def _in_utc(wall: datetime, tz: ZoneInfo) -> datetime:
    """Of a wall time that autumn repeats, the first; of one that spring skips, an hour later."""
    return wall.replace(tzinfo=tz).astimezone(UTC)


def _merged(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """Sorted slots, with overlapping ones made one."""
    merged: list[Slot] = []
    for slot in slots:
        if merged and merged[-1].overlaps(slot):
            last = merged.pop()
            merged.append(Slot(last.starts_at, max(last.ends_at, slot.ends_at)))
        else:
            merged.append(slot)
    return tuple(merged)
