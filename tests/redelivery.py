"""What a service held when it died, given again at once: nobody waits for the broker's half minute.

    await comes_again(await district.jetstream(), "matching")

The broker's own timer does it, shortened for as long as it takes and put back afterwards. The
service runs by then, for it does not start on a consumer that differs from the catalogue.
"""

from collections.abc import Callable
from typing import Any

from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo

from shared.messaging.topology import durables
from tests.waiting import until

SOON_S = 0.5
WITHIN_S = 40.0


async def held_by(jetstream: JetStreamContext, reader: str) -> list[ConsumerInfo]:
    """The consumers of this service that wait for a word about something they gave it."""
    mine = [durable for durable in durables() if durable.reader == reader]
    found = [await jetstream.consumer_info(each.stream, each.name) for each in mine]
    return [info for info in found if info.num_ack_pending]


async def comes_again(jetstream: JetStreamContext, reader: str) -> None:
    """Have all that this service was given and did not acknowledge, once it asks for more."""
    for info in await held_by(jetstream, reader):
        await _until(jetstream, info, lambda now: now.num_waiting)
        config = info.config.evolve(ack_wait=SOON_S)
        await jetstream.add_consumer(info.stream_name, config)
        try:
            await _until(jetstream, info, lambda now: not now.num_ack_pending)
        finally:
            await jetstream.add_consumer(info.stream_name, info.config)


async def _until(
    jetstream: JetStreamContext, info: ConsumerInfo, holds: Callable[[ConsumerInfo], Any]
) -> None:
    async def now() -> bool:
        return bool(holds(await jetstream.consumer_info(info.stream_name, info.name)))

    await until(now, WITHIN_S)
