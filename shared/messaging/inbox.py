"""Idempotence: an event is handled once by a consumer, a wish once by its key."""

import hashlib
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.kernel.errors import Refusal
from shared.messaging.tables import MessagingTables


class KeyUsedForAnother(Refusal):
    """The same key came with another body."""

    code: ClassVar[str] = "messaging.key_reused"


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A reply as it was given the first time."""

    status: str
    body: str


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
