"""What `profiles` takes, answers and publishes: volunteers and everything personal about them."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.messages import (
    COMMAND_SENDERS,
    Command,
    Event,
    Message,
    Private,
    Query,
    Service,
    Starts,
)
from shared.contracts.values import (
    Absence,
    Done,
    HeldCheck,
    LanguageOf,
    Recipient,
    RosterEntry,
    Times,
)
from shared.kernel.fields import Channel, Gender, Share, Travel
from shared.kernel.fields import Field as FieldOfAction

ROSTER_BATCH = 500

_REPORTED = {Service.REPORTING: Starts.PROJECTION}
_ROSTER = {Service.MATCHING: Starts.PROJECTION}


class VolunteerRegistration(Message):
    """The same for a known and an unknown address: nobody learns who is registered.

    `unconfirmed`, with an id that is the volunteer's only if the person was new. An import and a
    coordinator get the truth: the id, and `unconfirmed`, `active`, or `known` for who was there.
    A dry run gets `checked`.
    """

    volunteer_id: UUID
    status: str


class VolunteerDescription(Message):
    """What volunteers say about themselves, when they register and whenever they change it."""

    first_name: str
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    channel: Channel | None = None
    locale: str = "de"
    postcode: str
    municipality: str | None = None
    radius_km: int | None = Field(default=None, ge=1, le=200)
    travel: tuple[Travel, ...] = ()
    languages: tuple[LanguageOf, ...] = ()
    fields: tuple[FieldOfAction, ...] = ()
    skills: tuple[str, ...] = ()
    availability: tuple[Times, ...] | None = None
    absences: tuple[Absence, ...] = ()
    asks_per_week: int | None = Field(default=None, ge=0, le=14)
    hours_per_week: int | None = Field(default=None, ge=1, le=60)
    gender: Gender | None = None
    shares: Share | None = None


class VolunteerChange(Message):
    """`changed`, or `unchanged` where all of it was known; a dry run gets `checked`.

    `version` is the one to send with the next change.
    """

    version: int
    status: str


class VolunteerShown(Message):
    """A volunteer's description as it stands."""

    found: bool
    version: int = 0
    description: VolunteerDescription | None = None


class Roster(Message):
    entries: tuple[RosterEntry, ...]


class Card(Message):
    volunteer_id: UUID
    name: str
    state: str
    known: bool
    channel: Channel
    phone: str | None = None
    email: str | None = None
    """None, too, once mails to it came back."""
    municipality: str | None = None
    locale: str = "de"
    languages: tuple[LanguageOf, ...] = ()
    checks: tuple[HeldCheck, ...] = ()
    shares: Share | None = None


class Cards(Message):
    cards: tuple[Card, ...]


class ContactShown(Message):
    found: bool
    first_name: str = ""
    phone: str | None = None
    email: str | None = None


class VolunteerExport(Message):
    found: bool
    document: str = ""
    """JSON."""


class _AboutVolunteer(Event):
    subject_field: ClassVar[str] = "volunteer_id"
    volunteer_id: UUID


class VolunteerRegistered(_AboutVolunteer):
    """Somebody registered and must confirm the address; asks for the confirmation mail."""

    readers: ClassVar = {Service.NOTIFICATIONS: Starts.EFFECT} | _REPORTED


class RegistrationRepeated(_AboutVolunteer):
    """Somebody registered again with a known address and name; its owner is told, once a day."""

    readers: ClassVar = {Service.NOTIFICATIONS: Starts.EFFECT}
    confirmed: bool = True
    """False: the address was never confirmed, so the mail must offer that again."""


class VolunteerActivated(_AboutVolunteer):
    """The address is confirmed (or consent was given on paper): the volunteer can be asked."""

    readers: ClassVar = _ROSTER | _REPORTED
    sequence: int


class VolunteerProfileChanged(_AboutVolunteer):
    """Something that matching uses changed; the profile itself is asked for."""

    readers: ClassVar = _ROSTER
    sequence: int


class VolunteerPaused(_AboutVolunteer):
    """No more offers until resumed, or until the date in the profile."""

    readers: ClassVar = _ROSTER | _REPORTED
    sequence: int


class VolunteerResumed(_AboutVolunteer):
    """Offers again."""

    readers: ClassVar = _ROSTER | _REPORTED
    sequence: int


class VolunteerLinkRequested(_AboutVolunteer):
    """Somebody asked for the link to their page; the address is theirs."""

    readers: ClassVar = {Service.NOTIFICATIONS: Starts.EFFECT}


class VolunteerErased(_AboutVolunteer):
    """The person is gone; whoever knows the id forgets it. A tombstone: it wins over any version."""

    readers: ClassVar = {
        Service.MATCHING: Starts.PROJECTION,
        Service.NOTIFICATIONS: Starts.PROJECTION,
        Service.REPORTING: Starts.PROJECTION,
        Service.ADMIN: Starts.PROJECTION,
    }


class RegisterVolunteer(VolunteerDescription, Private[VolunteerRegistration]):
    """A volunteer as they describe themselves; what is missing is unknown, not no."""

    consent_version: str
    consented_on: date | None = None
    """Set by an import or by a coordinator on the telephone: active and known at once."""
    checks: tuple[HeldCheck, ...] = ()
    """Like `consented_on` ignored from anybody but an import or a coordinator."""
    dry_run: bool = False
    """Check everything and store nothing; the status is `checked`."""


class ChangeVolunteer(VolunteerDescription, Private[VolunteerChange]):
    """The whole description anew: what is missing in it is withdrawn. Checks and consent stay.

    The address can be changed on the telephone only: whoever holds a mailed link shows that the
    old one is theirs, and nothing of a new one.
    """

    senders: ClassVar = (Service.PORTAL.value, Service.ADMIN.value)
    volunteer_id: UUID
    version: int = Field(ge=1)
    """That was shown; if another came since, the change is refused and to be looked at again."""
    dry_run: bool = False
    """Check everything and store nothing; the status is `checked`."""


class RequestVolunteerLink(Private[Done]):
    """Ask for a link to the own page by address; the reply is always the same."""

    senders: ClassVar = (Service.PORTAL.value,)
    email: str


class ConfirmVolunteer(Command[Done]):
    """The owner of the address said yes on the page behind the mailed link, or on the telephone."""

    senders: ClassVar = (Service.PORTAL.value, Service.ADMIN.value)
    volunteer_id: UUID


class PauseVolunteer(Command[Done]):
    """No offers for some weeks, or until resumed (`weeks` is None)."""

    volunteer_id: UUID
    weeks: int | None = Field(default=None, ge=1, le=52)


class ResumeVolunteer(Command[Done]):
    """Offers again."""

    volunteer_id: UUID


class RecordCheck(Command[Done]):
    """A coordinator saw a document or had the first talk: what, and the last valid day."""

    senders: ClassVar = (Service.ADMIN.value,)
    volunteer_id: UUID
    held: HeldCheck


class EraseVolunteer(Command[Done]):
    """Delete the person everywhere."""

    volunteer_id: UUID


class RosterOf(Query[Roster]):
    """The roster entries of these volunteers; an id that is gone is missing in the answer."""

    senders: ClassVar = (Service.MATCHING.value,)
    volunteer_ids: tuple[UUID, ...] = Field(max_length=ROSTER_BATCH)


class VolunteerRecipient(Query[Recipient]):
    """Name, address and language of a volunteer, for one mail."""

    senders: ClassVar = (Service.NOTIFICATIONS.value,)
    volunteer_id: UUID


class VolunteerCards(Query[Cards]):
    """Names and what a coordinator needs beside them, for a page."""

    senders: ClassVar = (Service.ADMIN.value,)
    volunteer_ids: tuple[UUID, ...] = Field(max_length=ROSTER_BATCH)


class FindVolunteers(Query[Cards]):
    """Volunteers by state or by a part of the name, newest first."""

    senders: ClassVar = (Service.ADMIN.value,)
    state: str | None = None
    known: bool | None = None
    text: str | None = Field(default=None, max_length=80)
    limit: int = Field(default=50, ge=1, le=500)


class SharedContact(Query[ContactShown]):
    """What an assigned volunteer chose to share with the organisation."""

    senders: ClassVar = (Service.NOTIFICATIONS.value, Service.ADMIN.value, Service.PORTAL.value)
    volunteer_id: UUID


class ExportVolunteer(Query[VolunteerExport]):
    """Everything `profiles` keeps of a person, for the person (Art. 15)."""

    volunteer_id: UUID
    senders: ClassVar = COMMAND_SENDERS


class ShowVolunteer(Query[VolunteerShown]):
    """A volunteer's own description, to be looked at and changed."""

    senders: ClassVar = (Service.PORTAL.value, Service.ADMIN.value)
    volunteer_id: UUID
