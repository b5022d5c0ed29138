"""A child process as its supervisor knows it: description, states, starting, ending."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from infra.local import launch
from infra.local.command import Command

LOG_ROTATES_AT = 10 * 1024 * 1024  # bytes


class State(StrEnum):
    """Where a child stands."""

    WAITING = "waiting"  # for a child that it needs
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"  # it ended, and its next start is near
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Change:
    """A child came into a state. `reason` says why it ended, `restarts` how often it did so far."""

    name: str
    state: State
    reason: str | None = None
    restarts: int = 0
    pid: int | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep running.

    `ready` is asked every few hundredths of a second while the child starts; a `Refusal` it raises
    means that waiting is pointless. `death_signal` is what the child gets from the kernel when the
    supervisor itself is killed (Linux).
    """

    name: str
    command: Command
    ready: Callable[[], Awaitable[bool]]
    log: Path
    needs: tuple[str, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    stop_grace_s: float = 10.0
    death_signal: signal.Signals = signal.SIGKILL
    ready_within_s: float = 60.0


async def spawn(child: Child) -> asyncio.subprocess.Process:
    """Start the child in a session of its own, so that the terminal's Ctrl-C does not reach it."""
    command = child.command
    account = command.account
    log = open_log(child.log)
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", launch.__file__),
            *(str(os.getpid()), str(int(child.death_signal))),
            *(str(account.uid if account else launch.KEEP), str(account.gid if account else 0)),
            *command.argv,
            cwd=command.cwd,
            env=dict(command.env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)


async def end(process: asyncio.subprocess.Process, child: Child) -> None:
    """Ask the child to stop, kill it after its grace, and kill what it left in its session."""
    gone = asyncio.ensure_future(process.wait())
    try:
        if process.returncode is None:
            process.send_signal(child.stop_signal)
            await asyncio.wait({gone}, timeout=child.stop_grace_s)
    finally:  # also when we are told to hurry
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.wait({gone})


def ending(returncode: int | None) -> str:
    """Say how a process ended."""
    if returncode is not None and returncode < 0:
        return f"ended by {signal.Signals(-returncode).name}"
    return f"ended with exit code {returncode}"


def open_log(path: Path) -> int:
    """Open a child's log for appending, for our eyes only; a big one is put aside first."""
    if path.exists() and path.stat().st_size > LOG_ROTATES_AT:
        path.replace(path.with_name(path.name + ".1"))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
