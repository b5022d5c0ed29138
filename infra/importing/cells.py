"""What stands in a cell, in the outside interface's words: lists, languages, times, yes and no."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from shared.kernel.errors import Refusal
from shared.kernel.languages import parse_skills
from shared.kernel.slots import TIMEZONE
from shared.kernel.weeks import parse_entries

_YES = {"true", "yes", "ja", "j", "y", "x", "1", "wahr"}
_NO = {"false", "no", "nein", "n", "0", "falsch", "-"}
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


class CellUnclear(Refusal):
    """A cell cannot be read; the text says how it should look."""

    code: ClassVar[str] = "import.cell_unclear"


Reader = Callable[[str, str], Any]
"""A cell and its column to the value of the outside interface; raises a Refusal."""


def words(cell: str, _column: str) -> str:
    return cell


def number(cell: str, column: str) -> int:
    if not re.fullmatch(r"\d{1,6}", cell):
        raise CellUnclear("write a whole number", field=column)
    return int(cell)


def yes_or_no(cell: str, column: str) -> bool:
    if cell.lower() in _YES:
        return True
    if cell.lower() in _NO:
        return False
    raise CellUnclear("write yes or no", field=column)


def day(cell: str, column: str) -> date:
    """`2026-12-31`, or `31.12.2026` as German spreadsheets show it."""
    german = _GERMAN_DAY.fullmatch(cell)
    try:
        if german:
            return date(int(german[3]), int(german[2]), int(german[1]))
        return date.fromisoformat(cell)
    except ValueError:
        raise CellUnclear("write a date as 2026-12-31 or 31.12.2026", field=column) from None


def moment(cell: str, column: str) -> datetime:
    """`2026-12-02T18:00` in the district's wall time, or with its offset from UTC."""
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        raise CellUnclear("write a moment as 2026-12-02T18:00", field=column) from None
    return found if found.tzinfo else found.replace(tzinfo=TIMEZONE)


def codes(cell: str, _column: str) -> list[str]:
    """`a;b`; commas do as well."""
    return [part.strip() for part in re.split(r"[;,]", cell) if part.strip()]


def languages(cell: str, column: str) -> list[dict[str, Any]]:
    """`ar:C2;de:B2`."""
    return [
        {"tag": skill.tag, "level": skill.level.value, "modes": sorted(skill.modes)}
        for skill in parse_skills(cell, field=column)
    ]


def languages_asked(cell: str, column: str) -> list[dict[str, Any]]:
    return [{"tag": entry["tag"], "level": entry["level"]} for entry in languages(cell, column)]


def weekly(cell: str, column: str) -> list[dict[str, Any]]:
    """`mon 18:00-20:00;sat 09:00-12:00`."""
    return [dict(entry) for entry in parse_entries(cell, field=column)]


def slots(cell: str, column: str) -> list[dict[str, Any]]:
    """`2026-12-02T18:00/2026-12-02T20:00;…`, wall time or with offset."""
    found = []
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        begins, slash, ends = part.partition("/")
        if not slash:
            raise CellUnclear(
                "write begin/end, such as 2026-12-02T18:00/2026-12-02T20:00", field=column
            )
        found.append(
            {
                "starts_at": moment(begins.strip(), column),
                "ends_at": moment(ends.strip(), column),
            }
        )
    return found


def absences(cell: str, column: str) -> list[dict[str, Any]]:
    """`2026-12-20/2027-01-06;…`, both days included."""
    found = []
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        first, _slash, last = part.partition("/")
        begins = day(first.strip(), column)
        found.append(
            {"from_on": begins, "to_on": day(last.strip(), column) if last else begins}
        )
    return found


def held_checks(cell: str, column: str) -> list[dict[str, Any]]:
    """`conduct_certificate:2027-01-31;confidentiality:2030-12-31`: name and last valid day."""
    found = []
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        name, colon, until = part.partition(":")
        if not colon:
            raise CellUnclear("write name:last valid day", field=column)
        found.append({"check": name.strip(), "valid_until": day(until.strip(), column)})
    return found


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one kind of file, and which of them must be there."""

    readers: Mapping[str, Reader]
    required: frozenset[str]


VOLUNTEERS = Columns(
    {
        "first_name": words,
        "last_name": words,
        "email": words,
        "phone": words,
        "channel": words,
        "locale": words,
        "postcode": words,
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
        "gender": words,
        "shares": words,
        "consent_version": words,
        "consented_on": day,
        "checks": held_checks,
    },
    frozenset({"first_name", "postcode"}),
)
ORGANISATIONS = Columns(
    dict.fromkeys(
        (
            "name",
            "kind",
            "contact_first_name",
            "contact_last_name",
            "email",
            "phone",
            "locale",
            "postcode",
            "municipality",
        ),
        words,
    ),
    frozenset({"name", "kind", "email"}),
)
REQUESTS = Columns(
    {
        "organisation_email": words,
        "kind": words,
        "field": words,
        "title": words,
        "description": words,
        "task": words,
        "places": number,
        "postcode": words,
        "municipality": words,
        "meeting_point": words,
        "contact_name": words,
        "contact_phone": words,
        "remote": yes_or_no,
        "languages": languages_asked,
        "skills": codes,
        "checks": codes,
        "slots": slots,
        "weekly": weekly,
        "starts_on": day,
        "ends_on": day,
        "answer_by": moment,
        "urgent": yes_or_no,
        "minors_present": yes_or_no,
        "wished_gender": words,
        "reimbursement": yes_or_no,
        "lift_offered": yes_or_no,
    },
    frozenset({"organisation_email", "kind", "field", "places"}),
)
