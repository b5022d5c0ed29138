"""Quiet hours by the year, because holidays are; domain time may run through years in a day."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from shared.district import District
from shared.kernel.quiet_hours import QuietHours

QuietAt = Callable[[datetime], QuietHours]


def quiet_hours_by_year(setting: str, district: District) -> QuietAt:
    """The quiet hours that hold around a moment, with the holidays of its year and the next.

    Raises what `QuietHours.parse` raises, when asked.
    """

    @lru_cache(maxsize=4)
    def of_year(year: int) -> QuietHours:
        holidays = district.holidays(range(year - 1, year + 2))
        return QuietHours.parse(setting, holidays=holidays, tz=district.timezone)

    return lambda moment: of_year(moment.astimezone(district.timezone).year)
