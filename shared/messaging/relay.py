"""The relay: publishes a service's outbox in order, at least once, under fixed message ids.

Polling for unpublished rows is the truth; `NOTIFY outbox_<service>` only shortens the wait. One
relay a service is active (an advisory lock), so that order holds; a second one would cost
duplicates that the broker and the inbox absorb. No transaction is open while it publishes:
read, publish and wait for the PubAck, mark. A crash between the last two publishes again under
the same id.
"""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Row, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.messages import Service
from shared.messaging.connection import Connection, retry_for_ever, wait_or
from shared.messaging.tables import MessagingTables
from shared.observability.failpoints import failpoint
from shared.observability.metrics import OUTBOX_PENDING, OUTBOX_PUBLISHED
from shared.persistence.database import Database

log = structlog.get_logger(__name__)

BATCH = 200
POLL_S = 1.0
PUBLISH_TIMEOUT_S = 5.0
STREAM = "EVENTS"


class Relay:
    """Publishes the outbox of one service until it is stopped."""

    def __init__(
        self,
        service: Service,
        database: Database,
        tables: MessagingTables,
        connection: Connection,
    ) -> None:
        self._service = service
        self._database = database
        self._outbox = tables.outbox
        self._connection = connection
        self._hint = asyncio.Event()
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Lead, publish, and start again after any outage, until `stop`."""
        await retry_for_ever(self._lead, what=f"relay:{self._service}", stop=self._stop)

    def stop(self) -> None:
        self._stop.set()
        self._hint.set()

    async def _lead(self) -> None:
        async with self._database.connection() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            if not await _become_leader(connection, self._service):
                await wait_or(self._stop, POLL_S)
                return
            raw = await connection.get_raw_connection()
            driver: Any = raw.driver_connection
            await driver.add_listener(f"outbox_{self._service}", self._on_hint)
            try:
                while not self._stop.is_set():
                    await self._publish_what_waits(connection)
            finally:
                # Ending the connection frees the lock, even when the server is gone.
                await connection.invalidate()

    def _on_hint(self, *_arguments: object) -> None:
        self._hint.set()

    async def _publish_what_waits(self, connection: AsyncConnection) -> None:
        self._hint.clear()
        rows = (
            await connection.execute(
                select(
                    self._outbox.c.id,
                    self._outbox.c.subject,
                    self._outbox.c.payload,
                    self._outbox.c.headers,
                )
                .where(self._outbox.c.published_at.is_(None))
                .order_by(self._outbox.c.id)
                .limit(BATCH)
            )
        ).all()
        OUTBOX_PENDING.labels(self._service).set(len(rows))
        if rows:
            await self._publish(connection, rows)
        if len(rows) < BATCH and not self._stop.is_set():
            await wait_or(self._hint, POLL_S)

    async def _publish(
        self, connection: AsyncConnection, rows: Sequence[Row[Any, Any, Any, Any]]
    ) -> None:
        done: list[int] = []
        try:
            for row in rows:
                failpoint("relay.before_publish")
                # A copy: nats-py adds a header to the mapping it is given.
                await self._connection.jetstream.publish(
                    row.subject,
                    json.dumps(row.payload, separators=(",", ":")).encode(),
                    stream=STREAM,
                    timeout=PUBLISH_TIMEOUT_S,
                    headers=dict(row.headers),
                )
                done.append(row.id)
        finally:
            if done:
                failpoint("relay.published_not_marked")
                await connection.execute(
                    update(self._outbox)
                    .where(self._outbox.c.id.in_(done))
                    .values(published_at=func.now())
                )
                OUTBOX_PUBLISHED.labels(self._service).inc(len(done))


async def _become_leader(connection: AsyncConnection, service: Service) -> bool:
    """Try the advisory lock of this service's relay; keys are by service, the database is shared."""
    result = await connection.execute(
        text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))"),
        {"key": f"relay:{service}"},
    )
    return bool(result.scalar_one())
