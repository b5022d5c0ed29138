"""The tables that every service keeps for its messages: outbox, inbox, stored replies, erasures.

The outbox is also the archive of what was published: rows stay, so that a projection can be
rebuilt and a lost stream be filled again under the same ids. Erasures are the ids that the archive
still names and shall not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.persistence.personal import NOT_PERSONAL, Basis, personal

INBOX_KEPT = timedelta(days=40)
"""Longer than the broker keeps events, so that nothing old can act again."""

REPLIES_KEPT = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class MessagingTables:
    """One service's outbox, inbox, stored replies and unfinished erasures."""

    outbox: Table
    inbox: Table
    replies: Table
    erasures: Table

    def __iter__(self) -> Iterator[Table]:
        return iter((self.outbox, self.inbox, self.replies, self.erasures))


def messaging_tables(metadata: MetaData) -> MessagingTables:
    """Add the four tables to a service's metadata; their schema is the service's."""
    return MessagingTables(
        _outbox(metadata), _inbox(metadata), _replies(metadata), _erasures(metadata)
    )


def _outbox(metadata: MetaData) -> Table:
    archive = personal(
        "Archive of events, the truth behind projections; pseudonymous ids only.",
        Basis.PUBLIC_TASK,
    )
    outbox = Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("event_id", Uuid, nullable=False, unique=True),
        Column("subject", String(120), nullable=False, info=NOT_PERSONAL),
        Column("payload", JSONB, nullable=False, info=archive),
        Column("headers", JSONB, nullable=False, info=archive),
        _now("stored_at"),
        Column("published_at", DateTime(timezone=True)),
    )
    Index("ix_outbox_pending", outbox.c.id, postgresql_where=text("published_at IS NULL"))
    return outbox


def _inbox(metadata: MetaData) -> Table:
    seen = personal(
        "An event that comes twice acts once.",
        Basis.PUBLIC_TASK,
        keep=INBOX_KEPT,
        counted_from="seen_at",
    )
    inbox = Table(
        "inbox",
        metadata,
        Column("consumer", String(120), primary_key=True, info=NOT_PERSONAL),
        Column("event_id", Uuid, primary_key=True, info=seen),
        _now("seen_at"),
    )
    Index("ix_inbox_seen_at", inbox.c.seen_at)
    return inbox


def _replies(metadata: MetaData) -> Table:
    stored = personal(
        "The same wish sent twice gets the same reply.",
        Basis.PUBLIC_TASK,
        keep=REPLIES_KEPT,
        counted_from="stored_at",
    )
    replies = Table(
        "replies",
        metadata,
        Column("subject", String(120), primary_key=True, info=NOT_PERSONAL),
        Column("command_key", String(200), primary_key=True, info=stored),
        Column("body_hash", String(64), nullable=False, info=stored),
        Column("status", String(10), nullable=False, info=NOT_PERSONAL),
        Column("reply", Text, nullable=False, info=stored),
        _now("stored_at"),
    )
    Index("ix_replies_stored_at", replies.c.stored_at)
    return replies


def _erasures(metadata: MetaData) -> Table:
    why = personal("To take a person's id out of the archive.", Basis.LEGAL_DUTY)
    return Table(
        "erasures",
        metadata,
        Column("person_id", Uuid, primary_key=True, info=why),
        _now("asked_at"),
    )


def _now(name: str) -> Column[datetime]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())
