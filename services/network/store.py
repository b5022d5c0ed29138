"""Tables of `network`: the home of every person who is no volunteer."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.network.domain.standing import Standing, State
from shared.messaging.tables import messaging_tables
from shared.persistence.database import metadata_for
from shared.persistence.personal import Basis, personal

UNCONFIRMED_KEPT = timedelta(days=14)
HANDOVER_KEPT = timedelta(days=3 * 365)
"""After they were last named: a series runs for two years at most."""


class Row(DeclarativeBase):
    metadata = metadata_for("network")


MESSAGING = messaging_tables(Row.metadata)

_moment = DateTime(timezone=True)

_who = personal(
    "To know which organisation others mean by an id; who does not confirm is forgotten.",
    Basis.PUBLIC_TASK,
    keep=UNCONFIRMED_KEPT,
    counted_from="unconfirmed_since",
)
_actor = personal("To know the actors of the network.", Basis.PUBLIC_TASK)
_reach = personal("To reach who speaks for an organisation.", Basis.PUBLIC_TASK)
_handover = personal(
    "To tell an assigned volunteer whom to ring.",
    Basis.PUBLIC_TASK,
    keep=HANDOVER_KEPT,
    counted_from="last_named_at",
)
_access = personal("To let an organisation's own programs in.", Basis.PUBLIC_TASK)


class OrganisationRow(Row):
    """An organisation and its contact; `version` rises when it is verified or suspended."""

    __tablename__ = "organisations"
    __table_args__ = (
        Index("ix_organisations_registered_at", "registered_at"),
        Index(
            "ix_organisations_unconfirmed_since",
            "unconfirmed_since",
            postgresql_where=text("unconfirmed_since IS NOT NULL"),
        ),
    )

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True, info=_who)
    identity: Mapped[str] = mapped_column(String(64), unique=True, info=_reach)
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20), info=_actor)
    name: Mapped[str] = mapped_column(String(120), info=_actor)
    searchable: Mapped[str] = mapped_column(Text, info=_actor)
    """The name without case and marks, for a coordinator's search."""
    kind: Mapped[str] = mapped_column(String(20), info=_actor)
    postcode: Mapped[str | None] = mapped_column(String(10), info=_actor)
    municipality: Mapped[str | None] = mapped_column(String(80), info=_actor)
    contact_id: Mapped[UUID] = mapped_column(info=_reach)
    contact_first_name: Mapped[str] = mapped_column(String(80), info=_reach)
    contact_last_name: Mapped[str] = mapped_column(String(80), info=_reach)
    email: Mapped[str] = mapped_column(String(254), info=_reach)
    phone: Mapped[str | None] = mapped_column(String(40), info=_reach)
    locale: Mapped[str] = mapped_column(String(20), info=_reach)
    registered_at: Mapped[datetime] = mapped_column(_moment, info=_actor)
    unconfirmed_since: Mapped[datetime | None] = mapped_column(_moment, info=_actor)
    confirmed_at: Mapped[datetime | None] = mapped_column(_moment, info=_reach)
    repeated_at: Mapped[datetime | None] = mapped_column(_moment, info=_reach)
    """When somebody last registered again with this address and its owner was told."""
    links_mailed_at: Mapped[list[datetime]] = mapped_column(ARRAY(_moment), info=_reach)
    """The last links to the organisation's page, newest last."""

    @property
    def standing(self) -> Standing:
        return Standing(State(self.state), is_confirmed=self.confirmed_at is not None)


class HandoverContactRow(Row):
    """Whom a volunteer rings; the same person of the same organisation is one row."""

    __tablename__ = "handover_contacts"
    __table_args__ = (UniqueConstraint("organisation_id", "identity"),)

    contact_id: Mapped[UUID] = mapped_column(primary_key=True, info=_handover)
    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey(OrganisationRow.organisation_id, ondelete="CASCADE")
    )
    identity: Mapped[str] = mapped_column(String(64), info=_handover)
    name: Mapped[str] = mapped_column(String(160), info=_handover)
    phone: Mapped[str | None] = mapped_column(String(40), info=_handover)
    last_named_at: Mapped[datetime] = mapped_column(_moment, info=_handover)


class ApiTokenRow(Row):
    """An API token: its digest, and whose it is."""

    __tablename__ = "api_tokens"
    __table_args__ = (Index("ix_api_tokens_organisation_id", "organisation_id"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=_access)
    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey(OrganisationRow.organisation_id, ondelete="CASCADE")
    )
    contact_id: Mapped[UUID] = mapped_column(info=_access)
    issued_at: Mapped[datetime] = mapped_column(_moment, info=_access)
    withdrawn_at: Mapped[datetime | None] = mapped_column(_moment, info=_access)
