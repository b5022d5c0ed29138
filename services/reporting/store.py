"""Tables of `reporting`, and the queries on them."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Index,
    Integer,
    Select,
    String,
    Subquery,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy import Row as ResultRow
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.reporting.domain.figures import DONE, InvitationKnown, RequestKnown
from shared.kernel.ids import new_id
from shared.messaging.tables import INBOX_KEPT, messaging_tables
from shared.persistence.database import metadata_for
from shared.persistence.personal import NOT_PERSONAL, Basis, personal

WHO_KEPT = timedelta(days=2 * 365)


class Row(DeclarativeBase):
    metadata = metadata_for("reporting")


MESSAGING = messaging_tables(Row.metadata)

_who = personal(
    "Shows a coordinator what happened to a request, and with whom.",
    Basis.PUBLIC_TASK,
    keep=WHO_KEPT,
    counted_from="occurred_at",
)
_gone = personal(
    "Keeps events that come late from bringing an erased person's id back.",
    Basis.LEGAL_DUTY,
    keep=INBOX_KEPT,
    counted_from="erased_at",
)


class HappenedRow(Row):
    """One event in codes. Without a request it tells that something happened, and not to whom."""

    __tablename__ = "timeline"
    __table_args__ = (
        Index("ix_timeline_request_id_occurred_at", "request_id", "occurred_at"),
        Index(
            "ix_timeline_volunteer_id",
            "volunteer_id",
            postgresql_where=text("volunteer_id IS NOT NULL"),
        ),
        Index(
            "ix_timeline_what_occurred_at",
            "what",
            "occurred_at",
            postgresql_where=text("request_id IS NULL"),
        ),
    )

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    what: Mapped[str] = mapped_column(String(50), info=NOT_PERSONAL)
    request_id: Mapped[UUID | None]
    invitation_id: Mapped[UUID | None]
    volunteer_id: Mapped[UUID | None] = mapped_column(info=_who)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, info=NOT_PERSONAL)


class RequestRow(Row):
    """A request's part in the figures."""

    __tablename__ = "requests"
    __table_args__ = (Index("ix_requests_posted_at", "posted_at"),)

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    posted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    need_sequence: Mapped[int] = mapped_column(Integer)
    field: Mapped[str] = mapped_column(String(30), info=NOT_PERSONAL)
    municipality_code: Mapped[str | None] = mapped_column(String(50), info=NOT_PERSONAL)
    places: Mapped[int] = mapped_column(Integer)
    state_sequence: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    counts_sequence: Mapped[int] = mapped_column(Integer)
    assigned: Mapped[int] = mapped_column(Integer)

    def known(self) -> RequestKnown:
        return RequestKnown(**{f.name: getattr(self, f.name) for f in fields(RequestKnown)})

    def keep(self, known: RequestKnown) -> None:
        for field in fields(known):
            setattr(self, field.name, getattr(known, field.name))


class InvitationRow(Row):
    """An invitation's part in the figures; whom it asked is not kept here."""

    __tablename__ = "invitations"
    __table_args__ = (Index("ix_invitations_request_id", "request_id"),)

    invitation_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID]
    issued: Mapped[bool]
    offer_sent: Mapped[bool]
    offer_failed: Mapped[bool]
    answer: Mapped[str | None] = mapped_column(String(10), info=NOT_PERSONAL)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answer_event_id: Mapped[UUID | None]
    asked: Mapped[bool]
    """Whether somebody was really asked; follows from the others."""

    def known(self) -> InvitationKnown:
        return InvitationKnown(
            **{f.name: getattr(self, f.name) for f in fields(InvitationKnown)}
        )

    def keep(self, known: InvitationKnown) -> None:
        for field in fields(known):
            setattr(self, field.name, getattr(known, field.name))
        self.asked = known.asked


class ErasedRow(Row):
    """A tombstone: the digest of an id that is gone, and the random id that stands in for it."""

    __tablename__ = "erased"

    id_digest: Mapped[str] = mapped_column(String(64), primary_key=True, info=_gone)
    stand_in_id: Mapped[UUID]
    erased_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


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


async def figures_between(
    session: AsyncSession, begins: datetime, ended: datetime, tz: ZoneInfo
) -> Sequence[ResultRow[Any]]:
    """Return one row a cell, in order of month, field and municipality."""
    of_these_months = (
        RequestRow.posted_at >= begins,
        RequestRow.posted_at < ended,
        RequestRow.need_sequence > 0,
    )
    asked = _asked_of(select(RequestRow.request_id).where(*of_these_months))
    statement = (
        select(
            _month(RequestRow.posted_at, tz).label("month"),
            RequestRow.field.label("field"),
            RequestRow.municipality_code.label("municipality"),
            func.count().label("requests"),
            func.sum(RequestRow.places).label("places"),
            func.sum(RequestRow.assigned).label("filled"),
            func.coalesce(func.sum(asked.c.invitations), 0).label("invitations"),
            func.coalesce(func.sum(asked.c.yes), 0).label("yes"),
            func.count().filter(RequestRow.state == DONE).label("completed"),
        )
        .outerjoin(asked, asked.c.request_id == RequestRow.request_id)
        .where(*of_these_months)
        .group_by(text("1, 2, 3"))
        .order_by(text("1, 2, 3"))
    )
    return (await session.execute(statement)).all()


def _asked_of(request_ids: Select[UUID]) -> Subquery:
    """Per request: how many were really asked, and how many of them last said yes."""
    asked = func.count().filter(InvitationRow.asked)
    yes = func.count().filter(InvitationRow.asked, InvitationRow.answer == "yes")
    return (
        select(InvitationRow.request_id, asked.label("invitations"), yes.label("yes"))
        .where(InvitationRow.request_id.in_(request_ids))
        .group_by(InvitationRow.request_id)
        .subquery()
    )


async def happenings_between(
    session: AsyncSession,
    begins: datetime,
    ended: datetime,
    tz: ZoneInfo,
    whats: Sequence[str],
) -> Sequence[ResultRow[str, str, int]]:
    """Return month, code and count of what happened outside of requests."""
    statement = (
        select(_month(HappenedRow.occurred_at, tz), HappenedRow.what, func.count())
        .where(HappenedRow.request_id.is_(None), HappenedRow.what.in_(whats))
        .where(HappenedRow.occurred_at >= begins, HappenedRow.occurred_at < ended)
        .group_by(text("1, 2"))
        .order_by(text("1, 2"))
    )
    return (await session.execute(statement)).all()


def _month(moment: Any, tz: ZoneInfo) -> ColumnElement[str]:
    return func.to_char(func.timezone(tz.key, moment), "YYYY-MM")


async def empty(session: AsyncSession) -> None:
    """Empty the projection and its inbox, so that the archives can be fed again.

    Tombstones stay: an archive may still name somebody who is gone.
    """
    for table in (HappenedRow, RequestRow, InvitationRow):
        await session.execute(delete(table))
    await session.execute(delete(MESSAGING.inbox))
