"""The database dies, freezes or shuts its door: nothing is lost, doubled or given up."""

import asyncio
import contextlib
import itertools
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy.engine import URL

from infra.dev.throwaway import DATABASE, run_command, stop, wait_until_ready
from infra.local.postgres import SUPERUSER, EmbeddedPostgres
from infra.provision import ensure_database, provision_nats
from shared.contracts.messages import Service
from shared.contracts.profiles import ExportVolunteer
from shared.kernel.ids import new_id
from shared.messaging.secrets import make_secrets
from shared.persistence.database import role_of
from shared.persistence.provisioning import provision_database
from shared.service.settings import ServiceSettings
from tests.example_service import (
    ExampleService,
    a_pause,
    effects,
    make_tables,
    running,
    spawn,
    stored,
    whole_service,
)
from tests.faults.test_messaging_crashes import (
    all_done,
    assert_each_acted_once,
    prepare,
    read_pauses,
    store_commands,
)
from tests.faults.test_messaging_outages import never_frozen
from tests.ports import free_port
from tests.servers import STREAM_BYTES, District, Servers

PROFILES, REPORTING = Service.PROFILES, Service.REPORTING
_numbers = itertools.count(1)


class OwnPostgres:
    """A PostgreSQL to be killed and started again on the same data."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self._server = EmbeddedPostgres(folder, port, "own", durable=False)
        self._log = folder / "postgres.log"
        self.url = URL.create("postgresql", SUPERUSER, "own", "127.0.0.1", port, DATABASE)
        self.start()

    def start(self) -> None:
        self._server.prepare()
        self._process = run_command(self._server.command(), self._log)
        wait_until_ready(self._server.ready, self._process)

    def signal(self, number: signal.Signals) -> None:
        """To the server and all its backends, each of which leads a group of its own."""
        server = psutil.Process(self._process.pid)
        for process in (server, *server.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        if number is signal.SIGKILL:
            self._process.wait()

    def stop(self) -> None:
        self.signal(signal.SIGCONT)
        stop(self._process, signal.SIGINT)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnPostgres]:
    own = OwnPostgres(tmp_path_factory.mktemp("postgres"))
    yield own
    own.stop()


@pytest.fixture
async def own_district(postgres: OwnPostgres, tmp_path: Path) -> AsyncIterator[District]:
    """A district whose database server a test may kill."""
    secrets = tmp_path / "secrets"
    make_secrets(secrets)
    url = postgres.url.set(database=f"own_{next(_numbers)}")
    await ensure_database(url, apply=True)
    await provision_database(url, [PROFILES, REPORTING], secrets, apply=True)
    servers = Servers(postgres.url, secrets, tmp_path / "jetstream")
    district = District(servers, tmp_path, str(url.database), free_port())
    await asyncio.to_thread(district.start_nats)
    try:
        await provision_nats(district.nats_url, secrets, apply=True, max_bytes=STREAM_BYTES)
        await make_tables(district, PROFILES, REPORTING)
        yield district
    finally:
        await district.close()


async def test_a_database_that_is_killed_midway_loses_nothing_and_doubles_nothing(
    own_district, postgres
):
    district = own_district
    await prepare(district)
    wishes = [a_pause() for _ in range(40)]
    async with (
        running(district, PROFILES, ExampleService.take_pauses),
        running(district, REPORTING, read_pauses),
    ):
        await store_commands(district, wishes[:20])
        await district.until(lambda: effects(district, REPORTING))
        async with never_frozen():
            postgres.signal(signal.SIGKILL)
            await store_commands(district, wishes[20:])
            await district.until(lambda: redelivered(district, 8))
            await asyncio.to_thread(postgres.start)
            await district.until(lambda: all_done(district, len(wishes)))
        await assert_each_acted_once(district, wishes)


async def redelivered(district, times):
    """Whether some command was delivered more often than a failing handler would be tried."""
    jetstream = await district.jetstream()
    info = await jetstream.consumer_info("COMMANDS", "profiles__pause_volunteer_v1")
    return info.delivered.consumer_seq - info.delivered.stream_seq > times * 4


async def test_a_database_that_is_frozen_holds_up_and_then_goes_on(own_district, postgres):
    district = own_district
    await prepare(district)
    wishes = [a_pause() for _ in range(10)]
    async with (
        running(district, PROFILES, ExampleService.take_pauses),
        running(district, REPORTING, read_pauses),
    ):
        await store_commands(district, wishes[:5])
        await district.until(lambda: all_done(district, 5))
        async with never_frozen():
            postgres.signal(signal.SIGSTOP)
            try:
                await store_commands(district, wishes[5:])
                with pytest.raises(TimeoutError):
                    await district.until(lambda: _none(stored(district, "COMMANDS")), 1.5)
            finally:
                postgres.signal(signal.SIGCONT)
            await district.until(lambda: all_done(district, len(wishes)))
        await assert_each_acted_once(district, wishes)


async def _none(question):
    return await question == []


async def test_a_service_that_may_not_log_in_gives_nothing_up(own_district):
    district = own_district
    await prepare(district)
    wishes = [a_pause()]
    async with (
        running(district, PROFILES, ExampleService.take_pauses),
        running(district, REPORTING, read_pauses),
    ):
        await shut_the_door(district)
        try:
            await store_commands(district, wishes)
            await district.until(lambda: redelivered(district, 3))
        finally:
            await district.sql(f"ALTER ROLE {role_of(PROFILES)} LOGIN")
        await district.until(lambda: all_done(district, 1))
        await assert_each_acted_once(district, wishes)


async def shut_the_door(district):
    await district.sql(f"ALTER ROLE {role_of(PROFILES)} NOLOGIN")
    await district.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1",
        role_of(PROFILES),
    )


@contextlib.asynccontextmanager
async def a_whole_service(district):
    app = whole_service(PROFILES)(district.settings(ServiceSettings))
    stopping = asyncio.Event()
    task = asyncio.create_task(app.run(stopping))
    try:
        await district.until(app.ready.is_set)
        yield app
        stopping.set()
        async with asyncio.timeout(20):
            await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_question_during_the_outage_fails_with_a_code_and_the_service_is_not_ready(
    own_district, postgres
):
    async with a_whole_service(own_district) as app:
        portal = await own_district.client("portal")
        question = ExportVolunteer(volunteer_id=new_id())

        async def ask():
            body = question.model_dump_json().encode()
            return await portal.request(question.subject, body, timeout=5)

        assert app.watchdog.ready
        postgres.signal(signal.SIGKILL)
        try:
            assert (await ask()).headers["bruecke-status"] == "failed"
            await app.watchdog.look()
            assert set(app.watchdog.problems) == {"database"}
            assert not app.watchdog.ready
        finally:
            await asyncio.to_thread(postgres.start)
        assert (await ask()).headers["bruecke-status"] == "ok"
        await app.watchdog.look()
        assert app.watchdog.ready
        await portal.close()


async def test_a_service_ends_in_time_while_the_database_is_frozen(own_district, postgres):
    process = await spawn(own_district, "whole", PROFILES)
    try:
        async with asyncio.timeout(30):
            while b"service.ready" not in await process.stdout.readline():
                assert process.returncode is None
        postgres.signal(signal.SIGSTOP)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0
    finally:
        postgres.signal(signal.SIGCONT)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
