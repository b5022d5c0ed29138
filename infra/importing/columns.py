"""The columns of each kind of file: how each is read, and which of them must be there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from infra.importing.cells import (
    Reader,
    Several,
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
    stand_ins: Mapping[str, Any]
    """For cells that are wrong and cannot be left out while the owner checks the others.

    The contract takes them, and the owner has nothing against them but in their own column, where
    the cell was told already. Without them a cell that is there would be called missing, or rules
    about several columns would find something that is right once the cell is mended.
    """

    def stand_in(self, name: str) -> Any:
        """What stands for the whole cell; None: it can be left out."""
        reader = self.readers.get(name)
        return [reader.stand_in] if isinstance(reader, Several) else self.stand_ins.get(name)


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
    # Not left out: one of the two addresses must be there, and what is chosen or shared, too.
    {"first_name": "", "postcode": "", "email": "?", "phone": "?"},
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
    {
        "name": "",
        "kind": "other",
        "contact_first_name": "",
        "contact_last_name": "",
        "email": "",
    },
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
    {
        # May have several days, and needs no last one.
        "kind": "tandem",
        # Would have given kind, field and title.
        "task": "?",
        # Needs no postcode.
        "remote": True,
        # Not open-ended, and of no use to lay dates out.
        "ends_on": date.min,
        # Needs a name beside it.
        "contact_phone": "?",
    },
)
COLUMNS = {"volunteers": VOLUNTEERS, "organisations": ORGANISATIONS, "requests": REQUESTS}
"""By kind of file."""
