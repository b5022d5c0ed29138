"""The seam over FastStream: a service registers its handlers here and nowhere else.

Each kind of message has one way of being handled, so that no service can forget the inbox, the
transaction, the ack policy or the paced retry:

    @seam.event(RequestOpened)       async (event, work) -> None
    @seam.command(AnswerInvitation)  async (command, work) -> reply
    @seam.private(RegisterVolunteer) async (private, work) -> reply
    @seam.query(FindVolunteer)       async (query, session) -> reply
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import structlog
from faststream import AckPolicy
from faststream.nats import JStream, NatsMessage, NatsResponse, PullSub
from nats.errors import Error as NatsError
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.messages import (
    OPERATORS,
    Command,
    Contract,
    Event,
    Private,
    Query,
    Service,
    Starts,
    durable_of,
)
from shared.kernel.clock import Clock
from shared.messaging.answering import (
    Process,
    accepted,
    answer,
    is_inbox_of,
    reply_once,
    undecoded,
)
from shared.messaging.connection import Connection, inbox_prefix
from shared.messaging.envelope import MSG_ID, OK, REPLY_TO, STATUS, Correlation
from shared.messaging.inbox import (
    StoredReply,
    refuse_forgotten,
    seen_first,
)
from shared.messaging.outbox import Work
from shared.messaging.retries import Pace, Retries, Unreadable
from shared.messaging.tables import MessagingTables
from shared.messaging.unheard import Hearing, UnheardHandler
from shared.observability.failpoints import failpoint
from shared.observability.logs import handling
from shared.observability.metrics import HANDLING_SECONDS
from shared.persistence.database import Database

log = structlog.get_logger(__name__)

EventT = TypeVar("EventT", bound=Event)
ContractT = TypeVar("ContractT", bound=Contract)
Handler = Callable[[Any, Any], Awaitable[Any]]
DurableProcess = Callable[[bytes, dict[str, str], datetime | None], Awaitable[StoredReply]]
"""A durable's code on a body, its headers, and when the broker stored it; None: a replay."""

STREAM_OF = {"event": "EVENTS", "command": "COMMANDS"}
PULL_TIMEOUT_S = 2.0
BATCH_SIZE = 4
QUERY_WORKERS = 4


@dataclass
class Seam:
    """One service's handlers, bound to its broker, database and clock."""

    service: Service
    connection: Connection
    database: Database
    tables: MessagingTables
    clock: Clock
    pace: Pace = field(default_factory=Pace)
    durables: dict[str, type[Contract]] = field(default_factory=dict)
    answered: dict[str, type[Contract]] = field(default_factory=dict)

    def event(self, contract: type[EventT]) -> Callable[[Handler], Handler]:
        """Handle an event once: inbox row, effect and outbox rows in one transaction."""
        if self.service not in contract.readers:
            raise TypeError(f"{self.service} is not a reader of {contract.subject}")
        durable = durable_of(self.service, contract)
        is_deed = contract.readers[self.service] is Starts.EFFECT

        def register(handler: Handler) -> Handler:
            async def process(
                body: bytes, headers: dict[str, str], _stored_at: datetime | None
            ) -> StoredReply:
                event = _read(contract, body)
                if is_deed:
                    refuse_forgotten(event.event_id)
                await self._handle_event(durable, event, headers, handler)
                return StoredReply(OK, "{}")

            self._durable(contract, durable, process)
            return handler

        return register

    def command(
        self, contract: type[Command[Any]], *, unheard: UnheardHandler | None = None
    ) -> Callable[[Handler], Handler]:
        """Handle a wish once by its key; reply to the inbox of a known sender, to no other.

        `unheard` gives word of a refusal for whose reply the sender certainly waits no more.
        """
        self._must_own(contract)
        durable = durable_of(self.service, contract)

        def register(handler: Handler) -> Handler:
            async def process(
                body: bytes, headers: dict[str, str], stored_at: datetime | None
            ) -> StoredReply:
                command = _read(contract, body)
                hearing = Hearing(durable, self.tables, unheard, stored_at)
                reply = await self._handle_asked(contract, command, headers, handler, hearing)
                failpoint("command.committed_not_replied")
                reply_to = headers.get(REPLY_TO, "")
                if is_inbox_of(contract.senders, reply_to):
                    await self._reply(reply_to, reply)
                hearing.after_reply(reply)
                return reply

            self._durable(contract, durable, process)
            return handler

        return register

    def private(self, contract: type[Private[Any]]) -> Callable[[Handler], Handler]:
        """Handle a wish that the broker must not store: core request, stored reply by key."""
        self._must_own(contract)

        def register(handler: Handler) -> Handler:
            async def process(body: bytes, headers: dict[str, str]) -> StoredReply:
                private = _read(contract, body)
                if contract.keeps_reply:
                    return await self._handle_asked(contract, private, headers, handler)
                async with self.database.transaction() as session:
                    return accepted(
                        await handler(private, self.work(session, _correlation(headers)))
                    )

            self._answers(contract, process)
            return handler

        return register

    def query(self, contract: type[Query[Any]]) -> Callable[[Handler], Handler]:
        """Answer a question in a read-only transaction."""
        self._must_own(contract)

        def register(handler: Handler) -> Handler:
            async def process(body: bytes, _headers: dict[str, str]) -> StoredReply:
                query = _read(contract, body)
                async with self.database.transaction() as session:
                    await session.connection(execution_options={"postgresql_readonly": True})
                    return accepted(await handler(query, session))

            self._answers(contract, process)
            return handler

        return register

    async def _handle_event(
        self, durable: str, event: Event, headers: dict[str, str], handler: Handler
    ) -> None:
        async with self.database.transaction() as session:
            if not await seen_first(session, self.tables, durable, event.event_id):
                return
            failpoint(f"{durable}.in_transaction")
            await handler(event, self.work(session, _correlation(headers)))
        failpoint(f"{durable}.committed_not_acked")

    async def _handle_asked(
        self,
        contract: type[Contract],
        asked: Any,
        headers: dict[str, str],
        handler: Handler,
        hearing: Hearing | None = None,
    ) -> StoredReply:
        async with self.database.transaction() as session:
            correlation = _correlation(headers)
            work = self.work(session, correlation)
            reply = await reply_once(self.tables, asked, work, handler)
            if hearing is not None:
                # Anew: what a refused handler's unit of work did is taken back, its hint too.
                work = self.work(session, correlation)
                await hearing.before_commit(asked, reply, work)
            failpoint(f"{durable_of(self.service, contract)}.in_transaction")
        return reply

    def work(self, session: AsyncSession, correlation: Correlation) -> Work:
        """The unit of work of a transaction: for handlers, and for loops that publish."""
        return Work(
            session,
            service=self.service,
            tables=self.tables,
            now=self.clock.now(),
            correlation=correlation,
        )

    def _must_own(self, contract: type[Contract]) -> None:
        if contract.owner is not self.service:
            raise TypeError(f"{contract.subject} belongs to {contract.owner}")

    def _durable(self, contract: type[Contract], durable: str, process: DurableProcess) -> None:
        """Bind a durable pull consumer and, for the operator, the same code on `replay.<durable>`."""
        if durable in self.durables:
            raise TypeError(f"{durable} has a handler already")
        self.durables[durable] = contract
        retries = Retries(durable, lambda: self.connection.jetstream, self.pace)
        broker = self.connection.broker

        async def handle(message: NatsMessage) -> None:
            raw = message.raw_message
            with handling(durable, raw.headers), HANDLING_SECONDS.labels(durable).time():
                await process(raw.data, dict(raw.headers or {}), raw.metadata.timestamp)

        async def again(body: bytes, headers: dict[str, str]) -> StoredReply:
            return await process(body, headers, None)

        async def consume(message: NatsMessage) -> None:
            await retries.guard(message, handle)

        async def replay(message: NatsMessage) -> NatsResponse:
            return await answer(durable, message, again, OPERATORS)

        broker.subscriber(
            contract.subject,
            stream=JStream(STREAM_OF[contract.message_kind], declare=False),
            durable=durable,
            pull_sub=PullSub(batch_size=BATCH_SIZE, timeout=PULL_TIMEOUT_S),
            ack_policy=AckPolicy.NACK_ON_ERROR,
            no_reply=True,
            decoder=undecoded,
            inbox_prefix=f"{inbox_prefix(self.connection.name)}.".encode(),
        )(consume)
        broker.subscriber(f"replay.{durable}", queue=self.service, decoder=undecoded)(replay)

    def _answers(self, contract: type[Query[Any] | Private[Any]], process: Process) -> None:
        """Bind a core request; copies of the service share the questions."""
        if contract.subject in self.answered:
            raise TypeError(f"{contract.subject} has a handler already")
        self.answered[contract.subject] = contract

        async def reply(message: NatsMessage) -> NatsResponse:
            return await answer(contract.subject, message, process, contract.senders)

        self.connection.broker.subscriber(
            contract.subject,
            queue=self.service,
            max_workers=QUERY_WORKERS,
            decoder=undecoded,
        )(reply)

    async def _reply(self, reply_to: str, reply: StoredReply) -> None:
        """Answer a command's sender.

        The effect is committed and its reply stored: a reply that cannot be sent is no reason to
        handle the command again.
        """
        try:
            await self.connection.client.publish(
                reply_to, reply.body.encode(), headers={STATUS: reply.status}
            )
        except NatsError as error:
            log.warning("reply.not_sent", error=type(error).__name__)


def _read(contract: type[ContractT], body: bytes) -> ContractT:
    try:
        return contract.model_validate_json(body)
    except ValidationError:
        # Not chained: a log of the cause could tell what was in it.
        raise Unreadable(f"the body is no {contract.subject}") from None


def _correlation(headers: dict[str, str]) -> Correlation:
    return Correlation.of(headers, headers.get("ce-id") or headers.get(MSG_ID))
