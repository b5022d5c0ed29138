"""Tables of `reporting`: a timeline, and what the figures need to know."""

from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Date,
    DateTime,
    Index,
    Integer,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.reporting.domain.figures import InvitationKnown, RequestKnown
from services.reporting.domain.hours import HoursKnown
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


class HoursRow(Row):
    """Hours told of one period of a tandem; with whom it is is not kept here."""

    __tablename__ = "hours"
    __table_args__ = (
        Index("ix_hours_from_on_to_on", "from_on", "to_on"),
        Index("ix_hours_request_id", "request_id"),
    )

    assignment_id: Mapped[UUID] = mapped_column(primary_key=True)
    period: Mapped[int] = mapped_column(Integer, primary_key=True)
    request_id: Mapped[UUID]
    from_on: Mapped[date] = mapped_column(Date, info=NOT_PERSONAL)
    to_on: Mapped[date] = mapped_column(Date, info=NOT_PERSONAL)
    hours: Mapped[int] = mapped_column(Integer)
    sequence: Mapped[int] = mapped_column(Integer)

    def known(self) -> HoursKnown:
        return HoursKnown(**{f.name: getattr(self, f.name) for f in fields(HoursKnown)})

    def keep(self, known: HoursKnown) -> None:
        for field in fields(known):
            setattr(self, field.name, getattr(known, field.name))


class ErasedRow(Row):
    """A tombstone: the digest of an id that is gone, and the random id that stands in for it."""

    __tablename__ = "erased"

    id_digest: Mapped[str] = mapped_column(String(64), primary_key=True, info=_gone)
    stand_in_id: Mapped[UUID]
    erased_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
