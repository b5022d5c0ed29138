"""What a mail needs to know, asked from the owners at the moment of sending and kept nowhere."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.notifications.domain.recipient import RecipientKind
from services.notifications.domain.templates import (
    NAMES_WHO_COMES,
    OF_TANDEM,
    SHOWS_CONTACT,
    WHO_COMES,
)
from services.notifications.mail.words import offered_language
from services.notifications.store.tables import EmailRow
from shared.contracts.admin import StaffRecipient
from shared.contracts.matching import (
    AssignedOn,
    InvitationPage,
    ShowInvitation,
    ShowTandem,
    TandemPage,
)
from shared.contracts.network import (
    HandoverContact,
    HandoverShown,
    OrganisationCardsOf,
    OrganisationRecipient,
)
from shared.contracts.profiles import ContactShown, SharedContact, VolunteerRecipient
from shared.contracts.requests import Words, WordsOf
from shared.kernel.fields import Share, Side
from shared.messaging.asking import Asker

ASKED_AT_ONCE = 8
ANSWER_TOO_LATE = "answer_too_late"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the mail; `language` is one that they can be written to in.

    `address` is None for somebody who has none, `sign_in_url` only for staff.
    """

    address: str | None
    first_name: str
    name: str
    language: str
    shares: Share = Share.COORDINATOR
    sign_in_url: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a mail is about, as far as it is about a request; None where it is gone."""

    words: Words | None = None
    page: InvitationPage | None = None
    tandem: TandemPage | None = None
    """As its reader's side may see it."""


@dataclass(frozen=True, slots=True)
class Companions:
    """Who else is named: the organisation, whom to ring there, who comes."""

    organisation: str = ""
    contact: HandoverShown | None = None
    people: tuple[tuple[UUID, ContactShown], ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Asks profiles and network for people, requests for words, matching for places.

    All its questions raise Unavailable while their owner does not answer.
    """

    asker: Asker

    async def reader(self, row: EmailRow) -> Reader | None:
        """Name, address and language of the recipient; None when the person is gone."""
        kind = RecipientKind(row.recipient_kind)
        if kind is RecipientKind.STAFF:
            return await self._staff(row.person_id)
        found = await self.asker.ask(
            VolunteerRecipient(volunteer_id=row.person_id)
            if kind is RecipientKind.VOLUNTEER
            else OrganisationRecipient(organisation_id=row.person_id)
        )
        if not found.found:
            return None
        return Reader(
            found.email or None,
            found.first_name,
            found.display_name,
            offered_language(found.locale, kind),
            found.shares or Share.COORDINATOR,
        )

    async def _staff(self, staff_id: UUID) -> Reader | None:
        found = await self.asker.ask(StaffRecipient(staff_id=staff_id))
        if not found.found:
            return None
        return Reader(
            found.email or None,
            "",
            found.display_name,
            offered_language(found.locale, RecipientKind.STAFF),
            sign_in_url=found.sign_in_url,
        )

    async def subject(self, row: EmailRow) -> Subject:
        """The request's words and how the invitation stands."""
        words = page = None
        if row.request_id is not None:
            found = await self.asker.ask(WordsOf(request_ids=(row.request_id,)))
            words = found.words[0] if found.words else None
        if row.invitation_id is not None:
            newest = row.template == ANSWER_TOO_LATE  # its question may be replaced by now
            asked = ShowInvitation(invitation_id=row.invitation_id, newest=newest)
            shown = await self.asker.ask(asked)
            page = shown if shown.found else None
        return Subject(words, page, await self._tandem(row))

    async def _tandem(self, row: EmailRow) -> TandemPage | None:
        if row.template not in OF_TANDEM:
            return None
        shown = await self.asker.ask(
            ShowTandem(assignment_id=UUID(str(row.details["assignment_id"])), side=side_of(row))
        )
        return shown if shown.found else None

    async def companions(self, row: EmailRow, subject: Subject) -> Companions:
        """The people and names in the mail: only what this mail says to this reader."""
        words, page = subject.words, subject.page
        if words is None:
            return Companions()
        contact = None
        if row.template in SHOWS_CONTACT and page is not None and may_be_handed_over(page):
            contact = await self._contact(words)
        people: tuple[tuple[UUID, ContactShown], ...] = ()
        if row.template in NAMES_WHO_COMES:
            people = await self._people(words.request_id)
        if subject.tandem is not None and side_of(row) is Side.ORGANISATION:
            people = await self._volunteer_of(subject.tandem)
        if row.template not in WHO_COMES:
            people = tuple((who, _first_name_only(shown)) for who, shown in people)
        return Companions(await self._organisation(words), contact, people)

    async def _organisation(self, words: Words) -> str:
        found = await self.asker.ask(
            OrganisationCardsOf(organisation_ids=(words.organisation_id,))
        )
        return found.cards[0].name if found.cards else ""

    async def _contact(self, words: Words) -> HandoverShown | None:
        if words.contact_id is None:
            return None
        found = await self.asker.ask(HandoverContact(contact_id=words.contact_id))
        return found if found.found else None

    async def _volunteer_of(self, tandem: TandemPage) -> tuple[tuple[UUID, ContactShown], ...]:
        """With whom an organisation's tandem is; nobody once they are gone."""
        who = tandem.volunteer_id
        if who is None:
            return ()
        (contact,) = await self._shared_contacts([who])
        return ((who, contact),) if contact.found else ()

    async def _people(self, request_id: UUID) -> tuple[tuple[UUID, ContactShown], ...]:
        """Who comes, with the contact that each chose to share."""
        assigned = (await self.asker.ask(AssignedOn(request_id=request_id))).volunteer_ids
        found: list[tuple[UUID, ContactShown]] = []
        for start in range(0, len(assigned), ASKED_AT_ONCE):
            some = assigned[start : start + ASKED_AT_ONCE]
            found += zip(some, await self._shared_contacts(some), strict=True)
        return tuple((who, contact) for who, contact in found if contact.found)

    async def _shared_contacts(self, volunteer_ids: Sequence[UUID]) -> list[ContactShown]:
        return await asyncio.gather(
            *(self.asker.ask(SharedContact(volunteer_id=who)) for who in volunteer_ids)
        )


def side_of(row: EmailRow) -> Side:
    """On which side of a tandem a mail's reader is."""
    to_contact = row.recipient_kind == RecipientKind.CONTACT
    return Side.ORGANISATION if to_contact else Side.VOLUNTEER


def _first_name_only(shown: ContactShown) -> ContactShown:
    return ContactShown(found=True, first_name=shown.first_name)


def may_be_handed_over(page: InvitationPage) -> bool:
    """Where to go and whom to ring: only for somebody who holds a place and is known."""
    return page.holds_place and page.hand_over
