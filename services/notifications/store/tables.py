"""Tables of `notifications`: mails as states, standings of addresses, what was handed over to whom.

Never an address and never a text.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import Date

from shared.messaging.tables import INBOX_KEPT, messaging_tables
from shared.persistence.database import metadata_for
from shared.persistence.personal import NOT_PERSONAL, Basis, personal

FACTS_KEPT = timedelta(days=365)


class Row(DeclarativeBase):
    metadata = metadata_for("notifications")


MESSAGING = messaging_tables(Row.metadata)

_fact = personal(
    "To send each mail once, and to tell a coordinator what became of it; ids only.",
    Basis.PUBLIC_TASK,
    keep=FACTS_KEPT,
    counted_from="created_at",
)
_standing = personal(
    "To stop writing to an address from which mails come back.",
    Basis.PUBLIC_TASK,
    keep=FACTS_KEPT,
    counted_from="created_at",
)
_disclosed = personal(
    "To be able to tell a person to whom their name and contact were given.",
    Basis.LEGAL_DUTY,
    keep=FACTS_KEPT,
    counted_from="disclosed_at",
)
_gone = personal(
    "Keeps events that come late from bringing an erased person's id back.",
    Basis.LEGAL_DUTY,
    keep=INBOX_KEPT,
    counted_from="erased_at",
)
_moment = DateTime(timezone=True)


class EmailRow(Row):
    """One mail to one recipient; what it says is asked from the owners when it is sent."""

    __tablename__ = "emails"
    __table_args__ = (
        Index("ix_emails_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index(
            "ix_emails_not_after",
            "not_after",
            postgresql_where=text("next_at IS NOT NULL AND not_after IS NOT NULL"),
        ),
        Index("ix_emails_leased", "lease_until", postgresql_where=text("state = 'sending'")),
        Index("ix_emails_state_created_at", "state", "created_at"),
        Index("ix_emails_created_at", "created_at"),
        Index("ix_emails_request_id", "request_id"),
        Index("ix_emails_person_id", "person_id"),
        Index("ix_emails_volunteer_id", "volunteer_id"),
        Index("ix_emails_organisation_id", "organisation_id"),
        Index("ix_emails_invitation_id", "invitation_id"),
    )

    email_id: Mapped[UUID] = mapped_column(primary_key=True)
    dedup_key: Mapped[str] = mapped_column(String(260), unique=True, info=_fact)
    message_id: Mapped[str] = mapped_column(String(300), info=_fact)
    template: Mapped[str] = mapped_column(String(50), info=NOT_PERSONAL)
    recipient_kind: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    person_id: Mapped[UUID] = mapped_column(info=_fact)
    volunteer_id: Mapped[UUID | None] = mapped_column(info=_fact)
    organisation_id: Mapped[UUID | None]
    request_id: Mapped[UUID | None]
    invitation_id: Mapped[UUID | None]
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    """Of the event: of two mails about one place the higher one is the newer."""
    details: Mapped[dict[str, str | int | bool | None]] = mapped_column(JSONB, info=_fact)
    """Codes, numbers and moments (ISO 8601) from the event; no words."""
    correlation_id: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    created_at: Mapped[datetime] = mapped_column(_moment)
    """Domain time, as shown to people; the rest below is machine time."""
    holdable: Mapped[bool]
    not_after: Mapped[datetime | None] = mapped_column(_moment)
    """Domain time."""
    state: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    next_at: Mapped[datetime | None] = mapped_column(_moment)
    attempt: Mapped[int]
    first_tried_at: Mapped[datetime | None] = mapped_column(_moment)
    lease_until: Mapped[datetime | None] = mapped_column(_moment)
    data_started_at: Mapped[datetime | None] = mapped_column(_moment)
    last_code: Mapped[str | None] = mapped_column(String(60), info=NOT_PERSONAL)
    resent: Mapped[bool]
    cancel_asked: Mapped[bool]
    sent_at: Mapped[datetime | None] = mapped_column(_moment)
    """Domain time."""


class StandingRow(Row):
    """What mail servers said about one recipient's address, if it was ever bad."""

    __tablename__ = "standings"

    person_id: Mapped[UUID] = mapped_column(primary_key=True, info=_standing)
    address_digest: Mapped[str] = mapped_column(String(64), info=_standing)
    """Tells that the address is another one by now, which starts with a clean standing."""
    bad_days: Mapped[list[date]] = mapped_column(ARRAY(Date), info=_standing)
    suspended: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(_moment)


class DisclosureRow(Row):
    """That one mail told somebody how to reach somebody else."""

    __tablename__ = "disclosures"
    __table_args__ = (
        Index("ix_disclosures_volunteer_id", "volunteer_id"),
        Index("ix_disclosures_organisation_id", "organisation_id"),
    )

    email_id: Mapped[UUID] = mapped_column(primary_key=True)
    volunteer_id: Mapped[UUID] = mapped_column(primary_key=True, info=_disclosed)
    organisation_id: Mapped[UUID]
    request_id: Mapped[UUID]
    what: Mapped[str] = mapped_column(String(30), info=NOT_PERSONAL)
    """`hand_over` to the volunteer; of the volunteer `first_name`, `phone` or `email`."""
    disclosed_at: Mapped[datetime] = mapped_column(_moment)
    """Domain time."""


class ErasedRow(Row):
    """A tombstone without the id: who is gone can be recognised, and not be found."""

    __tablename__ = "erased"

    person_digest: Mapped[str] = mapped_column(String(64), primary_key=True, info=_gone)
    erased_at: Mapped[datetime] = mapped_column(_moment)
