"""The record of what coordinators did by hand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.store.tables import DecisionRow
from shared.kernel.ids import new_id


async def record(
    session: AsyncSession,
    *,
    deed: str,
    request_id: UUID,
    volunteer_id: UUID | None,
    staff_id: UUID | None,
    reason: str | None,
    now: datetime,
) -> None:
    """Write down who did what, and why; in the transaction of the deed."""
    await session.execute(
        insert(DecisionRow).values(
            decision_id=new_id(),
            deed=deed,
            request_id=request_id,
            volunteer_id=volunteer_id,
            staff_id=staff_id,
            reason=reason,
            decided_at=now,
        )
    )


async def replace_volunteer(session: AsyncSession, volunteer_id: UUID, stand_in: UUID) -> None:
    """Let a random id stand for an erased volunteer."""
    await session.execute(
        update(DecisionRow)
        .where(DecisionRow.volunteer_id == volunteer_id)
        .values(volunteer_id=stand_in)
    )
