"""Calendar entries for dates that a volunteer has taken on (RFC 5545, RFC 5546).

We publish (`METHOD:PUBLISH`) and cancel. We do not invite by calendar: calendars answer a
`REQUEST` by mail, and nobody would read that answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress, vText

from services.notifications.mail.guard import printable
from shared.kernel.slots import TIMEZONE


class Method(StrEnum):
    """What the file asks a calendar to do with its entries."""

    PUBLISH = "PUBLISH"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Appointment:
    """One date. `uid` stays the same for ever, `sequence` grows with each change.

    For a series each date has a `uid` of its own, so that one of them can be moved or cancelled.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    description: str


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """The file's text and its method, which the MIME part has to repeat."""

    text: str
    method: Method


def make_calendar(
    appointments: Sequence[Appointment],
    *,
    method: Method,
    organiser_name: str,
    organiser_address: str,
    language: str,
    stamp: datetime,
) -> CalendarFile:
    """One entry a date. `stamp` is the domain time of writing; the order of entries is kept.

    The organiser is the office: people ring or write there. Raises ValueError without a date.
    """
    if not appointments:
        raise ValueError("a calendar file needs an appointment")
    calendar = Calendar()
    calendar.add("prodid", f"-//Bruecke//Termine//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    organiser = vCalAddress(f"mailto:{organiser_address}")
    organiser.params["cn"] = vText(organiser_name)
    for appointment in appointments:
        calendar.add_component(_event(appointment, method, organiser, stamp))
    # Without bounds the time zone alone would be larger than a year of entries.
    calendar.add_missing_timezones(
        first_date=(min(a.starts_at for a in appointments) - timedelta(days=1)).date(),
        last_date=(max(a.ends_at for a in appointments) + timedelta(days=1)).date(),
    )
    return CalendarFile(calendar.to_ical().decode(), method)


def _event(
    appointment: Appointment, method: Method, organiser: vCalAddress, stamp: datetime
) -> Event:
    event = Event()
    event.add("uid", appointment.uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", stamp)
    event.add("dtstart", appointment.starts_at.astimezone(TIMEZONE))
    event.add("dtend", appointment.ends_at.astimezone(TIMEZONE))
    event.add("summary", printable(appointment.summary))
    event.add("location", printable(appointment.location))
    event.add("description", printable(appointment.description))
    event.add("organizer", organiser, encode=False)
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("transp", "OPAQUE")
    return event
