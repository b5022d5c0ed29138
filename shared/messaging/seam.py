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
from typing import Any, TypeVar

from faststream import AckPolicy
from faststream.nats import JStream, NatsMessage, NatsResponse, PullSub
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.messages import (
    COMMAND_SENDERS,
    Command,
    Contract,
    Event,
    FieldError,
    Message,
    Private,
    Query,
    Refused,
    Service,
    durable_of,
)
from shared.kernel.clock import Clock
from shared.kernel.errors import Refusal
from shared.messaging.connection import Connection, inbox_prefix
from shared.messaging.envelope import FAILED, MSG_ID, OK, REFUSED, REPLY_TO, STATUS, Correlation
from shared.messaging.inbox import StoredReply, claim_key, seen_first, store_reply
from shared.messaging.outbox import Work
from shared.messaging.retries import Retries, error_code
from shared.messaging.tables import MessagingTables
from shared.observability.failpoints import failpoint
from shared.observability.logs import handling
from shared.observability.metrics import HANDLING_SECONDS
from shared.persistence.database import Database

EventT = TypeVar("EventT", bound=Event)
AskedT = TypeVar("AskedT", bound=Contract)
Handler = Callable[[Any, Any], Awaitable[Any]]

STREAM_OF = {"event": "EVENTS", "command": "COMMANDS"}
PULL_TIMEOUT_S = 2.0
BATCH_SIZE = 4
QUERY_WORKERS = 4
_NOT_IN_HASH = {"command_key", "valid_until"}


@dataclass
class Seam:
    """One service's handlers, bound to its broker, database and clock."""

    service: Service
    connection: Connection
    database: Database
    tables: MessagingTables
    clock: Clock
    durables: dict[str, type[Contract]] = field(default_factory=dict)
    answered: dict[str, type[Contract]] = field(default_factory=dict)

    def event(self, contract: type[EventT]) -> Callable[[Handler], Handler]:
        """Handle an event once: inbox row, effect and outbox rows in one transaction."""
        if self.service not in contract.readers:
            raise TypeError(f"{self.service} is not a reader of {contract.subject}")
        durable = durable_of(self.service, contract)

        def register(handler: Handler) -> Handler:
            async def process(body: bytes, headers: dict[str, str]) -> None:
                event = contract.model_validate_json(body)
                await self._handle_event(durable, event, headers, handler)

            self._durable(contract, durable, process)
            return handler

        return register

    def command(self, contract: type[Command[Any]]) -> Callable[[Handler], Handler]:
        """Handle a wish once by its key; reply to the inbox of a known sender, to no other."""
        self._must_own(contract)
        durable = durable_of(self.service, contract)

        def register(handler: Handler) -> Handler:
            async def process(body: bytes, headers: dict[str, str]) -> None:
                command = contract.model_validate_json(body)
                reply = await self._handle_asked(contract, command, headers, handler)
                failpoint("command.committed_not_replied")
                await self._reply(headers.get(REPLY_TO), reply)

            self._durable(contract, durable, process)
            return handler

        return register

    def private(self, contract: type[Private[Any]]) -> Callable[[Handler], Handler]:
        """Handle a wish that the broker must not store: core request, stored reply by key."""
        self._must_own(contract)

        def register(handler: Handler) -> Handler:
            async def process(body: bytes, headers: dict[str, str]) -> StoredReply:
                private = contract.model_validate_json(body)
                return await self._handle_asked(contract, private, headers, handler)

            self._answers(contract, process)
            return handler

        return register

    def query(self, contract: type[Query[Any]]) -> Callable[[Handler], Handler]:
        """Answer a question in a read-only transaction."""
        self._must_own(contract)

        def register(handler: Handler) -> Handler:
            async def process(body: bytes, _headers: dict[str, str]) -> StoredReply:
                query = contract.model_validate_json(body)
                async with self.database.transaction() as session:
                    await session.connection(execution_options={"postgresql_readonly": True})
                    reply: Message = await handler(query, session)
                return StoredReply(OK, reply.model_dump_json())

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
            await handler(event, self.work(session, Correlation.of(headers, headers.get("ce-id") or headers.get(MSG_ID))))
        failpoint(f"{durable}.committed_not_acked")

    async def _handle_asked(
        self, contract: type[Contract], asked: Any, headers: dict[str, str], handler: Handler
    ) -> StoredReply:
        subject, key = contract.subject, asked.command_key
        body = asked.model_dump_json(exclude=_NOT_IN_HASH).encode()
        async with self.database.transaction() as session:
            try:
                stored = await claim_key(session, self.tables, subject, key, body)
                if stored is not None:
                    return stored
                async with session.begin_nested():
                    reply: Message = await handler(asked, self.work(session, Correlation.of(headers, headers.get("ce-id") or headers.get(MSG_ID))))
                result = StoredReply(OK, reply.model_dump_json())
            except Refusal as refusal:
                result = _refused(refusal)
                if refusal.code == "messaging.key_reused":
                    return result
            await store_reply(session, self.tables, subject, key, result)
            failpoint(f"{durable_of(self.service, contract)}.in_transaction")
        return result

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

    def _durable(
        self,
        contract: type[Contract],
        durable: str,
        process: Callable[[bytes, dict[str, str]], Awaitable[None]],
    ) -> None:
        """Bind a durable pull consumer and, for the operator, the same code on `replay.<durable>`."""
        self.durables[durable] = contract
        retries = Retries(durable, lambda: self.connection.jetstream)
        broker = self.connection.broker

        async def handle(message: NatsMessage) -> None:
            raw = message.raw_message
            with handling(durable, raw.headers), HANDLING_SECONDS.labels(durable).time():
                await process(raw.data, dict(raw.headers or {}))

        async def consume(message: NatsMessage) -> None:
            await retries.guard(message, handle)

        async def replay(message: NatsMessage) -> NatsResponse:
            return await _answer(durable, message, lambda b, h: _done(process(b, h)))

        broker.subscriber(
            contract.subject,
            stream=JStream(STREAM_OF[contract.message_kind], declare=False),
            durable=durable,
            pull_sub=PullSub(batch_size=BATCH_SIZE, timeout=PULL_TIMEOUT_S),
            ack_policy=AckPolicy.NACK_ON_ERROR,
            no_reply=True,
            decoder=_undecoded,
            inbox_prefix=f"{inbox_prefix(self.connection.name)}.".encode(),
        )(consume)
        broker.subscriber(f"replay.{durable}", queue=self.service, decoder=_undecoded)(replay)

    def _answers(
        self,
        contract: type[Contract],
        process: Callable[[bytes, dict[str, str]], Awaitable[StoredReply]],
    ) -> None:
        """Bind a core request; copies of the service share the questions."""
        self.answered[contract.subject] = contract

        async def answer(message: NatsMessage) -> NatsResponse:
            return await _answer(contract.subject, message, process)

        self.connection.broker.subscriber(
            contract.subject,
            queue=self.service,
            max_workers=QUERY_WORKERS,
            decoder=_undecoded,
        )(answer)

    async def _reply(self, reply_to: str | None, reply: StoredReply) -> None:
        """Answer a command's sender; a forged address is dropped, since we publish with our rights."""
        if reply_to is None or not is_known_inbox(reply_to):
            return
        await self.connection.client.publish(
            reply_to, reply.body.encode(), headers={STATUS: reply.status}
        )


def is_known_inbox(reply_to: str) -> bool:
    """Whether an address is the inbox of a service that may send commands."""
    return any(reply_to.startswith(f"{inbox_prefix(sender)}.") for sender in COMMAND_SENDERS)


async def _answer(
    name: str,
    message: NatsMessage,
    process: Callable[[bytes, dict[str, str]], Awaitable[StoredReply]],
) -> NatsResponse:
    """Answer a core request with a reply, a refusal, or the code of what failed."""
    raw = message.raw_message
    with handling(name, raw.headers) as log, HANDLING_SECONDS.labels(name).time():
        try:
            reply = await process(raw.data, dict(raw.headers or {}))
        except Refusal as refusal:
            reply = _refused(refusal)
        except ValidationError as error:
            reply = _failed("messaging.unreadable")
            log.warning("request.unreadable", errors=error.error_count())
        except Exception as error:
            code = error_code(error)
            log.warning("request.failed", error=code, exc_info=True)
            reply = _failed(code)
    return NatsResponse(reply.body.encode(), headers={STATUS: reply.status})


async def _done(step: Awaitable[None]) -> StoredReply:
    await step
    return StoredReply(OK, "{}")


async def _undecoded(message: NatsMessage) -> NatsMessage:
    """Contracts read bodies themselves, so that a bad body meets our own retry policy."""
    return message


def _refused(refusal: Refusal) -> StoredReply:
    refused = Refused(
        code=refusal.code,
        message=refusal.message,
        field=refusal.field,
        errors=tuple(
            FieldError(field=error.field, code=error.code, message=error.message)
            for error in refusal.errors
            if error.field is not None
        ),
    )
    return StoredReply(REFUSED, refused.model_dump_json())


def _failed(code: str) -> StoredReply:
    return StoredReply(FAILED, Refused(code=code, message="").model_dump_json())
