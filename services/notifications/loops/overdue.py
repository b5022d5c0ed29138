"""Takes mails back from senders that died, and settles those that are too late by now."""

import asyncio

from services.notifications.loops.ledger import Ledger
from shared.messaging.connection import wait_or

POLL_S = 1.0


async def keep_settling(ledger: Ledger, stop: asyncio.Event) -> None:
    """Look each second until `stop`; a deadline counts in domain time, whatever the next try is."""
    await ledger.release_held()
    while not stop.is_set():
        while await ledger.take_back_one() or await ledger.expire_one():
            pass
        await wait_or(stop, POLL_S)
