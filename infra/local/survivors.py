"""Finds and ends processes that an earlier run left behind, and nobody else's.

A process is known by its id *and* the moment it began: ids are used again.
"""

import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

SAME_START_S = 1.0  # psutil computes the start from the boot time, which moves with the clock
GRACE_S = 10.0
POLL_S = 0.05


def remember(pid_file: Path, pid: int, stop_signal: signal.Signals) -> None:
    """Note down a child, so that a later run can find it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        started = psutil.Process(pid).create_time()
        note = {"pid": pid, "started": started, "stop_signal": int(stop_signal)}
        new = pid_file.with_suffix(".new")
        new.write_text(json.dumps(note), encoding="ascii")
        new.replace(pid_file)


def end_survivors(folder: Path, grace_s: float = GRACE_S) -> list[str]:
    """End the children noted down in `folder` that still live; return their names."""
    found: dict[str, tuple[psutil.Process, signal.Signals]] = {}
    for pid_file in folder.glob("*.pid"):
        survivor = _survivor(pid_file)
        if survivor is not None:
            found[pid_file.stem] = survivor
    for process, stop_signal in found.values():
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(stop_signal)
    _see_off([process for process, _ in found.values()], grace_s)
    for pid_file in folder.glob("*.pid"):
        pid_file.unlink(missing_ok=True)
    return sorted(found)


def end(process: psutil.Process, stop_signal: signal.Signals, grace_s: float = GRACE_S) -> None:
    """Ask one process to stop, and kill it when it does not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(stop_signal)
    _see_off([process], grace_s)


def is_alive(process: psutil.Process) -> bool:
    """Tell whether it still runs; a zombie that nobody fetches does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def began_at(process: psutil.Process, moment: float, tolerance_s: float = SAME_START_S) -> bool:
    """Tell whether the process began at `moment` (seconds since 1970)."""
    return abs(process.create_time() - moment) <= tolerance_s


def _survivor(pid_file: Path) -> tuple[psutil.Process, signal.Signals] | None:
    try:
        note = json.loads(pid_file.read_text(encoding="ascii"))
        process = psutil.Process(note["pid"])
        if began_at(process, note["started"]) and is_alive(process):
            return process, signal.Signals(note["stop_signal"])
    except (
        psutil.NoSuchProcess,
        ValueError,
        KeyError,
        TypeError,
    ):  # gone, or not a note of ours
        pass
    return None


def _see_off(processes: Iterable[psutil.Process], grace_s: float) -> None:
    alive = _wait_for_end(processes, grace_s)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            if os.getpgid(process.pid) == process.pid:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
    _wait_for_end(alive, grace_s)


def _wait_for_end(processes: Iterable[psutil.Process], within_s: float) -> list[psutil.Process]:
    deadline = time.monotonic() + within_s
    pause = threading.Event()
    alive = [process for process in processes if is_alive(process)]
    while alive and time.monotonic() < deadline:
        pause.wait(POLL_S)  # not waitpid: fetching the end is its parent's business
        alive = [process for process in alive if is_alive(process)]
    return alive
