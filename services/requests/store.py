"""Tables of `requests`, and the queries on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Index, Integer, String, func, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.requests.domain.life import Counts, Life, State, Terms
from shared.kernel.slots import Slot
from shared.messaging.tables import messaging_tables
from shared.persistence.database import metadata_for
from shared.persistence.personal import NOT_PERSONAL, Basis, personal

WORDS_KEPT = timedelta(days=2 * 365)


class Row(DeclarativeBase):
    metadata = metadata_for("requests")


MESSAGING = messaging_tables(Row.metadata)

_words = personal(
    "Shows those who are asked what it is about, and the assigned whom to ring.",
    Basis.PUBLIC_TASK,
    keep=WORDS_KEPT,
    counted_from="closed_at",
)


class RequestRow(Row):
    """A support request. Without `content` its words are gone and it only counts."""

    __tablename__ = "requests"
    __table_args__ = (
        Index("ix_requests_organisation_id", "organisation_id"),
        Index("ix_requests_state_next_starts_at", "state", "next_starts_at"),
        Index(
            "ix_requests_linked_to",
            "linked_to",
            postgresql_where=text("linked_to IS NOT NULL"),
        ),
        Index("ix_requests_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    linked_to: Mapped[UUID | None]
    """The series of which this is one date that somebody skips."""
    reference: Mapped[str] = mapped_column(String(30), unique=True, info=NOT_PERSONAL)
    state: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    version: Mapped[int] = mapped_column(Integer)
    content_version: Mapped[int] = mapped_column(Integer)
    facts_version: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(30), info=NOT_PERSONAL)
    field: Mapped[str] = mapped_column(String(30), info=NOT_PERSONAL)
    municipality_code: Mapped[str | None] = mapped_column(String(50), info=NOT_PERSONAL)
    places: Mapped[int] = mapped_column(Integer)
    open_ended: Mapped[bool]
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    next_starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """Of the date that is running or next, after the end of the last one."""
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When time will next change something; None for never."""
    counts_sequence: Mapped[int] = mapped_column(Integer)
    reserved: Mapped[int] = mapped_column(Integer)
    assigned: Mapped[int] = mapped_column(Integer)
    waitlisted: Mapped[int] = mapped_column(Integer)
    took_place: Mapped[bool] = mapped_column(server_default="false")
    """Whether a tandem of it ran and has ended."""
    need: Mapped[dict[str, Any]] = mapped_column(JSONB, info=NOT_PERSONAL)
    """The contract's `Need`."""
    content: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), info=_words
    )
    """The contract's `RequestContent`, cleaned."""
    posted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was done, cancelled or expired."""

    def life(self) -> Life:
        """Return where the request stands."""
        slots = tuple(
            Slot(datetime.fromisoformat(s["starts_at"]), datetime.fromisoformat(s["ends_at"]))
            for s in self.need["slots"]
        )
        return Life(
            State(self.state),
            Terms(self.places, slots, open_ended=self.open_ended),
            self.version,
            self.content_version,
            self.facts_version,
            Counts(self.counts_sequence, self.reserved, self.assigned, self.waitlisted),
            self.took_place,
        )

    def live(self, life: Life, now: datetime) -> None:
        """Take over where the request stands; its need and content are set beside this."""
        self.state = life.state
        self.version = life.version
        self.content_version = life.content_version
        self.facts_version = life.facts_version
        self.places = life.terms.places
        self.open_ended = life.terms.open_ended
        self.starts_at = life.terms.starts_at
        self.ends_at = life.terms.ends_at
        self.next_starts_at = life.terms.current(now).starts_at
        self.due_at = life.due(now)
        self.closed_at = (self.closed_at or now) if life.closed else None
        self.counts_sequence = life.counts.sequence
        self.reserved = life.counts.reserved
        self.assigned = life.counts.assigned
        self.waitlisted = life.counts.waitlisted
        self.took_place = life.took_place


class OrganisationRow(Row):
    """What is known of an organisation's standing; the newest `sequence` holds, a tombstone for good."""

    __tablename__ = "organisations"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer, server_default="0")
    verified: Mapped[bool] = mapped_column(server_default="false")
    erased: Mapped[bool] = mapped_column(server_default="false")


class ReferenceYearRow(Row):
    """The last number given in a year."""

    __tablename__ = "reference_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    latest: Mapped[int] = mapped_column(Integer)


@dataclass(frozen=True, slots=True)
class Search:
    """Which requests to find; empty and None mean any."""

    states: Sequence[str] = ()
    organisation_id: UUID | None = None
    field: str | None = None
    municipality_code: str | None = None
    linked_to: UUID | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        wanted = (
            (RequestRow.organisation_id, self.organisation_id),
            (RequestRow.field, self.field),
            (RequestRow.municipality_code, self.municipality_code),
            (RequestRow.linked_to, self.linked_to),
        )
        found = [column == value for column, value in wanted if value is not None]
        return [*found, RequestRow.state.in_(self.states)] if self.states else found


async def lock_request(session: AsyncSession, request_id: UUID) -> RequestRow | None:
    """Return a request's row, locked until the end of the transaction."""
    return await session.get(RequestRow, request_id, with_for_update=True)


async def lock_requests_of(
    session: AsyncSession, organisation_id: UUID, states: Sequence[str] = ()
) -> Sequence[RequestRow]:
    """Return an organisation's requests, locked in a fixed order: a series before what it links."""
    search = Search(states=states, organisation_id=organisation_id)
    return (
        await session.scalars(
            select(RequestRow)
            .where(*search.conditions())
            .order_by(RequestRow.linked_to.is_not(None), RequestRow.request_id)
            .with_for_update()
        )
    ).all()


async def lock_linked(session: AsyncSession, series_id: UUID) -> Sequence[RequestRow]:
    """Return the linked requests of a series whose row is locked, locked in a fixed order.

    Who links one holds the series' lock, so that none is missed.
    """
    return (
        await session.scalars(
            select(RequestRow)
            .where(RequestRow.linked_to == series_id)
            .order_by(RequestRow.request_id)
            .with_for_update()
        )
    ).all()


async def organisation_of(session: AsyncSession, request_id: UUID) -> UUID | None:
    """Return whose request it is; None if there is none. It never changes."""
    return await session.scalar(
        select(RequestRow.organisation_id).where(RequestRow.request_id == request_id)
    )


async def lock_due(session: AsyncSession, now: datetime, limit: int) -> Sequence[RequestRow]:
    """Return requests for which time has changed something, leaving out those locked elsewhere."""
    return (
        await session.scalars(
            select(RequestRow)
            .where(RequestRow.due_at <= now)
            .order_by(RequestRow.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    ).all()


async def lock_organisation(session: AsyncSession, organisation_id: UUID) -> OrganisationRow:
    """Return an organisation's row, made if need be, locked until the end of the transaction.

    Posting and verifying both take this lock, so that no request is left behind in review.
    """
    await session.execute(
        insert(OrganisationRow).values(organisation_id=organisation_id).on_conflict_do_nothing()
    )
    return await session.get_one(OrganisationRow, organisation_id, with_for_update=True)


async def next_number(session: AsyncSession, year: int) -> int:
    """Return the next number of a year's references; who asks next waits for this transaction."""
    first = insert(ReferenceYearRow).values(year=year, latest=1)
    statement = first.on_conflict_do_update(
        index_elements=[ReferenceYearRow.year],
        set_={"latest": ReferenceYearRow.latest + 1},
    ).returning(ReferenceYearRow.latest)
    return (await session.execute(statement)).scalar_one()


async def requests_by_id(
    session: AsyncSession, request_ids: Sequence[UUID]
) -> Sequence[RequestRow]:
    """Return the requests with these ids that there are."""
    rows = await session.scalars(
        select(RequestRow).where(RequestRow.request_id.in_(request_ids))
    )
    return rows.all()


async def find_requests(
    session: AsyncSession, search: Search, *, offset: int, limit: int
) -> tuple[Sequence[RequestRow], int]:
    """Return a page of requests, the next date first, and how many there are in all."""
    conditions = search.conditions()
    rows = await session.scalars(
        select(RequestRow)
        .where(*conditions)
        .order_by(RequestRow.next_starts_at, RequestRow.request_id)
        .offset(offset)
        .limit(limit)
    )
    total = await session.scalar(select(func.count(RequestRow.request_id)).where(*conditions))
    return rows.all(), total or 0
