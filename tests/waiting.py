"""Waiting for a condition, with a deadline that holds."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

LOOK_EVERY_S = 0.02


async def until(condition: Callable[[], Any], within_s: float) -> Any:
    """Wait until `condition()` (plain or async) is true and return it; TimeoutError if it is late.

    Before Python 3.12 `wait_for`, which the NATS client waits by, keeps a cancellation to itself if
    its result comes in the same moment. So the deadline is looked at, too: it would pass unnoticed.
    """
    async with asyncio.timeout(within_s) as limit:
        while not limit.expired():
            found = condition()
            if inspect.isawaitable(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(LOOK_EVERY_S)
        raise TimeoutError
