"""How coordinators change whom the engine asks: a wave approved, somebody left out, more asked now."""

from datetime import timedelta
from functools import partial

from services.matching.domain.agenda import Agenda, lay_out
from services.matching.domain.agreement import Deed
from services.matching.domain.board import Board, InvitationState
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.coordinating import exclude, keep_for_later, readmit
from services.matching.domain.following import Following, following
from services.matching.domain.inviting import approve, check_inviting, check_time_left, issue
from services.matching.domain.ranking import rank_pool
from services.matching.domain.refusals import NoFreePlace
from services.matching.domain.tuning import Tuning
from services.matching.domain.waves import asks_of
from services.matching.handlers.deeds import done, lock, save
from services.matching.handlers.explaining import told
from services.matching.handlers.judging import rank_of, unable_now, whys_of
from services.matching.handlers.refusals import NobodyToAsk, RequestUnknown, VolunteerUnknown
from services.matching.store.boards import LockedBoard, read_board
from services.matching.store.decisions import record
from services.matching.store.roster import Roster
from services.matching.store.saving import Beside
from shared.contracts.matching import (
    ApproveWave,
    AskMore,
    Changed,
    ExcludedShown,
    ExcludeVolunteer,
    HoldBackVolunteer,
    MoreAsked,
    ReadmitVolunteer,
    WaveApproved,
)
from shared.kernel.ids import InvitationId, VolunteerId, new_id
from shared.messaging.outbox import Work
from shared.messaging.retries import TooEarly
from shared.messaging.seam import Seam


def subscribe(seam: Seam, tuning: Tuning, roster: Roster) -> None:
    @seam.command(ApproveWave)
    async def on_approve_wave(command: ApproveWave, work: Work) -> WaveApproved:
        return await approve_wave(command, work, tuning)

    @seam.command(ExcludeVolunteer)
    async def on_exclude_volunteer(command: ExcludeVolunteer, work: Work) -> Changed:
        return await exclude_volunteer(command, work, tuning, roster)

    @seam.command(HoldBackVolunteer)
    async def on_hold_back_volunteer(command: HoldBackVolunteer, work: Work) -> Changed:
        return await hold_back_volunteer(command, work, tuning, roster)

    @seam.command(ReadmitVolunteer)
    async def on_readmit_volunteer(command: ReadmitVolunteer, work: Work) -> Changed:
        return await readmit_volunteer(command, work, tuning)

    @seam.command(AskMore)
    async def on_ask_more(command: AskMore, work: Work) -> MoreAsked:
        return await ask_more(command, work, tuning, roster)


async def approve_wave(command: ApproveWave, work: Work, tuning: Tuning) -> WaveApproved:
    """Let a planned wave go out, or a part of it; kept for each whether they were chosen.

    Looked at again is what changed since it was planned: who paused, say, is not asked, and the
    coordinator who chose them is told.
    """
    locked = await lock(command, work)
    planned = [one for one in locked.board.invitations if one.state is InvitationState.PLANNED]
    chosen = {one.volunteer_id for one in planned}
    unable = await unable_now(work, locked, chosen, tuning)
    if command.volunteer_ids is not None:
        chosen = set(map(VolunteerId, command.volunteer_ids))
    step = approve(locked.board, chosen, unable=unable, now=work.now, tuning=tuning)
    changed = await save(work, locked, step, tuning)
    for one in planned:
        if one.volunteer_id in unable:
            continue
        await record(
            work.session,
            deed=Deed.APPROVE if one.volunteer_id in chosen else Deed.PASSED_OVER,
            request_id=command.request_id,
            volunteer_id=one.volunteer_id,
            staff_id=command.staff_id,
            rank=locked.invitations[one.invitation_id].why.get("rank"),
            now=work.now,
        )
    not_asked = tuple(
        ExcludedShown(volunteer_id=who, exclusions=tuple(map(told, rules)))
        for who, rules in unable.items()
        if who in chosen
    )
    return WaveApproved(places=changed.places, not_asked=not_asked)


async def exclude_volunteer(
    command: ExcludeVolunteer, work: Work, tuning: Tuning, roster: Roster
) -> Changed:
    """Take somebody out of the candidates of one request."""
    volunteer_id = VolunteerId(command.volunteer_id)
    rank = await rank_of(work, roster, command.request_id, volunteer_id, tuning)
    locked = await _lock_known(command, work, volunteer_id)
    step = exclude(locked.board, volunteer_id, now=work.now)
    return await done(
        "exclude", command, work, locked=locked, step=step, tuning=tuning, rank=rank
    )


async def hold_back_volunteer(
    command: HoldBackVolunteer, work: Work, tuning: Tuning, roster: Roster
) -> Changed:
    """Keep somebody for something else for some days."""
    volunteer_id = VolunteerId(command.volunteer_id)
    rank = await rank_of(work, roster, command.request_id, volunteer_id, tuning)
    locked = await _lock_known(command, work, volunteer_id)
    until = tuning.quiet_hours.next_open(work.now + timedelta(days=command.days))
    step = keep_for_later(locked.board, volunteer_id, until)
    return await done(
        "hold_back", command, work, locked=locked, step=step, tuning=tuning, rank=rank
    )


async def _lock_known(
    command: ExcludeVolunteer | HoldBackVolunteer, work: Work, volunteer_id: VolunteerId
) -> LockedBoard:
    """Lock, and refuse who is not there (any more): an erased id is not written down again."""
    locked = await lock(command, work, volunteer_id)
    if volunteer_id not in locked.rows:
        raise VolunteerUnknown
    return locked


async def readmit_volunteer(command: ReadmitVolunteer, work: Work, tuning: Tuning) -> Changed:
    """Let somebody who was left out or held back be asked again."""
    locked = await lock(command, work)
    step = readmit(locked.board, VolunteerId(command.volunteer_id))
    return await done("readmit", command, work, locked=locked, step=step, tuning=tuning)


async def ask_more(command: AskMore, work: Work, tuning: Tuning, roster: Roster) -> MoreAsked:
    """Ask the next of the order now; say how many, and why not as many as wished.

    Raises NobodyToAsk, NoFreePlace, NoTimeLeft and what a closed request refuses, and TooEarly if something
    changed meanwhile: the command is tried again then.
    """
    stored = await read_board(work.session, command.request_id)
    if stored is None:
        raise RequestUnknown
    check_inviting(stored.board, work.now)
    check_time_left(stored.board, work.now, tuning)
    if stored.board.free < 1:
        raise NoFreePlace
    seen = stored.row.revision  # the lock reads the same row anew
    found = await roster.look(
        work.session,
        stored.board.need,
        work.now,
        partial(
            next_in_order,
            stored.board,
            lay_out(stored.board.need, work.now, tuning),
            command.people,
        ),
    )
    chosen = found.chosen
    if not chosen:
        raise NobodyToAsk
    locked = await lock(command, work, *chosen)
    whys = await whys_of(work, locked, chosen, tuning)
    if whys is None or locked.row.revision != seen:
        raise TooEarly("the request or somebody to be asked has changed meanwhile")
    asks = asks_of(chosen.values(), locked.board.need, work.now, tuning)
    ids = [InvitationId(new_id()) for _ in asks]
    step = issue(locked.board, asks, ids, now=work.now, tuning=tuning)
    beside = Beside(whys, command.staff_id)
    changed = await done(
        "ask_more", command, work, locked=locked, step=step, tuning=tuning, beside=beside
    )
    return MoreAsked(places=changed.places, asked=len(asks), not_now=dict(found.not_now))


def next_in_order(
    board: Board, agenda: Agenda, people: int, pool: Pool, doings: Doings
) -> Following:
    """The next of the order as it is now."""
    ranking = rank_pool(agenda, pool, doings, board.exclusions(agenda.now))
    return following(ranking, people)
