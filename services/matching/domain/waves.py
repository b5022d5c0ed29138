"""Whom to ask now: a wave just large enough, within budgets, outside quiet hours.

Asking a few, waiting, and asking more fills a request with half the mails of asking everybody at
once. A wave is sized so that, with the yeses still awaited, the chance of filling all places
reaches the wave's share of the target; the next goes out when its deadline has passed, or at
once when somebody declines or a place comes free.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.matching.domain.board import NOT_YET_ASKED, Board, BoardState, Invitation
from services.matching.domain.board import InvitationState as State
from services.matching.domain.chance import chance_still_open
from services.matching.domain.dates import decide_by, fill_by, wave_step, waves_left
from services.matching.domain.effects import Purpose
from services.matching.domain.exclusions import Reason
from services.matching.domain.inviting import Ask
from services.matching.domain.need import Invite, Need
from services.matching.domain.odds import Odds
from services.matching.domain.ranking import Candidate, Ranking
from services.matching.domain.room import room_at
from services.matching.domain.tuning import Tuning
from shared.kernel.fields import Answer

_CANNOT = frozenset({Reason.NOT_ACTIVE, Reason.OVERLAPPING_PLACE})
"""Reasons for which an awaited yes will not come, or would be refused."""


class Next(StrEnum):
    """What a plan is about: why these are asked, or why nobody is."""

    INVITE = "invite"
    LAY_BEFORE_COORDINATOR = "lay_before_coordinator"
    AWAITING_APPROVAL = "awaiting_approval"
    AWAITING_ANSWERS = "awaiting_answers"
    QUIET_HOURS = "quiet_hours"
    BUDGETS_USED_UP = "budgets_used_up"
    """Everybody left has been asked enough for now; some can be asked again in time."""
    EXHAUSTED = "exhausted"
    NO_TIME_LEFT = "no_time_left"
    """The quiet hours last until the start: only the telephone is left."""
    FULL = "full"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class WavePlan:
    """What to do for a request now, and when to look again."""

    next: Next
    invite: tuple[Ask, ...] = ()
    next_look_at: datetime | None = None
    """None: not before something happens."""
    chance: float = 0.0
    """Of filling the free places, with those asked before and now, in 0..1."""
    awaited: int = 0
    """How many who were asked, before or now, may still say yes."""
    expected: float = 0.0
    """How many yeses are to be expected of them."""
    waves_left: int = 0
    decide_by: datetime | None = None
    """Of a wave that is laid before a coordinator."""
    tell_exhausted: bool = False
    """Whether nobody is left to ask, nobody is proposed and no answer awaited (`note_exhausted`)."""


def plan_wave(board: Board, ranking: Ranking, now: datetime, tuning: Tuning) -> WavePlan:
    """Decide whom to ask for the free places; `ranking` was made with `board.exclusions`.

    The same plan serves the planner and the dry run: nothing is changed.
    """
    waits = _waits_for_others(board, now, tuning)
    if waits is not None:
        return waits
    pending = pending_chances(board, ranking, now)
    odds = Odds(board.free, pending)
    waves = waves_left(board.need, now, tuning)
    target = 1 - (1 - tuning.fill_target) ** (1 / waves)
    stand = WavePlan(
        Next.AWAITING_ANSWERS,
        chance=odds.enough,
        awaited=len(pending),
        expected=sum(pending),
        waves_left=waves,
    )
    answers_by = _answers_by(board, now)
    if answers_by is not None and (odds.enough >= target or not _set_back(board)):
        return replace(stand, next_look_at=answers_by)
    held = _held_by_quiet_hours(stand, board.need, now, answers_by, tuning)
    if held is not None:
        return held
    step = wave_step(board.need, now, tuning)
    invite = _sized(_first_pool(ranking.candidates), odds, target, step)
    stand = _with_asks(stand, invite, odds)
    next_wave_at = tuning.quiet_hours.next_open(now + step)
    if invite:
        return _asked(stand, board.need, now, next_wave_at, tuning)
    room = None if ranking.fits else room_at(ranking, fill_by(board.need, now))
    return _nobody_asked(stand, answers_by or (next_wave_at if ranking.fits else None), room)


def _held_by_quiet_hours(
    stand: WavePlan, need: Need, now: datetime, answers_by: datetime | None, tuning: Tuning
) -> WavePlan | None:
    """The plan while no offer may go out; None if one may."""
    opens_at = tuning.quiet_hours.next_open(now)
    if opens_at >= need.starts_at:
        return replace(
            stand,
            next=Next.NO_TIME_LEFT,
            next_look_at=answers_by,
            tell_exhausted=answers_by is None,
        )
    return (
        replace(stand, next=Next.QUIET_HOURS, next_look_at=opens_at) if opens_at > now else None
    )


def _with_asks(stand: WavePlan, invite: tuple[Ask, ...], odds: Odds) -> WavePlan:
    return replace(
        stand,
        invite=invite,
        chance=odds.enough,
        awaited=stand.awaited + len(invite),
        expected=stand.expected + sum(ask.chance for ask in invite),
    )


def pending_chances(board: Board, ranking: Ranking, now: datetime) -> tuple[float, ...]:
    """The chance of a yes that is still to come, of everybody asked who may still give it."""
    awaited = [
        invitation
        for invitation in board.invitations
        if invitation.state in {State.ISSUED, State.SENT, State.EXPIRED}
        and invitation.undecided
    ]
    against = ranking.against(invitation.volunteer_id for invitation in awaited)
    return tuple(
        _open_chance(invitation, now)
        for invitation in awaited
        if _CANNOT.isdisjoint(against.get(invitation.volunteer_id, ()))
    )


def _waits_for_others(board: Board, now: datetime, tuning: Tuning) -> WavePlan | None:
    """The plan while nobody new is to be asked, whatever the chances are."""
    if board.state is not BoardState.OPEN or now >= board.need.starts_at:
        return WavePlan(Next.CLOSED)
    if board.free < 1:
        return WavePlan(Next.FULL, chance=1.0)
    planned = [i for i in board.invitations if i.state in NOT_YET_ASKED]
    if planned:
        due = min((i.decide_by for i in planned if i.decide_by), default=None)
        look = due or tuning.quiet_hours.next_open(now)
        return WavePlan(Next.AWAITING_APPROVAL, next_look_at=look, decide_by=due)
    asked_first = [
        i.deadline
        for i in board.open_invitations
        if i.purpose is Purpose.MOVE_UP and i.deadline is not None and i.deadline > now
    ]
    if len(asked_first) >= board.free:
        return WavePlan(Next.AWAITING_ANSWERS, next_look_at=min(asked_first))
    return None


def _open_chance(invitation: Invitation, now: datetime) -> float:
    """Silence speaks against a yes; who said `later` in time has not been silent."""
    if invitation.answer is Answer.LATER and invitation.open:
        return invitation.chance
    by_mail = invitation.purpose is Purpose.OFFER
    asked_at = invitation.sent_at if by_mail else invitation.issued_at
    return chance_still_open(invitation.chance, now - (asked_at or now))


def _answers_by(board: Board, now: datetime) -> datetime | None:
    """When the first deadline ends; of an offer that has not left yet, the earliest it could."""
    ends = (i.deadline or i.issued_at + i.answer_within for i in board.open_invitations)
    return min((end for end in ends if end > now), default=None)


def _set_back(board: Board) -> bool:
    """Whether, since the last wave, somebody declined, a mail failed or a place came free."""
    moments = [board.freed_at]
    moments += [i.answered_at for i in board.invitations if i.answer is Answer.NO]
    moments += [i.failed_at for i in board.invitations]
    offers = [
        invitation.issued_at
        for invitation in board.invitations
        if invitation.purpose is Purpose.OFFER and invitation.state is not State.DIRECT
    ]
    return any(at is not None and at > max(offers, default=at) for at in moments)


def _sized(
    pool: Iterable[Candidate], odds: Odds, target: float, step: timedelta
) -> tuple[Ask, ...]:
    """As many of the pool, best first, as bring the odds to the target; `odds` is brought on."""
    invite: list[Ask] = []
    for candidate in pool:
        if odds.enough >= target:
            break
        odds.add(candidate.chance)
        invite.append(Ask(candidate.volunteer_id, candidate.chance, step, candidate.channel))
    return tuple(invite)


def _first_pool(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Those known to meet every need; only when none is left, those who have not said."""
    return tuple(c for c in candidates if not c.unstated) or candidates


def _asked(
    stand: WavePlan, need: Need, now: datetime, next_wave_at: datetime, tuning: Tuning
) -> WavePlan:
    if need.automation.invite is Invite.AUTO:
        return replace(stand, next=Next.INVITE, next_look_at=next_wave_at)
    due = decide_by(need, now, tuning)
    return replace(stand, next=Next.LAY_BEFORE_COORDINATOR, next_look_at=due, decide_by=due)


def _nobody_asked(
    stand: WavePlan, answers_by: datetime | None, room: datetime | None
) -> WavePlan:
    if answers_by is not None:
        return replace(stand, next_look_at=answers_by)
    if room is not None:
        return replace(stand, next=Next.BUDGETS_USED_UP, next_look_at=room)
    return replace(stand, next=Next.EXHAUSTED, tell_exhausted=True)
