"""How our headers are written.

The standard library turns a long `List-Unsubscribe` or `References` into encoded words, which
makes mail programs hide the unsubscribe button and lose the thread (cpython#87659). Headers made
of addresses in angle brackets are therefore folded at spaces only and never encoded. It also leaves
the line of a header's name empty where all words fit into the next, which RFC 5322 forbids and some
readers take for no subject at all: one in plain letters is folded in the same way.
"""

import re
from email.policy import EmailPolicy
from typing import Any

_RAW = frozenset(
    {
        "message-id",
        "in-reply-to",
        "references",
        "list-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
    }
)
_UNSAFE = re.compile(r"[\r\n\x00]|=\?")
_LINE = 78
_HARD_LIMIT = 998


class MailPolicy(EmailPolicy):
    """RFC 5322 for our raw headers, RFC 2047 for all others; lines end in CRLF, all is ASCII."""

    def fold(self, name: str, value: Any) -> str:
        if _is_raw(name, str(value)):
            return _fold_raw(name, str(value), self.linesep)
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: Any) -> bytes:
        if _is_raw(name, str(value)):
            return _fold_raw(name, str(value), self.linesep).encode("ascii")
        return super().fold_binary(name, value)


def _is_raw(name: str, value: str) -> bool:
    plain = value.isascii() and value.isprintable() and not _UNSAFE.search(value)
    return name.lower() in _RAW or (name.lower() == "subject" and plain)


def _fold_raw(name: str, value: str, linesep: str) -> str:
    """Break lines between words only; a single word may be longer than a line."""
    if _UNSAFE.search(value) or not value.isascii():
        raise ValueError(f"{name} must be plain ASCII on one line")
    lines = [f"{name}:"]
    for word in value.split():
        begun = lines[-1] != f"{name}:"
        if begun and len(lines[-1]) + 1 + len(word) > _LINE:
            lines.append("")
        lines[-1] += f" {word}"
    if max(map(len, lines)) > _HARD_LIMIT:
        raise ValueError(f"{name} has a word that no line can hold")
    return linesep.join(lines) + linesep


POLICY = MailPolicy(linesep="\r\n", cte_type="7bit")
