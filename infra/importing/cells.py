"""What stands in a cell, in the outside interface's words: lists, languages, times, yes and no."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any, ClassVar

from shared.kernel.errors import Refusal
from shared.kernel.findings import Findings
from shared.kernel.languages import parse_skill
from shared.kernel.people import clean_email, clean_phone
from shared.kernel.slots import TIMEZONE
from shared.kernel.weeks import parse_entry, parse_written_entry

_YES = {"true", "yes", "ja", "j", "y", "x", "1", "wahr"}
_NO = {"false", "no", "nein", "n", "0", "falsch", "-"}
_DAY = r"\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4}"
_CLOCK = r"\d{1,2}[:.]\d{2}"
_TO = r"\s*(?:/|-|–|bis)\s*"
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_DAYS = re.compile(rf"({_DAY})(?:{_TO}({_DAY}))?", re.ASCII)
_MOMENT = re.compile(rf"({_DAY})(?:\s*T\s*|,?\s+)({_CLOCK})(?:\s*Uhr)?", re.ASCII)
_CLOCK_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:\s*Uhr)?", re.ASCII)
_SLOT = re.compile(
    rf"((?:{_DAY})(?:\s*T\s*|,?\s+){_CLOCK}){_TO}((?:(?:{_DAY})(?:\s*T\s*|,?\s+))?{_CLOCK})"
    r"(?:\s*Uhr)?",
    re.ASCII,
)
_LOST_ZERO = re.compile(r"[1-9]\d{3}", re.ASCII)


class CellUnclear(Refusal):
    """A cell cannot be read; the text says how it should look."""

    code: ClassVar[str] = "import.cell_unclear"


Reader = Callable[[str, str], Any]
"""A cell and its column to the value of the outside interface; raises a Refusal."""


@dataclass(frozen=True, slots=True, eq=False)
class Several:
    """Reads a cell of several entries, each by itself: a bad one hides no other."""

    entry: Reader
    stand_in: Mapping[str, Any]
    """What stands for a bad entry while the owner checks the others.

    The owner refuses it in the same place, which was told already; so the others keep their
    positions, and nobody says that the list is too short.
    """
    separators: str = ";,\n"

    def __call__(self, cell: str, column: str) -> list[Mapping[str, Any]]:
        found = Findings()
        entries = self.read(cell, column, found)
        found.refuse()
        return entries

    def read(self, cell: str, column: str, found: Findings) -> list[Mapping[str, Any]]:
        """Return an entry for each part of the cell; what is wrong with them goes to `found`."""
        return [
            found.read(partial(self.entry, part, f"{column}.{position}"), self.stand_in)
            for position, part in enumerate(_parts(cell, self.separators))
        ]


def words(cell: str, _column: str) -> str:
    return cell


def code(cell: str, _column: str) -> str:
    """A word of ours; people write it large at the beginning of a cell."""
    return cell.lower()


def email(cell: str, column: str) -> str:
    return clean_email(cell, field=column)


def phone(cell: str, column: str) -> str:
    return clean_phone(cell, field=column)


def postcode(cell: str, _column: str) -> str:
    """Five digits; spreadsheets take them for a number and drop the zero at the beginning."""
    return f"0{cell}" if _LOST_ZERO.fullmatch(cell) else cell


def number(cell: str, column: str) -> int:
    if not re.fullmatch(r"\d{1,6}", cell, re.ASCII):
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
    """`2026-12-02T18:00` or `02.12.2026 18:00` in the district's wall time, or ISO with an offset."""
    typed = _MOMENT.fullmatch(cell)
    if typed:
        return datetime.combine(day(typed[1], column), _clock(typed[2], column), TIMEZONE)
    try:
        found = datetime.fromisoformat(cell) if ":" in cell else None
    except ValueError:
        found = None
    if found is None:
        raise CellUnclear(
            "write a date and a time as 2026-12-02T18:00 or 02.12.2026 18:00", field=column
        )
    return found if found.tzinfo else found.replace(tzinfo=TIMEZONE)


def codes(cell: str, _column: str) -> list[str]:
    """`a;b`; commas and line breaks do as well."""
    return [part.lower() for part in _parts(cell, ";,\n")]


def language(part: str, column: str) -> Mapping[str, Any]:
    """`ar:C2`."""
    skill = parse_skill(part, field=column)
    return {"tag": skill.tag, "level": skill.level.value}


def weekly_time(part: str, column: str) -> Mapping[str, Any]:
    """`mon 18:00-20:00`; `sa 9-12` is read, too."""
    entry = parse_written_entry(part, field=column)
    parse_entry(entry, field=column)
    return {
        "weekday": entry["weekday"],
        "from": _two_digits(entry["from"]),
        "to": _two_digits(entry["to"]),
    }


def slot(part: str, column: str) -> Mapping[str, Any]:
    """`2026-12-02T18:00/2026-12-02T20:00` or `02.12.2026 18:00-20:00`."""
    typed = _SLOT.fullmatch(part)
    begins_text, ends_text = typed.groups() if typed else part.partition("/")[::2]
    if not ends_text:
        raise CellUnclear(
            "write 2026-12-02T18:00/2026-12-02T20:00 or 02.12.2026 18:00-20:00", field=column
        )
    begins = moment(begins_text.strip(), column)
    return {"starts_at": begins, "ends_at": _end(ends_text, begins, column)}


def absence(part: str, column: str) -> Mapping[str, Any]:
    """`2026-12-20/2027-01-06` or `20.12.2026-06.01.2027`, both days included; or one day."""
    typed = _DAYS.fullmatch(part)
    if typed is None:
        raise CellUnclear("write 2026-12-20/2027-01-06 or 20.12.2026-06.01.2027", field=column)
    first = day(typed[1], column)
    return {"from_on": first, "to_on": day(typed[2], column) if typed[2] else first}


def held_check(part: str, column: str) -> Mapping[str, Any]:
    """`conduct_certificate:2027-01-31`: name and last valid day."""
    name, _, until = part.partition(":")
    if not until:
        raise CellUnclear("write name:last valid day", field=column)
    return {"check": name.strip().lower(), "valid_until": day(until.strip(), column)}


languages = Several(language, {"tag": "und", "level": "A1"})
weekly = Several(weekly_time, {"weekday": 0, "from": "99:99", "to": "99:99"})
slots = Several(
    slot,
    {
        "starts_at": datetime(2000, 1, 2, tzinfo=TIMEZONE),
        "ends_at": datetime(2000, 1, 1, tzinfo=TIMEZONE),
    },
    # A comma may stand between a day and a time.
    separators=";\n",
)
absences = Several(absence, {"from_on": date.max, "to_on": date.min})
held_checks = Several(held_check, {"check": "training", "valid_until": date.min})


def _parts(cell: str, separators: str) -> Sequence[str]:
    return [part.strip() for part in re.split(f"[{separators}]", cell) if part.strip()]


def _end(text: str, begins: datetime, column: str) -> datetime:
    """An end with its own date, or a time of the day on which it begins."""
    if _CLOCK_TIME.fullmatch(text.strip()):
        return datetime.combine(begins.date(), _clock(text.strip(), column), begins.tzinfo)
    return moment(text.strip(), column)


def _clock(text: str, column: str) -> time:
    typed = _CLOCK_TIME.fullmatch(text)
    try:
        if typed:
            return time(int(typed[1]), int(typed[2]))
    except ValueError:
        pass
    raise CellUnclear("a time is written like 18:00", field=column)


def _two_digits(text: str) -> str:
    """`9` and `9.30` as the interface writes them; checked before."""
    hours, _, minutes = text.replace(".", ":").partition(":")
    return f"{int(hours):02d}:{minutes or '00'}"
