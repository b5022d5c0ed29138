"""What `profiles` knows of a volunteer, read from the person's own export."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.contracts.values import Absence, HeldCheck, LanguageOf, Times


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class Offered(_Read):
    """What somebody offers; empty and None are "not said"."""

    radius_km: int | None = None
    travel: tuple[str, ...] = ()
    languages: tuple[LanguageOf, ...] = ()
    fields: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    availability: tuple[Times, ...] | None = None
    gender: str | None = None
    asks_per_week: int | None = None
    hours_per_week: int | None = None


class Volunteer(_Read):
    """Who it is, how to reach them, what they offer and agreed to."""

    state: str
    first_name: str
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    channel: str
    email_suspended_at: datetime | None = None
    locale: str
    shares: str
    postcode: str
    municipality: str | None = None
    profile: Offered
    absences: tuple[Absence, ...] | None = None
    known_since: datetime | None = None
    paused_until: datetime | None = None
    consent_version: str
    consented_at: datetime | None = None
    registered_at: datetime

    def away(self, today: date) -> tuple[Absence, ...]:
        """The absences that are not over."""
        return tuple(absence for absence in self.absences or () if absence.to_on >= today)


class Known(_Read):
    """The export, as far as the page shows it; the rest is in the file to take along."""

    volunteer: Volunteer
    checks: tuple[HeldCheck, ...] = ()

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Known":
        return cls.model_validate(document)
