"""Keeps child processes running: starts them in order, restarts them, stops them in reverse order.

Whatever happens to the supervisor, nothing is left running: the kernel tells the children of its
death (Linux), and what should survive even that is ended at the next start by its pid file.
"""

import asyncio
import graphlib
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from infra.local.child import Change, Child, State, end, ending, spawn
from infra.local.survivors import end_survivors, remember
from shared.kernel.errors import Refusal

QUICK_POLL_S = 0.03
PATIENT_POLL_S = 0.3  # a question to a child that is not ready may cost a line in its log
FIRST_BACKOFF_S = 0.2
LONGEST_BACKOFF_S = 10.0
STEADY_AFTER_S = 30.0  # ready for that long: the next restart is a first one again
FIRST_TRIES = 3


class NotStarted(Refusal):
    """A child did not come up, time and again."""

    code: ClassVar[str] = "local.not_started"

    def __init__(self, child: Child, reason: str) -> None:
        super().__init__(f"{child.name} does not start: {reason}. See {child.log}")
        self.name = child.name
        self.log = child.log


class Supervisor:
    """Runs children while its `async with` block lasts.

    `folder` keeps the pid files. `tell` is called in the event loop at each change of state.
    Needs the event loop of the main thread: Linux ties a child's life to the *thread* that
    started it.
    """

    def __init__(
        self, children: Iterable[Child], folder: Path, tell: Callable[[Change], None]
    ) -> None:
        listed = tuple(children)
        order = graphlib.TopologicalSorter({child.name: child.needs for child in listed})
        by_name = {child.name: child for child in listed}
        self._lives: dict[str, _Life] = {}
        for name in order.static_order():
            child = by_name[name]
            needs = [self._lives[need] for need in child.needs]
            self._lives[name] = _Life(child, folder / f"{name}.pid", needs, tell)
        self._folder = folder

    async def __aenter__(self) -> Self:
        """End what an earlier run left behind."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("The supervisor belongs in the main thread.")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        await asyncio.to_thread(end_survivors, self._folder)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop every child, each one after those that need it."""
        lives = self._lives.values()
        await asyncio.gather(
            *(
                life.stop(after=[other for other in lives if life in other.needs])
                for life in lives
            )
        )

    async def start(self, *names: str) -> None:
        """Start the named children (all, when none is named) and return when they are ready.

        :raises NotStarted: one of them ended, or was not ready in time, `FIRST_TRIES` times.
        :raises Refusal: what a child's `ready` found.
        """
        wanted = [self._lives[name] for name in names or self._lives]
        for life in wanted:
            life.begin()
        await asyncio.gather(*(life.until_first_ready() for life in wanted))


class _Life:
    """One child, from its first start to the end of its supervisor."""

    def __init__(
        self,
        child: Child,
        pid_file: Path,
        needs: list["_Life"],
        tell: Callable[[Change], None],
    ) -> None:
        self.needs = needs
        self.is_ready = asyncio.Event()
        self.was_ready = asyncio.Event()
        self.is_over = asyncio.Event()
        self._child = child
        self._pid_file = pid_file
        self._tell = tell
        self._restarts = 0
        self._run: asyncio.Task[None] | None = None

    def begin(self) -> None:
        if self._run is None:
            self._run = asyncio.create_task(self._keep_running(), name=self._child.name)

    async def until_first_ready(self) -> None:
        if self._run is None:
            return
        was_ready = asyncio.ensure_future(self.was_ready.wait())
        try:
            await asyncio.wait({self._run, was_ready}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            was_ready.cancel()
        if self._run.done():
            self._run.result()  # it only ends by an error

    async def stop(self, after: list["_Life"]) -> None:
        """Stop for good, once all of `after` have stopped."""
        for other in after:
            await other.is_over.wait()
        if self._run is not None:
            self._run.cancel()
            await asyncio.wait({self._run})
            self._enter(State.STOPPED)
        self.is_over.set()

    async def _keep_running(self) -> None:
        quick_ends = 0
        while True:
            for need in self.needs:
                if not need.is_ready.is_set():
                    self._enter(State.WAITING)
                    await need.is_ready.wait()
            try:
                reason, steady = await self._run_once()
            except Exception as error:  # its readiness cannot be told: an end like any other,
                if not self.was_ready.is_set():  # but in the beginning somebody should know
                    raise
                reason, steady = f"its check failed ({type(error).__name__})", False
            quick_ends = 1 if steady else quick_ends + 1
            if quick_ends >= FIRST_TRIES and not self.was_ready.is_set():
                raise NotStarted(self._child, reason)
            self._restarts += 1
            self._enter(State.RESTARTING, reason)
            await asyncio.sleep(backoff_s(quick_ends))

    async def _run_once(self) -> tuple[str, bool]:
        """Start the child and wait for its end; return why it ended and whether it had run well."""
        self._enter(State.STARTING)
        try:
            process = await spawn(self._child)
        except OSError as error:  # no memory, no process, no file to be had just now
            return f"could not be started ({error.strerror})", False
        remember(self._pid_file, process.pid, self._child.stop_signal)
        clock = asyncio.get_running_loop().time
        gone = asyncio.ensure_future(process.wait())
        try:
            reason = await self._become_ready(gone)
            if reason is not None:
                return reason, False
            since = clock()
            self.is_ready.set()
            self._enter(State.READY, pid=process.pid)
            self.was_ready.set()
            await asyncio.wait({gone})
            return ending(gone.result()), clock() - since >= STEADY_AFTER_S
        finally:
            self.is_ready.clear()
            await end(process, self._child)
            self._pid_file.unlink(missing_ok=True)

    async def _become_ready(self, gone: asyncio.Future[int]) -> str | None:
        """Wait until the child is ready; return why it is not, if it is not."""
        pause_s = QUICK_POLL_S
        try:
            async with asyncio.timeout(self._child.ready_within_s):
                while not gone.done():
                    if await self._child.ready():
                        return None
                    await asyncio.wait({gone}, timeout=pause_s)
                    pause_s = min(pause_s * 1.1, PATIENT_POLL_S)
        except TimeoutError:
            return f"not ready within {self._child.ready_within_s:g} s"
        return ending(gone.result())

    def _enter(self, state: State, reason: str | None = None, pid: int | None = None) -> None:
        self._tell(Change(self._child.name, state, reason, self._restarts, pid))


def backoff_s(quick_ends: int) -> float:
    """Return how long to wait before the next start, after so many ends in a row."""
    doublings = min(quick_ends - 1, 10)
    return min(FIRST_BACKOFF_S * 2.0**doublings, LONGEST_BACKOFF_S)
