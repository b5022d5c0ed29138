"""Makes words from people safe to stand in a header or in a mail's text.

Python 3.11 decodes encoded words inside a header value and writes what comes out, line breaks
included (CVE-2024-6923), so a task called `=?utf-8?q?=0D=0ABcc:...?=` could add a recipient.
Nothing here relies on the patch level of the interpreter.
"""

import re
import unicodedata
from typing import ClassVar

from email_validator import EmailNotValidError, validate_email

from shared.kernel.errors import Refusal

_LINE_BREAKS = re.compile(r"[\r\n\x00]")
# Embeddings, overrides and isolates turn the order of all that follows; mails isolate by themselves.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]")
_MARKS = re.compile("[\u061c\u200e\u200f]")


class HeaderUnsafe(Refusal):
    """A value for a header holds a line break or a null character."""

    code: ClassVar[str] = "notifications.header_unsafe"


class AddressUnusable(Refusal):
    """An email address cannot be written to."""

    code: ClassVar[str] = "notifications.address_unusable"


def printable(value: str) -> str:
    """Words from people without control characters, turned directions and half characters.

    Line feeds stay. NFC, so that the same word is always the same characters.
    """
    text = "".join(
        character
        for character in _TURNING.sub("", value).replace("\t", " ")
        if character == "\n" or unicodedata.category(character) not in {"Cc", "Cs"}
    )
    return unicodedata.normalize("NFC", text)


def header_text(value: str) -> str:
    """A value for a header; raises `HeaderUnsafe` for CR, LF and NUL.

    What looks like the beginning of an encoded word is broken up: `= ?`.
    """
    if _LINE_BREAKS.search(value):
        raise HeaderUnsafe("A header cannot hold line breaks.")
    return _MARKS.sub("", printable(value)).replace("=?", "= ?").strip()


def ascii_address(address: str) -> str:
    """The address as SMTP without SMTPUTF8 takes it; the domain may be written in any script.

    Raises `AddressUnusable`, whose text does not repeat the address.
    """
    try:
        checked = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise AddressUnusable("This is not an email address that can be written to.") from None
    if checked.ascii_email is None:  # pragma: no cover - not with allow_smtputf8=False
        raise AddressUnusable("This email address needs SMTPUTF8.")
    return checked.ascii_email
