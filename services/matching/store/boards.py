"""A board in the database: locked with the people concerned, loaded, or only looked at."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.board import (
    NOT_YET_ASKED,
    OPEN,
    Board,
    BoardState,
    ClaimState,
    People,
)
from services.matching.store.codes import claim_of, invitation_of, need_of
from services.matching.store.people import lock_people, standings
from services.matching.store.replaced import ReplacedAskRow
from services.matching.store.tables import BoardRow, ClaimRow, InvitationRow, VolunteerRow
from shared.kernel.ids import VolunteerId

_UNSETTLED = NOT_YET_ASKED | OPEN
_CLOSED = {"cancelled": BoardState.CANCELLED, "expired": BoardState.EXPIRED}


@dataclass(frozen=True)
class StoredBoard:
    """One request's board with the rows it was made of."""

    row: BoardRow
    board: Board
    invitations: Mapping[UUID, InvitationRow]
    claims: Mapping[UUID, ClaimRow]


@dataclass(frozen=True)
class LockedBoard(StoredBoard):
    """A board whose row is locked, and before it the rows of the people concerned."""

    rows: Mapping[VolunteerId, VolunteerRow]
    standings: People
    """Of everybody locked of whom there is an entry."""

    @property
    def people(self) -> People:
        """Who may move up or lose a place.

        Nobody moves up while a coordinator keeps a place free, or while more people hold one than
        the request asks for.
        """
        if self.board.need.places == places_of(self.row) and not self.row.kept_free:
            return self.standings
        waiting = {claim.volunteer_id for claim in self.board.waiting}
        return {who: found for who, found in self.standings.items() if who not in waiting}

    def people_with(self, volunteer_id: VolunteerId) -> People:
        """The same with the one who acts."""
        return {**self.people, volunteer_id: self.standings[volunteer_id]}


async def add_row(session: AsyncSession, request_id: UUID) -> None:
    """Make the row of a request of which the first event came, whichever it is."""
    await session.execute(
        insert(BoardRow).values(request_id=request_id).on_conflict_do_nothing()
    )


async def lock_board(
    session: AsyncSession,
    request_id: UUID,
    also: Iterable[UUID] = (),
    *,
    everybody: bool = False,
    now: datetime,
) -> LockedBoard | None:
    """Lock the people concerned and `also`, then the board; None if it was never opened."""
    (found,) = await lock_boards(session, [request_id], also, everybody=everybody, now=now)
    return found if isinstance(found, LockedBoard) else None


async def lock_boards(
    session: AsyncSession,
    request_ids: Sequence[UUID],
    also: Iterable[UUID] = (),
    *,
    everybody: bool = False,
    now: datetime,
) -> list[LockedBoard | BoardRow | None]:
    """Lock the people concerned and `also`, then these boards, each sorted by id.

    Concerned is who waits for a place; with `everybody`, who is asked or has one, too. If
    somebody came to be concerned before the boards were locked, all locks are let go and taken
    again: taking one more out of order could end in a deadlock. Of a request that was never
    opened there is only the row, or nothing.
    """
    wanted = {*also, *await _concerned(session, request_ids, everybody=everybody)}
    while True:
        savepoint = await session.begin_nested()
        rows = await lock_people(session, wanted)
        found = [await _lock_and_load(session, one) for one in sorted(request_ids)]
        boards = [one.board for one in found if isinstance(one, StoredBoard)]
        late = {who for board in boards for who in _concerned_in(board, everybody=everybody)}
        if late <= wanted:
            break
        await savepoint.rollback()
        wanted |= late
    await savepoint.commit()
    return [
        await _locked(session, one, rows, now) if isinstance(one, StoredBoard) else one
        for one in found
    ]


async def _lock_and_load(
    session: AsyncSession, request_id: UUID
) -> StoredBoard | BoardRow | None:
    row: BoardRow | None = await session.scalar(
        select(BoardRow)
        .where(BoardRow.request_id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return row if row is None or row.need is None else await _load(session, row)


async def _locked(
    session: AsyncSession,
    stored: StoredBoard,
    rows: Mapping[VolunteerId, VolunteerRow],
    now: datetime,
) -> LockedBoard:
    found = await standings(session, rows, stored.board.need, now)
    return LockedBoard(stored.row, stored.board, stored.invitations, stored.claims, rows, found)


async def read_board(session: AsyncSession, request_id: UUID) -> StoredBoard | None:
    """A board to look at, without any lock; None if it was never opened."""
    row = await session.get(BoardRow, request_id)
    return None if row is None or row.need is None else await _load(session, row)


async def _load(session: AsyncSession, row: BoardRow) -> StoredBoard:
    invitations = (
        await session.scalars(
            select(InvitationRow)
            .where(InvitationRow.request_id == row.request_id)
            .order_by(InvitationRow.invitation_id)
            .execution_options(populate_existing=True)
        )
    ).all()
    claims = (
        await session.scalars(
            select(ClaimRow)
            .where(ClaimRow.request_id == row.request_id)
            .order_by(ClaimRow.position)
            .execution_options(populate_existing=True)
        )
    ).all()
    return StoredBoard(
        row,
        _assembled(row, invitations, claims),
        {one.invitation_id: one for one in invitations},
        {one.assignment_id: one for one in claims},
    )


def _assembled(
    row: BoardRow, invitations: Sequence[InvitationRow], claims: Sequence[ClaimRow]
) -> Board:
    board = Board(
        need=need_of(row),
        state=_state_of(row),
        invitations=tuple(map(invitation_of, invitations)),
        claims=tuple(map(claim_of, claims)),
        excluded=frozenset(map(VolunteerId, row.excluded or ())),
        held_back=tuple(
            (VolunteerId(UUID(who)), datetime.fromisoformat(until))
            for who, until in (row.held_back or {}).items()
        ),
        freed_at=row.freed_at,
        told_at=row.told_at,
        exhausted=row.exhausted,
        version=row.version,
    )
    return with_places(board, board.need.places)


def with_places(board: Board, places: int) -> Board:
    """The board with the places that its request asks for, or as many as are held.

    `requests` refuses fewer places than are held, but both may change at the same moment.
    """
    held = sum(claim.holds_place for claim in board.claims)
    return replace(board, need=replace(board.need, places=max(places, held)))


def places_of(row: BoardRow) -> int:
    """How many places the request asks for; only of a row that has a need."""
    places: int = (row.need or {})["places"]
    return places


def is_stopped(request_state: str, *, stopped: bool, kept_free: bool) -> bool:
    """Whether of a request that goes on nobody else is asked, because a coordinator wants it so."""
    return request_state == "open" and (stopped or kept_free)


def _state_of(row: BoardRow) -> BoardState:
    """Closed as `requests` says; nobody is invited after a stop, while held, or once it was done.

    Nor while a coordinator keeps a place free.
    """
    if row.request_state in _CLOSED:
        return _CLOSED[row.request_state]
    inviting = row.request_state == "open" and not (row.stopped or row.kept_free)
    return BoardState.OPEN if inviting else BoardState.STOPPED


def _concerned_in(board: Board, *, everybody: bool) -> set[VolunteerId]:
    """As `_concerned`, of a board that is loaded."""
    if not everybody:
        return {claim.volunteer_id for claim in board.waiting}
    asked = {one.volunteer_id for one in board.invitations if one.state in _UNSETTLED}
    return asked | {claim.volunteer_id for claim in board.claims}


async def _concerned(
    session: AsyncSession, request_ids: Collection[UUID], *, everybody: bool
) -> set[UUID]:
    claiming = select(ClaimRow.volunteer_id).where(ClaimRow.request_id.in_(request_ids))
    if not everybody:
        waiting = claiming.where(ClaimRow.state == ClaimState.WAITING.value)
        return set(await session.scalars(waiting))
    asked = select(InvitationRow.volunteer_id).where(
        InvitationRow.request_id.in_(request_ids),
        InvitationRow.state.in_([state.value for state in _UNSETTLED]),
    )
    return set(await session.scalars(claiming.union(asked)))


async def request_of(session: AsyncSession, invitation_id: UUID) -> tuple[UUID, UUID] | None:
    """Request and volunteer of an invitation."""
    found = (
        await session.execute(
            select(InvitationRow.request_id, InvitationRow.volunteer_id).where(
                InvitationRow.invitation_id == invitation_id
            )
        )
    ).first()
    return None if found is None else (found.request_id, found.volunteer_id)


async def asked_by(session: AsyncSession, invitation_id: UUID) -> tuple[UUID, UUID] | None:
    """Request and volunteer of an invitation, also of one that a newer has replaced."""
    found = await request_of(session, invitation_id)
    if found is None:
        gone = await session.get(ReplacedAskRow, invitation_id)
        if gone is not None and gone.request_id is not None:
            return gone.request_id, gone.volunteer_id
    return found


async def boards_with(session: AsyncSession, volunteer_id: UUID) -> list[UUID]:
    """All requests that know this volunteer, in the order in which boards are locked."""
    asked = select(InvitationRow.request_id).where(InvitationRow.volunteer_id == volunteer_id)
    left_out = select(BoardRow.request_id).where(
        BoardRow.excluded.contains([volunteer_id])
        | BoardRow.held_back.has_key(str(volunteer_id))
    )
    return sorted(await session.scalars(asked.union(left_out)))
