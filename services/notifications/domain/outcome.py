"""What a try to deliver one email led to: said by the mail server, or left open by silence."""

import re
from dataclasses import dataclass
from enum import StrEnum

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?![.\d])")
_TEMPORARY = 4
_PERMANENT = 5


class Phase(StrEnum):
    """How far a delivery got. Before `DATA` the mail certainly stayed with us."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail server's answer without its words, which repeat the recipient's address.

    `code` is the three-digit code of RFC 5321, `enhanced` the status of RFC 3463 if one came.
    """

    code: int
    enhanced: str | None = None

    @classmethod
    def reduce(cls, code: int, text: str) -> "Reply":
        """Keep the codes of a reply and drop its text."""
        match = _ENHANCED.match(text)
        return cls(code, match.group(1) if match else None)

    @property
    def temporary(self) -> bool:
        return self.code // 100 == _TEMPORARY

    @property
    def permanent(self) -> bool:
        return self.code // 100 == _PERMANENT

    def __str__(self) -> str:
        return f"{self.code} {self.enhanced}" if self.enhanced else str(self.code)


@dataclass(frozen=True, slots=True)
class Sent:
    """The server took the mail over."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Deferred:
    """The server certainly does not have the mail; a later try can help.

    `reply` is None where the connection broke or never came about.
    """

    phase: Phase
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The server refused this mail for good."""

    phase: Phase
    reply: Reply


@dataclass(frozen=True, slots=True)
class Unknown:
    """The connection was lost after DATA began: the server may or may not have the mail."""


def judge(reply: Reply, phase: Phase) -> Deferred | Failed:
    """Tell what a refusal means: 5xx is for good, 4xx for now.

    A 5xx before the recipient was named speaks of our configuration (no login, unknown sender),
    not of this mail: it is tried again, and an operator has four days to mend it.
    """
    if reply.permanent and phase in {Phase.RCPT, Phase.DATA}:
        return Failed(phase, reply)
    return Deferred(phase, reply)


Outcome = Sent | Deferred | Failed | Unknown
