"""One `up` at a time for each data folder."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from shared.kernel.errors import Refusal

LOCK_FILE = "up.lock"


class AlreadyRunning(Refusal):
    """Another `up` holds this data folder."""

    code: ClassVar[str] = "local.already_running"

    def __init__(self, data: Path, pid: int | None) -> None:
        who = "another process" if pid is None else f"process {pid}"
        super().__init__(
            f"Brücke already runs on {data} ({who}). Stop it first, or choose another folder.",
            field="data",
        )
        self.pid = pid


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the data folder; it is made if it is missing.

    The kernel lets go of the lock when its holder ends, however that happens. The file stays:
    removing it would let two processes lock two files of the same name.

    :raises AlreadyRunning: another process holds it.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(data / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)  # not passed on to children
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(data, _pid_in(lock)) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)


def _pid_in(lock: int) -> int | None:
    text = os.pread(lock, 32, 0).strip()
    return int(text) if text.isdigit() else None
