"""The relay: order, one leader, and what happens to a row that waits."""

import asyncio
import json
from functools import partial

import pytest

from shared.contracts.messages import Service
from shared.kernel.ids import new_id
from shared.messaging.relay import Relay
from tests.example_service import paused, running, stored

PROFILES = Service.PROFILES


async def sequences(district):
    return [
        json.loads(message.data)["sequence"] for message in await stored(district, "EVENTS")
    ]


async def published(district, count):
    rows = await district.sql("SELECT 1 FROM profiles.outbox WHERE published_at IS NOT NULL")
    return len(rows) == count


async def test_two_relays_at_once_keep_the_order_and_lose_nothing(district):
    async with running(district, PROFILES) as first, running(district, PROFILES) as second:
        for number in range(0, 60, 3):
            example = (first, second)[number % 2]
            async with example.work() as work:
                await work.publish(
                    *(paused(new_id(), sequence=number + each) for each in range(3))
                )
        await district.until(lambda: published(district, 60))

        assert await leaders(district) == 1
        assert await sequences(district) == list(range(60))


async def test_the_second_relay_goes_on_where_the_first_one_ended(district):
    async with running(district, PROFILES) as second:
        async with running(district, PROFILES) as first:
            async with first.work() as work:
                await work.publish(paused(new_id(), sequence=0))
            await district.until(lambda: published(district, 1))
        async with second.work() as work:
            await work.publish(paused(new_id(), sequence=1))
        await district.until(lambda: published(district, 2))

        assert await sequences(district) == [0, 1]


async def test_a_leader_whose_database_connection_is_cut_is_followed_by_a_leader(district):
    async with running(district, PROFILES) as example:
        async with example.work() as work:
            await work.publish(paused(new_id(), sequence=0))
        await district.until(lambda: published(district, 1))

        await district.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        async with example.work() as work:
            await work.publish(paused(new_id(), sequence=1))
        await district.until(lambda: published(district, 2))

        assert await sequences(district) == [0, 1]


async def test_an_event_arrives_by_the_hint_long_before_the_next_poll(district):
    async with running(district, PROFILES) as example:
        async with example.work() as work:
            await work.publish(paused(new_id()))
        await district.until(lambda: published(district, 1))
        loop = asyncio.get_running_loop()
        started = loop.time()
        for number in range(3):
            async with example.work() as work:
                await work.publish(paused(new_id(), sequence=number))
            await district.until(partial(published, district, number + 2))
        assert loop.time() - started < 1.5


async def test_a_rolled_back_event_is_never_published(district):
    async with running(district, PROFILES) as example:

        async def fail_half_way():
            async with example.work() as work:
                await work.publish(paused(new_id(), sequence=13))
                raise LookupError

        with pytest.raises(LookupError):
            await fail_half_way()
        async with example.work() as work:
            await work.publish(paused(new_id(), sequence=14))
        await district.until(lambda: published(district, 1))

        assert await sequences(district) == [14]


async def test_a_relay_of_one_service_does_not_hold_back_another(district):
    async with running(district, PROFILES), running(district, Service.NETWORK) as network:
        assert isinstance(network.relay, Relay)
        await district.until(lambda: two_lead(district))


async def two_lead(district):
    return await leaders(district) == 2


async def leaders(district):
    """How many relays hold a lock; the servers' other databases have locks of their own."""
    rows = await district.sql(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return len(rows)
