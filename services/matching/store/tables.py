"""Tables of `matching`: a roster without identities, the boards, and what became of each ask."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    Interval,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.messaging.tables import messaging_tables
from shared.persistence.database import metadata_for
from shared.persistence.personal import NOT_PERSONAL, Basis, personal

KEPT = timedelta(days=3 * 365)
"""Longer than the longest series, whose places count until its end."""
LOOKS_BACK = timedelta(days=28)
"""How far back asks and places say how much somebody is burdened."""


class Row(DeclarativeBase):
    metadata = metadata_for("matching")


MESSAGING = messaging_tables(Row.metadata)

_moment = DateTime(timezone=True)

_match = personal("To ask only those for whom a request fits.", Basis.CONSENT)
_asked = personal(
    "To say why somebody was asked and what they answered, and to ask nobody too often.",
    Basis.CONSENT,
    keep=KEPT,
    counted_from="issued_at",
)
_place = personal(
    "To know who holds which place, and who has helped where before.",
    Basis.CONSENT,
    keep=KEPT,
    counted_from="since",
)
_left_out = personal(
    "To leave somebody out of one request, as a coordinator decided.",
    Basis.PUBLIC_TASK,
    keep=timedelta(days=365),
    counted_from="ends_at",
)
_decided = personal(
    "To account for what a coordinator decided, and why.",
    Basis.PUBLIC_TASK,
    keep=KEPT,
    counted_from="decided_at",
)


_pair = personal(
    "To ask both sides of a long-term pair how it goes, to help, and to count the hours given.",
    Basis.CONSENT,
    keep=KEPT,
    counted_from="touched_at",
)


class VolunteerRow(Row):
    """A volunteer without identity; locked by every transaction that gives or takes their places."""

    __tablename__ = "volunteers"
    __table_args__ = (
        Index("ix_volunteers_changed", "changed"),
        Index("ix_volunteers_stale", "volunteer_id", postgresql_where=text("wanted > version")),
    )

    volunteer_id: Mapped[UUID] = mapped_column(primary_key=True, info=_match)
    wanted: Mapped[int] = mapped_column(BigInteger)
    """The newest version of the profile that an event named."""
    version: Mapped[int] = mapped_column(BigInteger, server_default="-1")
    """The version of `entry`; -1 before it was asked for."""
    entry: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), info=_match)
    """The contract's `RosterEntry`."""
    asked: Mapped[float] = mapped_column(Float, server_default="0")
    """How often asked, and how often a yes; both faded to `counted_at`."""
    yes: Mapped[float] = mapped_column(Float, server_default="0")
    counted_at: Mapped[datetime | None] = mapped_column(_moment)
    changed: Mapped[int] = mapped_column(
        BigInteger, server_default=text("(pg_current_xact_id()::text)::bigint")
    )
    """The transaction that last changed what a ranking reads of this volunteer."""


class BoardRow(Row):
    """One request's places; without a `need` only what its events said before it was opened."""

    __tablename__ = "boards"
    __table_args__ = (
        Index(
            "ix_boards_next_look_at",
            "next_look_at",
            postgresql_where=text("next_look_at IS NOT NULL"),
        ),
        Index("ix_boards_organisation_id", "organisation_id"),
        Index("ix_boards_ends_at", "ends_at"),
    )

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID | None]
    request_state: Mapped[str] = mapped_column(
        String(20), server_default="open", info=NOT_PERSONAL
    )
    """As `requests` says: open, held, cancelled, expired, completed."""
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Of the event that `request_state` follows from."""
    stopped: Mapped[bool] = mapped_column(server_default="false")
    """Whether a coordinator stopped the inviting."""
    kept_free: Mapped[bool] = mapped_column(server_default="false")
    """Whether a coordinator keeps a released place free, until the request is changed or resumed."""
    need: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), info=NOT_PERSONAL
    )
    """The contract's `Need`."""
    need_version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    facts_version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    facts_changed_at: Mapped[datetime | None] = mapped_column(_moment)
    invite: Mapped[str] = mapped_column(String(20), server_default="auto", info=NOT_PERSONAL)
    confirm: Mapped[str] = mapped_column(String(20), server_default="auto", info=NOT_PERSONAL)
    starts_at: Mapped[datetime | None] = mapped_column(_moment)
    ends_at: Mapped[datetime | None] = mapped_column(_moment)
    version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Counts the changes of the counts."""
    revision: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Counts all changes of the board, its invitations and its claims."""
    excluded: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid), info=_left_out)
    held_back: Mapped[dict[str, str] | None] = mapped_column(
        JSONB(none_as_null=True), info=_left_out
    )
    """Until when, by volunteer."""
    freed_at: Mapped[datetime | None] = mapped_column(_moment)
    told_at: Mapped[datetime | None] = mapped_column(_moment)
    """When last the organisation was told who comes."""
    exhausted: Mapped[bool] = mapped_column(server_default="false")
    waits_for: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), info=NOT_PERSONAL
    )
    """What the planner found at its last look: a code and its details."""
    next_look_at: Mapped[datetime | None] = mapped_column(_moment)
    """When the planner looks again, in domain time; None: not before something happens."""


class InvitationRow(Row):
    """One ask to one volunteer, and what became of it."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("request_id", "volunteer_id"),
        Index("ix_invitations_volunteer_id", "volunteer_id", "sent_at"),
        Index("ix_invitations_sent_at", "sent_at"),
        Index("ix_invitations_issued_at", "issued_at"),
        Index(
            "ix_invitations_not_settled",
            "request_id",
            postgresql_where=text("state IN ('planned', 'approved', 'issued', 'sent')"),
        ),
    )

    invitation_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey(BoardRow.request_id))
    volunteer_id: Mapped[UUID] = mapped_column(info=_asked)
    state: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    wave: Mapped[int] = mapped_column(Integer)
    chance: Mapped[float] = mapped_column(Float)
    answer_within: Mapped[timedelta] = mapped_column(Interval)
    need_version: Mapped[int] = mapped_column(BigInteger)
    issued_at: Mapped[datetime] = mapped_column(_moment)
    channel: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    purpose: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    decide_by: Mapped[datetime | None] = mapped_column(_moment)
    sent_at: Mapped[datetime | None] = mapped_column(_moment)
    failed_at: Mapped[datetime | None] = mapped_column(_moment)
    deadline: Mapped[datetime | None] = mapped_column(_moment)
    answer: Mapped[str | None] = mapped_column(String(20), info=_asked)
    answered_at: Mapped[datetime | None] = mapped_column(_moment)
    via: Mapped[str | None] = mapped_column(String(20), info=NOT_PERSONAL)
    remind_at: Mapped[datetime | None] = mapped_column(_moment)
    override: Mapped[str | None] = mapped_column(String(50), info=_asked)
    by_hand: Mapped[bool] = mapped_column(server_default="false")
    stopped_in: Mapped[str | None] = mapped_column(String(20), info=NOT_PERSONAL)
    why: Mapped[dict[str, Any]] = mapped_column(JSONB, info=_asked)
    """The score's parts, the chance, what a wave weighed, the reasons and the clashes as used."""
    staff_id: Mapped[UUID | None] = mapped_column(info=_asked)
    """The coordinator who asked or assigned by hand."""
    counted: Mapped[bool | None]
    """Whether the answer history counts this ask, and as a yes."""
    reminded_at: Mapped[datetime | None] = mapped_column(_moment)


class ClaimRow(Row):
    """A place that somebody holds, or a position in the waiting list."""

    __tablename__ = "claims"
    __table_args__ = (
        UniqueConstraint("request_id", "volunteer_id"),
        Index("ix_claims_volunteer_id", "volunteer_id", "state"),
        Index("ix_claims_since", "since"),
    )

    assignment_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey(BoardRow.request_id))
    volunteer_id: Mapped[UUID] = mapped_column(info=_place)
    position: Mapped[int] = mapped_column(Integer)
    """In the order of the yeses."""
    state: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    since: Mapped[datetime] = mapped_column(_moment)
    ask_again: Mapped[bool]
    decide_by: Mapped[datetime | None] = mapped_column(_moment)
    override: Mapped[str | None] = mapped_column(String(50), info=_place)
    told: Mapped[bool]
    """Whether the organisation was told that this volunteer comes."""
    skips: Mapped[list[dict[str, str]]] = mapped_column(
        JSONB, server_default=text("'[]'"), info=_place
    )
    """Dates of a series to which they do not come: start, end, and the linked request."""
    told_near_for: Mapped[datetime | None] = mapped_column(_moment)
    """The start of which the volunteer was reminded, or told less than a day before."""


class TandemRow(Row):
    """A place in a long-term pair, from the moment it was given; outlives its claim."""

    __tablename__ = "tandems"
    __table_args__ = (
        Index("ix_tandems_request_id", "request_id"),
        Index("ix_tandems_volunteer_id", "volunteer_id"),
        Index("ix_tandems_touched_at", "touched_at"),
        Index("ix_tandems_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index(
            "ix_tandems_trouble_at",
            "trouble_at",
            postgresql_where=text("trouble_at IS NOT NULL"),
        ),
        Index("ix_tandems_ring_at", "ring_at", postgresql_where=text("ring_at IS NOT NULL")),
    )

    assignment_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey(BoardRow.request_id))
    organisation_id: Mapped[UUID]
    volunteer_id: Mapped[UUID] = mapped_column(info=_pair)
    invitation_id: Mapped[UUID]
    first_at: Mapped[datetime] = mapped_column(_moment)
    last_at: Mapped[datetime | None] = mapped_column(_moment)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, server_default=text("'[]'"), info=_pair
    )
    """What was asked and when, and of each side what it said, in codes and numbers."""
    ended_at: Mapped[datetime | None] = mapped_column(_moment)
    end_reason: Mapped[str | None] = mapped_column(String(50), info=_pair)
    ended_by: Mapped[str | None] = mapped_column(String(20), info=NOT_PERSONAL)
    wished_at: Mapped[datetime | None] = mapped_column(_moment)
    wish_reason: Mapped[str | None] = mapped_column(String(50), info=_pair)
    """Why the organisation would like to end it."""
    settled_at: Mapped[datetime | None] = mapped_column(_moment)
    version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    next_at: Mapped[datetime | None] = mapped_column(_moment)
    """When something is to be asked next, in domain time."""
    trouble_at: Mapped[datetime | None] = mapped_column(_moment)
    """Since when a coordinator should talk to both sides."""
    ring_at: Mapped[datetime | None] = mapped_column(_moment)
    """Since when the volunteer waits for a call."""
    touched_at: Mapped[datetime] = mapped_column(_moment)
    """The last step."""


class DecisionRow(Row):
    """What a coordinator did by hand, and why; kept, never changed."""

    __tablename__ = "decisions"
    __table_args__ = (
        Index("ix_decisions_request_id", "request_id"),
        Index("ix_decisions_decided_at", "decided_at"),
    )

    decision_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID]
    volunteer_id: Mapped[UUID | None] = mapped_column(info=_decided)
    staff_id: Mapped[UUID | None] = mapped_column(info=_decided)
    deed: Mapped[str] = mapped_column(String(50), info=NOT_PERSONAL)
    reason: Mapped[str | None] = mapped_column(String(50), info=NOT_PERSONAL)
    rank: Mapped[int | None] = mapped_column(Integer)
    """The volunteer's position in the proposed wave, else among all who fitted then, from 1."""
    decided_at: Mapped[datetime] = mapped_column(_moment)
