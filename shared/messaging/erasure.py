"""Erasure in the archive: a person's id is swapped for a random one, and the figures stay.

Published events are kept, and they name people by id. Who is erased shall not be found by that id
any more, so each service that kept it calls `forget` in the transaction that deletes the person.
The events still to be published, `volunteer_erased` above all, must carry the real id to their
readers: the swap waits in the table `erasures` until nothing unpublished names it, then all rows
get one and the same random id and the note itself goes. A rebuilt projection thus counts the
person as one, and knows nobody.
"""

import asyncio
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.kernel.ids import new_id
from shared.messaging.connection import wait_or
from shared.messaging.tables import MessagingTables
from shared.persistence.database import Database

EVERY_S = 2.0


async def forget(session: AsyncSession, tables: MessagingTables, *person_ids: UUID) -> None:
    """Note in this transaction that archive and stored replies shall not name these ids.

    Handlers must see to it that nothing names an id after the transaction that forgets it.
    """
    for person_id in person_ids:
        await session.execute(
            insert(tables.erasures).values(person_id=person_id).on_conflict_do_nothing()
        )


async def swap_next(session: AsyncSession, tables: MessagingTables) -> bool:
    """Swap the oldest forgotten id that no unpublished row names; False when there is none."""
    outbox, erasures = tables.outbox, tables.erasures
    id_noted = cast(erasures.c.person_id, Text)
    still_to_publish = (
        select(outbox.c.id)
        .where(outbox.c.published_at.is_(None))
        .where(_names(outbox.c.payload, id_noted) | _names(outbox.c.headers, id_noted))
    )
    person_id: UUID | None = await session.scalar(
        select(erasures.c.person_id)
        .where(~still_to_publish.exists())
        .order_by(erasures.c.asked_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if person_id is None:
        return False
    # The archive is read from end to end: rare, beside all else, and sure to miss no place.
    await session.execute(text("SET LOCAL statement_timeout = '10min'"))
    await _swap(session, tables, str(person_id), str(new_id()))
    await session.execute(delete(erasures).where(erasures.c.person_id == person_id))
    return True


async def keep_swapping(
    database: Database, tables: MessagingTables, stop: asyncio.Event
) -> None:
    """The loop that every service runs: swap what was forgotten, one transaction an id."""
    while not stop.is_set():
        async with database.transaction() as session:
            found = await swap_next(session, tables)
        if not found:
            await wait_or(stop, EVERY_S)


async def _swap(
    session: AsyncSession, tables: MessagingTables, known: str, random: str
) -> None:
    outbox, replies = tables.outbox, tables.replies
    await session.execute(
        update(outbox)
        .where(or_(_names(outbox.c.payload, known), _names(outbox.c.headers, known)))
        .values(
            payload=cast(func.replace(cast(outbox.c.payload, Text), known, random), JSONB),
            headers=cast(func.replace(cast(outbox.c.headers, Text), known, random), JSONB),
        )
    )
    await session.execute(
        update(replies)
        .where(or_(_names(replies.c.reply, known), _names(replies.c.command_key, known)))
        .values(
            reply=func.replace(replies.c.reply, known, random),
            command_key=func.replace(replies.c.command_key, known, random),
            # Of what somebody wrote: whoever has the words could recognise them by it.
            body_hash="",
        )
    )


def _names(
    column: ColumnElement[object], person_id: str | ColumnElement[str]
) -> ColumnElement[bool]:
    """Whether the column's text holds the id, as UUIDs are written in JSON."""
    return func.strpos(cast(column, Text), person_id) > 0
