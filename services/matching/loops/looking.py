"""One look at one board: do what is due, plan, and save the plan if nothing changed meanwhile."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.matching.domain.agenda import lay_out
from services.matching.domain.board import (
    NOT_YET_ASKED,
    Board,
    BoardState,
    ClaimState,
    InvitationState,
    Step,
)
from services.matching.domain.candidates import Candidate
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.effects import Effect
from services.matching.domain.exclusions import Reason
from services.matching.domain.inviting import issue, note_exhausted, propose
from services.matching.domain.outlook import Outlook
from services.matching.domain.pricing import Weighed
from services.matching.domain.ranking import rank, rank_pool
from services.matching.domain.refusals import MatchingRefusal
from services.matching.domain.sending import next_due, pass_time, to_look_at_again
from services.matching.domain.telling import NEAR
from services.matching.domain.tuning import Tuning
from services.matching.domain.waves import Next, WavePlan, plan_wave
from services.matching.handlers.judging import outdated, unable_now, whys_of
from services.matching.handlers.publishing import keep
from services.matching.loops.reminding import remind, tell_near
from services.matching.store.boards import lock_board
from services.matching.store.finding import is_behind
from services.matching.store.outlook import look_ahead
from services.matching.store.roster import Roster
from services.matching.store.saving import Beside
from shared.kernel.fields import Answer
from shared.kernel.ids import InvitationId, VolunteerId, new_id
from shared.messaging.outbox import Work
from shared.observability.failpoints import failpoint

_BEHIND = timedelta(minutes=1)
"""When a profile on its way kept anybody from being asked or told of a lack, it is looked at again."""

OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


@dataclass(frozen=True, slots=True)
class Looked:
    """A board as it was when time had passed on it."""

    request_id: UUID
    revision: int
    board: Board
    at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """What to do for it, and why."""

    wave: WavePlan
    excluded: Mapping[Reason, int] = field(default_factory=dict)

    @property
    def chosen(self) -> dict[VolunteerId, Candidate]:
        """Who is asked, in that order."""
        return {who: weighed.candidate for who, weighed in self.weighed.items()}

    @property
    def weighed(self) -> dict[VolunteerId, Weighed]:
        """What decided about each of them."""
        return {one.candidate.volunteer_id: one for one in self.wave.weighed}

    def without(self, ids: Collection[VolunteerId]) -> "Planned":
        """The same for the others; what was found out about the chances stays."""
        invite = tuple(ask for ask in self.wave.invite if ask.volunteer_id not in ids)
        weighed = tuple(
            one for one in self.wave.weighed if one.candidate.volunteer_id not in ids
        )
        return replace(self, wave=replace(self.wave, invite=invite, weighed=weighed))


@dataclass(frozen=True, slots=True)
class Looker:
    """Looks at boards, one after the other."""

    open_work: OpenWork
    roster: Roster
    tuning: Tuning
    outlook: Outlook = field(default_factory=Outlook)

    async def look_ahead(self, request_ids: Collection[UUID]) -> None:
        """Plan the whole district anew if the last plan is old, or older than one of these.

        Its prices flow into the waves.
        """
        async with self.open_work() as work:
            if self.outlook.is_old(work.now, self.tuning.plan_every, request_ids):
                plan = await look_ahead(work.session, self.roster, work.now, self.tuning)
                self.outlook.renew(plan, work.now, request_ids)

    async def look_at(self, request_id: UUID) -> None:
        """Do what is due on one board and decide when to look again."""
        looked = await self.pass_time(request_id)
        if looked is not None:
            await self.carry_out(looked, await self.plan(looked.board))

    async def pass_time(self, request_id: UUID) -> Looked | None:
        """Do what is due; None if the request was never opened."""
        async with self.open_work() as work:
            locked = await lock_board(work.session, request_id, everybody=True, now=work.now)
            if locked is None:
                return None
            waiting = to_look_at_again(locked.board, work.now, self.tuning)
            step = pass_time(
                locked.board,
                locked.people,
                unable=await unable_now(work, locked, waiting, self.tuning) if waiting else {},
                now=work.now,
                tuning=self.tuning,
            )
            after = await keep(work, locked, step, self.tuning)
            await remind(work, after)
            await tell_near(work, after)
            return Looked(request_id, locked.row.revision, after, work.now)

    async def plan(self, board: Board) -> Planned:
        """Rank, in a thread, and decide whom to ask now; nothing is locked meanwhile."""
        async with self.open_work() as work:
            now = work.now
            if not _asks_anybody(board, now):
                nobody = rank(board.need, (), now, self.tuning)
                return Planned(plan_wave(board, nobody, now, self.tuning))
            return await self.roster.look(
                work.session, board.need, now, partial(self._planned, board, now)
            )

    def _planned(self, board: Board, now: datetime, pool: Pool, doings: Doings) -> Planned:
        agenda = lay_out(board.need, now, self.tuning)
        ranking = rank_pool(agenda, pool, doings, board.exclusions(now))
        scarcity = self.outlook.scarcity(board.need.request_id)
        wave = plan_wave(board, ranking, now, self.tuning, scarcity)
        return Planned(wave, ranking.excluded_by_reason() if wave.tell_exhausted else {})

    async def carry_out(self, looked: Looked, planned: Planned) -> None:
        """Save the plan under all locks; if anything changed since, leave it for the next look."""
        async with self.open_work() as work:
            chosen = planned.chosen
            locked = await lock_board(work.session, looked.request_id, chosen, now=work.now)
            if locked is None:
                return
            changed = locked.row.revision != looked.revision
            kept = planned.without(outdated(locked, chosen))
            if chosen and not kept.chosen and not changed:
                locked.row.next_look_at = work.now + _BEHIND
                return
            planned, whys = kept, None
            if not changed:
                whys = await whys_of(work, locked, kept.chosen, self.tuning, kept.weighed)
            if whys is None:
                locked.row.next_look_at = work.now
                return
            behind = planned.wave.tell_exhausted and await is_behind(work.session)
            try:
                step = await asyncio.to_thread(
                    _step, locked.board, planned, work.now, self.tuning, behind=behind
                )
            except MatchingRefusal:
                locked.row.next_look_at = work.now  # held or begun since
                return
            failpoint("matching.plan_not_saved")
            after = await keep(work, locked, step, self.tuning, Beside(whys))
            locked.row.waits_for = _waits_for(planned.wave)
            look_at = next_look_at(after, planned.wave, looked.at, work.now, self.tuning)
            again_at = work.now + _BEHIND if behind else None
            locked.row.next_look_at = min(filter(None, (look_at, again_at)), default=None)
            failpoint("matching.plan_saved_not_committed")
        failpoint("matching.plan_committed")


def _asks_anybody(board: Board, now: datetime) -> bool:
    """Whether it takes a ranking to plan: not while nobody new is to be asked anyway."""
    inviting = board.state is BoardState.OPEN and now < board.need.starts_at
    waiting = any(one.state in NOT_YET_ASKED for one in board.invitations)
    return inviting and board.free > 0 and not waiting


def _step(
    board: Board, planned: Planned, now: datetime, tuning: Tuning, *, behind: bool
) -> Step:
    """The change that a plan makes. Nobody is told of a lack while profiles are on their way."""
    wave = planned.wave
    ids = [InvitationId(new_id()) for _ in wave.invite]
    effects: tuple[Effect, ...] = ()
    if wave.next is Next.INVITE:
        board, effects = issue(board, wave.invite, ids, now=now, tuning=tuning)
    elif wave.next is Next.LAY_BEFORE_COORDINATOR and wave.decide_by is not None:
        board, effects = propose(board, wave.invite, ids, decide_by=wave.decide_by, now=now)
    if wave.tell_exhausted and not behind:
        board, told = note_exhausted(board, planned.excluded)
        effects = (*effects, *told)
    return board, effects


_NOW_AWAITED = {
    Next.INVITE: Next.AWAITING_ANSWERS,
    Next.LAY_BEFORE_COORDINATOR: Next.AWAITING_APPROVAL,
}


def _waits_for(wave: WavePlan) -> dict[str, Any]:
    """What is waited for once the plan is carried out, in the shape of the contract's `Reason`."""
    return {
        "code": _NOW_AWAITED.get(wave.next, wave.next).value,
        "details": {
            "chance": round(wave.chance, 3),
            "awaited": wave.awaited,
            "expected": round(wave.expected, 2),
            "left": wave.left,
        },
    }


def next_look_at(
    board: Board, wave: WavePlan, since: datetime, now: datetime, tuning: Tuning
) -> datetime | None:
    """The first moment at which time changes something; None if only people can.

    What became due `since` the last doing of what was due is due now.
    """
    moments = [wave.next_look_at, next_due(board)]
    moments += [one.remind_at for one in board.open_invitations if one.answer is Answer.LATER]
    assigned = [one for one in board.claims if one.state is ClaimState.ASSIGNED]
    moments += [one.first_date(board.need).starts_at - NEAR for one in assigned]
    if any(one.state is InvitationState.APPROVED for one in board.invitations):
        quiet = (at for at in (since, now) if tuning.quiet_hours.quiet(at))
        moments += [tuning.quiet_hours.next_open(at) for at in quiet]
    return min((at for at in moments if at is not None and at > since), default=None)
