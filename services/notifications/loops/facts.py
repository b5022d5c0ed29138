"""What a mail says, asked from the owners at the moment of sending and kept nowhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.notifications.domain.recipient import RecipientKind
from services.notifications.loops.urls import Urls
from services.notifications.store.tables import EmailRow
from shared.contracts.admin import StaffRecipient
from shared.contracts.matching import AssignedOn, InvitationPage, ShowInvitation
from shared.contracts.network import (
    HandoverContact,
    OrganisationCardsOf,
    OrganisationRecipient,
)
from shared.contracts.profiles import SharedContact, VolunteerRecipient
from shared.contracts.requests import Words, WordsOf
from shared.district import District, in_locale
from shared.kernel.fields import Share
from shared.kernel.languages import language_name
from shared.messaging.asking import Asker

Values = dict[str, object]

CONFIRM_WITHIN = timedelta(days=7)
PAGE_FOR = timedelta(days=30)
SIGN_IN_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the mail."""

    address: str
    name: str
    locale: str
    values: Values


@dataclass(frozen=True, slots=True)
class Facts:
    """Asks the owners: profiles and network for people, requests for words, matching for places."""

    asker: Asker
    district: District
    urls: Urls

    async def reader(self, row: EmailRow, now: datetime) -> Reader | None:
        """Name, address and language of the recipient; None when the person is gone."""
        match RecipientKind(row.recipient_kind):
            case RecipientKind.VOLUNTEER:
                return await self._volunteer(row, now)
            case RecipientKind.CONTACT:
                return await self._contact(row, now)
            case RecipientKind.STAFF:
                return await self._staff(row, now)

    async def _volunteer(self, row: EmailRow, now: datetime) -> Reader | None:
        found = await self.asker.ask(VolunteerRecipient(volunteer_id=row.person_id))
        if not found.found or found.email is None:
            return None
        values: Values = {
            "first_name": found.first_name,
            "shares": found.shares or Share.COORDINATOR,
            "role": "volunteer",
            "confirm_url": self.urls.confirm_volunteer(row.person_id),
            "page_url": self.urls.volunteer_page(row.person_id),
            "unsubscribe_url": self.urls.unsubscribe(row.person_id),
            "expires_at": now + CONFIRM_WITHIN,
        }
        return Reader(found.email, found.display_name, found.locale, values)

    async def _contact(self, row: EmailRow, now: datetime) -> Reader | None:
        found = await self.asker.ask(OrganisationRecipient(organisation_id=row.person_id))
        if not found.found or found.email is None:
            return None
        confirming = row.template == "confirm_address"
        values: Values = {
            "name": found.display_name,
            "role": "organisation",
            "confirm_url": self.urls.confirm_organisation(row.person_id),
            "page_url": self.urls.organisation_page(row.person_id),
            "expires_at": now + (CONFIRM_WITHIN if confirming else PAGE_FOR),
            "opened": row.details.get("opened"),
        }
        if row.request_id is not None:
            values["request_url"] = self.urls.request_page(row.person_id, row.request_id)
        return Reader(found.email, found.display_name, found.locale, values)

    async def _staff(self, row: EmailRow, now: datetime) -> Reader | None:
        found = await self.asker.ask(StaffRecipient(staff_id=row.person_id))
        if not found.found:
            return None
        values: Values = {"sign_in_url": found.sign_in_url, "expires_at": now + SIGN_IN_FOR}
        return Reader(found.email, found.display_name, found.locale, values)

    async def words(self, request_id: UUID) -> Words | None:
        """The request's words; None when it is gone."""
        found = await self.asker.ask(WordsOf(request_ids=(request_id,)))
        return found.words[0] if found.words else None

    async def request_values(self, words: Words, locale: str) -> Values:
        """What every mail about a request can say of it."""
        cards = await self.asker.ask(
            OrganisationCardsOf(organisation_ids=(words.organisation_id,))
        )
        return {
            "task": words.title,
            "field_label": in_locale(self.district.fields[words.field], locale),
            "organisation": cards.cards[0].name if cards.cards else "",
            "municipality": words.municipality,
            "remote": words.remote,
            "slots": words.slots,
            "reference": words.reference,
            "places": words.places,
            "languages": [language_name(entry.tag, locale) for entry in words.languages],
            "minors_present": words.minors_present,
            "reimbursement": words.reimbursement,
            "lift_offered": words.lift_offered,
        }

    async def invitation(self, invitation_id: UUID) -> InvitationPage | None:
        """How an invitation stands now; None when it is gone."""
        page = await self.asker.ask(ShowInvitation(invitation_id=invitation_id))
        return page if page.found else None

    async def hand_over(self, page: InvitationPage, words: Words) -> Values:
        """Where to go and whom to ring: only for somebody who holds a place and is known."""
        if not (page.holds_place and page.hand_over):
            return {
                "hand_over": False,
                "meeting_point": None,
                "contact_name": None,
                "contact_phone": None,
            }
        name = phone = None
        if words.contact_id is not None:
            contact = await self.asker.ask(HandoverContact(contact_id=words.contact_id))
            if contact.found:
                name, phone = contact.name, contact.phone
        return {
            "hand_over": True,
            "meeting_point": words.meeting_point,
            "contact_name": name,
            "contact_phone": phone,
        }

    async def people(self, request_id: UUID) -> list[Values]:
        """Who comes: first names and the contact that each chose to share."""
        assigned = await self.asker.ask(AssignedOn(request_id=request_id))
        shown = [
            await self.asker.ask(SharedContact(volunteer_id=volunteer_id))
            for volunteer_id in assigned.volunteer_ids
        ]
        return [
            {"first_name": person.first_name, "phone": person.phone, "email": person.email}
            for person in shown
            if person.found
        ]


def reasons_of(page: InvitationPage, locale: str) -> Values:
    """Why we ask this volunteer: languages, the way, free then."""
    values: Values = {"speaks": [], "distance_km": None, "free_then": False}
    for reason in page.reasons:
        if reason.code == "speaks":
            tags = str(reason.details.get("tags", "")).split()
            values["speaks"] = [language_name(tag, locale) for tag in tags]
        elif reason.code == "near":
            values["distance_km"] = reason.details.get("km")
        elif reason.code == "free_then":
            values["free_then"] = True
    return values
