"""What is wrong with one field: from pydantic's errors to the outside interface's own words.

Nothing here repeats what somebody typed: an error names the field, a stable code and a sentence.
"""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any

from shared.kernel.errors import Refusal
from shared.web.translations import msg

Limit = int | float | str

_IN_OUTSIDE_NAME = re.compile(r"[a-z_][a-z0-9_-]*", re.IGNORECASE)
_PLACES = {"body", "query", "path", "header", "cookie"}


@dataclasses.dataclass(frozen=True, slots=True)
class FieldError:
    """One refused field.

    `field` is a path in outside words (`slots.0.ends_at`), empty for the whole. `message` is
    English, for the API and the command line; pages translate by `code`. `limits` are
    constraints, never input.
    """

    field: str
    code: str
    message: str
    limits: Mapping[str, Limit] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class _Words:
    """`english` may name the `limit` and, of a choice, what is `expected`."""

    english: str
    german: str


_CHOICE = _Words(
    "This is not one of the choices; give %(expected)s.",
    msg("Bitte wählen Sie eine der Antworten."),
)
_WHOLE_NUMBER = _Words(
    "This is not a whole number.", msg("Bitte geben Sie eine ganze Zahl ein.")
)
_NUMBER = _Words("This is not a number.", msg("Bitte geben Sie eine Zahl ein."))
_DATE = _Words(
    "This is not a date (YYYY-MM-DD).",
    msg("Bitte geben Sie ein Datum ein, zum Beispiel 24.12.2026."),
)
_TIME = _Words(
    "This is not a time (HH:MM).", msg("Bitte geben Sie eine Uhrzeit ein, zum Beispiel 18:30.")
)
_INSTANT = _Words(
    "This is not a date and time with its offset (ISO 8601).",
    msg("Bitte geben Sie Datum und Uhrzeit ein."),
)
_TOO_LITTLE = msg("Die Zahl ist zu klein. Erlaubt ist ab %(limit)s.")
_TOO_MUCH = msg("Die Zahl ist zu groß. Erlaubt ist bis %(limit)s.")
_LIST = _Words("This is not a list.", msg("Bitte prüfen Sie diese Angabe."))
_ANY = _Words("This value is not valid.", msg("Bitte prüfen Sie diese Angabe."))

_WORDS: Mapping[str, _Words] = {
    "missing": _Words("This field is required.", msg("Bitte füllen Sie dieses Feld aus.")),
    "email": _Words(
        "This is not an email address.",
        msg("Bitte geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.org."),
    ),
    "string_too_short": _Words(
        "This text has too few characters; give at least %(limit)s.",
        msg("Bitte füllen Sie dieses Feld aus."),
    ),
    "string_too_long": _Words(
        "This text has too many characters; give at most %(limit)s.",
        msg("Der Text ist zu lang. Erlaubt sind %(limit)s Zeichen."),
    ),
    "too_short": _Words(
        "These are too few entries; give at least %(limit)s.",
        msg("Bitte wählen Sie mindestens eine Antwort."),
    ),
    "too_long": _Words(
        "These are too many entries; give at most %(limit)s.",
        msg("Das sind zu viele Angaben. Erlaubt sind %(limit)s."),
    ),
    "greater_than": _Words("This is too small; give more than %(limit)s.", _TOO_LITTLE),
    "greater_than_equal": _Words("This is too small; give at least %(limit)s.", _TOO_LITTLE),
    "less_than": _Words("This is too large; give less than %(limit)s.", _TOO_MUCH),
    "less_than_equal": _Words("This is too large; give at most %(limit)s.", _TOO_MUCH),
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "int_parsing": _WHOLE_NUMBER,
    "int_type": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "timezone_aware": _Words("This time needs its offset from UTC.", _INSTANT.german),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "extra_forbidden": _Words("This field does not exist.", _ANY.german),
} | {
    f"{kind}_{problem}": words
    for kind, words in {"date": _DATE, "time": _TIME, "datetime": _INSTANT}.items()
    for problem in (
        "type",
        "parsing",
        "from_datetime_parsing",
        "from_datetime_inexact",
        "from_date_parsing",
    )
}

FIELD_MESSAGES: Mapping[str, str] = {code: words.german for code, words in _WORDS.items()}
"""German sentences by code, for pages; an app adds its own codes to them."""

ANY_FIELD = _ANY.german

_LIMITS = ("max_length", "min_length", "ge", "gt", "le", "lt")


def from_pydantic(errors: Iterable[Mapping[str, Any]]) -> tuple[FieldError, ...]:
    """Translate `ValidationError.errors()` (or FastAPI's) into ours, at most one per field."""
    found: dict[str, FieldError] = {}
    for error in errors:
        one = _from_one(error)
        found.setdefault(one.field, one)
    return tuple(found.values())


def from_refusal(refusal: Refusal) -> tuple[FieldError, ...]:
    """Every field that a refusal names; none if the whole is refused."""
    return tuple(
        FieldError(error.field, error.code, error.message)
        for error in refusal.errors
        if error.field is not None
    )


def _from_one(error: Mapping[str, Any]) -> FieldError:
    code: str = error["type"]
    context: Mapping[str, Any] = error.get("ctx") or {}
    limit = next((context[name] for name in _LIMITS if name in context), None)
    if code == "value_error" and "reason" in context:
        code = "email"
    limits = {"limit": limit} if isinstance(limit, int | float | str) else {}
    if code in {"value_error", "assertion_error"} or "." in code:
        # Ours: a validator of the field wrote it.
        message = str(error["msg"]).removeprefix("Value error, ")
    else:
        # Without the quotation marks that pydantic puts around each choice.
        expected = str(context.get("expected", "")).replace("'", "")
        message = _WORDS.get(code, _ANY).english % {"limit": limit, "expected": expected}
    return FieldError(outside_path(error["loc"]), code, message, limits)


def outside_path(location: Iterable[int | str]) -> str:
    """Join a location to a path, without pydantic's own marks of unions and validators.

    >>> outside_path(("body", "slots", 0, "ends_at"))
    'slots.0.ends_at'
    """
    parts = list(location)
    if parts and parts[0] in _PLACES:
        parts = parts[1:]
    return ".".join(
        str(part) for part in parts if isinstance(part, int) or _IN_OUTSIDE_NAME.fullmatch(part)
    )
