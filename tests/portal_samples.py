"""What the owners answer to the portal, for tests of its pages: one of each, to be changed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.contracts import matching, requests
from shared.contracts.values import Dated, LanguageAsked
from shared.kernel.fields import Field, Kind
from tests.people_builders import NOON

INVITATION, REQUEST, VOLUNTEER, ORGANISATION, CONTACT = (UUID(int=n) for n in range(1, 6))


def a_slot(days: float = 2, hours: float = 2) -> Dated:
    starts_at = NOON.replace(hour=16) + timedelta(days=days)
    return Dated(starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours))


def an_invitation(**changes: Any) -> matching.InvitationPage:
    """An offer that waits for its answer."""
    values = {
        "found": True,
        "invitation_id": INVITATION,
        "request_id": REQUEST,
        "volunteer_id": VOLUNTEER,
        "state": "sent",
        "free_places": 1,
        "version": 1,
        "deadline": NOON + timedelta(days=1),
        "starts_at": a_slot().starts_at,
        "ends_at": a_slot().ends_at,
        "reasons": (
            matching.Reason(code="speaks", details={"tags": "ar uk"}),
            matching.Reason(code="near", details={"km": 6}),
            matching.Reason(code="free_then", details={}),
        ),
    }
    return matching.InvitationPage.model_validate(values | changes)


TANDEM = UUID(int=6)


def a_tandem(**changes: Any) -> matching.TandemPage:
    """A tandem at the end of its trial that waits for this side's answer."""
    values = {
        "found": True,
        "assignment_id": TANDEM,
        "request_id": REQUEST,
        "organisation_id": ORGANISATION,
        "volunteer_id": VOLUNTEER,
        "side": "volunteer",
        "state": "running",
        "trial_until": (NOON + timedelta(days=0)).date(),
        "question": 1,
        "what": "trial",
        "asked_at": NOON,
        "from_on": (NOON - timedelta(days=28)).date(),
        "to_on": (NOON - timedelta(days=1)).date(),
        "next_on": (NOON + timedelta(days=14)).date(),
    }
    return matching.TandemPage.model_validate(values | changes)


def some_words(**changes: Any) -> requests.Words:
    """The words of an open request."""
    values = {
        "request_id": REQUEST,
        "reference": "AL-2026-0001",
        "organisation_id": ORGANISATION,
        "version": 1,
        "state": "open",
        "kind": Kind.SINGLE,
        "field": Field.LANGUAGE,
        "title": "Sprachcafé in der Stadtbibliothek begleiten",
        "description": "Wir sitzen zusammen und reden.\nEs gibt Kaffee und Kuchen.",
        "postcode": "04639",
        "municipality": "Gößnitz",
        "meeting_point": "Stadtbibliothek, Haupteingang",
        "contact_id": CONTACT,
        "slots": (a_slot(),),
        "languages": (
            LanguageAsked(tag="de", level="B1"),
            LanguageAsked(tag="ar", level="native"),
        ),
        "places": 2,
        "reimbursement": True,
        "minors_present": True,
    }
    return requests.Words.model_validate(values | changes)


def a_shown(**changes: Any) -> requests.RequestShown:
    """A request as its organisation sees it."""
    words = changes.pop("words", some_words())
    values = {
        "found": True,
        "request_id": REQUEST,
        "organisation_id": ORGANISATION,
        "reference": "AL-2026-0001",
        "status": "open",
        "version": 1,
        "places": 2,
        "words": words,
        "content": requests.RequestContent(
            kind=words.kind,
            field=words.field,
            title=words.title,
            description=words.description,
            places=2,
            postcode="04639",
            municipality="Gößnitz",
            meeting_point=words.meeting_point,
            contact_id=CONTACT,
            slots=words.slots,
            languages=words.languages,
        ),
    }
    return requests.RequestShown.model_validate(values | changes)


PROFILE = {
    "radius_km": 20,
    "travel": ["bicycle", "public_transport"],
    "languages": [
        {"tag": "ar", "level": "native", "modes": ["interpret"]},
        {"tag": "de", "level": "B1", "modes": []},
    ],
    "fields": ["language", "education"],
    "skills": ["reading_aloud", "baking"],
    "availability": [
        {"weekday": 1, "from": "17:00", "to": "20:00"},
        {"weekday": 5, "from": "09:00", "to": "24:00"},
    ],
    "gender": None,
    "asks_per_week": 2,
    "hours_per_week": 4,
}


def a_document(**changes: Any) -> dict[str, Any]:
    """What `profiles` exports of a volunteer who said everything."""
    volunteer = {
        "volunteer_id": str(VOLUNTEER),
        "state": "active",
        "first_name": "Amira",
        "last_name": "Haddad",
        "email": "amira@freiwillige.example",
        "phone": "+49 3447 900001",
        "channel": "email",
        "email_suspended_at": None,
        "locale": "ar",
        "shares": "phone",
        "postcode": "04600",
        "municipality": "Altenburg",
        "profile": PROFILE,
        "absences": [{"from_on": "2026-12-20", "to_on": "2027-01-06"}],
        "known_since": "2026-03-02 09:00:00+00:00",
        "paused_until": None,
        "consent_version": "2026-11",
        "consented_at": "2026-03-01 09:00:00+00:00",
        "registered_at": "2026-02-28 09:00:00+00:00",
        "latitude": 50.97,
    }
    checks = [{"check": "conduct_certificate", "valid_until": "2029-01-31"}]
    return {"volunteer": volunteer | changes, "checks": checks, "events": []}
