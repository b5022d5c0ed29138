"""The frame of an app's pages, from the district's data: whose it is and whom to ring."""

from collections.abc import Iterable
from datetime import time

from shared.district import District
from shared.kernel.weeks import Week
from shared.web.formats import OpeningHours
from shared.web.site import Link, Office, Site

PRODUCT = "Brücke"


def opening_hours(week: Week) -> tuple[OpeningHours, ...]:
    """The office's telephone hours."""
    return tuple(
        OpeningHours(entry["weekday"], _time(entry["from"]), _time(entry["to"]))
        for entry in week.entries()
    )


def site_of(
    district: District, *, navigation: Iterable[Link] = (), footer: Iterable[Link] = ()
) -> Site:
    """The frame of the pages of one district."""
    office = district.office
    return Site(
        product=PRODUCT,
        district=district.title,
        office=Office(office.name, office.phone, opening_hours(office.hours)),
        footer=tuple(footer),
        navigation=tuple(navigation),
    )


def _time(text: str) -> time:
    """`24:00` is the last minute of the day: a clock has no twenty-fifth hour."""
    return time(23, 59) if text == "24:00" else time.fromisoformat(text)
