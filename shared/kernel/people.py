"""Names, addresses and numbers of people: cleaned before they are kept, and compared.

Like `languages`, this leans on a library: `email-validator` knows what an address may look like.
Nothing is looked up on the net, and no refusal repeats what somebody typed.
"""

import re
import unicodedata
from typing import ClassVar

from email_validator import EmailNotValidError, validate_email

from shared.kernel.errors import Refusal
from shared.kernel.languages import LOCALES, READ_AS
from shared.kernel.text import clean_line

MAX_NAME = 80
MAX_EMAIL = 254
"""RFC 5321 leaves room for no more between the angle brackets."""

_MAX_PHONE_TYPED = 60
_PHONE_DIGITS = range(7, 16)
"""Digits with the country's code: E.164 has at most 15."""
_GERMANY = "49"
_SEPARATORS = re.compile(r"[ ()/.-]+")
_NUMBER = re.compile(
    r"[ (]*(?:(?P<abroad>\+|00)[ ]*(?=[1-9])|(?=0))(?P<groups>\d[\d ()/.-]*)", re.ASCII
)
_TRUNK_ZERO = re.compile(r"(?<=\d)\s*\(0\)")
_GERMAN_MOBILE = re.compile(r"(1[5-7]\d)(\d+)")

_LINK = re.compile(r"://|@|\bwww\.|[/\\<>]", re.IGNORECASE)
_DOMAIN = re.compile(r"\w\.[^\W\d_]{2}")


class NameUnclear(Refusal):
    """A name holds an address of the web or of mail: names stand in mails, and readers trust them."""

    code: ClassVar[str] = "people.name_unclear"


class EmailUnclear(Refusal):
    """A text is no email address that the world can write to."""

    code: ClassVar[str] = "people.email_unclear"


class LocaleUnknown(Refusal):
    """Pages and mails do not speak this language."""

    code: ClassVar[str] = "people.locale_unknown"


class PhoneUnclear(Refusal):
    """A text is no telephone number that can be rung from anywhere."""

    code: ClassVar[str] = "people.phone_unclear"


def clean_name(value: str, *, field: str, required: bool = False) -> str:
    """Return a person's name in one line of at most `MAX_NAME` characters.

    Raises NameUnclear, TextMissing (if `required`), TextTooLong, TextUnprintable.
    """
    name = clean_line(value, field=field, max_length=MAX_NAME, required=required)
    if _LINK.search(name) or _DOMAIN.search(name):
        raise NameUnclear("write a name, without addresses", field=field)
    return name


def clean_title(value: str, *, field: str, max_length: int, required: bool = False) -> str:
    """Return the name of an organisation, which may hold a dot or a stroke, but no address.

    Raises NameUnclear, TextMissing (if `required`), TextTooLong, TextUnprintable.
    """
    title = clean_line(value, field=field, max_length=max_length, required=required)
    if "://" in title or "@" in title or "www." in title.lower():
        raise NameUnclear("write a name, without addresses", field=field)
    return title


def clean_email(value: str, *, field: str = "email") -> str:
    """Return the address in normal form: NFC, its domain in small letters.

    The part before the @ keeps its case, which belongs to its server. Raises EmailUnclear.
    """
    try:
        typed = clean_line(value, field=field, max_length=MAX_EMAIL)
        # A "test environment" for the validator: `.test` is a domain like another.
        checked = validate_email(
            typed, check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except (EmailNotValidError, Refusal):
        raise EmailUnclear("write an address like name@example.org", field=field) from None
    return checked.normalized


def clean_phone(value: str, *, field: str = "phone") -> str:
    """Return the number with its country's code, in groups: `+49 3447 586123`.

    Nobody can tell a German area code from the digits alone, so it stands apart if whoever typed
    the number set it apart; `phone_key` looks at digits only. Raises PhoneUnclear.
    """
    typed = clean_line(value, field=field, max_length=_MAX_PHONE_TYPED)
    plain = _TRUNK_ZERO.sub(" ", "".join(_ascii(character) for character in typed))
    match = _NUMBER.fullmatch(plain)
    if match is None:
        raise PhoneUnclear(
            "write the number with its area code, like 03447 123456", field=field
        )
    groups = [group for group in _SEPARATORS.split(match["groups"]) if group]
    if match["abroad"] is None:
        number = _german(groups)
    elif groups[0].startswith(_GERMANY):
        number = _german([groups[0].removeprefix(_GERMANY), *groups[1:]])
    else:
        number = "+" + " ".join(groups)
    if len(phone_key(number)) - 1 not in _PHONE_DIGITS:
        raise PhoneUnclear("this number has too few or too many digits", field=field)
    return number


def clean_locale(value: str, *, field: str = "locale") -> str:
    """Return the one of `LOCALES` that a tag asks for: `uk-UA` is `uk`, and `prs` is read as `fa`.

    Raises LocaleUnknown.
    """
    wanted = value.strip().replace("_", "-").lower()
    primary = wanted.partition("-")[0]
    for offered in (wanted, READ_AS.get(primary, primary)):
        if offered in LOCALES:
            return offered
    raise LocaleUnknown(f"choose one of {', '.join(LOCALES)}", field=field)


def phone_key(phone: str) -> str:
    """Return what is the same for two spellings of one cleaned number."""
    return phone.replace(" ", "")


def comparable(name: str) -> str:
    """Return what is the same for two spellings of one name: case does not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def searchable(text: str) -> str:
    """Return the text as people search for it: no case, no marks on letters (`muller`).

    Compatibility caseless matching (Unicode 15, definition D146), and marks left out.
    """
    letters = unicodedata.normalize("NFD", text)
    for _ in range(2):
        letters = unicodedata.normalize("NFKD", letters.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _german(groups: list[str]) -> str:
    """The number as DIN 5008 writes it: area code, one space, and the rest."""
    national = "".join(groups).lstrip("0")
    mobile = _GERMAN_MOBILE.fullmatch(national)
    if mobile:
        return f"+{_GERMANY} {mobile[1]} {mobile[2]}"
    area = next(filter(None, (group.lstrip("0") for group in groups)), "")
    return " ".join(filter(None, (f"+{_GERMANY}", area, national.removeprefix(area))))


def _ascii(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    return "-" if unicodedata.category(character) == "Pd" else character
