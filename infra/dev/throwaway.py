"""Servers for a moment: PostgreSQL and NATS as child processes that end with the block."""

import asyncio
import contextlib
import signal
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from sqlalchemy.engine import URL

from infra.local.command import Command
from infra.local.postgres import SUPERUSER, EmbeddedPostgres
from infra.local.probes import free_port

READY_WITHIN_S = 60.0
DATABASE = "bruecke"


def run_command(command: Command, log: Path) -> subprocess.Popen[bytes]:
    """Start a described command, its output in `log`."""
    account = command.account
    with log.open("ab") as output:
        return subprocess.Popen(
            command.argv,
            env=dict(command.env),
            cwd=command.cwd,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def wait_until_ready(
    ready: Callable[[], Awaitable[bool]], process: subprocess.Popen[bytes]
) -> None:
    """Block until `ready`; raises RuntimeError when the process ended or took too long."""

    async def poll() -> None:
        async with asyncio.timeout(READY_WITHIN_S):
            while not await ready():
                if process.poll() is not None:
                    raise RuntimeError(f"the server ended with {process.returncode}")
                await asyncio.sleep(0.02)

    asyncio.run(poll())


def stop(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """End a server that may already be gone or frozen."""
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.send_signal(number)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def throwaway_postgres(
    folder: Path,
    password: str = "throwaway",  # noqa: S107
    port: int = 0,
) -> Iterator[URL]:
    """A PostgreSQL that forgets all; yields its address with the provisioning user."""
    port = port or free_port()
    server = EmbeddedPostgres(folder, port, password, durable=False)
    server.prepare()
    process = run_command(server.command(), folder / "postgres.log")
    try:
        wait_until_ready(server.ready, process)
        yield URL.create("postgresql", SUPERUSER, password, "127.0.0.1", port, DATABASE)
    finally:
        stop(process, signal.SIGINT)
