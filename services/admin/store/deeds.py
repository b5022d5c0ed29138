"""The log of deeds: written before a wish is sent, completed with what came of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.admin.store.tables import DeedRow
from shared.kernel.ids import new_id

ASKED = "asked"
"""The outcome while nobody has answered; it stays where the service died meanwhile."""
UNCHANGED = "unchanged"
"""The outcome where all was so before: somebody pressed a button for which it was too late."""


async def begin_deed(
    session: AsyncSession,
    *,
    wish_key: str,
    staff_id: UUID,
    deed: str,
    now: datetime,
    about_id: UUID | None = None,
    volunteer_id: UUID | None = None,
    detail: str | None = None,
) -> UUID:
    """Log that somebody is about to do something; the same wish again is the same deed."""
    await session.execute(
        insert(DeedRow)
        .values(
            deed_id=new_id(),
            wish_key=wish_key,
            done_at=now,
            staff_id=staff_id,
            deed=deed,
            about_id=about_id,
            volunteer_id=volunteer_id,
            detail=detail,
            outcome=ASKED,
        )
        .on_conflict_do_nothing()
    )
    deed_id: UUID = (
        await session.scalars(select(DeedRow.deed_id).where(DeedRow.wish_key == wish_key))
    ).one()
    return deed_id


async def end_deed(session: AsyncSession, deed_id: UUID, outcome: str) -> None:
    """Log what came of it."""
    await session.execute(
        update(DeedRow).where(DeedRow.deed_id == deed_id).values(outcome=outcome)
    )


async def deeds_about(session: AsyncSession, some_id: UUID, limit: int) -> Sequence[DeedRow]:
    """What was done about a request, an organisation or a volunteer, the newest first.

    What changed nothing stands in the whole log alone.
    """
    rows = await session.scalars(
        select(DeedRow)
        .where(or_(DeedRow.about_id == some_id, DeedRow.volunteer_id == some_id))
        .where(DeedRow.outcome != UNCHANGED)
        .order_by(DeedRow.deed_id.desc())
        .limit(limit)
    )
    return rows.all()


async def latest_deeds(session: AsyncSession, limit: int) -> Sequence[DeedRow]:
    """The newest deeds, the newest first."""
    rows = await session.scalars(select(DeedRow).order_by(DeedRow.deed_id.desc()).limit(limit))
    return rows.all()


async def swap_volunteer(session: AsyncSession, volunteer_id: UUID) -> None:
    """Put a random id in the place of somebody who is gone: the deeds stay, the person does not."""
    await session.execute(
        update(DeedRow)
        .where(DeedRow.volunteer_id == volunteer_id)
        .values(volunteer_id=new_id())
    )
