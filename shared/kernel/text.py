"""Words typed by people: cleaned before they are kept, and searched for contact details."""

import re
import unicodedata
from typing import ClassVar

from shared.kernel.errors import Refusal


class TextMissing(Refusal):
    """A required text has nothing to read in it."""

    code: ClassVar[str] = "text.missing"


class TextTooLong(Refusal):
    """A text is longer than its field holds."""

    code: ClassVar[str] = "text.too_long"


class TextUnprintable(Refusal):
    """A text holds control characters, or marks that turn the order of letters around."""

    code: ClassVar[str] = "text.unprintable"


# Phones put embeddings and isolates around copied numbers: dropping them loses nothing, since pages
# and mails isolate each text themselves. LRM, RLM, ALM and the joiners belong to words and stay.
_DROPPED = re.compile("[\u00ad\u200b\u2060\ufeff\u202a-\u202c\u2066-\u2069]")
_OVERRIDES = "\u202d\u202e"
_LINE_BREAK = re.compile("\r\n|[\r\u2028\u2029]")
_NFC_SHRINKS_AT_MOST = 4
"""Canonical composition makes one character out of at most four."""

_AT = r"(?:@|\s?[(\[{]\s?(?:at|ät)\s?[)\]}]\s?)"
_DOT = r"(?:\.|\s?[(\[{]\s?(?:dot|punkt)\s?[)\]}]\s?)"
_EMAIL = re.compile(rf"[\w+-]{_AT}[\w-]{{1,63}}{_DOT}[^\W\d_]{{2}}", re.IGNORECASE)
_ANNOUNCED_NUMBER = re.compile(
    r"\b(?:tel|fon|telefon|telefonnummer|phone|handy|handynummer|mobil|mobilnummer|whatsapp|signal)"
    r"\b[.:\s]{0,4}(?:\+|\()?\d(?:[\s/()-]?\d){4}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<!\d)(?<!\d[./-])(?:\+|\(?0)(?:[\s./()-]{0,3}\d)+")

_BEFORE, _AFTER = r"(?<!\d)(?<!\d\.)", r"(?!\d|\.\d)"
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"{_BEFORE}(?:{_DAY}\.\s?{_MONTH}\.(?:\s?{_YEAR}|\d\d)?|{_DAY}\.{_MONTH}"
    rf"|(?:{_DAY}[/-])?{_MONTH}[/.-]{_YEAR}|{_YEAR}-{_MONTH}(?:-{_DAY})?){_AFTER}"
)
_TIME = re.compile(rf"{_BEFORE}(?:[01]?\d|2[0-4])[:.][0-5]\d(?::[0-5]\d)?{_AFTER}")
_HOUR = r"(?:[01]?\d|2[0-4])"
_FROM_TO = rf"(?:{_HOUR}[0-5]\d\s?-\s?{_HOUR}[0-5]\d|{_HOUR}\s?-\s?{_HOUR})"
_HOURS = re.compile(rf"(?<!\d)(?<!\d[\s/-]){_FROM_TO}(?:[\s/]{_FROM_TO})*(?![\d.]|[\s/-]\d)")
_POSTCODES = re.compile(r"\d{5}(?:[\s/-]+0\d{4})+")


def clean_line(value: str, *, field: str, max_length: int, required: bool = False) -> str:
    """Return one line: NFC, no spaces at its ends, single ones within.

    Line breaks and tabs become spaces. `max_length` counts characters of the result. Raises
    TextMissing (if `required`), TextTooLong, TextUnprintable.
    """
    line = " ".join(_printable(value, field).split())
    return _fitting(line, field, max_length, required=required)


def clean_text(value: str, *, field: str, max_length: int, required: bool = False) -> str:
    r"""Return text of several lines: each like `clean_line`, ended by `\n`.

    At most one empty line stays between two others.
    """
    lines = _LINE_BREAK.sub("\n", _printable(value, field)).split("\n")
    text = "\n".join(" ".join(line.split()) for line in lines)
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    return _fitting(text, field, max_length, required=required)


def contains_contact_details(text: str) -> bool:
    """Say whether a free text seems to hold an e-mail address or a telephone number.

    Errs on the side of silence: what could be a date, a time, a postcode or a price is none.
    """
    plain = "".join(
        _ascii_digit(character) for character in unicodedata.normalize("NFKC", text)
    )
    if _EMAIL.search(plain):
        return True
    for harmless in (_DATE, _TIME, _HOURS):
        plain = harmless.sub("|", plain)
    return bool(_ANNOUNCED_NUMBER.search(plain)) or any(
        _is_phone_number(match[0]) for match in _NUMBER.finditer(plain)
    )


def _is_phone_number(number: str) -> bool:
    """Judge a run of digits that begins with `+` or `0`, its separators included."""
    if _POSTCODES.fullmatch(number):
        return False
    digits = sum(character.isdigit() for character in number)
    return 8 <= digits <= 17  # noqa: PLR2004 - E.164 has 15, "00" comes before them


def _ascii_digit(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    return "-" if unicodedata.category(character) == "Pd" else character


def _printable(value: str, field: str) -> str:
    for character in value:
        control = unicodedata.category(character) in {"Cc", "Cs"} and character not in "\t\n\r"
        if control or character in _OVERRIDES:
            raise TextUnprintable("leave out control characters", field=field)
    return _DROPPED.sub("", value)


def _fitting(value: str, field: str, max_length: int, *, required: bool) -> str:
    # Asked first, too: for some texts normalising takes time with the square of their length.
    if len(value) <= _NFC_SHRINKS_AT_MOST * max_length:
        value = unicodedata.normalize("NFC", value)
    if len(value) > max_length:
        raise TextTooLong(f"at most {max_length} characters", field=field)
    if not any(unicodedata.category(character)[0] in "LNPS" for character in value):
        value = ""
    if required and not value:
        raise TextMissing("write something here", field=field)
    return value
