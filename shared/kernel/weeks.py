"""Half-hour weeks: when somebody is usually free, as 7 × 48 bits of local wall time.

A week knows neither dates nor time zones; `slots.py` lays it over dated slots. "Nothing said" is
not an empty week but no week at all (`None`): unknown is not no.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple, Self, TypedDict

from shared.kernel.errors import Refusal

DAYS = 7
HALF_HOURS = 48
"""Half-hours of one day."""
DAY_MINUTES = 24 * 60

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The CSV form's names, Monday first; its index is the weekday of the JSON form."""
_NAMES = {
    **{name: day for day, name in enumerate(WEEKDAYS)},
    **{name: day for day, name in enumerate(("mo", "di", "mi", "do", "fr", "sa", "so"))},
}

_HALF_HOUR = 30
_DAY_BITS = (1 << HALF_HOURS) - 1
_WEEK_HALF_HOURS = DAYS * HALF_HOURS
_WEEK_MINUTES = DAYS * DAY_MINUTES
_WEEK_BITS = (1 << _WEEK_HALF_HOURS) - 1
_CLOCK_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)
_CSV_ENTRY = re.compile(r"(\w+)\.?\s+(\S+?)\s*[-–]\s*(\S+)")


class WeeklyTimesUnclear(Refusal):
    """A weekly time cannot be read: an unknown weekday, no clock time, or no length."""

    code: ClassVar[str] = "weeks.unclear"


Entry = TypedDict("Entry", {"weekday": int, "from": str, "to": str})
"""One weekly time in the outside interface's form: `{"weekday": 0, "from": "18:00", "to": "20:00"}`."""


class WeeklyTime(NamedTuple):
    """One weekly time in minutes after its weekday's midnight; `end` > 1440 is the next day."""

    weekday: int
    start: int
    end: int


def parse_weekday(name: str) -> int | None:
    """Return 0 (Monday) to 6 for an English or German short name, None for anything else."""
    return _NAMES.get(name.strip().lower())


def parse_clock_time(text: str, *, field: str) -> int:
    """Return "18:30", "18.30" or "18" as minutes after midnight; "24:00" is 1440.

    Raises WeeklyTimesUnclear.
    """
    match = _CLOCK_TIME.fullmatch(text.strip())
    if match:
        hours, minutes = int(match[1]), int(match[2] or 0)
        total = hours * 60 + minutes
        if minutes < 60 and total <= DAY_MINUTES:  # noqa: PLR2004 - minutes of an hour
            return total
    raise WeeklyTimesUnclear("a time is written like 18:00, from 00:00 to 24:00", field=field)


def parse_entry(entry: Mapping[str, Any], *, field: str) -> WeeklyTime:
    """Read one entry, to the minute. An end that is not after the start is on the next day.

    Raises WeeklyTimesUnclear naming the entry's key at fault.
    """
    weekday = entry.get("weekday")
    if not isinstance(weekday, int) or isinstance(weekday, bool) or weekday not in range(DAYS):
        raise WeeklyTimesUnclear("a weekday is 0 (Monday) to 6", field=f"{field}.weekday")
    start = parse_clock_time(str(entry.get("from", "")), field=f"{field}.from")
    end = parse_clock_time(str(entry.get("to", "")), field=f"{field}.to")
    if start == DAY_MINUTES:
        raise WeeklyTimesUnclear("write 00:00 of the next day", field=f"{field}.from")
    if start == end:
        raise WeeklyTimesUnclear(
            "it ends when it starts; a whole day is 00:00 to 24:00", field=f"{field}.to"
        )
    return WeeklyTime(weekday, start, end if end > start else end + DAY_MINUTES)


def parse_entries(text: str, *, field: str) -> tuple[Entry, ...]:
    """Read the CSV form, `mon 18:00-20:00;sa 09:00-12:00`, into entries (times unchecked)."""
    parts = filter(None, (part.strip() for part in text.split(";")))
    return tuple(
        parse_written_entry(part, field=f"{field}.{at}") for at, part in enumerate(parts)
    )


def parse_written_entry(text: str, *, field: str) -> Entry:
    """Read one entry of the CSV form, its times unchecked. Raises WeeklyTimesUnclear."""
    match = _CSV_ENTRY.fullmatch(text)
    weekday = parse_weekday(match[1]) if match else None
    if match is None or weekday is None:
        raise WeeklyTimesUnclear("a weekly time is written like mon 18:00-20:00", field=field)
    return {"weekday": weekday, "from": match[2], "to": match[3]}


@dataclass(frozen=True, slots=True)
class Week:
    """The free half-hours of a week: one int a day, Monday first, bit 0 is 00:00 to 00:30.

    Raises ValueError for anything but seven ints of 48 bits.
    """

    days: tuple[int, ...] = (0,) * DAYS

    def __post_init__(self) -> None:
        if len(self.days) != DAYS or any(day & ~_DAY_BITS for day in self.days):
            raise ValueError("a week has seven days of 48 bits")

    @classmethod
    def from_entries(
        cls, entries: Iterable[Mapping[str, Any]], *, field: str = "availability"
    ) -> Self:
        """Build a week from entries: the half-hours that all of them together hold wholly.

        Raises WeeklyTimesUnclear for an entry that cannot be read, or that would be lost because
        it has no part in any half-hour.
        """
        times = [parse_entry(entry, field=f"{field}.{at}") for at, entry in enumerate(entries)]
        bits = 0
        for start, end in merged_spans(span for time in times for span in _week_spans(time)):
            bits |= _half_hours(-(-start // _HALF_HOUR), end // _HALF_HOUR)
        for position, (weekday, start, end) in enumerate(times):
            day = weekday * DAY_MINUTES
            touched = ((day + start) // _HALF_HOUR, -(-(day + end) // _HALF_HOUR))
            if not bits & _half_hours(*touched):
                raise WeeklyTimesUnclear(
                    "it holds no half-hour that begins at :00 or :30",
                    field=f"{field}.{position}",
                )
        return cls._from_bits(bits)

    @classmethod
    def parse(cls, text: str, *, field: str = "availability") -> Self:
        """Build a week from the CSV form; raises WeeklyTimesUnclear."""
        return cls.from_entries(parse_entries(text, field=field), field=field)

    @classmethod
    def _from_bits(cls, bits: int) -> Self:
        return cls(tuple(bits >> HALF_HOURS * day & _DAY_BITS for day in range(DAYS)))

    @property
    def bits(self) -> int:
        """The whole week as one int of 336 bits, Monday's first half-hour lowest."""
        return sum(day << HALF_HOURS * position for position, day in enumerate(self.days))

    def free_half_hours(self) -> int:
        """Count the free half-hours."""
        return sum(day.bit_count() for day in self.days)

    def __or__(self, other: Self) -> Self:
        return type(self)(tuple(a | b for a, b in zip(self.days, other.days, strict=True)))

    @classmethod
    def touched(cls, start_local: datetime, end_local: datetime) -> Self:
        """The half-hours that a time touches from start to end, in wall time.

        Only the wall clock of the two is read; use `slots.touched_half_hours` where a change
        between summer and winter time may lie between. Raises ValueError if end is not later.
        """
        start, end = start_local.replace(tzinfo=None), end_local.replace(tzinfo=None)
        if end <= start:
            raise ValueError("the end must be later than the start")
        midnight = datetime.combine(start.date(), datetime.min.time())
        half_hour = timedelta(minutes=_HALF_HOUR)
        first = (start - midnight) // half_hour
        after_last = -((midnight - end) // half_hour)
        day = start.weekday() * HALF_HOURS
        return cls._from_bits(_half_hours(day + first, day + after_last))

    def holds(self, wanted: Self) -> bool:
        """Say whether every half-hour of the other week is free in this one."""
        return not any(
            half_hours & ~free for half_hours, free in zip(wanted.days, self.days, strict=True)
        )

    def covers(self, start_local: datetime, end_local: datetime) -> bool:
        """Say whether every half-hour touched from start to end is free, in wall time.

        Raises ValueError as `touched` does.
        """
        return self.holds(type(self).touched(start_local, end_local))

    def entries(self) -> tuple[Entry, ...]:
        """Return the longest free times, day by day; the same week from `from_entries`."""
        return tuple(
            {"weekday": weekday, "from": _clock_time(first), "to": _clock_time(after_last)}
            for weekday, day in enumerate(self.days)
            for first, after_last in _runs(day)
        )

    def to_text(self) -> str:
        """Return the CSV form of `entries`."""
        return ";".join(
            f"{WEEKDAYS[entry['weekday']]} {entry['from']}-{entry['to']}"
            for entry in self.entries()
        )


def merged_spans(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Sort spans of minutes, make one of those that touch or overlap, and drop empty ones."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def _week_spans(time: WeeklyTime) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return minutes after Monday's midnight; what passes Sunday's goes on on Monday."""
    start, end = (time.weekday * DAY_MINUTES + minute for minute in (time.start, time.end))
    return (start, min(end, _WEEK_MINUTES)), (0, end - _WEEK_MINUTES)


def _half_hours(first: int, after_last: int) -> int:
    """Return a week's bits; what passes Sunday's midnight goes on on Monday."""
    if after_last - first >= _WEEK_HALF_HOURS:
        return _WEEK_BITS
    run = ((1 << max(0, after_last - first)) - 1) << first
    return (run | run >> _WEEK_HALF_HOURS) & _WEEK_BITS


def _runs(day: int) -> Iterable[tuple[int, int]]:
    """First and after-last half-hour of each run of set bits."""
    first: int | None = None
    for half_hour in range(HALF_HOURS + 1):
        free = day >> half_hour & 1
        if free and first is None:
            first = half_hour
        elif not free and first is not None:
            yield first, half_hour
            first = None


def _clock_time(half_hour: int) -> str:
    return f"{half_hour // 2:02}:{half_hour % 2 * _HALF_HOUR:02}"
