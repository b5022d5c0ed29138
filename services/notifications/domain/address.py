"""The standing of one person's address: when we stop writing to it and ring instead."""

from dataclasses import dataclass, replace
from datetime import date

from services.notifications.domain.outcome import Outcome, Phase, Reply, Sent, Unknown

BAD_DAYS = 3
_SERVER_CLOSES = 421
_NO_SUCH_MAILBOX = frozenset({550, 551, 553})
_ABOUT_THE_SENDER = frozenset({"7", "8"})
"""X.1.7 and X.1.8 of RFC 3463: the only ones of X.1 that speak of our own address."""


@dataclass(frozen=True, slots=True)
class AddressStanding:
    """What mail servers said about the address of one recipient; the address itself is not kept.

    When a step turns `suspended` on, the caller publishes `address_suspended`. A changed address
    starts with a new standing.
    """

    bad_days: frozenset[date] = frozenset()
    suspended: bool = False

    def after(self, outcome: Outcome, *, on: date) -> "AddressStanding":
        """Learn from what a delivery led to."""
        if isinstance(outcome, Sent):
            return self.after_delivery()
        if isinstance(outcome, Unknown) or outcome.reply is None:
            return self
        return self.after_refusal(outcome.reply, outcome.phase, on=on)

    def after_delivery(self) -> "AddressStanding":
        """Forget earlier temporary trouble: a mail was taken over."""
        return replace(self, bad_days=frozenset())

    def after_refusal(self, reply: Reply, phase: Phase, *, on: date) -> "AddressStanding":
        """Suspend what does not exist, or was in temporary trouble on three different days."""
        if _is_no_address(reply, phase):
            return replace(self, suspended=True)
        if not _is_trouble_of_the_address(reply, phase):
            return self
        bad_days = self.bad_days | {on}
        suspended = self.suspended or len(bad_days) >= BAD_DAYS
        return AddressStanding(bad_days=bad_days, suspended=suspended)


def _is_no_address(reply: Reply, phase: Phase) -> bool:
    """5.1.x, or the plain codes for it from servers that do not speak RFC 3463."""
    if not reply.permanent:
        return False
    if reply.enhanced is None:
        return phase is Phase.RCPT and reply.code in _NO_SUCH_MAILBOX
    _, subject, detail = reply.enhanced.split(".")
    return subject == "1" and detail not in _ABOUT_THE_SENDER


def _is_trouble_of_the_address(reply: Reply, phase: Phase) -> bool:
    """Whether a temporary refusal is about this recipient, not about the server or about us.

    If our own relay is ill for three days (421, 4.3.x), nobody's address may be suspended for it.
    """
    if not reply.temporary or reply.code == _SERVER_CLOSES:
        return False
    if reply.enhanced is None:
        return phase is Phase.RCPT
    _, subject, detail = reply.enhanced.split(".")
    if subject == "1" and detail in _ABOUT_THE_SENDER:
        return False
    return subject in {"1", "2"} or (phase is Phase.RCPT and subject != "3")
