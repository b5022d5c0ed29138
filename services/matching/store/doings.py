"""What people hold and were asked: read where it decides, never kept."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.board import ClaimState, InvitationState
from services.matching.domain.columns import doings as columns
from services.matching.domain.columns.pool import Pool
from services.matching.domain.need import Need
from services.matching.domain.roster import Person
from services.matching.store.codes import slots_in
from services.matching.store.replaced import ReplacedAskRow
from services.matching.store.tables import LOOKS_BACK, BoardRow, ClaimRow, InvitationRow
from shared.kernel.ids import VolunteerId
from shared.kernel.slots import Slot

_NO_REQUEST = UUID(int=0)

HOLDS = (ClaimState.RESERVED.value, ClaimState.ASSIGNED.value)
ON_THEIR_WAY = tuple(
    state.value
    for state in (InvitationState.PLANNED, InvitationState.APPROVED, InvitationState.ISSUED)
)
OVER = ("cancelled", "expired", "completed")


@dataclass(frozen=True, slots=True)
class Doings:
    """What people hold and were asked, as the database says now."""

    held: Mapping[VolunteerId, tuple[Slot, ...]] = field(default_factory=dict)
    skipped: Mapping[VolunteerId, tuple[Slot, ...]] = field(default_factory=dict)
    asked_at: Mapping[VolunteerId, tuple[datetime, ...]] = field(default_factory=dict)
    open_asks: Mapping[VolunteerId, int] = field(default_factory=dict)
    helped: frozenset[VolunteerId] = frozenset()
    """Those who have helped the request's organisation before."""

    def of(self, person: Person, need: Need) -> Person:
        """The person with all this, ready for the rules."""
        who = person.volunteer_id
        if not (
            who in self.held
            or who in self.skipped
            or who in self.asked_at
            or who in self.open_asks
            or who in self.helped
        ):
            return person
        return replace(
            person,
            held=self.held.get(who, ()),
            skipped=self.skipped.get(who, ()),
            asked_at=self.asked_at.get(who, ()),
            open_asks=self.open_asks.get(who, 0),
            worked_with=frozenset({need.organisation_id} if who in self.helped else ()),
        )


@dataclass(frozen=True, slots=True)
class DoingsRead:
    """The same as rows; turning them into values is work for a thread when it is everybody's."""

    places: Sequence[tuple[UUID, UUID, list[dict[str, str]]]]
    slots: Mapping[UUID, list[dict[str, str]]]
    asks: Sequence[tuple[UUID, datetime | None, bool]]
    helped: frozenset[VolunteerId]

    def parse(self) -> Doings:
        dates = {request_id: slots_in(stored) for request_id, stored in self.slots.items()}
        held: defaultdict[VolunteerId, tuple[Slot, ...]] = defaultdict(tuple)
        skipped: defaultdict[VolunteerId, tuple[Slot, ...]] = defaultdict(tuple)
        for who, request_id, skips in self.places:
            left_out = slots_in(skips)
            coming = (slot for slot in dates[request_id] if slot not in left_out)
            held[VolunteerId(who)] += tuple(coming) if left_out else dates[request_id]
            if left_out:
                skipped[VolunteerId(who)] += left_out
        asked_at: defaultdict[VolunteerId, tuple[datetime, ...]] = defaultdict(tuple)
        open_asks: defaultdict[VolunteerId, int] = defaultdict(int)
        for who, sent_at, is_open in self.asks:
            if is_open:
                open_asks[VolunteerId(who)] += 1
            elif sent_at is not None:
                asked_at[VolunteerId(who)] += (sent_at,)
        return Doings(held, skipped, asked_at, open_asks, self.helped)

    def by_row(self, pool: Pool) -> columns.Doings:
        """The same in columns, of those who are in the pool."""
        row_of = pool.row_of
        coming: list[tuple[int, Slot]] = []
        skipped: list[tuple[int, Slot]] = []
        dates = {request_id: slots_in(stored) for request_id, stored in self.slots.items()}
        for who, request_id, skips in self.places:
            row = row_of.get(VolunteerId(who))
            if row is None:
                continue
            left_out = slots_in(skips)
            coming += ((row, slot) for slot in dates[request_id] if slot not in left_out)
            skipped += ((row, slot) for slot in left_out)
        asks = [
            (row_of[VolunteerId(who)], sent_at, is_open)
            for who, sent_at, is_open in self.asks
            if who in row_of
        ]
        sent = [(row, at) for row, at, is_open in asks if at is not None and not is_open]
        return columns.Doings(
            columns.Dates.of(coming),
            columns.Dates.of(skipped),
            np.array([row for row, _ in sent], np.int32),
            np.array([at.timestamp() for _, at in sent], np.float64),
            np.array([row for row, _, is_open in asks if is_open], np.int32),
            pool.rows(self.helped),
        )


async def read_doings(
    session: AsyncSession, need: Need, now: datetime, ids: Collection[UUID] | None = None
) -> DoingsRead:
    """What these people, or all, hold beside this request, and were asked in the last 28 days."""
    since = now - LOOKS_BACK
    places, slots = await _places(session, now, ids=ids, besides=need.request_id, since=since)
    return DoingsRead(
        places,
        slots,
        await _asks(session, now, since, ids),
        await _helped(session, need, now, ids),
    )


async def read_all_doings(session: AsyncSession, now: datetime) -> DoingsRead:
    """What everybody holds and was asked, of all requests; nobody has helped anybody."""
    since = now - LOOKS_BACK
    places, slots = await _places(session, now, ids=None, besides=_NO_REQUEST, since=since)
    return DoingsRead(places, slots, await _asks(session, now, since, None), frozenset())


async def held_by(
    session: AsyncSession, now: datetime, *, ids: Collection[UUID], besides: UUID
) -> Mapping[VolunteerId, tuple[Slot, ...]]:
    """What these people hold from now on."""
    places, slots = await _places(session, now, ids=ids, besides=besides, since=now)
    return DoingsRead(places, slots, (), frozenset()).parse().held


async def _places(
    session: AsyncSession,
    now: datetime,
    *,
    ids: Collection[UUID] | None,
    besides: UUID,
    since: datetime,
) -> tuple[list[tuple[UUID, UUID, list[dict[str, str]]]], dict[UUID, list[dict[str, str]]]]:
    """Who holds a place on which request that ended after `since`, and the dates of these.

    Beside each place the dates that its holder skips. What was over before its last date binds
    nobody any more.
    """
    statement = (
        select(ClaimRow.volunteer_id, ClaimRow.request_id, ClaimRow.skips)
        .join(BoardRow, BoardRow.request_id == ClaimRow.request_id)
        .where(ClaimRow.state.in_(HOLDS), ClaimRow.request_id != besides)
        .where(BoardRow.ends_at > since)
        .where(or_(BoardRow.request_state.not_in(OVER), BoardRow.ends_at <= now))
    )
    if ids is not None:
        statement = statement.where(ClaimRow.volunteer_id.in_(ids))
    places = [(row[0], row[1], row[2]) for row in await session.execute(statement)]
    requests = {request_id for _, request_id, _ in places}
    if not requests:
        return [], {}
    dates = await session.execute(
        select(BoardRow.request_id, BoardRow.need["slots"]).where(
            BoardRow.request_id.in_(requests)
        )
    )
    return places, {row[0]: row[1] for row in dates}


async def _asks(
    session: AsyncSession, now: datetime, since: datetime, ids: Collection[UUID] | None
) -> list[tuple[UUID, datetime | None, bool]]:
    """Asks that count: when sent, and whether they count whatever their age.

    As `Board.has_open_ask` and `Board.asked_at`; what is over does not stay open for ever. What
    left counts, too, when another invitation took its place.
    """
    is_open = or_(
        and_(InvitationRow.state.in_(ON_THEIR_WAY), BoardRow.starts_at > now),
        and_(ClaimRow.state == ClaimState.RESERVED.value, BoardRow.ends_at > now),
    )
    # Without a claim SQL says neither yes nor no.
    is_open = func.coalesce(and_(is_open, BoardRow.request_state.not_in(OVER)), False)
    statement = (
        select(InvitationRow.volunteer_id, InvitationRow.sent_at, is_open)
        .join(BoardRow, BoardRow.request_id == InvitationRow.request_id)
        .outerjoin(
            ClaimRow,
            (ClaimRow.request_id == InvitationRow.request_id)
            & (ClaimRow.volunteer_id == InvitationRow.volunteer_id),
        )
        .where(or_(InvitationRow.sent_at > since, is_open))
    )
    replaced = select(
        ReplacedAskRow.volunteer_id, ReplacedAskRow.sent_at, false().label("is_open")
    ).where(ReplacedAskRow.sent_at > since)
    if ids is not None:
        statement = statement.where(InvitationRow.volunteer_id.in_(ids))
        replaced = replaced.where(ReplacedAskRow.volunteer_id.in_(ids))
    found = await session.execute(statement.union_all(replaced))
    return [(who, sent_at, is_open) for who, sent_at, is_open in found]


async def _helped(
    session: AsyncSession, need: Need, now: datetime, ids: Collection[UUID] | None
) -> frozenset[VolunteerId]:
    statement = (
        select(ClaimRow.volunteer_id)
        .join(BoardRow, BoardRow.request_id == ClaimRow.request_id)
        .where(
            BoardRow.organisation_id == need.organisation_id,
            BoardRow.ends_at < now,
            ClaimRow.state == ClaimState.ASSIGNED.value,
        )
        .distinct()
    )
    if ids is not None:
        statement = statement.where(ClaimRow.volunteer_id.in_(ids))
    return frozenset(VolunteerId(who) for who in await session.scalars(statement))
