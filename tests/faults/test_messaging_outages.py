"""Servers that die, freeze, come back or throw us out: the service goes on, and its loop never stops."""

import asyncio
import contextlib
import signal
import threading

import pytest
from structlog.testing import capture_logs

from shared.contracts.messages import Service
from shared.contracts.profiles import VolunteerPaused
from shared.kernel.ids import new_id
from shared.messaging.secrets import public_key
from shared.service.settings import ServiceSettings
from tests.example_service import (
    ExampleService,
    effects,
    make_tables,
    paused,
    running,
    spawn,
    whole_service,
)

PROFILES, REPORTING = Service.PROFILES, Service.REPORTING
READS = "reporting__volunteer_paused_v1"
FROZEN_S = 0.5
"""An event loop that stands still for longer answers no health check."""
TICK_S = 0.01


def read_pauses(example: ExampleService) -> None:
    example.note_every(VolunteerPaused)


@contextlib.asynccontextmanager
async def never_frozen():
    """Fails if the event loop stood still for `FROZEN_S` of a thread's ticks while in here.

    A thread beside the loop keeps the time, so that a machine that is busy elsewhere stops both.
    """
    loop = asyncio.get_running_loop()
    over = threading.Event()
    since_turn = longest = 0

    def turn():
        nonlocal since_turn, handle
        since_turn = 0
        handle = loop.call_later(TICK_S, turn)

    def watch():
        nonlocal since_turn, longest
        while not over.wait(TICK_S):
            since_turn += 1
            longest = max(longest, since_turn)

    handle = loop.call_later(TICK_S, turn)
    watching = asyncio.create_task(asyncio.to_thread(watch))
    try:
        yield
    finally:
        over.set()
        await watching
        handle.cancel()
    assert longest * TICK_S < FROZEN_S


async def publish_one(example):
    async with example.work() as work:
        await work.publish(paused(new_id()))


async def read(district, count):
    return len(await effects(district, REPORTING)) == count


async def test_consumption_goes_on_after_the_server_was_killed_and_started_again(district):
    async with (
        running(district, PROFILES) as profiles,
        running(district, REPORTING, read_pauses),
    ):
        assert profiles.connection.client.options["max_reconnect_attempts"] == -1
        await publish_one(profiles)
        await district.until(lambda: read(district, 1))
        async with never_frozen():
            district.kill_nats()
            await district.until(lambda: not profiles.connection.is_connected)
            await publish_one(profiles)
            await asyncio.to_thread(district.start_nats)
            await district.until(lambda: read(district, 2))


async def test_consumption_goes_on_after_the_server_was_frozen(district):
    async with (
        running(district, PROFILES) as profiles,
        running(district, REPORTING, read_pauses) as reporting,
    ):
        await publish_one(profiles)
        await district.until(lambda: read(district, 1))
        async with never_frozen():
            district.kill_nats(signal.SIGSTOP)
            await publish_one(profiles)
            with pytest.raises(TimeoutError):
                # Longer than a fetch waits.
                await district.until(lambda: read(district, 2), within_s=2.5)
            district.kill_nats(signal.SIGCONT)
            await district.until(lambda: read(district, 2))
        assert reporting.connection.is_connected


async def test_a_service_that_is_thrown_out_for_good_ends_instead_of_waiting_for_ever(district):
    """The framework raises into the client's reconnecting task, which dies of it silently."""
    await make_tables(district, REPORTING)
    process = await spawn(district, "reporting")
    assert await asyncio.wait_for(process.stdout.readline(), 30) == b"ready\n"

    throw_out(district, REPORTING)

    await assert_ends_with_an_error(process)


async def test_a_service_whose_connection_was_closed_ends_instead_of_freezing(district):
    """On a closed connection the framework's pull loops spin without ever suspending."""
    await make_tables(district, REPORTING)
    process = await spawn(district, "reporting")
    assert await asyncio.wait_for(process.stdout.readline(), 30) == b"ready\n"

    process.send_signal(signal.SIGUSR1)

    await assert_ends_with_an_error(process)


async def assert_ends_with_an_error(process):
    try:
        assert await asyncio.wait_for(process.wait(), 10) == 1
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def throw_out(district, user):
    """Reload the server with another key in the place of this user's."""
    config = district.folder / "nats.conf"
    old = public_key(district.servers.secrets, user)
    lines = [line for line in config.read_text().splitlines() if old not in line]
    config.write_text("\n".join(lines))
    district.kill_nats(signal.SIGHUP)


@contextlib.asynccontextmanager
async def a_whole_service(district):
    app = whole_service(REPORTING)(district.settings(ServiceSettings))
    stopping = asyncio.Event()
    task = asyncio.create_task(app.run(stopping))
    try:
        yield app, stopping, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_service_ends_in_time_while_the_message_server_is_down(district):
    await make_tables(district, REPORTING)
    async with a_whole_service(district) as (app, stopping, task):
        await district.until(app.ready.is_set)
        district.kill_nats()
        await district.until(lambda: not app.connection.is_connected)

        stopping.set()
        async with never_frozen(), asyncio.timeout(5):
            await task


async def test_a_service_ends_in_time_while_the_message_server_is_frozen(district):
    await make_tables(district, REPORTING)
    async with a_whole_service(district) as (app, stopping, task):
        await district.until(app.ready.is_set)
        district.kill_nats(signal.SIGSTOP)

        stopping.set()
        async with never_frozen(), asyncio.timeout(30):
            await task


async def test_a_service_that_never_found_its_server_ends_when_asked_to(district):
    district.kill_nats()
    async with a_whole_service(district) as (_app, stopping, task):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(task), 0.3)

        stopping.set()
        async with asyncio.timeout(5):
            await task


async def test_a_service_that_starts_before_its_server_waits_for_it(district):
    await make_tables(district, REPORTING)
    district.kill_nats()
    async with a_whole_service(district) as (app, stopping, task):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(task), 0.3)
        await asyncio.to_thread(district.start_nats)

        await district.until(app.ready.is_set)

        stopping.set()
        await task


async def test_a_connection_that_is_closed_for_good_ends_the_service_with_an_error(district):
    await make_tables(district, REPORTING)
    async with a_whole_service(district) as (app, _stopping, task):
        await district.until(app.ready.is_set)
        with capture_logs():
            throw_out(district, REPORTING)
            async with never_frozen(), asyncio.timeout(10):
                with pytest.raises(RuntimeError, match="closed for good"):
                    await task


class Slow:
    """A handler that ends when the test says so."""

    def __init__(self):
        self.began, self.may_end = asyncio.Event(), asyncio.Event()

    def __call__(self, example: ExampleService) -> None:
        @example.seam.event(VolunteerPaused)
        async def on_paused(event: VolunteerPaused, work):
            self.began.set()
            await self.may_end.wait()
            await example.note(work, event.volunteer_id)


async def test_a_service_that_is_stopped_ends_what_it_began_and_acknowledges_it(district):
    slow = Slow()
    async with running(district, PROFILES) as profiles:
        async with running(district, REPORTING, slow) as reporting:
            await publish_one(profiles)
            await asyncio.wait_for(slow.began.wait(), 10)
            closing = asyncio.create_task(reporting.connection.close())
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(closing), 0.3)
            slow.may_end.set()
            await asyncio.wait_for(closing, 5)

        assert await read(district, 1)
        await district.until(lambda: acknowledged(district))


async def acknowledged(district):
    info = await (await district.jetstream()).consumer_info("EVENTS", READS)
    return info.ack_floor.stream_seq == 1 and info.num_ack_pending == 0


async def test_a_handler_that_does_not_end_is_cut_off_and_its_message_comes_again(district):
    slow = Slow()
    async with running(district, PROFILES) as profiles:
        async with running(district, REPORTING, slow) as reporting:
            await publish_one(profiles)
            await asyncio.wait_for(slow.began.wait(), 10)
            async with asyncio.timeout(5):
                await reporting.connection.close(deadline_s=0.3)
        assert await effects(district, REPORTING) == []
        jetstream = await district.jetstream()
        config = (await jetstream.consumer_info("EVENTS", READS)).config
        await jetstream.add_consumer("EVENTS", config.evolve(ack_wait=0.5))

        async with running(district, REPORTING, read_pauses):
            await district.until(lambda: read(district, 1))
