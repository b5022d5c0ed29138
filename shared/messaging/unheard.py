"""What becomes of a refusal that nobody waits for any more.

A command's sender waits some seconds for the reply, then tells the person "received". What the
owner refuses after that must reach the person another way: the owner's `unheard` handler publishes
what is to be mailed, in the transaction that stores the refusal, once a key.

Whether a sender still waits only time can tell: JetStream's own, of when it stored the command,
against the clock of this machine. While nobody can be certain, a refusal is neither stored nor
told but put off until it is certain, so that one that was heard is not told again by mail.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID, uuid5

from shared.contracts.messages import Refused
from shared.kernel.clock import MachineClock
from shared.messaging.asking import REPLY_TIMEOUT_S, WAITS_AT_MOST_S
from shared.messaging.envelope import REFUSED
from shared.messaging.inbox import StoredReply, seen_first
from shared.messaging.outbox import Work
from shared.messaging.retries import Postponed
from shared.messaging.tables import MessagingTables

UnheardHandler = Callable[[Any, Refused, Work], Awaitable[None]]
"""Gets the command, its refusal and the unit of work; publishes what the person must be told."""

MARGIN_S = 1.0
"""For a commit, the way back, and two machines' clocks; they must be in step to this."""
CERTAIN_AFTER_S = WAITS_AT_MOST_S + MARGIN_S

_KEYS = UUID("1f0e5c1a-6a0f-5c3e-9c55-0d8f4f1f7b52")


class Waiting(Enum):
    """Whether a command's sender still waits for its reply."""

    CERTAINLY = "certainly"
    PERHAPS = "perhaps"
    NO_MORE = "no_more"


def waiting_after(age_s: float) -> Waiting:
    """Judge by the seconds since the command was stored."""
    if age_s < REPLY_TIMEOUT_S - MARGIN_S:
        return Waiting.CERTAINLY
    return Waiting.PERHAPS if age_s < CERTAIN_AFTER_S else Waiting.NO_MORE


@dataclass(slots=True)
class Hearing:
    """One attempt at one command: whether its sender hears a refusal, and word if not.

    `stored_at` is the broker's time (machine time); None is a replay, for which nobody waits.
    Without a `handler` nobody needs word.
    """

    durable: str
    tables: MessagingTables
    handler: UnheardHandler | None
    stored_at: datetime | None
    _told: bool = False

    async def before_commit(self, command: Any, reply: StoredReply, work: Work) -> None:
        """Give word of a refusal that nobody will hear.

        Raises:
            Postponed: nobody can know yet; nothing of this attempt is to be kept.

        """
        if self.handler is None or reply.status != REFUSED:
            return
        waiting = waiting_after(self._age_s())
        if waiting is Waiting.CERTAINLY:
            return
        if waiting is Waiting.PERHAPS:
            raise Postponed(self._certain_in_s())
        self._told = True
        key = uuid5(_KEYS, command.command_key)
        if await seen_first(work.session, self.tables, f"{self.durable}.unheard", key):
            await self.handler(command, Refused.model_validate_json(reply.body), work)

    def after_reply(self, reply: StoredReply) -> None:
        """Look again once the reply has gone: the commit may have taken its time.

        Raises:
            Postponed: it may have come too late; the stored refusal is to be told after all.

        """
        if self.handler is None or reply.status != REFUSED or self._told:
            return
        if waiting_after(self._age_s()) is not Waiting.CERTAINLY:
            raise Postponed(self._certain_in_s())

    def _certain_in_s(self) -> float:
        return max(CERTAIN_AFTER_S - self._age_s(), 0.0)

    def _age_s(self) -> float:
        if self.stored_at is None:
            return CERTAIN_AFTER_S
        return (MachineClock().now() - self.stored_at).total_seconds()
