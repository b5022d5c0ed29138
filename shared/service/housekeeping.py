"""Retention in a running service: the declared rules applied again and again.

People's data are counted in domain time, like the dates that people see; inbox and stored replies
in machine time, because the broker's own retention is.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Row

from shared.kernel.clock import Clock
from shared.messaging.connection import wait_or
from shared.messaging.outbox import Work
from shared.messaging.tables import MessagingTables
from shared.persistence.retention import BATCH, Rule, apply_rule

log = structlog.get_logger(__name__)

EVERY_S = 600.0

AfterDeletion = Callable[[Work, Sequence[Row[Any]]], Awaitable[None]]
"""What a service does, in the same transaction, for the keys of rows that were deleted."""


@dataclass(frozen=True)
class Retention:
    """Ends what is over in one service's tables; two copies at a time are harmless."""

    rules: Sequence[Rule]
    messaging: MessagingTables
    machine_clock: Clock
    work: Callable[[], AbstractAsyncContextManager[Work]]
    after_deletion: Mapping[str, AfterDeletion]
    """By table name."""

    async def keep_deleting(self, stop: asyncio.Event) -> None:
        """One round at once, then one each ten minutes until `stop`."""
        while not stop.is_set():
            for rule in self.rules:
                await self._apply(rule, stop)
            await wait_or(stop, EVERY_S)

    async def _apply(self, rule: Rule, stop: asyncio.Event) -> None:
        """One rule, a batch a transaction, until nothing is over any more."""
        ours = any(rule.table is table for table in self.messaging)
        after = self.after_deletion.get(rule.table.name)
        while not stop.is_set():
            async with self.work() as work:
                now = self.machine_clock.now() if ours else work.now
                ended = await apply_rule(work.session, rule, now)
                if ended and rule.whole_row and after is not None:
                    await after(work, ended)
            if ended:
                log.info("retention.ended", table=rule.table.fullname, rows=len(ended))
            if len(ended) < BATCH:
                return
