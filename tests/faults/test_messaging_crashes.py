"""Processes that die between any two steps: what was committed is published, and acts, once."""

import asyncio
import random
import signal
from functools import partial
from uuid import UUID

import pytest

from shared.contracts.messages import Service
from shared.contracts.profiles import PauseVolunteer, VolunteerPaused
from shared.contracts.values import Done
from shared.messaging.asking import Replied
from shared.messaging.envelope import Correlation, asked_headers
from tests.example_service import (
    KILLED,
    ExampleService,
    a_pause,
    effects,
    make_tables,
    running,
    spawn,
    stored,
)

PROFILES, REPORTING = Service.PROFILES, Service.REPORTING
TAKES, READS = "profiles__pause_volunteer_v1", "reporting__volunteer_paused_v1"


def read_pauses(example: ExampleService) -> None:
    example.note_every(VolunteerPaused)


HANDLERS = {PROFILES: ExampleService.take_pauses, REPORTING: read_pauses}


async def prepare(district):
    """Tables, and consumers whose messages come again soon after their reader has died."""
    await make_tables(district, PROFILES, REPORTING)
    jetstream = await district.jetstream()
    for stream, consumer in (("COMMANDS", TAKES), ("EVENTS", READS)):
        config = (await jetstream.consumer_info(stream, consumer)).config
        await jetstream.add_consumer(stream, config.evolve(ack_wait=0.5))


async def store_commands(district, wishes):
    client = await district.client("portal")
    jetstream = client.jetstream(timeout=5)
    for wish in wishes:
        headers = asked_headers(Correlation.fresh())
        body = wish.model_dump_json().encode()
        await jetstream.publish(PauseVolunteer.subject, body, headers=headers)
    await client.close()


async def all_done(district, count):
    """Whether every command has had its effect, its event and the event's effect."""
    return (
        len(await stored(district, "EVENTS")) >= count
        and len(await effects(district, PROFILES)) >= count
        and len(await effects(district, REPORTING)) >= count
        and await stored(district, "COMMANDS") == []
        and await district.sql("SELECT 1 FROM profiles.outbox WHERE published_at IS NULL") == []
    )


async def assert_each_acted_once(district, wishes):
    """The oracle: committed rows == stream messages == effects, each of them distinct."""
    wanted = sorted(str(wish.volunteer_id) for wish in wishes)
    outbox = await district.sql("SELECT event_id, payload FROM profiles.outbox")
    messages = await stored(district, "EVENTS")
    ids = {row["event_id"] for row in outbox}
    assert sorted(await effects(district, PROFILES)) == wanted
    assert sorted(await effects(district, REPORTING)) == wanted
    assert len(messages) == len(outbox) == len(ids) == len(wishes)
    assert {UUID(message.headers["ce-id"]) for message in messages} == ids
    assert len(await district.sql("SELECT 1 FROM profiles.replies WHERE reply <> ''")) == len(
        wishes
    )
    assert await stored(district, "DEAD_LETTERS") == []


@pytest.mark.parametrize(
    ("dying", "failpoint"),
    [
        (PROFILES, "relay.before_publish"),
        (PROFILES, "relay.published_not_marked"),
        (PROFILES, f"{TAKES}.in_transaction"),
        (PROFILES, "command.committed_not_replied"),
        (REPORTING, f"{READS}.in_transaction"),
        (REPORTING, f"{READS}.committed_not_acked"),
    ],
)
async def test_a_death_at_any_step_loses_nothing_and_doubles_nothing(
    district, dying, failpoint
):
    await prepare(district)
    living = REPORTING if dying is PROFILES else PROFILES
    wishes = [a_pause() for _ in range(5)]
    async with running(district, living, HANDLERS[living]):
        process = await spawn(district, dying, failpoint=failpoint)
        await store_commands(district, wishes)
        assert await asyncio.wait_for(process.wait(), 30) == KILLED

        async with running(district, dying, HANDLERS[dying]):
            await district.until(lambda: all_done(district, len(wishes)))
            await assert_each_acted_once(district, wishes)


async def test_a_sender_that_dies_after_storing_sends_again_and_gets_the_first_reply(district):
    await prepare(district)
    async with running(district, PROFILES, ExampleService.take_pauses):
        sender = await spawn(
            district, "send", "one-wish", failpoint="command.stored_not_answered"
        )
        assert await asyncio.wait_for(sender.wait(), 30) == KILLED

        portal = await district.asker("portal")
        again = await portal.send(a_pause("one-wish", volunteer_id=UUID(int=7)))

        assert again == Replied(Done(version=1))
        assert await effects(district, PROFILES) == [str(UUID(int=7))]


async def test_killing_service_and_server_at_random_loses_nothing_and_doubles_nothing(district):
    await prepare(district)
    chance = random.Random(7)  # noqa: S311  the same deaths in every run
    wishes = [a_pause() for _ in range(60)]
    async with running(district, REPORTING, read_pauses):
        for number in range(3):
            process = await spawn(district, PROFILES)
            assert await asyncio.wait_for(process.stdout.readline(), 30) == b"ready\n"
            await store_commands(district, wishes[20 * number : 20 * number + 20])
            goal = 20 * number + chance.randint(1, 15)
            await district.until(partial(at_least, district, goal))
            process.send_signal(signal.SIGKILL)
            await process.wait()
        district.kill_nats()
        await asyncio.to_thread(district.start_nats)
        async with running(district, PROFILES, ExampleService.take_pauses):
            await district.until(lambda: all_done(district, len(wishes)))
            await assert_each_acted_once(district, wishes)


async def at_least(district, count):
    return len(await effects(district, PROFILES)) >= count
