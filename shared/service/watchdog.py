"""The watchdog: is the broker there, are our consumers, is the event loop in time?

A missing consumer makes FastStream's pull loop spin without a word and a drifted one loses
messages quietly, so a service refuses to start on either, and one that vanishes later ends the
process: `bruecke provision` decides what to do, not a service.
"""

import asyncio
from dataclasses import dataclass, field
from typing import ClassVar

import structlog
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError
from sqlalchemy import text

from shared.contracts.messages import Contract, Service
from shared.kernel.errors import BrueckeError
from shared.messaging.connection import Connection, wait_or
from shared.messaging.provisioning import consumer_drift
from shared.messaging.topology import Durable, durables
from shared.observability.metrics import CONSUMER_WAITING, LOOP_LAG_SECONDS
from shared.persistence.database import Database

log = structlog.get_logger(__name__)

EVERY_S = 10.0
MAX_LAG_S = 1.0
LOOK_FOR_S = 5.0


class NotProvisioned(BrueckeError):
    """The broker is not as the catalogue says; run `bruecke provision`."""

    code: ClassVar[str] = "service.not_provisioned"


@dataclass
class Watchdog:
    """Watches one service; `ready` is what /readyz tells."""

    service: Service
    connection: Connection
    database: Database
    consumers: dict[str, type[Contract]]
    every_s: float = EVERY_S
    problems: dict[str, str] = field(default_factory=dict)

    def _durables(self) -> list[Durable]:
        return [durable for durable in durables() if durable.reader == self.service]

    async def check_consumers(self) -> None:
        """Compare our consumers with the catalogue.

        Raises:
            NotProvisioned: one is missing or drifted, or a handler is.

        """
        wanted = {durable.name for durable in self._durables()}
        if wanted != set(self.consumers):
            missing = ", ".join(sorted(wanted ^ set(self.consumers)))
            raise NotProvisioned(f"{self.service}: handlers and catalogue differ in {missing}")
        for durable in self._durables():
            try:
                found = await self.connection.jetstream.consumer_info(
                    durable.stream, durable.name
                )
            except NotFoundError as error:
                raise NotProvisioned(
                    f"consumer {durable.name} is missing; run `bruecke provision`"
                ) from error
            drift = consumer_drift(durable, found.config)
            if drift:
                raise NotProvisioned(
                    f"consumer {durable.name} differs in {', '.join(drift)}; run `bruecke provision`"
                )
            CONSUMER_WAITING.labels(durable.name).set(found.num_pending or 0)

    async def run(self, stop: asyncio.Event) -> None:
        """Look every `every_s` seconds until `stop`; raises NotProvisioned when a consumer is gone."""
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            before = loop.time()
            if await wait_or(stop, self.every_s):
                return
            lag = max(0.0, loop.time() - before - self.every_s)
            LOOP_LAG_SECONDS.set(lag)
            self._note("event_loop", f"{lag:.1f} s late" if lag > MAX_LAG_S else None)
            await self.look()

    async def look(self) -> None:
        """One round: broker, consumers, rights, database."""
        try:
            await self.check_consumers()
            self._note("nats", None)
        except NotProvisioned:
            raise
        except (NatsError, TimeoutError) as error:
            self._note("nats", type(error).__name__)
        # The caller of a forbidden publish sees a timeout; rights are older than the code, say.
        self._note("rights", "forbidden" if self.connection.forbidden else None)
        try:
            async with asyncio.timeout(LOOK_FOR_S), self.database.connection() as connection:
                await connection.execute(text("SELECT 1"))
            self._note("database", None)
        except Exception as error:  # noqa: BLE001  whatever it is, we are not ready
            self._note("database", type(error).__name__)

    def _note(self, what: str, problem: str | None) -> None:
        if problem is None:
            self.problems.pop(what, None)
        elif self.problems.get(what) != problem:
            self.problems[what] = problem
            log.warning("watchdog.problem", service=self.service, what=what, problem=problem)

    @property
    def ready(self) -> bool:
        return self.connection.is_connected and not self.problems
