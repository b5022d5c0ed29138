"""Dates, times and numbers as people read them: their language, the district's clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal

from shared.web.locales import Locale

BERLIN = ZoneInfo("Europe/Berlin")


def at_local(day: date, clock: time) -> datetime:
    """The instant, in UTC, at which the district's clocks show `clock` on `day`.

    An hour that comes twice in the autumn is the first one.
    """
    return datetime.combine(day, clock, BERLIN).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When the office's telephone is answered on one weekday (0 is Monday), in local time."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats of one language. Takes aware instants and shows them in Berlin's time.

    The patterns are ours, because Babel's own full form ends in "Mitteleuropäische Normalzeit".
    The calendar is always the Gregorian, the digits are always Latin, the day has 24 hours.
    """

    locale: Locale

    def day(self, value: date | datetime) -> str:
        """Weekday and date: `Mittwoch, 2. Dezember 2026`."""
        if isinstance(value, datetime):
            value = _local(value).date()
        return format_date(value, "full", locale=self.locale.babel)

    def short_day(self, value: date | datetime) -> str:
        """A date for tables: `02.12.2026`."""
        if isinstance(value, datetime):
            value = _local(value).date()
        return format_date(value, "medium", locale=self.locale.babel)

    def month(self, value: date) -> str:
        """A month with its year: `Dezember 2026`."""
        return format_date(value, "MMMM y", locale=self.locale.babel)

    def clock(self, value: time | datetime) -> str:
        """Time of day: `18:00 Uhr`."""
        return self._o_clock(_hours(value))

    def moment(self, value: datetime) -> str:
        """Weekday, date and time: `Mittwoch, 2. Dezember 2026, 18:00 Uhr`."""
        return f"{self.day(value)}{self._comma} {self.clock(value)}"

    def span(self, start: datetime, end: datetime) -> str:
        """From when to when: the date stands once when both are on one day."""
        if _local(start).date() != _local(end).date():
            return f"{self.moment(start)} – {self.moment(end)}"
        return (
            f"{self.day(start)}{self._comma} {self._o_clock(f'{_hours(start)}–{_hours(end)}')}"
        )

    def number(self, value: float) -> str:
        """A number with the language's own separators: `1.234,5`."""
        return format_decimal(value, locale=self.locale.babel)

    def hours(self, opening: Iterable[OpeningHours]) -> list[str]:
        """Opening hours, a line for each day: `Di 09:00–12:00, 13:00–18:00`."""
        names = get_day_names("abbreviated", locale=self.locale.babel)
        by_day = groupby(
            sorted(opening, key=_weekday_and_start), key=lambda entry: entry.weekday
        )
        return [
            f"{names[weekday].rstrip('.')} "
            + f"{self._comma} ".join(f"{_hours(e.opens)}–{_hours(e.closes)}" for e in entries)
            for weekday, entries in by_day
        ]

    def _o_clock(self, hours: str) -> str:
        return f"{hours} Uhr" if self.locale.formats == "de" else hours

    @property
    def _comma(self) -> str:
        return "،" if self.locale.direction == "rtl" else ","


def _weekday_and_start(entry: OpeningHours) -> tuple[int, time]:
    return entry.weekday, entry.opens


def _local(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("An instant without a time zone cannot be shown.")
    return value.astimezone(BERLIN)


def _hours(value: time | datetime) -> str:
    if isinstance(value, datetime):
        value = _local(value).time()
    return value.strftime("%H:%M")
