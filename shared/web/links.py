"""Signed links: `notifications` signs them into mails, `portal` verifies them.

A link says who is meant by ids alone; it is readable, can be used any number of times, and shows
something on GET and acts on POST only, because mail scanners follow every link they see. The
purpose is part of the signature: a link to unsubscribe opens nothing else. Keys can be changed
without breaking links that are on their way: the first signs, all verify.
"""

import base64
import hashlib
import os
import re
import secrets
from binascii import Error as NotBase64
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from shared.kernel.errors import BrueckeError, Refusal

_MIN_KEY_LENGTH = 32
_TOKEN = re.compile(r"\.?[\w-]{2,}\.[\w-]{4,}\.[\w-]{40,}")
_AFTER_PREFIX = re.compile(r"(?<=/[aut]/)[^/?#\s\"]+")


class Purpose(StrEnum):
    """What a link is for."""

    ANSWER = "answer"
    TANDEM = "tandem"
    """Of one side of a tandem: its questions, its answers, its end."""
    UNSUBSCRIBE = "unsubscribe"
    CONFIRM_VOLUNTEER = "confirm_volunteer"
    CONFIRM_ORGANISATION = "confirm_organisation"
    VOLUNTEER_PAGE = "volunteer_page"
    ORGANISATION_PAGE = "organisation_page"
    SIGN_IN = "sign_in"
    """Into the coordinators' pages; signed and verified by `admin` alone, with keys of its own."""


class LinkForged(Refusal):
    """A link is incomplete, changed, or made for something else."""

    code: ClassVar[str] = "links.forged"


class LinkExpired(Refusal):
    """A link was good but is too old."""

    code: ClassVar[str] = "links.expired"


class LinkKeysUnusable(BrueckeError):
    """The file of keys holds none, or one that is too short."""

    code: ClassVar[str] = "links.keys_unusable"
    retryable: ClassVar[bool] = False


def make_link_keys(path: Path) -> bool:
    """Write a new file with one key, for its owner's eyes only; False if there is one already."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(file, "w", encoding="ascii") as stream:
        stream.write(f"{secrets.token_urlsafe(48)}\n")
    return True


def read_link_keys(path: Path) -> tuple[str, ...]:
    """One key a line; the first signs, all verify. Raises `LinkKeysUnusable`."""
    keys = tuple(path.read_text(encoding="ascii").split())
    if not keys or min(map(len, keys)) < _MIN_KEY_LENGTH:
        raise LinkKeysUnusable(
            f"Each line of the file of link keys holds at least {_MIN_KEY_LENGTH} characters."
        )
    return keys


class LinkSigner:
    """Makes tokens."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys

    def sign(self, purpose: Purpose, *parts: str) -> str:
        """Make a token of these parts, which anybody can read: ids, no personal data."""
        return str(_serializer(self._keys, purpose).dumps(list(parts)))


class LinkVerifier:
    """Reads tokens."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys

    def read(
        self, purpose: Purpose, token: str, *, max_age: timedelta | None = None
    ) -> tuple[str, ...]:
        """Return the parts of a token. Raises `LinkForged`, `LinkExpired`. Machine time.

        Links that belong to a task have no `max_age`: whether they still act is for the task's
        owner to say.
        """
        if not _is_canonical(token):
            raise LinkForged("This link is not complete.")
        seconds = None if max_age is None else int(max_age.total_seconds())
        try:
            parts = _serializer(self._keys, purpose).loads(token, max_age=seconds)
        except SignatureExpired:
            raise LinkExpired("This link is too old.") from None
        except BadData:
            raise LinkForged("This link is not complete.") from None
        return tuple(parts)


def masked(text: str) -> str:
    """The text, a line of an access log say, with every token of a link replaced by `…`."""
    return _AFTER_PREFIX.sub("…", _TOKEN.sub("…", text))


def _serializer(keys: Sequence[str], purpose: Purpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        list(reversed(keys)),  # the library signs with the last one
        salt=f"bruecke.links.{purpose.value}.v1",
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )


def _is_canonical(token: str) -> bool:
    """Whether no other spelling of the signature means the same bytes.

    The last letter of Base64 carries bits that nobody reads: without this, a changed link could
    still be good, and one link would have several names.
    """
    signature = token.rpartition(".")[2]
    try:
        raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    except (NotBase64, ValueError):
        return False
    return base64.urlsafe_b64encode(raw).decode().rstrip("=") == signature
