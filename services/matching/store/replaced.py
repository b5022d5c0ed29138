"""Offers that left although their invitation is gone: they count in the ask budget as any other.

An invitation goes when another takes its place, or when the one that took it never left. The word
that a mail has left may come after that. Its link stays in the mailbox: it leads to the newer one.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.domain.board import Invitation
from services.matching.store.tables import LOOKS_BACK, Row
from shared.persistence.personal import Basis, personal

_asked = personal(
    "To ask nobody too often, and to lead the link of an earlier mail to the newer question.",
    Basis.CONSENT,
    keep=LOOKS_BACK,
    counted_from="sent_at",
)


class ReplacedAskRow(Row):
    """An offer that left, of an invitation that is gone."""

    __tablename__ = "replaced_asks"
    __table_args__ = (
        Index("ix_replaced_asks_volunteer_id", "volunteer_id"),
        Index("ix_replaced_asks_sent_at", "sent_at"),
    )

    invitation_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID | None]
    """None where it was not kept yet."""
    volunteer_id: Mapped[UUID] = mapped_column(info=_asked)
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


async def keep_sent(
    session: AsyncSession, request_id: UUID, gone: Iterable[Invitation]
) -> None:
    """Keep in mind which of these invitations of a request, whose rows go, had left."""
    for one in gone:
        if one.sent_at is not None:
            who = one.volunteer_id
            await keep_ask(session, one.invitation_id, request_id, who, one.sent_at)


async def keep_ask(
    session: AsyncSession,
    invitation_id: UUID,
    request_id: UUID | None,
    volunteer_id: UUID,
    sent_at: datetime,
) -> None:
    """Keep one; the caller has locked the volunteer. Twice is once."""
    await session.execute(
        insert(ReplacedAskRow)
        .values(
            invitation_id=invitation_id,
            request_id=request_id,
            volunteer_id=volunteer_id,
            sent_at=sent_at,
        )
        .on_conflict_do_nothing()
    )


async def forget_asks(session: AsyncSession, volunteer_id: UUID) -> None:
    await session.execute(
        delete(ReplacedAskRow).where(ReplacedAskRow.volunteer_id == volunteer_id)
    )
