"""What `profiles` does by itself: a pause that has a date ends on it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from services.profiles.handlers.standing import BATCH, end_pauses
from shared.messaging.connection import wait_or
from shared.messaging.outbox import Work

EVERY_S = 2.0
"""Machine time; short, since domain time can run faster."""


async def keep_ending_pauses(
    work: Callable[[], AbstractAsyncContextManager[Work]], stop: asyncio.Event
) -> None:
    """Resume, in domain time, everybody whose pause is over, until `stop`."""
    while not stop.is_set():
        async with work() as unit:
            ended = await end_pauses(unit)
        if ended < BATCH:
            await wait_or(stop, EVERY_S)
