"""Asking people: a wave on its way, or laid before a coordinator first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.matching.domain.board import (
    Board,
    BoardState,
    Invitation,
    InvitationState,
    Step,
)
from services.matching.domain.dates import ring_by
from services.matching.domain.effects import (
    CandidatesExhausted,
    Effect,
    InvitationIssued,
    Purpose,
)
from services.matching.domain.exclusions import Exclusion, Reason
from services.matching.domain.refusals import (
    AlreadyInvited,
    FirstTalkMissing,
    NoFreePlace,
    NoTimeLeft,
    OverrideNeeded,
    RequestHasStarted,
    RequestIsCancelled,
    RequestIsExpired,
    RequestIsStopped,
    WaveHasChanged,
)
from services.matching.domain.tuning import Tuning
from shared.kernel.fields import Channel
from shared.kernel.ids import InvitationId, VolunteerId


@dataclass(frozen=True, slots=True)
class Ask:
    """One invitation to be made."""

    volunteer_id: VolunteerId
    chance: float
    answer_within: timedelta
    channel: Channel = Channel.EMAIL


def issue(
    board: Board,
    asks: Sequence[Ask],
    ids: Sequence[InvitationId],
    *,
    now: datetime,
    tuning: Tuning,
) -> Step:
    """Send a wave on its way; in quiet hours it waits for their end (`pass_time`).

    An ask by telephone counts as sent at once. Raises AlreadyInvited, RequestHasStarted,
    NoTimeLeft, RequestIsStopped and what a closed request refuses.
    """
    check_time_left(board, now, tuning)
    after = _with_wave(board, asks, ids, InvitationState.APPROVED, now)
    return issue_approved(after, now=now, tuning=tuning)


def propose(
    board: Board,
    asks: Sequence[Ask],
    ids: Sequence[InvitationId],
    *,
    decide_by: datetime,
    now: datetime,
) -> Step:
    """Lay a wave before a coordinator. Raises as `issue` does."""
    after = _with_wave(board, asks, ids, InvitationState.PLANNED, now)
    planned = tuple(
        replace(invitation, decide_by=decide_by)
        if invitation.state is InvitationState.PLANNED
        else invitation
        for invitation in after.invitations
    )
    return replace(after, invitations=planned), ()


def approve(
    board: Board,
    chosen: Collection[VolunteerId],
    *,
    unable: Collection[VolunteerId] = (),
    now: datetime,
    tuning: Tuning,
) -> Step:
    """Send the chosen part of a proposed wave; the others are not asked for this request.

    `unable` are those against whom a rule speaks by now: nobody asks them either, but they may be
    proposed again. Raises WaveHasChanged if somebody chosen is not proposed (any more), NoFreePlace,
    and as `issue`; of whom nobody is chosen may be dropped at any time.
    """
    check_inviting(board, now)
    if chosen:
        check_time_left(board, now, tuning)
    planned = {
        invitation.volunteer_id
        for invitation in board.invitations
        if invitation.state is InvitationState.PLANNED
    }
    if not planned.issuperset(chosen):
        raise WaveHasChanged
    if board.free < 1:
        raise NoFreePlace
    passed_over = planned.difference(chosen, unable)
    dropped = passed_over.union(unable)
    decided = tuple(
        replace(invitation, state=InvitationState.APPROVED, decide_by=None)
        if invitation.state is InvitationState.PLANNED
        else invitation
        for invitation in board.invitations
        if invitation.state is not InvitationState.PLANNED
        or invitation.volunteer_id not in dropped
    )
    after = replace(board, invitations=decided, excluded=board.excluded | passed_over)
    return issue_approved(after, now=now, tuning=tuning)


def invite(
    board: Board,
    ask: Ask,
    invitation_id: InvitationId,
    exclusions: Sequence[Exclusion],
    *,
    override: str | None,
    now: datetime,
    tuning: Tuning,
) -> Step:
    """Ask one volunteer whom a coordinator chose, against a rule if there is a reason.

    Somebody whose invitation was withdrawn before they answered gets a new one with its own link.
    Raises NoFreePlace, OverrideNeeded without one, FirstTalkMissing where no reason helps, and as
    `issue`.
    """
    check_inviting(board, now)
    check_time_left(board, now, tuning)
    if board.free < 1:
        raise NoFreePlace
    reasons = tuple(exclusion.reason for exclusion in exclusions)
    if Reason.NOT_KNOWN in reasons:
        raise FirstTalkMissing
    if reasons and override is None:
        raise OverrideNeeded(reasons)
    kept = tuple(
        one
        for one in board.invitations
        if one.volunteer_id != ask.volunteer_id or not one.taken_back
    )
    board = replace(board, invitations=kept)
    approved = InvitationState.APPROVED
    after = _with_wave(board, [ask], [invitation_id], approved, now, by_hand=True)
    asked = after.invitations[-1]
    return issue_approved(
        after.with_invitation(replace(asked, override=override)), now=now, tuning=tuning
    )


def issue_approved(board: Board, *, now: datetime, tuning: Tuning) -> Step:
    """Hand over what is approved, unless offers are held back now."""
    if tuning.quiet_hours.quiet(now):
        return board, ()
    told: list[Effect] = []
    for invitation in board.invitations:
        if invitation.state is InvitationState.APPROVED:
            board, effect = _handed_over(board, invitation, now, tuning)
            told.append(effect)
    return board, tuple(told)


def note_exhausted(board: Board, excluded: Mapping[Reason, int]) -> Step:
    """Tell once that nobody is left to ask, until a place is freed or the need changes.

    The organisation is told, too, so nothing is said while somebody is proposed or asked.
    """
    if board.exhausted or board.free < 1 or board.asking:
        return board, ()
    told = CandidatesExhausted(
        board.need.request_id, board.free, tuple(sorted(excluded.items())), board.has_asked
    )
    return replace(board, exhausted=True), (told,)


def check_inviting(board: Board, now: datetime) -> None:
    """Raise a refusal if nobody may be invited (any more)."""
    if board.state is BoardState.CANCELLED:
        raise RequestIsCancelled
    if board.state is BoardState.EXPIRED:
        raise RequestIsExpired
    if board.state is BoardState.STOPPED:
        raise RequestIsStopped
    if now >= board.need.starts_at:
        raise RequestHasStarted


def check_time_left(board: Board, now: datetime, tuning: Tuning) -> None:
    """Raise NoTimeLeft if no offer can go out before the start: the quiet hours last until then."""
    if now < board.need.starts_at <= tuning.quiet_hours.next_open(now):
        raise NoTimeLeft


def _with_wave(
    board: Board,
    asks: Sequence[Ask],
    ids: Sequence[InvitationId],
    state: InvitationState,
    now: datetime,
    *,
    by_hand: bool = False,
) -> Board:
    check_inviting(board, now)
    last = max((one.wave for one in board.invitations if not one.by_hand), default=0)
    wave = max(last, 1) if by_hand else last + 1  # 0 is of those whom nobody asked
    for ask, invitation_id in zip(asks, ids, strict=True):
        earlier = board.invitation_of(ask.volunteer_id)
        if earlier is not None and not (earlier.never_left or earlier.cut_short):
            raise AlreadyInvited
        # One that never left, or that a stop took back, gives its row's place to the new one.
        kept = tuple(i for i in board.invitations if i is not earlier)
        asked = Invitation(
            invitation_id,
            ask.volunteer_id,
            state,
            wave,
            ask.chance,
            ask.answer_within,
            board.need.version,
            issued_at=now,
            channel=ask.channel,
            by_hand=by_hand,
        )
        board = replace(board, invitations=(*kept, asked))
    return board


def _handed_over(
    board: Board, invitation: Invitation, now: datetime, tuning: Tuning
) -> tuple[Board, Effect]:
    need = board.need
    issued = replace(
        invitation,
        state=InvitationState.ISSUED,
        need_version=need.version,
        issued_at=now,
    )
    if invitation.channel is Channel.PHONE:
        due = ring_by(need, now, invitation.answer_within, tuning)
        issued = replace(issued, state=InvitationState.SENT, sent_at=now, deadline=due)
    told = InvitationIssued(
        need.request_id,
        invitation.invitation_id,
        invitation.volunteer_id,
        Purpose.OFFER,
        invitation.channel,
        need.version,
        invitation.answer_within,
        send_before=min(now + invitation.answer_within / 2, need.starts_at),
    )
    return board.with_invitation(issued), told
