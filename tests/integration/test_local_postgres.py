"""The embedded PostgreSQL: starts, stops, kills, what it refuses and what it does not log."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from infra.local.child import Change, State
from infra.local.postgres import EmbeddedPostgres
from infra.local.probes import PortTaken
from tests.integration.local_scenes import (
    DEADLINE_S,
    PASSWORD,
    connect,
    prepared,
    remove_cluster,
    runs,
    supervised,
    until,
    visit_postgres,
)
from tests.ports import free_port

pytestmark = pytest.mark.integration


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    for used in tmp_path.iterdir():
        remove_cluster(used)


def started_alone(postgres: EmbeddedPostgres) -> subprocess.Popen[bytes]:
    """Start the server without any supervisor, as one that was left behind."""
    command = postgres.command()
    account = command.account
    return subprocess.Popen(
        command.argv,
        env=dict(command.env),
        cwd=command.cwd,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


async def test_data_survive_a_stop_and_a_start(data):
    port = free_port()

    assert await visit_postgres(data, port) == 1
    assert await visit_postgres(data, port) == 2


async def test_a_killed_server_comes_back_with_its_data_on_the_same_port(data):
    postgres = prepared(data)
    changes: list[Change] = []
    async with supervised(postgres, data, changes) as supervisor:
        await supervisor.start()
        connection = await connect(postgres.port)
        await connection.execute("create table kept as select 42 as answer")
        first = changes[-1].pid
        assert first is not None

        os.kill(first, signal.SIGKILL)
        await until(lambda: [c.state for c in changes].count(State.READY) == 2)
        connection.terminate()

        connection = await connect(postgres.port)
        assert await connection.fetchval("select answer from kept") == 42
        await connection.close()
    assert changes[-1].state is State.STOPPED
    assert not runs(first)


async def test_a_stop_does_not_wait_for_clients_that_stay_connected(data):
    postgres = prepared(data)
    async with supervised(postgres, data) as supervisor:
        await supervisor.start()
        connection = await connect(postgres.port)
        await connection.execute("begin")
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 5
    connection.terminate()


async def test_a_wrong_password_is_refused(data):
    postgres = prepared(data)
    async with supervised(postgres, data) as supervisor:
        await supervisor.start()

        with pytest.raises(asyncpg.InvalidPasswordError):
            await connect(postgres.port, password="another")


async def test_ready_is_false_where_nobody_or_another_kind_of_server_listens(data):
    postgres = EmbeddedPostgres(data, free_port(), PASSWORD)
    assert not await postgres.ready()

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", postgres.port):
        assert not await postgres.ready()


async def test_values_and_statements_stay_out_of_the_log(data):
    postgres = prepared(data)
    async with supervised(postgres, data) as supervisor:
        await supervisor.start()
        connection = await connect(postgres.port)
        await connection.execute("create table people (address text unique)")
        await connection.execute("insert into people values ('Kanarienweg')")
        for statement in (
            "insert into people values ('Kanarienweg')",
            "select 'Kanarienweg'::integer",
            "select Kanarienweg",
        ):
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute(statement)
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute("insert into people values ($1)", "Kanarienweg")
        await connection.close()

    log = data / "postgres.log"
    assert "ready to accept connections" in log.read_text()
    assert "kanarienweg" not in log.read_text().lower()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


async def test_texts_are_unicode_and_letters_with_dots_have_upper_case(data):
    postgres = prepared(data)
    async with supervised(postgres, data) as supervisor:
        await supervisor.start()
        connection = await connect(postgres.port)
        assert (
            await connection.fetchval("select upper('gößnitz, müller, ħ')")
            == "GÖßNITZ, MÜLLER, Ħ"
        )
        assert await connection.fetchval("show server_encoding") == "UTF8"
        await connection.close()


def test_a_taken_port_is_named(data):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)):
            prepared(data, port)


async def test_a_server_left_behind_is_ended_before_the_next_start(data):
    postgres = prepared(data)
    left = started_alone(postgres)
    try:
        await until(postgres.ready)

        postgres.prepare()  # would raise PortTaken while it runs

        assert left.wait(DEADLINE_S) == 0
    finally:
        left.kill()
        left.wait()


async def test_a_stale_note_that_names_another_program_prevents_nothing(data):
    postgres = prepared(data)
    killed = started_alone(postgres)
    await until(postgres.ready)
    killed.kill()
    killed.wait()
    command = postgres.command()
    account = command.account
    note = command.cwd / "postmaster.pid"
    another = await asyncio.create_subprocess_exec(
        "sleep", "60", user=account.uid if account else None
    )
    try:
        lines = note.read_text().splitlines()
        note.write_text("\n".join([str(another.pid), *lines[1:]]) + "\n")

        postgres.prepare()
        async with supervised(postgres, data) as supervisor:
            await supervisor.start()

        assert another.returncode is None
    finally:
        another.kill()
        await another.wait()
