"""The record of what coordinators did by hand, and of how asks came out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.agreement import Decided, Deed
from services.matching.domain.board import InvitationState
from services.matching.store.tables import DecisionRow, InvitationRow
from shared.kernel.ids import new_id


async def record(
    session: AsyncSession,
    *,
    deed: str,
    request_id: UUID,
    volunteer_id: UUID | None,
    staff_id: UUID | None,
    reason: str | None = None,
    rank: int | None = None,
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
            rank=rank,
            decided_at=now,
        )
    )


async def decisions_since(session: AsyncSession, since: datetime) -> list[Decided]:
    """The decisions about people who had a position in the engine's order, or none for a rule."""
    rows = await session.execute(
        select(
            DecisionRow.deed,
            DecisionRow.rank,
            DecisionRow.reason,
            DecisionRow.request_id,
            DecisionRow.decided_at,
        ).where(DecisionRow.decided_at >= since, DecisionRow.deed.in_(list(Deed)))
    )
    return [
        Decided(Deed(row.deed), row.rank, row.reason, (row.request_id, row.decided_at))
        for row in rows
    ]


async def settled_asks_since(
    session: AsyncSession, since: datetime, now: datetime
) -> list[tuple[float, bool, bool]]:
    """Chance, whether a yes came, and whether a coordinator asked by hand, of each settled ask.

    An ask whose deadline has not come is left out, answered or not: a yes comes sooner than the
    silence of the others is one.
    """
    by_hand = InvitationRow.staff_id.is_not(None)
    statement = select(InvitationRow.chance, InvitationRow.counted, by_hand).where(
        InvitationRow.issued_at >= since,
        InvitationRow.counted.is_not(None),
        or_(InvitationRow.deadline.is_(None), InvitationRow.deadline <= now),
        InvitationRow.state != InvitationState.DIRECT.value,
    )
    rows = await session.execute(statement)
    return [(chance, bool(came), asked_by_hand) for chance, came, asked_by_hand in rows]


async def replace_volunteer(session: AsyncSession, volunteer_id: UUID, stand_in: UUID) -> None:
    """Let a random id stand for an erased volunteer."""
    await session.execute(
        update(DecisionRow)
        .where(DecisionRow.volunteer_id == volunteer_id)
        .values(volunteer_id=stand_in)
    )
