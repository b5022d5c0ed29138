"""The unit of work of a handler: its transaction, and the events it causes in the same one."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.messages import CATALOGUE, Event, Service
from shared.kernel.errors import BrueckeError
from shared.messaging.envelope import Correlation, event_headers
from shared.messaging.tables import MessagingTables

MAX_EVENT_BYTES = 64 * 1024
"""Far below the server's limit: an event holds ids and codes."""


class EventNotPublishable(BrueckeError):
    """An event that the relay could never publish; refused before it is stored."""

    code: ClassVar[str] = "messaging.event_not_publishable"
    retryable: ClassVar[bool] = False


class Work:
    """One handler's transaction.

    `now` is domain time; `session` is the open transaction; `publish` stores an event in the
    outbox of the same transaction, so that state and message are saved together or not at all.
    """

    def __init__(
        self,
        session: AsyncSession,
        *,
        service: Service,
        tables: MessagingTables,
        now: datetime,
        correlation: Correlation,
    ) -> None:
        self.session = session
        self.now = now
        self.correlation = correlation
        self._service = service
        self._tables = tables
        self._hinted = False

    async def publish(self, *events: Event) -> None:
        """Store events for the relay, in the order given.

        Raises:
            EventNotPublishable: not ours to publish, unknown, or too large.

        """
        for event in events:
            body = event.model_dump_json()
            if event.owner is not self._service or CATALOGUE.get(event.subject) is not type(
                event
            ):
                raise EventNotPublishable(f"{self._service} must not publish {event.subject}")
            if len(body.encode()) > MAX_EVENT_BYTES:
                raise EventNotPublishable(f"{event.subject} is larger than {MAX_EVENT_BYTES} B")
            await self.session.execute(
                insert(self._tables.outbox).values(
                    event_id=event.event_id,
                    subject=event.subject,
                    payload=event.model_dump(mode="json"),
                    headers=event_headers(event, self.correlation),
                )
            )
        if events and not self._hinted:
            self._hinted = True
            await self.session.execute(select(func.pg_notify(f"outbox_{self._service}", "")))
