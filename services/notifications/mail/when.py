"""Dates and times as the pages show them, in the reader's language and the district's wall time."""

from datetime import date, datetime
from typing import Protocol

from babel.dates import format_date

from shared.kernel.slots import TIMEZONE
from shared.web.formats import Formats
from shared.web.locales import BY_TAG

_SHORT_DAY = {"de": "EEE d.M."}


class Dated(Protocol):
    """One date of a request."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def on(date_: date, language: str) -> str:
    """`2. Dezember 2026`, of a date that has no time."""
    return format_date(date_, "long", locale=BY_TAG[language].babel)


def short_day(moment: datetime, language: str) -> str:
    """`Mi. 2.12.`, for subjects."""
    locale = BY_TAG[language]
    pattern = _SHORT_DAY.get(locale.formats, "EEE d MMM")
    return format_date(moment.astimezone(TIMEZONE).date(), pattern, locale=locale.babel)


def short_moment(at: datetime, language: str) -> str:
    """`Mi. 2.12. 18:00`, for subjects: two tasks of a day are two mails to every mailbox."""
    return f"{short_day(at, language)} {at.astimezone(TIMEZONE):%H:%M}"


def moment(at: datetime, language: str) -> str:
    """`Mittwoch, 2. Dezember 2026, 18:00 Uhr`."""
    return _unbroken(Formats(BY_TAG[language]).moment(at))


def span(slot: Dated, language: str) -> str:
    """`Mittwoch, 2. Dezember 2026, 18:00–20:00 Uhr`."""
    return _unbroken(Formats(BY_TAG[language]).span(slot.starts_at, slot.ends_at))


def _unbroken(text: str) -> str:
    """`Uhr` stays on the line of its hour."""
    return text.replace(" Uhr", "\u00a0Uhr")
