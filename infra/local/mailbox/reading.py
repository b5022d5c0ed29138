"""Reads mails for people: decoded headers, texts, attachments. No mail, however broken, is an error."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import HeaderParser
from email.utils import parseaddr

_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")


@dataclass(frozen=True, slots=True)
class Headline:
    """The first glance at a mail: the bare address of its author, and its subject."""

    sender: str
    subject: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not shown as text. `name` may be empty, and is whatever the sender wrote."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it is shown. `text` and `html` are None where the mail has no such part."""

    headers: tuple[tuple[str, str], ...]
    text: str | None
    html: str | None
    attachments: tuple[Attachment, ...]

    def header(self, name: str) -> str:
        """Return the first header of that name, or an empty text."""
        found = (value for key, value in self.headers if key.casefold() == name.casefold())
        return next(found, "")


def read_headline(raw: bytes) -> Headline:
    """Read author and subject only."""
    headers = _headers(raw)
    return Headline(
        sender=parseaddr(headers.get("from", ""))[1],
        subject=decoded(headers.get("subject", "")),
    )


def read_mail(raw: bytes) -> Mail:
    """Read everything that is shown."""
    text: str | None = None
    html: str | None = None
    attachments: list[Attachment] = []
    for part in _leaves(message_from_bytes(raw)):
        kind = part.get_content_type()
        shown = part.get_content_disposition() != "attachment" and not part.get_filename()
        if shown and kind == "text/plain" and text is None:
            text = _text_of(part)
        elif shown and kind == "text/html" and html is None:
            html = _text_of(part)
        else:
            name = decoded(part.get_filename() or "")
            attachments.append(Attachment(name, kind, _content_of(part)))
    headers = tuple((name, decoded(value)) for name, value in _headers(raw).items())
    return Mail(headers=headers, text=text, html=html, attachments=tuple(attachments))


def decoded(value: str) -> str:
    """Decode the encoded words of a header (RFC 2047); what cannot be decoded stays as it is."""
    flat = _FOLD.sub(" ", value)
    try:
        return str(make_header(decode_header(flat)))
    except (MessageError, LookupError, ValueError):
        return flat


def _headers(raw: bytes) -> "Message[str, str]":
    """Parse the headers as UTF-8, which they may be as they stand (RFC 6532)."""
    head = _END_OF_HEADERS.split(raw, maxsplit=1)[0]
    return HeaderParser().parsestr(head.decode("utf-8", "replace"))


def _leaves(part: "Message[str, str]") -> Iterator["Message[str, str]"]:
    """Walk the parts that have content of their own; a forwarded mail stays one part."""
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        for child in part.get_payload():
            if isinstance(child, Message):
                yield from _leaves(child)
    else:
        yield part


def _content_of(part: "Message[str, str]") -> bytes:
    if part.is_multipart():  # a forwarded mail
        return b"".join(
            child.as_bytes() for child in part.get_payload() if isinstance(child, Message)
        )
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text_of(part: "Message[str, str]") -> str:
    content = _content_of(part)
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:  # a charset that nobody knows
        return content.decode("utf-8", "replace")
