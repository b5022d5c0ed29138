"""The asking side: queries and private wishes by core request, commands through JetStream.

A command has three ends, and nobody may mix them up: `Replied`, `Received` (stored, the answer
comes later) and `NotSaved` (no PubAck: nothing to rely on). The framework's own request over a
stream raises the same timeout for the last two, so the PubAck is awaited first, by itself.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic import ValidationError

from shared.contracts.messages import Command, Message, Private, Query, Refused
from shared.kernel.errors import BrueckeError, Refusal
from shared.messaging.connection import Connection
from shared.messaging.envelope import OK, REFUSED, STATUS, Correlation, asked_headers
from shared.observability.failpoints import failpoint

ReplyT = TypeVar("ReplyT", bound=Message)

QUERY_TIMEOUT_S = 3.0
PUBACK_TIMEOUT_S = 3.0
REPLY_TIMEOUT_S = 3.0
WAITS_AT_MOST_S = PUBACK_TIMEOUT_S + REPLY_TIMEOUT_S
"""From the moment the broker stored a command: the wait for the reply begins with the PubAck."""
COMMAND_STREAM = "COMMANDS"


class Unavailable(BrueckeError):
    """Another service or server does not answer at the moment."""

    code: ClassVar[str] = "messaging.unavailable"


class WishRefused(Refusal):
    """Another service said no; its code, field and further errors are passed on as they are."""

    code: ClassVar[str] = "messaging.wish_refused"

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.message, field=refused.field)
        # The owner's code stands in for ours: whoever handles refusals sees no wire in between.
        self.__dict__["code"] = refused.code
        self._refused = refused

    @property
    def errors(self) -> tuple[Refusal, ...]:
        found = tuple(
            WishRefused(Refused(code=error.code, message=error.message, field=error.field))
            for error in self._refused.errors
        )
        return found or super().errors


@dataclass(frozen=True, slots=True)
class Replied(Generic[ReplyT]):
    """The wish was handled; this is the answer."""

    reply: ReplyT


@dataclass(frozen=True, slots=True)
class Received:
    """The wish is stored and will be handled; the answer was not there in time."""


@dataclass(frozen=True, slots=True)
class NotSaved:
    """The wish was not stored; it must be sent again, under the same key."""


class Asker:
    """Asks other services in the name of one service."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: dict[str, asyncio.Future[Msg]] = {}
        self._inbox: str | None = None

    @property
    def is_connected(self) -> bool:
        return self._connection.is_connected

    async def ask(
        self,
        question: Query[ReplyT] | Private[ReplyT],
        *,
        correlation: Correlation | None = None,
        timeout_s: float = QUERY_TIMEOUT_S,
    ) -> ReplyT:
        """The typed answer.

        Raises:
            WishRefused: the owner said no, with a code.
            Unavailable: nobody answered, or the owner failed.

        """
        if not self._connection.is_connected:
            # nats-py would keep it in memory, send it later, and let the asker wait for nothing.
            raise Unavailable("the message server is away")
        try:
            message = await self._connection.client.request(
                question.subject,
                question.model_dump_json().encode(),
                timeout=timeout_s,
                headers=asked_headers(correlation or Correlation.fresh()),
            )
        except (NatsError, TimeoutError) as error:
            raise Unavailable(f"{question.owner} does not answer") from error
        reply: ReplyT = _read(question, message)
        return reply

    async def send(
        self, command: Command[ReplyT], *, correlation: Correlation | None = None
    ) -> Replied[ReplyT] | Received | NotSaved:
        """Store a command, then wait at most 3 s for its reply.

        Raises:
            WishRefused: it was handled and refused, with a code.

        """
        if not self._connection.is_connected:
            # nats-py would keep it in memory and call that success.
            return NotSaved()
        try:
            token, reply_to = await self._open_inbox()
        except NatsError:
            return NotSaved()
        waiting: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()
        self._waiting[token] = waiting
        try:
            headers = asked_headers(correlation or Correlation.fresh(), reply_to=reply_to)
            if not await self._store(command, headers):
                return NotSaved()
            failpoint("command.stored_not_answered")
            message = await asyncio.wait_for(waiting, REPLY_TIMEOUT_S)
            return Replied(_read(command, message))
        except (TimeoutError, Unavailable):
            return Received()
        finally:
            del self._waiting[token]

    async def _store(self, command: Command[Any], headers: dict[str, str]) -> bool:
        """Publish and wait for the PubAck; without it nothing is known to be stored."""
        try:
            await self._connection.jetstream.publish(
                command.subject,
                command.model_dump_json().encode(),
                stream=COMMAND_STREAM,
                timeout=PUBACK_TIMEOUT_S,
                headers=headers,
            )
        except (NatsError, TimeoutError):
            return False
        return True

    async def _open_inbox(self) -> tuple[str, str]:
        if self._inbox is None:
            inbox = self._connection.client.new_inbox()
            await self._connection.client.subscribe(f"{inbox}.*", cb=self._on_reply)
            self._inbox = inbox
        token = self._connection.client.new_inbox().rsplit(".", 1)[-1]
        return token, f"{self._inbox}.{token}"

    async def _on_reply(self, message: Msg) -> None:
        waiting = self._waiting.get(message.subject.rsplit(".", 1)[-1])
        if waiting is not None and not waiting.done():
            waiting.set_result(message)


def _read(asked: Any, message: Msg) -> Any:
    status = (message.headers or {}).get(STATUS)
    try:
        if status == OK:
            return asked.reply_type().model_validate_json(message.data)
        refused = Refused.model_validate_json(message.data)
    except ValidationError as error:
        raise Unavailable(f"{asked.owner} answered something unreadable") from error
    if status == REFUSED:
        raise WishRefused(refused)
    raise Unavailable(f"{asked.owner} failed: {refused.code}")
