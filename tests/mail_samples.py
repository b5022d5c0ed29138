"""Sample values of every mail, and the cases that one sample does not show."""

import json
import re
from datetime import date, datetime
from typing import Any

from services.notifications.mail.render import TEMPLATES, Office, Renderer, template_names
from shared.kernel.slots import Slot

OFFICE = Office(
    name="Integrationsmanagement Landkreis Altenburger Land",
    phone="+49 3447 000000",
    hours="Montag bis Donnerstag 9 bis 16 Uhr, Freitag 9 bis 12 Uhr",
)
OFFICE_EN = Office(OFFICE.name, OFFICE.phone, "Monday to Thursday 9–16, Friday 9–12")

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

REMOTE = {"remote": True, "municipality": None, "meeting_point": None}
REMOTE_TASK = {"remote": True, "municipality": None}
NO_CONTACT = {"meeting_point": None, "contact_name": None, "contact_phone": None}
STRANGER = {**NO_CONTACT, "hand_over": False}
BY_MAIL, BY_OFFICE = {"shares": "email"}, {"shares": "coordinator"}
TWELVE_DATES = {
    "slots": [
        {
            "starts_at": f"2027-{month:02}-03T17:00+00:00",
            "ends_at": f"2027-{month:02}-03T19:00+00:00",
        }
        for month in range(1, 13)
    ]
}
AMAL = {"first_name": "Amal", "phone": None, "email": None}
TOO_LATE = (
    "invitation_withdrawn",
    "invitation_stopped",
    "request_expired",
    "request_started",
    "task_over",
    "request_changed",
    "overlapping_place",
    "deadline_passed",
    "answer_stands",
    "invitation_unknown",
)
REFUSED_LATE = (
    "slot_in_the_past",
    "answer_by_past",
    "contact_details",
    "version_outdated",
    "in_review",
    "not_started",
    "release_first",
    "task_unknown",
)
LOST = ("task", "field_label", "organisation", "municipality", "reference")
NO_REQUEST = {
    **dict.fromkeys(("task", "field_label", "municipality", "reference")),
    "remote": False,
    "slots": [],
}
BARE: dict[str, Any] = {
    "clashes": [],
    "languages": [],
    "speaks": [],
    "distance_km": None,
    "free_then": False,
    "minors_present": False,
    "reimbursement": False,
    "lift_offered": False,
}

CASES: dict[str, list[dict[str, Any]]] = {
    "confirm_address": [{"role": "organisation"}],
    "offer": [
        BARE | REMOTE,
        TWELVE_DATES | BY_MAIL | {"dates_can_be_skipped": False},
        BY_OFFICE | {"confirmed_by_coordinator": True},
    ],
    "reminder": [REMOTE],
    "receipt": [STRANGER, REMOTE | BY_MAIL, NO_CONTACT | BY_OFFICE, TWELVE_DATES],
    "moved_up": [{"asked_first": True, "answer_by": "2026-12-01T20:00+00:00"}, STRANGER],
    "changed": [REMOTE | {"languages": []}, STRANGER],
    "assignment_cancelled": [{"by_you": False}],
    "withdrawn": [{"only_stopped": True}, {"waited": True}, dict.fromkeys(LOST)],
    "organisation_received": [{"in_review": True}],
    "organisation_who_comes": [
        {"places": 3},
        {"people": [AMAL]},
        {"places": 3, "again": True},
    ],
    "organisation_changed": [
        {"people": [], "looking": True},
        {"people": [AMAL], "looking": False},
        {"places": 3, "given_back": False},
    ],
    "organisation_day_before": [{"places": 3}, {"people": [AMAL], "looking": False}],
    "organisation_nobody_yet": [
        {"free": 1, "places": 1, "next_step_by": None},
        {"free": 1, "people": [AMAL], "next_step_by": None},
        {"asked": False, "next_step_by": None},
    ],
    "answer_too_late": [
        *({"code": f"matching.{code}"} for code in TOO_LATE),
        {"code": "matching.invitation_stopped", "only_stopped": True},
        dict.fromkeys(LOST) | {"code": "matching.task_over", "remote": False},
        REMOTE | {"code": "messaging.key_reused"},
    ],
    "organisation_refused": [
        *({"code": f"requests.{code}"} for code in REFUSED_LATE),
        {"deed": "cancel", "code": "requests.closed"},
        {"deed": "complete", "code": "messaging.key_reused"},
        NO_REQUEST
        | {
            "deed": "post",
            "code": "requests.slot_in_the_past",
            "wanted_at": "2026-12-02T17:00+00:00",
        },
        NO_REQUEST | {"deed": "post", "code": "messaging.too_late"},
        NO_REQUEST | {"deed": "cancel", "code": "requests.unknown"},
    ],
    "tandem_trial": [{"again": True}, {"again": True, **REMOTE_TASK}],
    "tandem_check_in": [{"again": True}],
    "tandem_ended": [{"slots": []}, TWELVE_DATES],
    "organisation_tandem_trial": [{"again": True}],
    "organisation_tandem_check_in": [{"again": True}, REMOTE_TASK],
    "organisation_tandem_ended": [{"people": []}],
    "organisation_verified": [{"opened": 0}, {"opened": 1}],
}


def renderer() -> Renderer:
    return Renderer({"de": OFFICE, "en": OFFICE_EN})


def sample(template: str) -> dict[str, Any]:
    """The sample's values, with times as times and dates as slots."""
    text = (TEMPLATES / template / "sample.json").read_text(encoding="utf-8")
    values: dict[str, Any] = _values(json.loads(text))
    return values


def all_cases() -> list[tuple[str, dict[str, Any]]]:
    """Each template with its sample, and with each of its other cases."""
    return [
        (template, sample(template) | _values(case))
        for template in template_names()
        for case in [{}, *CASES.get(template, [])]
    ]


def _values(value: Any) -> Any:
    if isinstance(value, dict):
        values = {key: _values(part) for key, part in value.items()}
        return Slot(**values) if values.keys() == {"starts_at", "ends_at"} else values
    if isinstance(value, list):
        return [_values(part) for part in value]
    if isinstance(value, str) and _TIME.match(value):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    return value
