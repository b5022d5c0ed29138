"""The holder of a place in a series skips one date, or takes that back.

By themselves on the page, or through a coordinator on the telephone.
"""

from uuid import UUID

from services.matching.domain.board import Board
from services.matching.domain.changing import cancel
from services.matching.domain.refusals import InvitationUnknown
from services.matching.domain.skipping import skip, skip_at, unskip
from services.matching.domain.tuning import Tuning
from services.matching.handlers.publishing import keep
from services.matching.handlers.requests import CANCELLED
from services.matching.handlers.showing import skipped_shown
from services.matching.store.boards import (
    LockedBoard,
    add_row,
    asked_by,
    lock_board,
    lock_boards,
    read_board,
)
from services.matching.store.decisions import record
from services.matching.store.finding import holders_of
from services.matching.store.tables import BoardRow
from shared.contracts.matching import SkipDate, SkippedDates, UnskipDate
from shared.kernel.ids import RequestId, VolunteerId, new_id
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam


def subscribe(seam: Seam, tuning: Tuning) -> None:
    @seam.command(SkipDate)
    async def on_skip_date(command: SkipDate, work: Work) -> SkippedDates:
        return await skip_date(command, work, tuning)

    @seam.command(UnskipDate)
    async def on_unskip_date(command: UnskipDate, work: Work) -> SkippedDates:
        return await unskip_date(command, work, tuning)


async def skip_date(command: SkipDate, work: Work, tuning: Tuning) -> SkippedDates:
    """Skip a date under the locks of the volunteer and the board."""
    request_id, volunteer_id = await _meant(command.invitation_id, work)
    locked = await lock_board(work.session, request_id, [volunteer_id], now=work.now)
    if locked is None or volunteer_id not in locked.standings:
        raise InvitationUnknown  # erased in between
    linked = RequestId(new_id())
    step = skip(locked.board, volunteer_id, command.starts_at, linked, now=work.now)
    after = await keep(work, locked, step, tuning)
    return await _done(command, work, after, volunteer_id)


async def unskip_date(command: UnskipDate, work: Work, tuning: Tuning) -> SkippedDates:
    """Take a skip back under the locks of the volunteer and both boards, and end the linked one.

    Its board is closed here, so that nobody takes its place before `requests` has called it off;
    a request that was not heard of yet is closed before it comes.
    """
    request_id, volunteer_id = await _meant(command.invitation_id, work)
    locked, linked = await _lock_both(command, work, request_id, volunteer_id)
    if volunteer_id not in locked.standings:
        raise InvitationUnknown
    step = unskip(
        locked.board,
        volunteer_id,
        command.starts_at,
        locked.standings[volunteer_id],
        linked.board if isinstance(linked, LockedBoard) else None,
        now=work.now,
    )
    after = await keep(work, locked, step, tuning)
    if isinstance(linked, LockedBoard):
        await keep(work, linked, cancel(linked.board, now=work.now), tuning)
    elif linked is not None:
        linked.request_state = CANCELLED
    return await _done(command, work, after, volunteer_id)


async def _meant(invitation_id: UUID, work: Work) -> tuple[UUID, VolunteerId]:
    found = await asked_by(work.session, invitation_id)
    if found is None:
        raise InvitationUnknown
    return found[0], VolunteerId(found[1])


async def _lock_both(
    command: UnskipDate, work: Work, request_id: UUID, volunteer_id: VolunteerId
) -> tuple[LockedBoard, LockedBoard | BoardRow | None]:
    """The series' board and the linked one of the skip, None if the date is not skipped.

    Which one that is can only be read before it is locked: if it is another one by then, all
    locks are let go and taken again.
    """
    session = work.session
    while True:
        seen = await read_board(session, request_id)
        linked_id = _linked_id(None if seen is None else seen.board, command, volunteer_id)
        if linked_id is not None:
            await add_row(session, linked_id)
        ids = sorted({request_id, linked_id or request_id})
        savepoint = await session.begin_nested()
        boards = await lock_boards(session, ids, [volunteer_id], everybody=True, now=work.now)
        by_id = dict(zip(ids, boards, strict=True))
        locked = by_id[request_id]
        if not isinstance(locked, LockedBoard):
            raise InvitationUnknown
        if _linked_id(locked.board, command, volunteer_id) == linked_id:
            await savepoint.commit()
            return locked, None if linked_id is None else by_id[linked_id]
        await savepoint.rollback()


def _linked_id(
    board: Board | None, command: UnskipDate, volunteer_id: VolunteerId
) -> UUID | None:
    claim = None if board is None else board.claim_of(volunteer_id)
    found = skip_at(claim, command.starts_at)
    return None if found is None else found.linked_request_id


async def _done(
    command: SkipDate | UnskipDate, work: Work, after: Board, volunteer_id: VolunteerId
) -> SkippedDates:
    """Write down which coordinator did it, if one did, and tell what is skipped now."""
    if command.staff_id is not None:
        await record(
            work.session,
            deed="skip_date" if isinstance(command, SkipDate) else "unskip_date",
            request_id=after.need.request_id,
            volunteer_id=volunteer_id,
            staff_id=command.staff_id,
            reason=None,
            now=work.now,
        )
    claim = after.claim_of(volunteer_id)
    skips = () if claim is None else claim.skips
    holders = await holders_of(work.session, [one.linked_request_id for one in skips])
    return SkippedDates(dates=skipped_shown(skips, holders))
