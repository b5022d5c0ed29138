"""Time passes: dates move on, requests expire or are done by themselves. Domain time.

The database says when a request is due (`due_at`), so the loop remembers nothing, and any number
of copies may run: each takes the rows that no other has locked.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from services.requests.domain.life import elapse
from services.requests.handlers.telling import keep
from services.requests.store import lock_due
from shared.messaging.connection import wait_or
from shared.messaging.outbox import Work
from shared.observability.failpoints import failpoint

BATCH = 50
POLL_S = 2.0

OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


async def keep_elapsing(open_work: OpenWork, stop: asyncio.Event) -> None:
    """Let time act on what is due, until `stop`."""
    while not stop.is_set():
        if await elapse_due(open_work) < BATCH:
            await wait_or(stop, POLL_S)


async def elapse_due(open_work: OpenWork) -> int:
    """Take one batch in one transaction; return how many requests it were."""
    async with open_work() as work:
        rows = await lock_due(work.session, work.now, BATCH)
        for row in rows:
            await keep(row, elapse(row.life(), work.now), work)
            failpoint("requests.elapsed_not_committed")
    return len(rows)
