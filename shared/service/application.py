"""The application: one service put together, started, watched and stopped.

`create_app(settings)` of each service returns an `Application`. Start-up order: broker, consumers
checked, handlers, relay, loops, web server; shutdown goes the other way and works during an
outage too.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
import uvicorn
from sqlalchemy import MetaData

from shared.contracts.messages import Service
from shared.kernel.clock import Clock, DomainClock, MachineClock, RunningClock
from shared.messaging.asking import Asker
from shared.messaging.connection import Connection, retry_for_ever
from shared.messaging.envelope import Correlation
from shared.messaging.erasure import keep_swapping
from shared.messaging.outbox import Work
from shared.messaging.relay import Relay
from shared.messaging.seam import Seam
from shared.messaging.tables import MessagingTables
from shared.observability.failpoints import failpoint
from shared.persistence.database import Database, build_engine, service_url
from shared.persistence.retention import rules_of
from shared.service.housekeeping import AfterDeletion, Retention
from shared.service.settings import ServiceSettings
from shared.service.watchdog import Watchdog

log = structlog.get_logger(__name__)

LOOPS_END_WITHIN_S = 5.0
CANCELLED_WITHIN_S = (1.0, 1.0, 1.0)

Loop = Callable[[asyncio.Event], Awaitable[None]]


@dataclass
class Application:
    """One service: its parts, its loops, and (portal, admin) its pages."""

    service: Service
    settings: ServiceSettings
    metadata: MetaData
    tables: MessagingTables
    loops: dict[str, Loop] = field(default_factory=dict)
    after_deletion: dict[str, AfterDeletion] = field(default_factory=dict)
    """By table name: what to do, in the same transaction, for rows whose time was over."""
    web: Any = None
    web_port: int = 0

    def __post_init__(self) -> None:
        settings = self.settings
        self.machine_clock: Clock = MachineClock()
        self.clock: Clock = domain_clock(settings.clock)
        url = service_url(settings.database_url, self.service, settings.secrets)
        self.database = Database(build_engine(url, application=f"bruecke-{self.service}"))
        self.connection = Connection(self.service, settings.nats_url, settings.secrets)
        self.asker = Asker(self.connection)
        self.seam = Seam(self.service, self.connection, self.database, self.tables, self.clock)
        self.relay = Relay(self.service, self.database, self.tables, self.connection)
        self.watchdog = Watchdog(
            self.service, self.connection, self.database, self.seam.durables
        )
        retention = Retention(
            rules_of(self.metadata),
            self.tables,
            self.machine_clock,
            self.work,
            self.after_deletion,
        )
        self.loop("retention", retention.keep_deleting)
        self.loop("erasure", partial(keep_swapping, self.database, self.tables))
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._server: uvicorn.Server | None = None
        self.ready = asyncio.Event()

    def loop(self, name: str, run: Loop) -> None:
        """Add a background loop; it is started again after an error and ends when asked to."""
        self.loops[name] = run

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """A transaction of a loop: like a handler's, but begun by no message."""
        async with self.database.transaction() as session:
            yield self.seam.work(session, Correlation.fresh())

    async def run(self, stop: asyncio.Event) -> None:
        """Start, run until `stop` or a fatal fault, and stop in order.

        Raises:
            NotProvisioned: the broker is not as the catalogue says.
            RuntimeError: the connection was closed for good.

        """
        stopped = asyncio.create_task(stop.wait())
        # A server that is not there yet is waited for; being asked to stop ends that too.
        starting = asyncio.create_task(self._start())
        try:
            await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                self.ready.set()
                log.info("service.ready", service=self.service)
                await self._until(stopped)
        finally:
            for task in (starting, stopped):
                task.cancel()
            await asyncio.gather(starting, stopped, return_exceptions=True)
            await self._stop()

    async def _start(self) -> None:
        await self.connection.open()
        failpoint(f"{self.service}.connected")
        await self.watchdog.look()
        await self.connection.broker.start()
        self._spawn("relay", self.relay.run())
        self._spawn("watchdog", self.watchdog.run(self._stopping))
        for name, run in self.loops.items():
            self._spawn(name, self._keep_running(name, run))
        if self.web is not None:
            self._spawn("web", self._serve())

    async def _keep_running(self, name: str, run: Loop) -> None:
        async def step() -> None:
            await run(self._stopping)

        await retry_for_ever(step, what=f"{self.service}:{name}", stop=self._stopping)

    async def _serve(self) -> None:
        config = uvicorn.Config(
            self.web,
            host=self.settings.listen,
            port=self.web_port,
            access_log=False,
            log_config=None,
            server_header=False,
            # The app believes configured proxies only; uvicorn believes all of this machine.
            proxy_headers=False,
            timeout_graceful_shutdown=5,
        )
        self._server = uvicorn.Server(config)
        # The process's own handlers decide when to stop; uvicorn's would fight them.
        self._server.capture_signals = no_signals  # type: ignore[method-assign]
        await self._server.serve()

    def _spawn(self, name: str, work: Any) -> None:
        self._tasks.append(asyncio.create_task(work, name=f"{self.service}:{name}"))

    async def _until(self, stopped: asyncio.Task[Any]) -> None:
        lost = asyncio.create_task(self.connection.lost.wait())
        try:
            done, _ = await asyncio.wait(
                {stopped, lost, *self._tasks}, return_when=asyncio.FIRST_COMPLETED
            )
            if lost in done:
                raise RuntimeError(
                    f"{self.service}: the connection to NATS was closed for good"
                )
            for task in done - {stopped}:
                task.result()
        finally:
            lost.cancel()

    async def _stop(self) -> None:
        self._stopping.set()
        self.relay.stop()
        if self._server is not None:
            self._server.should_exit = True
        await _end(self._tasks)
        await self.connection.close()
        await self.database.close()
        log.info("service.stopped", service=self.service)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait for loops to end; cancel those that do not, again and again.

    A question to a frozen database takes more than one: the driver answers the first by asking
    the same server to cancel.
    """
    late = set(tasks)
    for patience in (LOOPS_END_WITHIN_S, *CANCELLED_WITHIN_S):
        if late:
            _, late = await asyncio.wait(late, timeout=patience)
        for task in late:
            task.cancel()
    ended = [task for task in tasks if task.done()]
    await asyncio.gather(*ended, return_exceptions=True)


def domain_clock(line: str) -> Clock:
    """The clock that a setting describes; empty: real time."""
    machine = MachineClock()
    return RunningClock(DomainClock.from_line(line), machine) if line else machine


@contextmanager
def no_signals() -> Iterator[None]:
    """In place of uvicorn's signal handling: the process has its own."""
    yield
