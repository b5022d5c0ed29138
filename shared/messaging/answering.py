"""Answers: what goes back over the wire, and to whom it may go."""

import re
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from faststream.nats import NatsMessage, NatsResponse

from shared.contracts.messages import FieldError, Message, Refused
from shared.kernel.errors import Refusal
from shared.messaging.connection import inbox_prefix
from shared.messaging.envelope import FAILED, OK, REFUSED, STATUS
from shared.messaging.inbox import (
    KeyUsedForAnother,
    StoredReply,
    claim_key,
    must_be_in_time,
    store_reply,
)
from shared.messaging.outbox import Work
from shared.messaging.retries import Unreadable, error_code
from shared.messaging.tables import MessagingTables
from shared.observability.logs import handling
from shared.observability.metrics import HANDLING_SECONDS

Process = Callable[[bytes, dict[str, str]], Awaitable[StoredReply]]
"""A handler's code on a raw body and its headers."""

MAX_REPLY_BYTES = 900_000
"""Below the server's `max_payload` of 1 MB, headers included."""

_NOT_IN_HASH = {"command_key", "valid_until"}
_PLAIN_TOKENS = re.compile(r"[\w-]+(\.[\w-]+)*", re.ASCII)


def is_inbox_of(senders: Collection[str], address: str) -> bool:
    """Whether a reply address is a plain subject in the inbox of one of these senders.

    An answer is published with the answerer's rights to whatever address came with the question:
    a forged one would put messages into streams that its sender may not write to.
    """
    inbox, _, rest = address.partition(".")
    return inbox in map(inbox_prefix, senders) and _PLAIN_TOKENS.fullmatch(rest) is not None


def accepted(reply: Message) -> StoredReply:
    return StoredReply(OK, reply.model_dump_json())


def refused(refusal: Refusal) -> StoredReply:
    """A refusal as its asker gets it, with every field at fault."""
    told = Refused(
        code=refusal.code,
        message=refusal.message,
        field=refusal.field,
        errors=tuple(
            FieldError(field=error.field, code=error.code, message=error.message)
            for error in refusal.errors
            if error.field is not None
        ),
    )
    return StoredReply(REFUSED, told.model_dump_json())


def failed(code: str) -> StoredReply:
    return StoredReply(FAILED, Refused(code=code, message="").model_dump_json())


async def reply_once(
    tables: MessagingTables,
    asked: Any,
    work: Work,
    handler: Callable[[Any, Work], Awaitable[Message]],
) -> StoredReply:
    """The reply that is stored for a wish's key, or the handler's, which is stored now.

    What the handler did before it refused is taken back; the refusal stays.
    """
    session, subject, key = work.session, asked.subject, asked.command_key
    body = asked.model_dump_json(exclude=_NOT_IN_HASH).encode()
    try:
        stored = await claim_key(session, tables, subject, key, body)
    except KeyUsedForAnother as refusal:
        return refused(refusal)
    if stored is not None:
        return stored
    try:
        async with session.begin_nested():
            must_be_in_time(getattr(asked, "valid_until", None), work.now)
            result = accepted(await handler(asked, work))
    except Refusal as refusal:
        result = refused(refusal)
    await store_reply(session, tables, subject, key, result)
    return result


async def answer(
    name: str, message: NatsMessage, process: Process, senders: Collection[str]
) -> NatsResponse:
    """Answer a core request with a reply, a refusal, or the code of what failed.

    What comes without the inbox of one of its senders is not handled at all.
    """
    raw = message.raw_message
    with handling(name, raw.headers) as log, HANDLING_SECONDS.labels(name).time():
        if not is_inbox_of(senders, raw.reply):
            log.warning("request.without_known_inbox")
            message.reply_to = ""
            return NatsResponse(b"")
        try:
            reply = await process(raw.data, dict(raw.headers or {}))
        except Refusal as refusal:
            reply = refused(refusal)
        except Unreadable as error:
            log.warning("request.unreadable")
            reply = failed(error.code)
        except Exception as error:
            code = error_code(error)
            log.warning("request.failed", error=code, exc_info=True)
            reply = failed(code)
        if len(reply.body.encode()) > MAX_REPLY_BYTES:
            # The client would refuse to send it and the asker would wait for nothing.
            log.error("request.reply_too_large")
            reply = failed("messaging.reply_too_large")
    return NatsResponse(reply.body.encode(), headers={STATUS: reply.status})


async def undecoded(message: NatsMessage) -> NatsMessage:
    """Contracts read bodies themselves, so that a bad body meets our own retry policy."""
    return message
