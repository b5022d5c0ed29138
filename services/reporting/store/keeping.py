"""What events change: rows locked and made, the timeline, erasure, a projection made anew."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Select,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.domain.figures import InvitationKnown, RequestKnown
from services.reporting.domain.hours import HoursKnown
from services.reporting.store.tables import (
    MESSAGING,
    ErasedRow,
    HappenedRow,
    HoursRow,
    InvitationRow,
    RequestRow,
)
from shared.kernel.ids import new_id


async def lock_request(session: AsyncSession, request_id: UUID, at: datetime) -> RequestRow:
    """Return a request's row, made if need be, locked until the end of the transaction."""
    blank = asdict(RequestKnown(posted_at=at))
    await session.execute(
        insert(RequestRow).values(request_id=request_id, **blank).on_conflict_do_nothing()
    )
    return await session.get_one(RequestRow, request_id, with_for_update=True)


async def lock_invitation(
    session: AsyncSession, invitation_id: UUID, request_id: UUID
) -> InvitationRow:
    """Return an invitation's row, made if need be, locked until the end of the transaction."""
    blank = {"request_id": request_id, "asked": False, **asdict(InvitationKnown())}
    await session.execute(
        insert(InvitationRow)
        .values(invitation_id=invitation_id, **blank)
        .on_conflict_do_nothing()
    )
    return await session.get_one(InvitationRow, invitation_id, with_for_update=True)


async def lock_hours(
    session: AsyncSession, assignment_id: UUID, period: int, request_id: UUID, told: HoursKnown
) -> HoursRow:
    """Return the row of one period, made if need be, locked until the end of the transaction."""
    blank = asdict(HoursKnown(told.from_on, told.to_on))
    await session.execute(
        insert(HoursRow)
        .values(assignment_id=assignment_id, period=period, request_id=request_id, **blank)
        .on_conflict_do_nothing()
    )
    return await session.get_one(HoursRow, (assignment_id, period), with_for_update=True)


async def add_to_timeline(session: AsyncSession, row: HappenedRow) -> None:
    """Add an event, under the stand-in of a volunteer who is gone; twice is once."""
    await _take_erasure_lock(session, exclusive=False)
    stand_in = row.volunteer_id and await session.scalar(_stand_in_of(row.volunteer_id))
    values = {column.key: getattr(row, column.key) for column in HappenedRow.__table__.columns}
    await session.execute(
        insert(HappenedRow)
        .values(values | {"volunteer_id": stand_in or row.volunteer_id})
        .on_conflict_do_nothing()
    )


async def erase_volunteer(session: AsyncSession, volunteer_id: UUID, now: datetime) -> None:
    """Swap a volunteer's id for a random one, here and in whatever still comes."""
    await _take_erasure_lock(session, exclusive=True)
    await session.execute(
        insert(ErasedRow)
        .values(id_digest=_digest(volunteer_id), stand_in_id=new_id(), erased_at=now)
        .on_conflict_do_nothing()
    )
    stand_in = _stand_in_of(volunteer_id)
    await session.execute(
        update(HappenedRow)
        .where(HappenedRow.volunteer_id == volunteer_id)
        .values(volunteer_id=stand_in.scalar_subquery())
    )


def _stand_in_of(volunteer_id: UUID) -> Select[UUID]:
    gone = ErasedRow.id_digest == _digest(volunteer_id)
    return select(ErasedRow.stand_in_id).where(gone)


def _digest(volunteer_id: UUID) -> str:
    return hashlib.sha256(volunteer_id.bytes).hexdigest()


async def _take_erasure_lock(session: AsyncSession, *, exclusive: bool) -> None:
    """Let no event be added between an erasure's look at the timeline and its end."""
    lock = func.pg_advisory_xact_lock if exclusive else func.pg_advisory_xact_lock_shared
    await session.execute(select(lock(func.hashtextextended("erasure:reporting", 0))))


async def timeline_of(
    session: AsyncSession, request_id: UUID, limit: int
) -> Sequence[HappenedRow]:
    """Return the latest events of a request, the earliest of them first."""
    rows = await session.scalars(
        select(HappenedRow)
        .where(HappenedRow.request_id == request_id)
        .order_by(HappenedRow.occurred_at.desc(), HappenedRow.event_id.desc())
        .limit(limit)
    )
    return rows.all()[::-1]


async def empty(session: AsyncSession) -> None:
    """Empty the projection and its inbox, so that the archives can be fed again.

    Tombstones stay: an archive may still name somebody who is gone.
    """
    for table in (HappenedRow, RequestRow, InvitationRow, HoursRow):
        await session.execute(delete(table))
    await session.execute(delete(MESSAGING.inbox))
