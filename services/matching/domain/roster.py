"""A volunteer as matching keeps one: what decides and ranks, and nothing that names them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from services.matching.domain.chance import AnswerHistory
from shared.kernel.fields import Channel, Check, Field, Gender, Travel
from shared.kernel.ids import OrganisationId, VolunteerId
from shared.kernel.languages import LanguageSkill
from shared.kernel.places import Point
from shared.kernel.slots import Slot
from shared.kernel.weeks import Week


class PersonState(StrEnum):
    """Whether somebody may be written to at all."""

    ACTIVE = "active"
    PAUSED = "paused"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Absence:
    """Days away, both included."""

    from_on: date
    to_on: date

    def meets(self, first: date, last: date) -> bool:
        return self.from_on <= last and first <= self.to_on


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the roster. What is None or empty was not stated, and unknown is not no."""

    volunteer_id: VolunteerId
    version: int
    state: PersonState = PersonState.ACTIVE
    paused_until: datetime | None = None
    """Of a pause; None lasts until the volunteer resumes."""
    known: bool = False
    """Whether a coordinator ticked `first_talk`."""
    channel: Channel = Channel.EMAIL

    point: Point | None = None
    radius_km: float | None = None
    travel: frozenset[Travel] = frozenset()
    languages: tuple[LanguageSkill, ...] = ()
    fields: frozenset[Field] = frozenset()
    skills: frozenset[str] = frozenset()
    availability: Week | None = None
    absences: tuple[Absence, ...] = ()
    checks: Mapping[Check, date | None] = field(default_factory=dict)
    """Each check that holds, with its last valid day; None does not end."""
    gender: Gender | None = None

    asks_per_week: int | None = None
    hours_per_week: float | None = None

    held: tuple[Slot, ...] = ()
    """The dates of all places held or reserved, past the last 28 days too."""
    skipped: tuple[Slot, ...] = ()
    """Dates of series to which they said they cannot come; not among `held`."""
    asked_at: tuple[datetime, ...] = ()
    """When invitations were sent (`email_sent`), those never sent left out (`Board.asked_at`)."""
    open_asks: int = 0
    """Asks that count whatever their age and are not in `asked_at` (`Board.has_open_ask`)."""
    history: AnswerHistory = field(default_factory=AnswerHistory)
    worked_with: frozenset[OrganisationId] = frozenset()
    """Organisations for which the volunteer has held a place before."""
