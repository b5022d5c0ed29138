"""Whom to ask now: a wave of those worth a mail, within budgets, outside quiet hours.

At each look the awaited yeses are judged anew, for silence speaks against them; if places are still
likely to stay short, others are asked. What a mail costs is said in `pricing`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.matching.domain.board import NOT_YET_ASKED, Board, BoardState, Invitation
from services.matching.domain.board import InvitationState as State
from services.matching.domain.candidates import Candidate
from services.matching.domain.chance import chance_still_open
from services.matching.domain.dates import decide_by, fill_by, look_step, wave_step
from services.matching.domain.effects import Purpose
from services.matching.domain.exclusions import Reason
from services.matching.domain.inviting import Ask
from services.matching.domain.need import Invite, Need
from services.matching.domain.odds import Odds
from services.matching.domain.pricing import Weighed, prices_of, worth_asking
from services.matching.domain.ranking import Ranking
from services.matching.domain.room import room_at
from services.matching.domain.tuning import Tuning
from shared.kernel.fields import Answer
from shared.kernel.ids import VolunteerId

_CANNOT = frozenset({Reason.NOT_ACTIVE, Reason.OVERLAPPING_PLACE})
"""Reasons for which an awaited yes will not come, or would be refused."""


class Next(StrEnum):
    """What a plan is about: why these are asked, or why nobody is."""

    INVITE = "invite"
    LAY_BEFORE_COORDINATOR = "lay_before_coordinator"
    AWAITING_APPROVAL = "awaiting_approval"
    AWAITING_ANSWERS = "awaiting_answers"
    QUIET_HOURS = "quiet_hours"
    SPARING = "sparing"
    """Everybody left is needed more elsewhere, or has been asked much: it is not worth it yet."""
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
    weighed: tuple[Weighed, ...] = ()
    """What decided about each of `invite`, in their order."""
    next_look_at: datetime | None = None
    """None: not before something happens."""
    chance: float = 0.0
    """Of filling the free places, with those asked before and now, in 0..1."""
    awaited: int = 0
    """How many who were asked, before or now, may still say yes."""
    expected: float = 0.0
    """How many yeses are to be expected of them."""
    left: int = 0
    """How many more fit and could be asked."""
    decide_by: datetime | None = None
    """Of a wave that is laid before a coordinator."""
    tell_exhausted: bool = False
    """Whether nobody is left to ask, nobody is proposed and no answer awaited (`note_exhausted`)."""


def plan_wave(
    board: Board,
    ranking: Ranking,
    now: datetime,
    tuning: Tuning,
    scarcity: Mapping[VolunteerId, float] | None = None,
) -> WavePlan:
    """Decide whom to ask for the free places; `ranking` was made with `board.exclusions`.

    `scarcity` is what the other requests would lose with somebody (`pricing.Prices`). The same
    plan serves the planner and the dry run: nothing is changed.
    """
    waits = _waits_for_others(board, now, tuning)
    if waits is not None:
        return waits
    need, pending = board.need, pending_chances(board, ranking.against, now)
    odds = Odds(board.free, pending)
    stand = _standing(odds, pending, ranking.fits)
    answers_by = _answers_by(board, now)
    again_at = _looked_at_again(board, now, tuning)
    if again_at is not None:
        return replace(stand, next_look_at=min(again_at, answers_by or again_at))
    held = _held_by_quiet_hours(stand, need, now, answers_by, tuning)
    if held is not None:
        return held
    prices = prices_of(need, now, tuning, scarcity)
    chosen = worth_asking(_first_pool(ranking.candidates), odds, prices, tuning.fill_target)
    look_at = tuning.quiet_hours.next_open(now + look_step(need, now, tuning))
    if chosen:
        asks = asks_of((one.candidate for one in chosen), need, now, tuning)
        stand = replace(_with_asks(stand, asks, odds), weighed=chosen)
        return _asked(stand, need, now, look_at, tuning)
    if ranking.fits:
        code = Next.AWAITING_ANSWERS if pending else Next.SPARING
        return replace(stand, next=code, next_look_at=min(look_at, answers_by or look_at))
    return _nobody_asked(stand, answers_by, ranking, need, now)


def _standing(odds: Odds, pending: Collection[float], left: int) -> WavePlan:
    """The plan if nobody more is asked."""
    return WavePlan(
        Next.AWAITING_ANSWERS,
        chance=odds.enough,
        awaited=len(pending),
        expected=sum(pending),
        left=left,
    )


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


def asks_of(
    chosen: Iterable[Candidate], need: Need, now: datetime, tuning: Tuning
) -> tuple[Ask, ...]:
    """One wave: these people, with the time that they have to answer."""
    within = wave_step(need, now, tuning)
    return tuple(Ask(one.volunteer_id, one.chance, within, one.channel) for one in chosen)


def _with_asks(stand: WavePlan, invite: tuple[Ask, ...], odds: Odds) -> WavePlan:
    return replace(
        stand,
        invite=invite,
        chance=odds.enough,
        awaited=stand.awaited + len(invite),
        expected=stand.expected + sum(ask.chance for ask in invite),
        left=stand.left - len(invite),
    )


Against = Callable[[Iterable[VolunteerId]], Mapping[VolunteerId, tuple[Reason, ...]]]
"""What speaks against each of some people (`ranking.Shortlist.against`)."""


def pending_chances(board: Board, against: Against, now: datetime) -> tuple[float, ...]:
    """The chance of a yes that is still to come, of everybody asked who may still give it."""
    awaited = [
        invitation
        for invitation in board.invitations
        if invitation.state in {State.ISSUED, State.SENT, State.EXPIRED}
        and invitation.undecided
    ]
    reasons = against(invitation.volunteer_id for invitation in awaited) if awaited else {}
    return tuple(
        _open_chance(invitation, now)
        for invitation in awaited
        if _CANNOT.isdisjoint(reasons.get(invitation.volunteer_id, ()))
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
        if due is not None:
            return WavePlan(Next.AWAITING_APPROVAL, next_look_at=due, decide_by=due)
        opens_at = tuning.quiet_hours.next_open(now)
        too_late = opens_at >= board.need.starts_at
        code = Next.NO_TIME_LEFT if too_late else Next.QUIET_HOURS
        return WavePlan(code, next_look_at=opens_at)
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


def _looked_at_again(board: Board, now: datetime, tuning: Tuning) -> datetime | None:
    """Until when those asked last are left in peace; None: it is time, or something went wrong.

    That is: since then somebody declined, a mail failed or a place came free.
    """
    offers = [
        invitation.issued_at
        for invitation in board.invitations
        if invitation.purpose is Purpose.OFFER and invitation.state is not State.DIRECT
    ]
    if not offers or not board.asking:
        return None
    last = max(offers)
    moments = [board.freed_at]
    moments += [i.answered_at for i in board.invitations if i.answer is Answer.NO]
    moments += [i.failed_at for i in board.invitations]
    set_back = any(at is not None and at > last for at in moments)
    again_at = tuning.quiet_hours.next_open(last + look_step(board.need, last, tuning))
    return None if set_back or again_at <= now else again_at


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
    stand: WavePlan, answers_by: datetime | None, ranking: Ranking, need: Need, now: datetime
) -> WavePlan:
    """Once `answer_by` has passed there is time until the start: some may be asked again by then."""
    if answers_by is not None:
        return replace(stand, next_look_at=answers_by)
    due = fill_by(need, now)
    room = room_at(ranking, due)
    if room is not None:
        return replace(stand, next=Next.BUDGETS_USED_UP, next_look_at=room)
    look_at = due if due < need.starts_at else None
    return replace(stand, next=Next.EXHAUSTED, next_look_at=look_at, tell_exhausted=True)
