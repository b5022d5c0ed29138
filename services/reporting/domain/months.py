"""Months as `YYYY-MM`, and when they begin in the district's wall time."""

from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from shared.kernel.errors import Refusal

_YEARS = range(1900, 2200)


class MonthUnclear(Refusal):
    """What was written is no month, or the last one is before the first."""

    code: ClassVar[str] = "reporting.month_unclear"


def month_begins(month: str, tz: ZoneInfo, *, field: str, following: bool = False) -> datetime:
    """Return when a month, or the one following it, begins. Raises MonthUnclear."""
    year, _, number = month.partition("-")
    if not (year.isdecimal() and int(year) in _YEARS) or number not in _NUMBERS:
        raise MonthUnclear("a month is written like 2026-05", field=field)
    count = int(year) * 12 + int(number) - 1 + following
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=tz)


def months_between(first: str, last: str, tz: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when `first` begins and `last` has ended. Raises MonthUnclear."""
    begins = month_begins(first, tz, field="first")
    ended = month_begins(last, tz, field="last", following=True)
    if ended <= begins:
        raise MonthUnclear("the last month is before the first", field="last")
    return begins, ended


_NUMBERS = frozenset(f"{number:02d}" for number in range(1, 13))
