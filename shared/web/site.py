"""What stands around every page of an app: its name, its district, its office, its links."""

from dataclasses import dataclass

from shared.web.formats import OpeningHours


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the header or footer. `label` is a German text marked by `msg`."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Office:
    """Whom people can ring. `phone` as it is to be read."""

    name: str
    phone: str
    hours: tuple[OpeningHours, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """The frame of every page; the app makes it from the district's data.

    `navigation` is the bar under the header (for `admin`); `footer` has the declaration of
    accessibility, imprint and data protection.
    """

    product: str
    district: str
    office: Office
    footer: tuple[Link, ...] = ()
    navigation: tuple[Link, ...] = ()
    home: str = "/"
