"""Scenes for the tests of `infra/local`: what has to happen in a process of its own, and waiting."""

import asyncio
import contextlib
import json
import shutil
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import psutil

from infra.local import nats
from infra.local.child import Change, Child, State
from infra.local.command import Command
from infra.local.mailbox import process as mailbox
from infra.local.postgres import SUPERUSER, EmbeddedPostgres
from infra.local.postgres_home import SYSTEM
from infra.local.single import only_one
from infra.local.supervisor import Supervisor
from infra.local.survivors import is_alive
from tests.ports import free_port

PASSWORD = "only-for-tests"
DEADLINE_S = 20.0
POLL_S = 0.02
ENDLESS = "import signal\nwhile True: signal.pause()"


async def until(
    condition: Callable[[], object] | Callable[[], Awaitable[object]],
    within_s: float = DEADLINE_S,
) -> None:
    """Wait until the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + within_s
    while True:
        holds = condition()
        if asyncio.iscoroutine(holds):
            holds = await holds
        if holds:
            return
        assert time.monotonic() < deadline, "the condition did not come true in time"
        await asyncio.sleep(POLL_S)


def runs(pid: int) -> bool:
    try:
        return is_alive(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


async def connect(port: int, password: str = PASSWORD) -> asyncpg.Connection:
    return await asyncpg.connect(
        host="127.0.0.1",
        port=port,
        user=SUPERUSER,
        password=password,
        database="postgres",
        ssl=False,
        timeout=5,
    )


async def visit_postgres(data: Path, port: int) -> int:
    """Start PostgreSQL on `data`, count this visit in it, stop it; return the number of visits."""
    postgres = EmbeddedPostgres(data, port, PASSWORD, durable=False)
    await asyncio.to_thread(postgres.prepare)
    child = postgres.child(data / "logs" / "postgres.log")
    async with Supervisor([child], data / "run", lambda _: None) as supervisor:
        await supervisor.start()
        connection = await connect(port)
        await connection.execute("create table if not exists visits (number serial)")
        await connection.execute("insert into visits default values")
        count: int = await connection.fetchval("select count(*) from visits")
        await connection.close()
    return count


def prepared(data: Path, port: int | None = None) -> EmbeddedPostgres:
    postgres = EmbeddedPostgres(data, port or free_port(), PASSWORD, durable=False)
    postgres.prepare()
    return postgres


def supervised(
    postgres: EmbeddedPostgres, data: Path, changes: list[Change] | None = None
) -> Supervisor:
    told = [] if changes is None else changes
    return Supervisor([postgres.child(data / "postgres.log")], data / "run", told.append)


def remove_cluster(data: Path) -> None:
    """Remove the cluster that root has elsewhere for this data folder."""
    with contextlib.suppress(FileNotFoundError):
        room = (data / "postgres" / "cluster_id").read_text().strip()
        shutil.rmtree(SYSTEM / "clusters" / room)


async def supervise(children: list[Child], folder: Path) -> None:
    """Run the children, tell their pids once all are ready, and never end."""
    pids: dict[str, int] = {}

    def tell(change: Change) -> None:
        if change.state is State.READY and change.pid is not None:
            pids[change.name] = change.pid

    async with Supervisor(children, folder / "run", tell) as supervisor:
        await supervisor.start()
        say(json.dumps(pids))
        await asyncio.Event().wait()


def sleepers(folder: Path) -> list[Child]:
    """Two children that do nothing, one in need of the other."""

    async def at_once() -> bool:
        return True

    def sleeper(name: str, *needs: str) -> Child:
        command = Command((sys.executable, "-c", ENDLESS), env={}, cwd=folder)
        return Child(name, command, at_once, folder / f"{name}.log", needs)

    return [sleeper("first"), sleeper("second", "first")]


async def servers(data: Path, port: int) -> list[Child]:
    """The servers of `bruecke up`, with one visit in the database."""
    await visit_postgres(data, port)
    postgres = EmbeddedPostgres(data, port, PASSWORD, durable=False)
    postgres.prepare()
    nats_port = free_port()
    config = data / "nats.conf"
    config.write_text(
        f'host: "127.0.0.1"\nport: {nats_port}\njetstream {{ store_dir: "{data}/jetstream" }}\n'
    )
    logs = data / "logs"
    return [
        postgres.child(logs / "postgres.log"),
        nats.child(config, nats_port, logs / "nats.log"),
        mailbox.child(free_port(), free_port(), data / "mail", logs / "mailbox.log"),
    ]


def hold(data: Path) -> None:
    """Hold the data folder until standard input ends."""
    with only_one(data):
        say("held")
        sys.stdin.read()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["supervise", folder]:
            asyncio.run(supervise(sleepers(Path(folder)), Path(folder)))
        case ["serve", data, port]:
            children = asyncio.run(servers(Path(data), int(port)))
            asyncio.run(supervise(children, Path(data)))
        case ["hold", data]:
            hold(Path(data))
        case ["visit", data, port]:
            say(str(asyncio.run(visit_postgres(Path(data), int(port)))))
