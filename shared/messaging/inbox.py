"""Idempotence: an event is handled once by a consumer, a wish once by its key."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.kernel.clock import MachineClock
from shared.kernel.errors import BrueckeError, Refusal
from shared.messaging.tables import INBOX_KEPT, MessagingTables

_TIME_ORDERED = 7


class KeyUsedForAnother(Refusal):
    """The same key came with another body."""

    code: ClassVar[str] = "messaging.key_reused"


class HandledTooLate(Refusal):
    """The wish was only good until a moment that has passed."""

    code: ClassVar[str] = "messaging.too_late"


class EventTooOld(BrueckeError):
    """A deed for an event that the inbox may have forgotten could be done twice."""

    code: ClassVar[str] = "messaging.event_too_old"
    retryable: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A reply as it was given the first time."""

    status: str
    body: str


def must_be_in_time(valid_until: datetime | None, now: datetime) -> None:
    """Refuse what was only good until a moment before `now`. Both are domain time.

    Raises:
        HandledTooLate: the moment has passed.

    """
    if valid_until is not None and now > valid_until:
        raise HandledTooLate("This came too late to be done.")


def refuse_forgotten(event_id: UUID) -> None:
    """Refuse an event that is older than the inbox keeps; its id (UUIDv7) holds the machine time.

    Raises:
        EventTooOld: it was made before the oldest row that the inbox still has.

    """
    made_at = (event_id.int >> 80) / 1000
    oldest = (MachineClock().now() - INBOX_KEPT).timestamp()
    if event_id.version == _TIME_ORDERED and made_at < oldest:
        raise EventTooOld("the inbox may have forgotten this event")


async def seen_first(
    session: AsyncSession, tables: MessagingTables, consumer: str, event_id: UUID
) -> bool:
    """Note the event in the inbox; False if this consumer had it before."""
    result = await session.execute(
        insert(tables.inbox)
        .values(consumer=consumer, event_id=event_id)
        .on_conflict_do_nothing()
        .returning(tables.inbox.c.event_id)
    )
    return result.first() is not None


async def claim_key(
    session: AsyncSession, tables: MessagingTables, subject: str, key: str, body: bytes
) -> StoredReply | None:
    """Claim a wish's key for this transaction, or get the reply that was stored for it.

    A second transaction with the same key waits here until the first one has ended.

    Raises:
        KeyUsedForAnother: the key was used with another body.

    """
    digest = hashlib.sha256(body).hexdigest()
    replies = tables.replies
    claimed = await session.execute(
        insert(replies)
        .values(subject=subject, command_key=key, body_hash=digest, status="", reply="")
        .on_conflict_do_nothing()
        .returning(replies.c.command_key)
    )
    if claimed.first() is not None:
        return None
    row = (
        await session.execute(
            select(replies.c.body_hash, replies.c.status, replies.c.reply).where(
                replies.c.subject == subject, replies.c.command_key == key
            )
        )
    ).one()
    if row.body_hash != digest:
        raise KeyUsedForAnother("This key was used for something else; take a new one.")
    return StoredReply(row.status, row.reply)


async def store_reply(
    session: AsyncSession, tables: MessagingTables, subject: str, key: str, reply: StoredReply
) -> None:
    """Keep the reply beside the claimed key."""
    replies = tables.replies
    await session.execute(
        update(replies)
        .where(replies.c.subject == subject, replies.c.command_key == key)
        .values(status=reply.status, reply=reply.body)
    )
