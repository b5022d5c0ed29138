"""The supervisor with real processes: order, restarts, endings."""

import asyncio
import os
import signal
import socket
import stat
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from infra.local.child import LOG_ROTATES_AT, Change, Child, State
from infra.local.command import Command
from infra.local.supervisor import NotStarted, Supervisor, backoff_s
from tests.integration.local_scenes import DEADLINE_S, ENDLESS, runs, until
from tests.ports import free_port

pytestmark = pytest.mark.integration
STUBBORN = (
    "import signal, pathlib\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "pathlib.Path('ready').touch()\nwhile True: signal.pause()"
)
SLOW_TO_STOP = (
    "import pathlib, signal, sys, time\n"
    "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.3), sys.exit(0)))\n"
    "pathlib.Path('ready').touch()\nwhile True: signal.pause()"
)
PARENT = (
    "import pathlib, signal, subprocess, sys\n"
    "child = subprocess.Popen(['sleep', '600'])\n"
    "pathlib.Path('grandchild.new').write_text(str(child.pid))\n"
    "pathlib.Path('grandchild.new').rename('grandchild')\n"
    "while True: signal.pause()"
)


async def at_once() -> bool:
    return True


async def never() -> bool:
    return False


def python(
    name: str,
    code: str,
    folder: Path,
    *,
    needs: tuple[str, ...] = (),
    ready: Callable[[], Awaitable[bool]] = at_once,
    grace_s: float = 10,
    ready_within_s: float = 60,
) -> Child:
    return Child(
        name=name,
        command=Command((sys.executable, "-c", code), env={}, cwd=folder),
        ready=ready,
        log=folder / f"{name}.log",
        needs=needs,
        stop_grace_s=grace_s,
        ready_within_s=ready_within_s,
    )


def our_children() -> set[int]:
    """Children of this process: other tests' servers are among them."""
    return {process.pid for process in psutil.Process().children()}


def states(changes: list[Change], *wanted: State) -> list[tuple[str, State]]:
    return [(change.name, change.state) for change in changes if change.state in wanted]


def pid_of(changes: list[Change], name: str) -> int:
    pids = [change.pid for change in changes if change.name == name and change.pid]
    return pids[-1]


async def test_children_start_after_what_they_need_and_stop_before_it(tmp_path):
    changes: list[Change] = []

    async def service_ready() -> bool:
        return (tmp_path / "ready").exists()

    needs = ("database", "broker")
    children = [
        python("service", SLOW_TO_STOP, tmp_path, needs=needs, ready=service_ready),
        python("broker", ENDLESS, tmp_path),
        python("database", ENDLESS, tmp_path),
    ]
    async with Supervisor(children, tmp_path / "run", changes.append) as supervisor:
        await supervisor.start()
        assert states(changes, State.READY)[-1] == ("service", State.READY)
    assert states(changes, State.STOPPED)[0] == ("service", State.STOPPED)
    assert len(states(changes, State.STOPPED)) == 3
    assert states(changes, State.WAITING) == [("service", State.WAITING)]


async def test_only_the_named_children_start_and_the_rest_later(tmp_path):
    changes: list[Change] = []
    children = [
        python("database", ENDLESS, tmp_path),
        python("service", ENDLESS, tmp_path, needs=("database",)),
    ]
    async with Supervisor(children, tmp_path / "run", changes.append) as supervisor:
        await supervisor.start("database")
        assert states(changes, State.READY) == [("database", State.READY)]
        await supervisor.start()
        assert len(states(changes, State.READY)) == 2
        assert len(states(changes, State.STARTING)) == 2


async def test_the_end_of_a_child_is_noticed_within_half_a_second_and_it_runs_again(tmp_path):
    changes: list[Change] = []
    child = python("service", ENDLESS, tmp_path)
    async with Supervisor([child], tmp_path / "run", changes.append) as supervisor:
        await supervisor.start()
        first = pid_of(changes, "service")

        os.kill(first, signal.SIGKILL)
        await until(lambda: states(changes, State.RESTARTING), within_s=0.5)
        await until(lambda: len(states(changes, State.READY)) == 2)

        restarting = next(c for c in changes if c.state is State.RESTARTING)
        assert (restarting.reason, restarting.restarts) == ("ended by SIGKILL", 1)
        assert pid_of(changes, "service") != first
        assert runs(pid_of(changes, "service"))
    assert not runs(pid_of(changes, "service"))


async def test_a_child_that_restarts_waits_for_what_it_needs(tmp_path):
    before = our_children()
    changes: list[Change] = []
    flag = tmp_path / "open"
    flag.touch()

    async def when_open() -> bool:
        return flag.exists()

    children = [
        python("database", ENDLESS, tmp_path, ready=when_open),
        python("service", ENDLESS, tmp_path, needs=("database",)),
    ]
    async with Supervisor(children, tmp_path / "run", changes.append) as supervisor:
        await supervisor.start()
        flag.unlink()
        changes.clear()
        for pid in our_children() - before:
            os.kill(pid, signal.SIGKILL)
        await until(lambda: ("service", State.WAITING) in states(changes, State.WAITING))
        assert states(changes, State.READY) == []

        flag.touch()
        await until(lambda: len(states(changes, State.READY)) == 2)
        assert states(changes, State.READY)[0] == ("database", State.READY)


def test_the_pause_before_a_restart_grows_to_ten_seconds():
    pauses = [backoff_s(ends) for ends in range(1, 100)]
    assert pauses[:6] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4]
    assert set(pauses[6:]) == {10.0}


async def test_a_child_that_keeps_ending_is_named_with_its_reason_and_its_log(tmp_path):
    changes: list[Change] = []
    children = [
        python("broken", "raise SystemExit('no configuration')", tmp_path, ready=never),
        python("service", ENDLESS, tmp_path, needs=("broken",)),
        python("other", ENDLESS, tmp_path),
    ]
    async with Supervisor(children, tmp_path / "run", changes.append) as supervisor:
        with pytest.raises(NotStarted, match=r"broken .* exit code 1") as caught:
            await supervisor.start()
    assert "no configuration" in caught.value.log.read_text()
    assert not runs(pid_of(changes, "other"))


async def test_a_child_that_never_gets_ready_is_ended_and_named(tmp_path):
    before = our_children()
    child = python("mute", ENDLESS, tmp_path, ready=never, ready_within_s=0.1)
    async with Supervisor([child], tmp_path / "run", lambda _: None) as supervisor:
        with pytest.raises(NotStarted, match=r"mute .* not ready within 0\.1 s"):
            await supervisor.start()
        assert our_children() == before


async def test_a_program_that_does_not_exist_is_said_in_the_log(tmp_path):
    command = Command((str(tmp_path / "missing"),), env={}, cwd=tmp_path)
    child = Child("missing", command, never, tmp_path / "missing.log")
    async with Supervisor([child], tmp_path / "run", lambda _: None) as supervisor:
        with pytest.raises(NotStarted):
            await supervisor.start()
    assert "cannot run" in (tmp_path / "missing.log").read_text()


async def test_a_child_that_ignores_its_stop_signal_is_killed_after_its_grace(tmp_path):
    changes: list[Change] = []

    async def deaf() -> bool:
        return (tmp_path / "ready").exists()

    child = python("stubborn", STUBBORN, tmp_path, ready=deaf, grace_s=0.3)
    async with Supervisor([child], tmp_path / "run", changes.append) as supervisor:
        await supervisor.start()
        began = asyncio.get_running_loop().time()
    assert 0.3 <= asyncio.get_running_loop().time() - began < 3
    assert not runs(pid_of(changes, "stubborn"))


async def test_what_a_child_started_ends_with_it(tmp_path):
    grandchild = tmp_path / "grandchild"

    async def has_child() -> bool:
        return grandchild.exists()

    child = python("parent", PARENT, tmp_path, ready=has_child)
    async with Supervisor([child], tmp_path / "run", lambda _: None) as supervisor:
        await supervisor.start()
        assert runs(int(grandchild.read_text()))
    await until(lambda: not runs(int(grandchild.read_text())))


async def test_a_stop_in_the_middle_of_a_start_leaves_nothing(tmp_path):
    before = our_children()
    changes: list[Change] = []
    children = [
        python("slow", ENDLESS, tmp_path, ready=never),
        python("service", ENDLESS, tmp_path, needs=("slow",)),
    ]
    with pytest.raises(TimeoutError):
        async with (
            Supervisor(children, tmp_path / "run", changes.append) as supervisor,
            asyncio.timeout(0.3),
        ):
            await supervisor.start()
    assert our_children() == before
    assert states(changes, State.STOPPED) == [
        ("service", State.STOPPED),
        ("slow", State.STOPPED),
    ]


async def test_ctrl_c_in_the_terminal_reaches_no_child(tmp_path):
    changes: list[Change] = []
    child = python("service", ENDLESS, tmp_path)
    async with Supervisor([child], tmp_path / "run", changes.append) as supervisor:
        await supervisor.start()
        pid = pid_of(changes, "service")
        assert os.getsid(pid) == os.getpgid(pid) == pid != os.getsid(0)


async def test_a_big_log_is_put_aside_and_logs_are_for_our_eyes_only(tmp_path):
    log = tmp_path / "talker.log"
    log.write_bytes(b"x" * (LOG_ROTATES_AT + 1))

    async def has_said() -> bool:
        return "hello" in log.read_text()

    code = "print('hello', flush=True)\n" + ENDLESS
    child = python("talker", code, tmp_path, ready=has_said)
    async with Supervisor([child], tmp_path / "run", lambda _: None) as supervisor:
        await supervisor.start()
    assert log.read_text() == "hello\n"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert (tmp_path / "talker.log.1").stat().st_size == LOG_ROTATES_AT + 1


async def test_two_servers_on_one_port_make_a_clear_error(tmp_path):
    port = free_port()
    code = f"import socket; socket.create_server(('127.0.0.1', {port}))"
    with socket.create_server(("127.0.0.1", port)):
        child = python("server", code, tmp_path, ready=never)
        async with Supervisor([child], tmp_path / "run", lambda _: None) as supervisor:
            with pytest.raises(NotStarted):
                await asyncio.wait_for(supervisor.start(), DEADLINE_S)
    assert "Address already in use" in (tmp_path / "server.log").read_text()
