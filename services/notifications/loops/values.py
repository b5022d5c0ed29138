"""The values that templates name, from what the owners told. Pure; some milliseconds of CPU."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.notifications.domain.recipient import RecipientKind
from services.notifications.domain.templates import OF_TANDEM, TANDEM_ENDS
from services.notifications.loops.facts import (
    Companions,
    Reader,
    Subject,
    may_be_handed_over,
    side_of,
)
from services.notifications.loops.outdated import CLOSED
from services.notifications.loops.urls import Urls, in_language
from services.notifications.store.tables import EmailRow
from shared.contracts.matching import InvitationPage
from shared.contracts.requests import Words
from shared.contracts.values import Dated
from shared.district import District, in_locale
from shared.kernel.fields import Kind
from shared.kernel.languages import language_name

Values = dict[str, object]

CONFIRM_WITHIN = timedelta(days=7)
PAGE_FOR = timedelta(days=30)
SIGN_IN_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Told:
    """All that is known of one mail at the moment of writing; `now` is domain time."""

    row: EmailRow
    reader: Reader
    subject: Subject
    companions: Companions
    now: datetime

    @property
    def slots(self) -> tuple[Dated, ...]:
        """The dates that this mail is about: the one, or all but those that its reader skips."""
        date_at, page = self.row.details.get("date_at"), self.subject.page
        if date_at is not None:
            moment = datetime.fromisoformat(str(date_at))
            return tuple(slot for slot in self.dates if slot.starts_at == moment)
        if self.row.template in TANDEM_ENDS:
            return tuple(slot for slot in self.dates if slot.starts_at > self.now)
        skipped = () if page is None else [slot.starts_at for slot in page.skipped]
        return tuple(s for s in self.dates if s.starts_at not in skipped) or self.dates

    @property
    def dates(self) -> tuple[Dated, ...]:
        """All dates; of a request whose words are gone, from its first start to its last end."""
        words, page = self.subject.words, self.subject.page
        if words is not None:
            return words.slots
        if page is None or page.starts_at is None or page.ends_at is None:
            return ()
        return (Dated(starts_at=page.starts_at, ends_at=page.ends_at),)


@dataclass(frozen=True, slots=True)
class Wording:
    """Puts what was told into the templates' names."""

    district: District
    urls: Urls

    def values(self, told: Told) -> Values:
        """Every value that the mail's template can name."""
        values = self._of_reader(told)
        details = {name: _read(name, value) for name, value in told.row.details.items()}
        values |= details
        words, page = told.subject.words, told.subject.page
        if words is not None:
            values |= self._of_request(words, told.companions, told.reader.language)
        else:
            values |= _LOST_WORDS
        values["slots"] = told.slots
        if told.row.template in OF_TANDEM:
            assignment_id = str(told.row.details["assignment_id"])
            values["tandem_url"] = self.urls.tandem(assignment_id, side_of(told.row))
        if page is not None and told.row.invitation_id is not None:
            values |= self._of_invitation(told.row.invitation_id, told, page, details)
            values |= hand_over(told, page)
        return values | _links_in(told.reader.language, values)

    def _of_reader(self, told: Told) -> Values:
        reader, row, now = told.reader, told.row, told.now
        confirming = row.template == "confirm_address"
        expires_at = now + (CONFIRM_WITHIN if confirming else PAGE_FOR)
        match RecipientKind(row.recipient_kind):
            case RecipientKind.VOLUNTEER:
                return {
                    "role": "volunteer",
                    "first_name": reader.first_name,
                    "shares": reader.shares,
                    "confirm_url": self.urls.confirm_volunteer(row.person_id),
                    "page_url": self.urls.volunteer_page(row.person_id),
                    "unsubscribe_url": self.urls.unsubscribe(row.person_id),
                    "expires_at": expires_at,
                }
            case RecipientKind.CONTACT:
                return {
                    "role": "organisation",
                    "name": reader.name,
                    "confirm_url": self.urls.confirm_organisation(row.person_id),
                    "page_url": self.urls.organisation_page(row.person_id),
                    "expires_at": expires_at,
                    "opened": None,
                    "next_step_by": None,
                    "asked": True,
                    "request_url": self._request_url(row),
                }
            case RecipientKind.STAFF:
                return {"sign_in_url": reader.sign_in_url, "expires_at": now + SIGN_IN_FOR}

    def _request_url(self, row: EmailRow) -> str:
        """The request's page; of one that was not taken the form, where it can be posted again."""
        if row.request_id is not None:
            return self.urls.request_page(row.person_id, row.request_id)
        if row.details.get("deed") == "post":
            return self.urls.new_request(row.person_id)
        return self.urls.organisation_page(row.person_id)

    def _of_request(self, words: Words, companions: Companions, language: str) -> Values:
        return {
            "task": words.title,
            "field_label": in_locale(self.district.fields[words.field], language),
            "organisation": companions.organisation,
            # Four postcodes have several municipalities: then it is not known which one.
            "municipality": words.municipality or self.district.name,
            "remote": words.remote,
            "reference": words.reference,
            "contact_named": words.contact_id is not None,
            "places": words.places,
            "languages": [language_name(entry.tag, language) for entry in words.languages],
            "dates_can_be_skipped": words.kind is Kind.SERIES,
            "minors_present": words.minors_present,
            "reimbursement": words.reimbursement,
            "lift_offered": words.lift_offered,
            "people": [
                {"first_name": one.first_name, "phone": one.phone, "email": one.email}
                for _, one in companions.people
            ],
        }

    def _of_invitation(
        self,
        invitation_id: UUID,
        told: Told,
        page: InvitationPage,
        details: Mapping[str, object],
    ) -> Values:
        return {
            "answer_url": self.urls.answer(invitation_id),
            "confirmed_by_coordinator": page.confirmed_by_coordinator,
            "clashes": page.clashes,
            "asked_first": not page.holds_place,
            "only_stopped": _only_stopped(told.subject.words, details),
            "by_you": details.get("reason") == "answered",
            "waited": bool(details.get("waited")),
            "position": page.waiting_position or details.get("position"),
            "answer_by": page.deadline or details.get("answer_by") or page.starts_at,
            **_reasons(page, told.reader.language),
        }


def _only_stopped(words: Words | None, details: Mapping[str, object]) -> bool:
    """Whether a request may still go on, and its people be asked anew."""
    by_stop = ("request_stopped", "matching.invitation_stopped")
    stopped = details.get("reason") in by_stop or details.get("code") in by_stop
    return stopped and words is not None and words.state not in CLOSED


_TO_PORTAL = (
    "answer_url",
    "confirm_url",
    "page_url",
    "request_url",
    "tandem_url",
    "unsubscribe_url",
)


def _links_in(language: str, values: Values) -> Values:
    return {
        name: in_language(str(values[name]), language) for name in _TO_PORTAL if name in values
    }


_MOMENTS = frozenset({"answer_by", "decide_by", "wanted_at"})
_DAYS = frozenset({"from_on", "to_on"})


def _read(name: str, value: object) -> object:
    """A detail as the templates need it: moments and days are stored as text."""
    if value and name in _MOMENTS:
        return datetime.fromisoformat(str(value))
    return date.fromisoformat(str(value)) if value and name in _DAYS else value


_LOST_WORDS: Values = {
    "task": None,
    "field_label": None,
    "organisation": None,
    "municipality": None,
    "remote": False,
    "reference": None,
}
"""Of a request whose organisation is gone only the time is left to say; of none, not even that."""


def hand_over(told: Told, page: InvitationPage) -> Values:
    """Where to go and whom to ring, for those who may know it."""
    words, contact = told.subject.words, told.companions.contact
    may = words is not None and may_be_handed_over(page)
    return {
        "hand_over": may,
        "meeting_point": words.address if may and words is not None else None,
        "contact_name": contact.name if may and contact is not None else None,
        "contact_phone": contact.phone if may and contact is not None else None,
    }


def _reasons(page: InvitationPage, language: str) -> Values:
    values: Values = {"speaks": [], "distance_km": None, "free_then": False}
    for reason in page.reasons:
        if reason.code == "speaks":
            tags = str(reason.details.get("tags", "")).split()
            values["speaks"] = [language_name(tag, language) for tag in tags]
        elif reason.code == "near":
            values["distance_km"] = reason.details.get("km")
        elif reason.code == "free_then":
            values["free_then"] = True
    return values
