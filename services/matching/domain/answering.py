"""What a volunteer's yes, no or later does.

A deadline closes nothing: until the start a yes takes a free place, else it joins the waiting
list; an answer may be changed until the start; who holds a place may give it back until the end.
`later` is for who is still asked: it neither gives a place back nor asks anybody anew.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from services.matching.domain.board import (
    NOT_YET_ASKED,
    Board,
    BoardState,
    Claim,
    ClaimState,
    Invitation,
    InvitationState,
    People,
    Standing,
    Step,
)
from services.matching.domain.dates import deadline, remind_at
from services.matching.domain.effects import (
    AnswerReceived,
    Cause,
    Effect,
    VolunteerWaitlisted,
)
from services.matching.domain.placing import drop_claim, give_place, move_up, settled
from services.matching.domain.refusals import (
    AnswerStands,
    DeadlinePassed,
    InvitationIsStopped,
    InvitationIsWithdrawn,
    InvitationUnknown,
    PlaceOverlaps,
    RequestHasStarted,
    RequestIsCancelled,
    RequestIsExpired,
    RequestWasChanged,
    TaskIsOver,
)
from services.matching.domain.tuning import Tuning
from shared.kernel.fields import Answer, Via
from shared.kernel.ids import AssignmentId, InvitationId


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to one invitation, given by the volunteer or by somebody they rang."""

    invitation_id: InvitationId
    answer: Answer
    via: Via
    seen_version: int
    """The version of the need that was shown when the answer was given."""
    assignment_id: AssignmentId
    """A new id: of the place, should the answer bring one."""


def answer(
    board: Board, reply: Reply, people: People, *, now: datetime, tuning: Tuning
) -> Step:
    """Take an answer; the same answer again changes nothing.

    `people` holds the answering volunteer and those of the waiting list. Raises InvitationUnknown,
    InvitationIsWithdrawn, InvitationIsStopped, RequestIsCancelled, RequestIsExpired,
    RequestHasStarted, TaskIsOver, RequestWasChanged, AnswerStands and DeadlinePassed (`later`),
    PlaceOverlaps (`yes`).
    """
    invitation = _acceptable(board, reply, now)
    claim = board.claim_of(invitation.volunteer_id)
    standing = people[invitation.volunteer_id]
    if invitation.answer is reply.answer and not _worth_repeating(board, claim, standing):
        return board, ()
    if reply.answer is Answer.LATER:
        _check_later(board, invitation, now)
    noted, received = _noted(board, invitation, reply, now, tuning)
    told: tuple[Effect, ...]
    if reply.answer is Answer.YES:
        wanted = claim or Claim(
            invitation.volunteer_id, reply.assignment_id, ClaimState.WAITING, since=now
        )
        after, told = _say_yes(noted, reply, wanted, standing, now=now, tuning=tuning)
    else:
        after, told = drop_claim(noted, invitation.volunteer_id, Cause.ANSWERED, now)
    after, moved = move_up(after, people, now=now, tuning=tuning)
    return settled(board, after, (received, *told, *moved))


def _acceptable(board: Board, reply: Reply, now: datetime) -> Invitation:
    """The invitation that is answered; raises where no answer is taken."""
    invitation = board.invitation(reply.invitation_id)
    if board.state is BoardState.CANCELLED:
        raise RequestIsCancelled
    if board.state is BoardState.EXPIRED:
        raise RequestIsExpired
    if invitation is None or invitation.state in NOT_YET_ASKED:
        raise InvitationUnknown
    if invitation.state is InvitationState.WITHDRAWN:
        raise InvitationIsWithdrawn if invitation.stopped_in is None else InvitationIsStopped
    if now >= board.need.ends_at:
        raise TaskIsOver
    claim = board.claim_of(invitation.volunteer_id)
    holds_place = claim is not None and claim.holds_place
    if now >= board.need.starts_at and not (holds_place and reply.answer is not Answer.LATER):
        raise RequestHasStarted
    if reply.seen_version < board.need.facts_version:
        raise RequestWasChanged
    return invitation


def _worth_repeating(board: Board, claim: Claim | None, standing: Standing) -> bool:
    """Whether a second yes says more: to "still good for you?", or when a place has come free."""
    if claim is None:
        return False
    can_take = board.free > 0 and not board.need.overlaps(standing.held)
    return claim.ask_again if claim.holds_place else can_take


def _check_later(board: Board, invitation: Invitation, now: datetime) -> None:
    """Raise where there is nothing to decide later: a yes stands, and after a stop a no, too."""
    declined = invitation.answer is Answer.NO
    if board.claim_of(invitation.volunteer_id) is not None or (
        declined and board.state is BoardState.STOPPED
    ):
        raise AnswerStands
    if invitation.deadline is not None and invitation.deadline <= now:
        raise DeadlinePassed


def _noted(
    board: Board, invitation: Invitation, reply: Reply, now: datetime, tuning: Tuning
) -> tuple[Board, AnswerReceived]:
    """The board with the answer written down; the first `later` brings one reminder."""
    reminder: datetime | None = None
    if reply.answer is Answer.LATER and invitation.remind_at is None:
        due = invitation.deadline or deadline(board.need, now, invitation.answer_within, tuning)
        reminder = remind_at(now, due)
    answered = replace(
        invitation,
        answer=reply.answer,
        answered_at=now,
        via=reply.via,
        remind_at=invitation.remind_at or reminder,
    )
    told = AnswerReceived(
        board.need.request_id,
        invitation.invitation_id,
        invitation.volunteer_id,
        reply.answer,
        reply.via,
        remind_at=reminder,
    )
    return board.with_invitation(answered), told


def _say_yes(
    board: Board,
    reply: Reply,
    claim: Claim,
    standing: Standing,
    *,
    now: datetime,
    tuning: Tuning,
) -> Step:
    """Keep the place, take one, or join the waiting list; `claim` is new or the earlier one."""
    if claim.holds_place:
        return board.with_claim(replace(claim, ask_again=False)), ()
    if board.need.overlaps(standing.held):
        raise PlaceOverlaps
    if board.free > 0:
        return give_place(board, claim, standing, Cause.ANSWERED, now=now, tuning=tuning)
    if board.claim_of(claim.volunteer_id) is not None:
        return board, ()
    waiting = board.with_claim(claim)
    told = VolunteerWaitlisted(
        board.need.request_id, claim.volunteer_id, reply.invitation_id, len(waiting.waiting)
    )
    return waiting, (told,)
