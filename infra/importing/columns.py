"""The columns of each kind of file: how each is read, and which of them must be there."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.importing.cells import (
    Reader,
    absences,
    code,
    codes,
    day,
    email,
    held_checks,
    languages,
    moment,
    number,
    phone,
    postcode,
    slots,
    weekly,
    words,
    yes_or_no,
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one kind of file, in the outside interface's names."""

    readers: Mapping[str, Reader]
    required: frozenset[str]
    """Without these no row can be imported."""


VOLUNTEERS = Columns(
    {
        "first_name": words,
        "last_name": words,
        "email": words,
        "phone": words,
        "channel": code,
        "locale": words,
        "postcode": postcode,
        "municipality": words,
        "radius_km": number,
        "travel": codes,
        "languages": languages,
        "fields": codes,
        "skills": codes,
        "availability": weekly,
        "absences": absences,
        "asks_per_week": number,
        "hours_per_week": number,
        "gender": code,
        "shares": code,
        "consent_version": words,
        "consented_on": day,
        "checks": held_checks,
    },
    frozenset({"first_name", "postcode"}),
)
ORGANISATIONS = Columns(
    {
        "name": words,
        "kind": code,
        "contact_first_name": words,
        "contact_last_name": words,
        "email": words,
        "phone": words,
        "locale": words,
        "postcode": postcode,
        "municipality": words,
    },
    frozenset({"name", "kind", "contact_first_name", "contact_last_name", "email"}),
)
REQUESTS = Columns(
    {
        "organisation_email": email,
        "kind": code,
        "field": code,
        "title": words,
        "description": words,
        "task": code,
        "places": number,
        "postcode": postcode,
        "municipality": words,
        "meeting_point": words,
        "contact_name": words,
        "contact_phone": phone,
        "remote": yes_or_no,
        "languages": languages,
        "skills": codes,
        "checks": codes,
        "slots": slots,
        "weekly": weekly,
        "starts_on": day,
        "ends_on": day,
        "answer_by": moment,
        "urgent": yes_or_no,
        "minors_present": yes_or_no,
        "wished_gender": code,
        "reimbursement": yes_or_no,
        "lift_offered": yes_or_no,
    },
    frozenset({"organisation_email", "places"}),
)
COLUMNS = {"volunteers": VOLUNTEERS, "organisations": ORGANISATIONS, "requests": REQUESTS}
"""By kind of file."""
