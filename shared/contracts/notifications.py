"""What `notifications` takes, answers and publishes: mails and what became of them."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.messages import CLI, Event, Message, Private, Query, Service, Starts
from shared.contracts.values import Code, Done

_REPORTED = {Service.REPORTING: Starts.PROJECTION}


class _AboutEmail(Event):
    subject_field: ClassVar[str] = "email_id"
    email_id: UUID
    template: Code
    volunteer_id: UUID | None = None
    invitation_id: UUID | None = None
    request_id: UUID | None = None


class EmailSent(_AboutEmail):
    """The mail server took it. Deadline, budget and estimate count from here."""

    readers: ClassVar = {Service.MATCHING: Starts.PROJECTION} | _REPORTED


class EmailFailed(_AboutEmail):
    """It will not arrive.

    `not_sent` (too late), `stale` (no longer so), `gone`, `suspended`, `address_unusable` (nobody to
    write to), `refused`, `unreachable` (by the mail server, for days), `not_written` (our fault);
    `parked`: nobody knows, and a coordinator decides.
    """

    readers: ClassVar = {Service.MATCHING: Starts.PROJECTION} | _REPORTED
    reason: Code


class _AboutVolunteer(Event):
    subject_field: ClassVar[str] = "volunteer_id"
    volunteer_id: UUID


class AddressSuspended(_AboutVolunteer):
    """Mails to this volunteer come back: ring them."""

    readers: ClassVar = {Service.PROFILES: Starts.PROJECTION} | _REPORTED


class OutboxEntry(Message):
    """One mail as a coordinator may see it: no address, no text."""

    email_id: UUID
    template: Code
    state: str
    created_at: AwareDatetime
    sent_at: AwareDatetime | None = None
    volunteer_id: UUID | None = None
    organisation_id: UUID | None = None
    request_id: UUID | None = None
    last_code: str | None = None


class OutboxEntries(Message):
    entries: tuple[OutboxEntry, ...]
    counts: dict[str, int] = Field(default_factory=dict)


class DisclosureShown(Message):
    """One mail told an organisation how to reach a volunteer.

    `what`: `first_name`; `phone` or `email`: the first name with that contact.
    """

    organisation_id: UUID
    request_id: UUID
    what: Code
    disclosed_at: AwareDatetime


class Disclosures(Message):
    disclosures: tuple[DisclosureShown, ...]


class SendSignInLink(Private[Done]):
    """Mail a staff member a sign-in link; `notifications` asks `admin` for it when sending."""

    senders: ClassVar = (Service.ADMIN.value,)
    recipient_staff_id: UUID


class FindEmails(Query[OutboxEntries]):
    """Mails by state or request, newest first."""

    senders: ClassVar = (Service.ADMIN.value, CLI)
    state: str | None = None
    request_id: UUID | None = None
    limit: int = Field(default=50, ge=1, le=200)


class DisclosuresOf(Query[Disclosures]):
    """To whom a volunteer's name and contact were mailed, and when, oldest first (Art. 15)."""

    senders: ClassVar = (Service.PORTAL.value, Service.ADMIN.value)
    volunteer_id: UUID
