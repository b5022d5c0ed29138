"""Quiet hours: when no offer, reminder or digest is sent, in the district's wall time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from shared.kernel.errors import Refusal
from shared.kernel.slots import TIMEZONE
from shared.kernel.weeks import (
    DAY_MINUTES,
    DAYS,
    WEEKDAYS,
    merged_spans,
    parse_clock_time,
    parse_weekday,
)

MAX_QUIET = timedelta(days=14)
"""The longest silence that a setting may bring about."""

_RANGE = re.compile(r"(\S+?)\s*[-–]\s*(\S+)")
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class QuietHoursUnclear(Refusal):
    """A setting that cannot be read, or that leaves no time to send anything."""

    code: ClassVar[str] = "quiet_hours.unclear"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Quiet times of each day, whole quiet weekdays, and quiet dates. Empty: never quiet.

    `ranges` are minutes after local midnight, sorted, apart from each other, within one day.
    Raises QuietHoursUnclear if a silence could last longer than MAX_QUIET.
    """

    ranges: tuple[tuple[int, int], ...] = ()
    weekdays: frozenset[int] = frozenset()
    dates: frozenset[date] = frozenset()
    tz: ZoneInfo = TIMEZONE

    def __post_init__(self) -> None:
        whole_day = (0, DAY_MINUTES) in self.ranges
        if whole_day or len(self.weekdays) == DAYS or self._longest_silence() > MAX_QUIET:
            raise QuietHoursUnclear(
                f"they leave no time to send anything for more than {MAX_QUIET.days} days",
                field="quiet_hours",
            )

    @classmethod
    def parse(
        cls, text: str, *, holidays: frozenset[date] = frozenset(), tz: ZoneInfo = TIMEZONE
    ) -> Self:
        """Read `20:00-07:00,sun,holidays` (any number of times and weekdays) or `off`.

        `holidays` are the dates that the word stands for. Raises QuietHoursUnclear, and
        WeeklyTimesUnclear for a time of day that does not exist.
        """
        if text.strip().lower() == "off":
            return cls(tz=tz)
        ranges: list[tuple[int, int]] = []
        weekdays: set[int] = set()
        dates: frozenset[date] = frozenset()
        for part in (part.strip() for part in text.split(",")):
            weekday = parse_weekday(part)
            if weekday is not None:
                weekdays.add(weekday)
            elif part.lower() == "holidays":
                dates = holidays
            else:
                ranges.extend(_parse_range(part))
        return cls(merged_spans(ranges), frozenset(weekdays), dates, tz)

    def quiet(self, at: datetime) -> bool:
        """Say whether the moment is quiet; the end of a quiet time is not."""
        local = at.astimezone(self.tz)
        if self._closed(local.date()):
            return True
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self.ranges)

    def next_open(self, at: datetime) -> datetime:
        """Return the earliest moment from `at` on that is not quiet, in UTC."""
        moment = at.astimezone(UTC)
        while self.quiet(moment):
            moment = self._next_change(moment)
        return moment

    def _closed(self, day: date) -> bool:
        return day.weekday() in self.weekdays or day in self.dates

    def _next_change(self, moment: datetime) -> datetime:
        """Return the next moment at which quiet could end: a range's end, midnight, a clock change."""
        wall = moment.astimezone(self.tz).replace(tzinfo=None)
        midnight = datetime.combine(wall.date(), datetime.min.time())
        ends = (
            midnight + timedelta(minutes=m) for m in (*(e for _, e in self.ranges), DAY_MINUTES)
        )
        change = moment + (min(end for end in ends if end > wall) - wall)
        if _offset(change, self.tz) == _offset(moment, self.tz):
            return change
        return _clock_change(moment, change, self.tz)

    def _longest_silence(self) -> timedelta:
        """Return the longest run of closed days, with the quiet evening before and morning after."""
        longest = max((self._closed_days_around(day) for day in self.dates), default=0)
        head = next((end for start, end in self.ranges if start == 0), 0)
        tail = next(
            (DAY_MINUTES - start for start, end in self.ranges if end == DAY_MINUTES), 0
        )
        return timedelta(days=longest, minutes=head + tail)

    def _closed_days_around(self, day: date) -> int:
        first, last = day, day
        while self._closed(first - _DAY) and last - first <= MAX_QUIET:
            first -= _DAY
        while self._closed(last + _DAY) and last - first <= MAX_QUIET:
            last += _DAY
        return (last - first).days + 1


def _parse_range(part: str) -> Iterable[tuple[int, int]]:
    match = _RANGE.fullmatch(part)
    if not match:
        raise QuietHoursUnclear(
            f"write times like 20:00-07:00, {', '.join(WEEKDAYS)}, holidays, or off",
            field="quiet_hours",
        )
    start = parse_clock_time(match[1], field="quiet_hours")
    end = parse_clock_time(match[2], field="quiet_hours")
    if start == end:
        raise QuietHoursUnclear("a quiet time ends when it starts", field="quiet_hours")
    if start < end:
        return [(start, end)]
    return [(start, DAY_MINUTES), (0, end)]


def _offset(moment: datetime, tz: ZoneInfo) -> timedelta | None:
    return moment.astimezone(tz).utcoffset()


def _clock_change(before: datetime, after: datetime, tz: ZoneInfo) -> datetime:
    """Find by bisection the whole second at which the offset changes between two moments."""
    low, high = before.replace(microsecond=0), after
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if _offset(middle, tz) == _offset(before, tz):
            low = middle
        else:
            high = middle
    return high
