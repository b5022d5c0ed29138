"""Deletes sessions and ordered mails whose time is over, by the machine's clock.

Their retention is counted in machine time, because a sped-up domain clock must sign nobody out;
that is why it is done here and not by the declared rules.
"""

import asyncio

from services.admin.store.accounts import forget_what_is_over
from shared.kernel.clock import Clock
from shared.messaging.connection import wait_or
from shared.persistence.database import Database

EVERY_S = 600.0


async def keep_forgetting(
    database: Database, machine_clock: Clock, stop: asyncio.Event
) -> None:
    """One round at once, then one each ten minutes until `stop`."""
    while not stop.is_set():
        async with database.transaction() as session:
            await forget_what_is_over(session, machine_clock.now())
        await wait_or(stop, EVERY_S)
