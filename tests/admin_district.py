"""A small district that looks real, as the coordinators' pages are told of it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from shared.contracts import matching, network, notifications, profiles, reporting, requests
from shared.contracts.values import (
    Coordinates,
    Dated,
    HeldCheck,
    LanguageAsked,
    LanguageOf,
)
from shared.kernel.fields import Answer, Channel, Check, Field, Kind, OrganisationKind, Share
from shared.kernel.ids import new_id
from tests.admin_stage import NOW, Stage, ids

VERENA, SAMIRA, OLENA, JONAS, FATIMA, PIOTR, MARIAM, ANDREAS = VOLUNTEERS = ids(8)
SCHOOL, CLUB, PARISH = ORGANISATIONS = ids(3)
REQUEST, REVIEWED, EMPTY = REQUESTS = ids(3)
CONTACT = new_id()
CALL = new_id()
INVITATIONS = ids(4)

NAMES = {
    VERENA: "Verena Großmann-Heidenreich",
    SAMIRA: "Samira Al-Haddad",
    OLENA: "Олена Шевченко",
    JONAS: "Jonas Beyer",
    FATIMA: "فاطمة الزهراء",
    PIOTR: "Piotr Wiśniewski",
    MARIAM: "Mariam Tesfay",
    ANDREAS: "Andreas Quellmalz",
}


def card(volunteer_id: UUID, **changes: Any) -> profiles.Card:
    at = VOLUNTEERS.index(volunteer_id)
    return profiles.Card(
        **{
            "volunteer_id": volunteer_id,
            "name": NAMES[volunteer_id],
            "state": ("active", "active", "paused", "active")[at % 4],
            "known": at not in {3, 6},
            "channel": Channel.PHONE if at == 7 else Channel.EMAIL,
            "phone": f"+49 3447 90000{at}" if at not in {3, 4} else None,
            "email": f"person{at}@volunteer.example" if at != 7 else None,
            "municipality": ("Altenburg", "Gößnitz", "Langenleuba-Niederhain")[at % 3],
            "languages": (
                LanguageOf(tag="ar", level="native"),
                LanguageOf(tag="de", level="B2"),
            ),
            "checks": (
                HeldCheck(check=Check.FIRST_TALK, valid_until=date(2999, 12, 31)),
                HeldCheck(check=Check.CONFIDENTIALITY, valid_until=date(2030, 12, 31)),
            ),
            "shares": Share.PHONE,
            **changes,
        }
    )


def description(**changes: Any) -> profiles.VolunteerDescription:
    """What a volunteer said who said everything."""
    said = {
        "first_name": "Verena",
        "last_name": "Großmann-Heidenreich",
        "email": "verena@freiwillige.example",
        "phone": "+49 3447 900000",
        "channel": "phone",
        "postcode": "04600",
        "municipality": "Altenburg",
        "radius_km": 20,
        "travel": ["bicycle"],
        "languages": [
            {"tag": "de", "level": "native", "modes": ["interpret", "write"]},
            {"tag": "sw", "level": "B1"},
        ],
        "fields": ["work"],
        "skills": ["baking"],
        "availability": [
            {"weekday": 0, "from": "18:00", "to": "20:00"},
            {"weekday": 5, "from": "09:00", "to": "24:00"},
        ],
        "absences": [
            {"from_on": "2025-01-01", "to_on": "2025-01-06"},
            {"from_on": "2090-01-01", "to_on": "2090-01-06"},
        ],
        "asks_per_week": 2,
        "hours_per_week": 4,
        "gender": "female",
        "shares": "phone",
    }
    return profiles.VolunteerDescription.model_validate(said | changes)


def organisation(organisation_id: UUID, **changes: Any) -> network.OrganisationCard:
    at = ORGANISATIONS.index(organisation_id)
    return network.OrganisationCard(
        **{
            "organisation_id": organisation_id,
            "name": (
                "Grundschule „Martin Luther“ Altenburg",
                "Sportverein Einheit Gößnitz e. V.",
                "Kirchgemeinde Schmölln",
            )[at],
            "kind": (
                OrganisationKind.SCHOOL,
                OrganisationKind.ASSOCIATION,
                OrganisationKind.PARISH,
            )[at],
            "state": ("verified", "unverified", "suspended")[at],
            "municipality": ("Altenburg", "Gößnitz", "Schmölln")[at],
            "contact_name": "Karla Vereinsfrau",
            "phone": "+49 3447 800800" if at != 1 else None,
            "email": f"kontakt{at}@organisation.example",
            "registered_at": NOW - timedelta(days=40),
            **changes,
        }
    )


def slot(days: int, hours: int = 2) -> Dated:
    starts = NOW + timedelta(days=days)
    return Dated(starts_at=starts, ends_at=starts + timedelta(hours=hours))


LINKED = UUID(int=77)
"""The request for a date that somebody skips."""

TITLES = {
    REQUEST: "Arabisch dolmetschen beim Elternabend der dritten Klassen",
    REVIEWED: "Auf- und Abbau beim Sommerfest",
    EMPTY: "Deutsch üben mit Schichtarbeiterinnen der Großbäckerei",
}


def words(request_id: UUID, **changes: Any) -> requests.Words:
    return requests.Words(
        **{
            "request_id": request_id,
            "reference": f"2026-{REQUESTS.index(request_id) + 117:04}",
            "organisation_id": ORGANISATIONS[REQUESTS.index(request_id)],
            "version": 3,
            "state": "open",
            "kind": Kind.INTERPRETING,
            "field": Field.EDUCATION,
            "title": TITLES[request_id],
            "description": "Etwa zehn Familien kommen.\nEs geht um den Wechsel auf die neue Schule.",
            "postcode": "04600",
            "municipality": "Altenburg",
            "meeting_point": "Haupteingang, Platanenstraße",
            "contact_id": CONTACT,
            "slots": (slot(5), slot(12)),
            "languages": (LanguageAsked(tag="ar", level="C1"),),
            "places": 2,
            "minors_present": True,
            "reimbursement": True,
            **changes,
        }
    )


def content(**changes: Any) -> requests.RequestContent:
    """What the organisation said; the second date goes on over night to the day after next."""
    return requests.RequestContent(
        **{
            "kind": Kind.INTERPRETING,
            "field": Field.EDUCATION,
            "title": TITLES[REQUEST],
            "description": "Etwa zehn Familien kommen.",
            "places": 2,
            "postcode": "04600",
            "municipality": "Altenburg",
            "meeting_point": "Haupteingang, Platanenstraße",
            "contact_id": CONTACT,
            "languages": (
                LanguageAsked(tag="ar", level="C1"),
                LanguageAsked(tag="zgh", level="B1"),
            ),
            "skills": ("interpreting",),
            "checks": (Check.CONFIDENTIALITY,),
            "slots": (slot(5), slot(12, hours=40)),
            "answer_by": NOW + timedelta(days=2, minutes=7),
            "minors_present": True,
            "reimbursement": True,
            **changes,
        }
    )


def shown(request_id: UUID, **changes: Any) -> requests.RequestShown:
    status = {REQUEST: "open", REVIEWED: "review", EMPTY: "filled"}[request_id]
    return requests.RequestShown(
        **{
            "found": True,
            "request_id": request_id,
            "organisation_id": ORGANISATIONS[REQUESTS.index(request_id)],
            "reference": words(request_id).reference,
            "status": status,
            "version": 3,
            "places": 2,
            "reserved": 1,
            "assigned": 1,
            "waitlisted": 1,
            "posted_at": NOW - timedelta(days=2),
            "words": words(request_id, state=status),
            "need": requests.Need(
                kind=Kind.INTERPRETING,
                field=Field.EDUCATION,
                places=2,
                point=Coordinates(latitude=50.98, longitude=12.43),
                slots=(slot(5), slot(12)),
                skills=("interpreting",),
                checks=(Check.CONFIDENTIALITY,),
                minors_present=True,
            ),
            "content": content(),
            **changes,
        }
    )


def places(request_id: UUID, **changes: Any) -> matching.PlacesShown:
    return matching.PlacesShown(
        **{
            "request_id": request_id,
            "sequence": 4,
            "places": 2,
            "invited": 4,
            "reserved": 1,
            "assigned": 1,
            "waitlisted": 1,
            **changes,
        }
    )


A_FREE_PLACE = places(REQUEST, places=3)
"""Of the board below, which is full as it stands."""


def invitation(number: int, volunteer_id: UUID, **changes: Any) -> matching.InvitationShown:
    return matching.InvitationShown(
        **{
            "invitation_id": INVITATIONS[number],
            "volunteer_id": volunteer_id,
            "wave": 1,
            "state": "sent",
            "channel": Channel.EMAIL,
            "issued_at": NOW - timedelta(hours=30),
            "sent_at": NOW - timedelta(hours=30),
            "deadline": NOW + timedelta(hours=5),
            **changes,
        }
    )


def reason(code: str, **details: Any) -> matching.Reason:
    return matching.Reason(code=code, details=details)


RECORD = matching.Record(asked=4.85, yes=2.91, chance=0.4065, fatigue=1.62)
WEIGHED = matching.Weighed(
    value=0.1462, lost=0.1234, fit=0.049, weariness=2.86, gain=0.0312, short=0.624, late=0.3,
    price=0.3146,
)  # fmt: skip
"""What a wave weighed of somebody who was asked."""


def candidate(volunteer_id: UUID, rank: int, **changes: Any) -> matching.CandidateShown:
    parts = [
        ("fit", 250 - rank * 20, 300),
        ("nearness", 140, 200),
        ("slack", 90, 150),
        ("continuity", 150 if rank == 1 else 0, 150),
        ("rest", 180, 200),
    ]
    return matching.CandidateShown(
        **{
            "volunteer_id": volunteer_id,
            "rank": rank,
            "score": sum(points for _, points, _ in parts),
            "parts": tuple(
                matching.ScorePart(name=name, points=points, at_most=most)
                for name, points, most in parts
            ),
            "reasons": (
                reason("speaks", tags="ar de"),
                reason("near", km=6.4),
                reason("free_then"),
            ),
            "chance": 0.31,
            "record": RECORD,
            **changes,
        }
    )


def excluded(volunteer_id: UUID, *reasons: matching.Reason) -> matching.ExcludedShown:
    return matching.ExcludedShown(volunteer_id=volunteer_id, exclusions=reasons)


def board(**changes: Any) -> matching.BoardShown:
    return matching.BoardShown(
        **{
            "found": True,
            "places": places(REQUEST),
            "state": "open",
            "waits_for": reason(
                "awaiting_answers", chance=0.62, awaited=3, expected=0.9
            ),
            "reliefs": (
                matching.Relief(
                    code="lower_level",
                    details={"tag": "ar", "asked": "B2", "instead": "B1"},
                    gained=7,
                ),
                matching.Relief(code="other_weekday", details={"weekday": 5}, gained=4),
                matching.Relief(code="farther", details={"km": 5}, gained=2),
            ),
            "next_look_at": NOW + timedelta(hours=5),
            "invitations": (
                invitation(0, VERENA, answer=Answer.YES, via="web", answered_at=NOW),
                invitation(1, SAMIRA, answer=Answer.YES, via="phone", answered_at=NOW),
                invitation(2, OLENA, state="expired"),
                invitation(3, MARIAM, state="planned", sent_at=None, deadline=None),
            ),
            "assigned": (VERENA,),
            "reserved": (SAMIRA,),
            "waiting": (OLENA,),
            "need": shown(REQUEST).need.model_copy(
                update={"kind": Kind.SERIES, "slots": (slot(5), slot(12), slot(19), slot(26))}
            ),
            "skips": (
                matching.SkipShown(
                    **slot(12).model_dump(), volunteer_id=VERENA, linked_request_id=LINKED
                ),
                matching.SkipShown(
                    **slot(19).model_dump(),
                    volunteer_id=VERENA,
                    linked_request_id=LINKED,
                    taken=True,
                    taken_by=(JONAS,),
                ),
            ),
            "candidates": (
                candidate(JONAS, 1),
                candidate(
                    FATIMA,
                    2,
                    clashes=(slot(12),),
                    not_now=(reason("ask_budget_used_up", used=2, budget=2),),
                ),
            ),
            "excluded": (
                excluded(PIOTR, reason("too_far", distance_km=31, radius_km=15)),
                excluded(
                    ANDREAS,
                    reason("check_expired", check="confidentiality",
                           valid_until="2026-11-01", needed_on="2026-12-02"),
                    reason("language_too_low", tag="ar", stated="B1", needed="C1"),
                ),
            ),
            "excluded_counts": {"already_asked": 4, "too_far": 41, "check_expired": 1, "not_free": 12},
            **changes,
        }
    )  # fmt: skip


def event(hours_ago: float, what: str, **more: Any) -> reporting.TimelineEntry:
    volunteer_id = more.pop("volunteer_id", None)
    return reporting.TimelineEntry(
        occurred_at=NOW - timedelta(hours=hours_ago),
        what=what,
        volunteer_id=volunteer_id,
        details=more,
    )


TIMELINE = (
    event(48, "request_received", in_review=False),
    event(48, "request_opened", kind="interpreting"),
    event(30, "invitation_issued", volunteer_id=VERENA, wave=1, channel="email"),
    event(29, "email_sent", volunteer_id=VERENA, template="offer"),
    event(20, "answer_received", volunteer_id=VERENA, answer="yes", via="web"),
    event(20, "volunteer_assigned", volunteer_id=VERENA, moved_up=False),
    event(3, "place_reserved", volunteer_id=SAMIRA),
)


def email(state: str, template: str = "offer", **more: Any) -> notifications.OutboxEntry:
    return notifications.OutboxEntry(
        email_id=new_id(),
        template=template,
        state=state,
        created_at=NOW - timedelta(hours=4),
        sent_at=NOW - timedelta(hours=4) if state == "sent" else None,
        volunteer_id=VERENA,
        request_id=REQUEST,
        last_code="550 5.1.1" if state == "failed" else None,
        **more,
    )


EMAILS = (
    email("sent"),
    email("failed"),
    email("unknown", "reminder"),
    email("sent", "receipt"),
)


def call_page(**changes: Any) -> matching.InvitationPage:
    return matching.InvitationPage(
        **{
            "found": True,
            "invitation_id": CALL,
            "request_id": REQUEST,
            "volunteer_id": ANDREAS,
            "state": "sent",
            "free_places": 1,
            "version": 3,
            "deadline": NOW + timedelta(hours=20),
            "starts_at": slot(5).starts_at,
            "ends_at": slot(12).ends_at,
            "confirmed_by_coordinator": True,
            **changes,
        }
    )


TANDEM = UUID(int=78)


def tandem(**changes: Any) -> matching.TandemShown:
    """A tandem that does not fit for its organisation; the volunteer is content."""
    word = {"at": NOW - timedelta(days=1), "via": "web"}
    asked = {"from_on": (NOW - timedelta(days=30)).date(), "to_on": NOW.date()}
    questions = (
        matching.TandemAsking(
            number=1,
            what="trial",
            asked_at=NOW - timedelta(days=14),
            reminded_at=NOW - timedelta(days=7),
            volunteer=matching.TandemWord(said="fits", **word),
            organisation=matching.TandemWord(said="does_not_fit", **word),
            **asked,
        ),
        matching.TandemAsking(
            number=2,
            what="check_in",
            asked_at=NOW,
            volunteer=matching.TandemWord(said="goes_well", hours=12, **word),
            hours=12,
            **asked,
        ),
    )
    values = {
        "assignment_id": TANDEM,
        "request_id": REQUEST,
        "volunteer_id": VERENA,
        "state": "running",
        "first_at": NOW - timedelta(days=42),
        "trial_until": (NOW - timedelta(days=14)).date(),
        "questions": questions,
        "hours": 12,
        "next_what": "check_in",
        "next_on": (NOW + timedelta(days=90)).date(),
        "trouble_at": NOW - timedelta(days=1),
    }
    return matching.TandemShown.model_validate(values | changes)


def has_tandem(stage: "Stage", *tandems: matching.TandemShown) -> None:
    """From now on the first request is a tandem's."""
    known = words(REQUEST, kind=Kind.TANDEM, state="filled")
    stage.answers |= {
        requests.ShowRequest: lambda _: shown(REQUEST, words=known, status="filled"),
        requests.WordsOf: lambda _: requests.WordsOfMany(words=(known,)),
        matching.TandemsOf: lambda _: matching.Tandems(tandems=tandems or (tandem(),)),
    }
