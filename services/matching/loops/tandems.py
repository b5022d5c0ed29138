"""Tandems' questions and reminders that are due, found and asked by the active planner."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.tandems.living import ask
from services.matching.domain.tandems.schedule import next_look_at
from services.matching.domain.tuning import Tuning
from services.matching.handlers.tandems.telling import keep_tandem
from services.matching.store.tandems import channel_of, lock_tandem, tandem_of
from shared.kernel.fields import Channel
from shared.messaging.outbox import Work
from shared.observability.failpoints import failpoint

OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


@dataclass(frozen=True, slots=True)
class TandemAsker:
    """Asks tandems, one after the other, each in a transaction of its own."""

    open_work: OpenWork
    tuning: Tuning

    async def ask(self, assignment_id: UUID) -> None:
        """Ask what is due of one tandem, and say when to look again; twice is once.

        A volunteer whose profile is not here yet is written to: a mail without an address is none.
        """
        async with self.open_work() as work:
            row = await lock_tandem(work.session, assignment_id)
            if row is None or row.next_at is None or row.next_at > work.now:
                return
            channel = await channel_of(work.session, row.volunteer_id) or Channel.EMAIL
            step = ask(tandem_of(row), work.now, channel, self.tuning)
            after = await keep_tandem(work, row, step, self.tuning)
            row.next_at = next_look_at(after, work.now, self.tuning)
            failpoint("matching.tandem_asked_not_committed")
