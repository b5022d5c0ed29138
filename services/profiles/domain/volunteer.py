"""A volunteer as `profiles` keeps one: who it is, how to reach them, and what they offer."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from shared.kernel.fields import Channel, Field, Gender, Share, Travel
from shared.kernel.languages import LanguageSkill
from shared.kernel.people import comparable, phone_key
from shared.kernel.places import Point
from shared.kernel.weeks import Week

ASKS_PER_WEEK = 2
"""The ask budget of somebody who did not choose one."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Days away, both included."""

    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True)
class Profile:
    """What a volunteer offers. None and empty mean "not stated": unknown is not no."""

    radius_km: int | None = None
    travel: tuple[Travel, ...] = ()
    languages: tuple[LanguageSkill, ...] = ()
    fields: tuple[Field, ...] = ()
    skills: tuple[str, ...] = ()
    availability: Week | None = None
    gender: Gender | None = None
    asks_per_week: int = ASKS_PER_WEEK
    hours_per_week: int | None = None


@dataclass(frozen=True, slots=True)
class Volunteer:
    """A description that was checked: every value is clean, and they fit together."""

    first_name: str
    last_name: str | None
    email: str | None
    phone: str | None
    channel: Channel
    locale: str
    postcode: str
    municipality: str | None
    point: Point
    shares: Share
    profile: Profile
    absences: tuple[Absence, ...] = ()

    @property
    def name(self) -> str:
        return full_name(self.first_name, self.last_name)

    @property
    def identity(self) -> str:
        """SHA-256, in hexadecimal, of what makes a person: address and name together.

        Couples may share a mailbox; who has no address is known by telephone and name. Case does
        not count. A digest, so that the index is short and holds no second copy of the name.
        """
        address = comparable(self.email) if self.email else phone_key(self.phone or "")
        names = (comparable(self.first_name), comparable(self.last_name or ""))
        return sha256("\n".join((address, *names)).encode()).hexdigest()

    @property
    def absent_until(self) -> date | None:
        """The day after which no absence matters any more."""
        return max((absence.to_on for absence in self.absences), default=None)


def full_name(first_name: str, last_name: str | None) -> str:
    """First and last name, as a page shows them."""
    return " ".join(filter(None, (first_name, last_name)))


def reachable_by(channel: Channel, *, suspended: bool, phone: str | None) -> Channel:
    """Return how to ask: whose mails come back is rung, if there is a number."""
    return Channel.PHONE if suspended and phone is not None else channel
