"""What `network` takes, answers and publishes: organisations and every person who is no volunteer."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.messages import (
    CLI,
    Command,
    Event,
    Message,
    Private,
    Query,
    Service,
    Starts,
)
from shared.contracts.values import Done, Recipient
from shared.kernel.fields import OrganisationKind

_REPORTED = {Service.REPORTING: Starts.PROJECTION}
_MAILED = {Service.NOTIFICATIONS: Starts.EFFECT}
_KNOWN = {Service.REQUESTS: Starts.PROJECTION}


class OrganisationRegistration(Message):
    """The same for a known and an unknown address: `unverified`, and an id that may be random.

    An import and a coordinator get the truth: the id, and `unverified`, `verified`, or `known`.
    A dry run gets `checked`.
    """

    organisation_id: UUID
    status: str


class ContactKept(Message):
    contact_id: UUID


class TokenIssued(Message):
    """`brk_` and 32 random bytes in base64url. Shown once: only the SHA-256 of the whole is kept."""

    token: str
    organisation_id: UUID


class TokenOwner(Message):
    """Whose token it is; nothing when it is unknown, withdrawn or the organisation suspended."""

    organisation_id: UUID | None = None
    contact_id: UUID | None = None


class OrganisationCard(Message):
    organisation_id: UUID
    name: str
    kind: OrganisationKind
    state: str
    municipality: str | None = None
    contact_name: str | None = None
    """Only for the admin's pages."""
    phone: str | None = None
    email: str | None = None
    """The contact's. Only for the admin's pages, like the telephone number."""
    registered_at: AwareDatetime | None = None


class OrganisationCards(Message):
    cards: tuple[OrganisationCard, ...]


class HandoverShown(Message):
    found: bool
    name: str = ""
    phone: str | None = None


class OrganisationFound(Message):
    organisation_id: UUID | None = None


class _AboutOrganisation(Event):
    subject_field: ClassVar[str] = "organisation_id"
    organisation_id: UUID


class OrganisationRegistered(_AboutOrganisation):
    """An organisation registered; its contact must confirm the address."""

    readers: ClassVar = _MAILED | _REPORTED


class OrganisationRegistrationRepeated(_AboutOrganisation):
    """A known organisation registered again; its contact is told, once a day."""

    readers: ClassVar = _MAILED
    confirmed: bool = True
    """False: the address was never confirmed, so the mail must offer that again."""


class OrganisationConfirmed(_AboutOrganisation):
    """The contact's address is confirmed; a coordinator may verify."""

    readers: ClassVar = _REPORTED


class OrganisationVerified(_AboutOrganisation):
    """A coordinator knows them: their requests open by themselves."""

    readers: ClassVar = _KNOWN | _MAILED | _REPORTED
    sequence: int
    announced: bool = True
    """Whether the contact is told; an import brings in who is known already, without mails."""


class OrganisationSuspended(_AboutOrganisation):
    """Their requests wait in review again."""

    readers: ClassVar = _KNOWN | _REPORTED
    sequence: int


class OrganisationLinkRequested(_AboutOrganisation):
    """Somebody asked for the link to the organisation's page; its contact gets it by mail."""

    readers: ClassVar = _MAILED


class OrganisationErased(_AboutOrganisation):
    """The organisation and its people are gone."""

    readers: ClassVar = {
        Service.REQUESTS: Starts.PROJECTION,
        Service.NOTIFICATIONS: Starts.PROJECTION,
        Service.REPORTING: Starts.PROJECTION,
    }


class RegisterOrganisation(Private[OrganisationRegistration]):
    """An organisation and the person who speaks for it."""

    name: str
    kind: OrganisationKind
    contact_first_name: str
    contact_last_name: str
    email: str
    phone: str | None = None
    locale: str = "de"
    postcode: str | None = None
    municipality: str | None = None
    verified: bool = False
    """Only an import (`via: import`) and a coordinator may say so; otherwise it is ignored."""
    dry_run: bool = False
    """Check everything and store nothing; the status is `checked`."""


class KeepHandoverContact(Private[ContactKept]):
    """The person whom an assigned volunteer rings; the same person gets the same id."""

    organisation_id: UUID
    """In a dry run not looked at: whom to ring can be wrong although the organisation is, too."""
    name: str
    phone: str | None = None
    dry_run: bool = False
    """Check name and number and store nothing; the id in the reply is nobody's."""


class IssueApiToken(Private[TokenIssued]):
    """A new API token for the organisation of this contact's address."""

    senders: ClassVar = (CLI, Service.ADMIN.value)
    keeps_reply: ClassVar = False
    email: str


class RequestOrganisationLink(Private[Done]):
    """Ask for a link to the organisation's page by address; the reply is always the same."""

    senders: ClassVar = (Service.PORTAL.value,)
    email: str


class ConfirmOrganisation(Command[Done]):
    """The contact said yes on the page behind the mailed link."""

    senders: ClassVar = (Service.PORTAL.value,)
    organisation_id: UUID


class VerifyOrganisation(Command[Done]):
    """A coordinator knows this organisation."""

    senders: ClassVar = (Service.ADMIN.value,)
    organisation_id: UUID


class SuspendOrganisation(Command[Done]):
    """A coordinator stops an organisation's requests."""

    senders: ClassVar = (Service.ADMIN.value,)
    organisation_id: UUID


class EraseOrganisation(Command[Done]):
    """Delete the organisation and its contacts."""

    senders: ClassVar = (Service.ADMIN.value, CLI)
    organisation_id: UUID


class OwnerOfToken(Query[TokenOwner]):
    """Whose API token has this SHA-256 (of the token's text, in hexadecimal)."""

    senders: ClassVar = (Service.PORTAL.value,)
    token_hash: str = Field(min_length=64, max_length=64)


class OrganisationByEmail(Query[OrganisationFound]):
    """Whose contact has this address; for an import of requests."""

    senders: ClassVar = (CLI,)
    email: str


class OrganisationCardsOf(Query[OrganisationCards]):
    """Names for pages and mails; an id that is gone is missing in the answer."""

    senders: ClassVar = (
        Service.ADMIN.value,
        Service.NOTIFICATIONS.value,
        Service.PORTAL.value,
    )
    organisation_ids: tuple[UUID, ...] = Field(max_length=500)


class FindOrganisations(Query[OrganisationCards]):
    """Organisations by id, by state or by a part of the name, newest first; with their contacts."""

    senders: ClassVar = (Service.ADMIN.value,)
    organisation_id: UUID | None = None
    state: str | None = None
    text: str | None = Field(default=None, max_length=80)
    limit: int = Field(default=50, ge=1, le=500)


class OrganisationRecipient(Query[Recipient]):
    """Name, address and language of the organisation's contact, for one mail."""

    senders: ClassVar = (Service.NOTIFICATIONS.value,)
    organisation_id: UUID


class HandoverContact(Query[HandoverShown]):
    """Whom to ring; asked only for somebody who is assigned."""

    senders: ClassVar = (Service.NOTIFICATIONS.value, Service.ADMIN.value, Service.PORTAL.value)
    contact_id: UUID
