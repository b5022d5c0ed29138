"""Dates and times as people read them, in the district's wall time.

Own patterns: CLDR's full format ends in "Mitteleuropäische Normalzeit". Digits and calendar are
Latin and Gregorian in every language, as on the clocks and papers here.
"""

from datetime import date, datetime
from typing import Protocol

from babel.dates import format_date, format_datetime

from shared.kernel.slots import TIMEZONE

_DAY = {"de": "EEEE, d. MMMM y"}
_SHORT_DAY = {"de": "EEE d.M."}
_OCLOCK = {"de": "HH:mm\u00a0'Uhr'"}


class Dated(Protocol):
    """One date of a request."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def day(moment: datetime, language: str) -> str:
    """`Mittwoch, 2. Dezember 2026`."""
    return _format(moment, _DAY.get(language, "EEEE, d MMMM y"), language)


def on(date_: date, language: str) -> str:
    """`2. Dezember 2026`, of a date that has no time."""
    return format_date(date_, "d. MMMM y" if language == "de" else "d MMMM y", locale=language)


def short_day(moment: datetime, language: str) -> str:
    """`Mi. 2.12.`, for subjects."""
    return _format(moment, _SHORT_DAY.get(language, "EEE d MMM"), language)


def moment(at: datetime, language: str) -> str:
    """`Mittwoch, 2. Dezember 2026, 18:00 Uhr`."""
    return f"{day(at, language)}, {_format(at, _oclock(language), language)}"


def span(slot: Dated, language: str) -> str:
    """`Mittwoch, 2. Dezember 2026, 18:00–20:00 Uhr`."""
    starts_at, ends_at = slot.starts_at, slot.ends_at
    if starts_at.astimezone(TIMEZONE).date() != ends_at.astimezone(TIMEZONE).date():
        return f"{moment(starts_at, language)} – {moment(ends_at, language)}"
    begin = _format(starts_at, "HH:mm", language)
    end = _format(ends_at, _oclock(language), language)
    return f"{day(starts_at, language)}, {begin}–{end}"


def _oclock(language: str) -> str:
    return _OCLOCK.get(language, "HH:mm")


def _format(at: datetime, pattern: str, language: str) -> str:
    return format_datetime(at.astimezone(TIMEZONE), pattern, tzinfo=TIMEZONE, locale=language)
