"""Tables of `admin`: the staff's own data, and which of them did what to which id."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.messaging.tables import messaging_tables
from shared.persistence.database import metadata_for
from shared.persistence.personal import NOT_PERSONAL, Basis, personal

AUDIT_KEPT = timedelta(days=2 * 365)


class Row(DeclarativeBase):
    metadata = metadata_for("admin")


MESSAGING = messaging_tables(Row.metadata)

_staff = personal("Lets staff of the office in, and nobody else.", Basis.PUBLIC_TASK)
_session = personal(
    "Recognises who is signed in; deleted twelve hours later, by machine time.",
    Basis.PUBLIC_TASK,
)
_mail = personal(
    "Keeps sign-in mails from being ordered by the dozen; deleted an hour later, by machine time.",
    Basis.PUBLIC_TASK,
)
_deed = personal(
    "Tells who decided what about whom.",
    Basis.LEGAL_DUTY,
    keep=AUDIT_KEPT,
    counted_from="done_at",
)


class AccountRow(Row):
    """Somebody of the staff. Links made before `link_generation` was raised open nothing."""

    __tablename__ = "accounts"

    staff_id: Mapped[UUID] = mapped_column(primary_key=True, info=_staff)
    email: Mapped[str] = mapped_column(String(254), info=_staff)
    email_key: Mapped[str] = mapped_column(String(254), unique=True, info=_staff)
    """The address as it is compared: case does not count."""
    display_name: Mapped[str] = mapped_column(String(80), info=_staff)
    role: Mapped[str] = mapped_column(String(30), info=NOT_PERSONAL)
    link_generation: Mapped[int] = mapped_column(Integer)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SessionRow(Row):
    """Somebody is signed in. Only the SHA-256 of the cookie's token is kept."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_staff_id", "staff_id"),
        Index("ix_sessions_expires_at", "expires_at"),
    )

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=_session)
    staff_id: Mapped[UUID] = mapped_column(
        ForeignKey(AccountRow.staff_id, ondelete="CASCADE"), info=_session
    )
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class LinkMailRow(Row):
    """A sign-in mail that somebody asked for; `notifications` is told by a loop."""

    __tablename__ = "link_mails"
    __table_args__ = (Index("ix_link_mails_staff_id_asked_at", "staff_id", "asked_at"),)

    mail_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(
        ForeignKey(AccountRow.staff_id, ondelete="CASCADE"), info=_mail
    )
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    handed_over_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DeedRow(Row):
    """One deed of somebody signed in: codes and ids, no names and no words."""

    __tablename__ = "deeds"
    __table_args__ = (
        Index("ix_deeds_about_id", "about_id"),
        Index("ix_deeds_volunteer_id", "volunteer_id"),
    )

    deed_id: Mapped[UUID] = mapped_column(primary_key=True)
    wish_key: Mapped[str] = mapped_column(String(200), unique=True, info=NOT_PERSONAL)
    """The key of the wish: a button pressed twice is one deed."""
    done_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """Domain time, like everything that is shown beside it; the id holds the machine's."""
    staff_id: Mapped[UUID] = mapped_column(info=_deed)
    deed: Mapped[str] = mapped_column(String(50), info=NOT_PERSONAL)
    about_id: Mapped[UUID | None]
    """The request or organisation it was about."""
    volunteer_id: Mapped[UUID | None] = mapped_column(info=_deed)
    detail: Mapped[str | None] = mapped_column(String(120), info=NOT_PERSONAL)
    """A reason's code, or what else is needed to tell the deed."""
    outcome: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
