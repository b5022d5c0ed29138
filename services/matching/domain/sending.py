"""What became of the mails, and what time itself does.

Reports of mails come in any order and more than once; a mail that left has left, so `email_sent`
wins over `not_sent`, and of several moments the first counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.matching.domain.board import Board, Invitation, InvitationState, People, Step
from services.matching.domain.dates import deadline
from services.matching.domain.effects import (
    Cause,
    Effect,
    InvitationExpired,
    InvitationWithdrawn,
    Purpose,
)
from services.matching.domain.exclusions import Exclusion
from services.matching.domain.inviting import check_inviting, issue_approved
from services.matching.domain.placing import move_up, settled
from services.matching.domain.refusals import MatchingRefusal
from services.matching.domain.tuning import Tuning
from shared.kernel.ids import InvitationId, VolunteerId


def email_sent(
    board: Board, invitation_id: InvitationId, *, sent_at: datetime, tuning: Tuning
) -> Step:
    """Start the deadline. An invitation that the board does not know (any more) is no matter."""
    invitation = board.invitation(invitation_id)
    if invitation is None:
        return board, ()
    first = min(sent_at, invitation.sent_at or sent_at)
    sent = replace(invitation, sent_at=first, failed_at=None)
    if invitation.state in {InvitationState.ISSUED, InvitationState.NOT_SENT}:
        sent = replace(sent, state=InvitationState.SENT)
    if invitation.purpose is Purpose.OFFER:
        due = deadline(board.need, first, invitation.answer_within, tuning)
        sent = replace(sent, deadline=due)
    return board.with_invitation(sent), ()


def not_sent(board: Board, invitation_id: InvitationId, *, failed_at: datetime) -> Step:
    """Note that an offer never left: the volunteer counts as never asked."""
    invitation = board.invitation(invitation_id)
    if invitation is None:
        return board, ()
    if invitation.state is InvitationState.ISSUED:
        failed = replace(invitation, state=InvitationState.NOT_SENT, failed_at=failed_at)
    elif invitation.state is InvitationState.NOT_SENT:
        first = min(failed_at, invitation.failed_at or failed_at)
        failed = replace(invitation, failed_at=first)
    else:
        return board, ()
    return board.with_invitation(failed), ()


def pass_time(
    board: Board,
    people: People,
    *,
    unable: Mapping[VolunteerId, Sequence[Exclusion]] | None = None,
    now: datetime,
    tuning: Tuning,
) -> Step:
    """Do what is due: end deadlines, ask the next of the waiting list, send what was approved.

    `unable` are those approved against whom a rule speaks by now: nobody asks them, and it is told.
    Safe to call at any time and any number of times.
    """
    overdue = [i for i in board.open_invitations if i.deadline and i.deadline <= now]
    after, told = expired(board, overdue)
    after, moved = move_up(after, people, now=now, tuning=tuning)
    dropped: tuple[Effect, ...] = ()
    sent: tuple[Effect, ...] = ()
    if after.free > 0 and _inviting(after, now):
        after, dropped = _without(after, unable or {})
        after, sent = issue_approved(after, now=now, tuning=tuning)
    return settled(board, after, (*told, *moved, *dropped, *sent))


def to_look_at_again(board: Board, now: datetime, tuning: Tuning) -> frozenset[VolunteerId]:
    """Who was approved and is about to be asked."""
    if tuning.quiet_hours.quiet(now) or not _inviting(board, now):
        return frozenset()
    return frozenset(one.volunteer_id for one in board.invitations if _waits(one))


def next_due(board: Board) -> datetime | None:
    """When `pass_time` has something to do next because of a deadline; None if nothing waits."""
    dues = [i.deadline for i in board.open_invitations if i.deadline is not None]
    return min(dues, default=None)


def expired(board: Board, invitations: Iterable[Invitation]) -> Step:
    """End the deadlines of some of the board's invitations."""
    told: list[Effect] = []
    for invitation in invitations:
        board = board.with_invitation(replace(invitation, state=InvitationState.EXPIRED))
        told.append(
            InvitationExpired(
                board.need.request_id, invitation.invitation_id, invitation.volunteer_id
            )
        )
    return board, tuple(told)


def _without(board: Board, unable: Mapping[VolunteerId, Sequence[Exclusion]]) -> Step:
    """Drop who is not to be asked after all; they hear nothing, the office hears why."""
    told: list[Effect] = []
    for one in board.invitations:
        if _waits(one) and one.volunteer_id in unable:
            kept = tuple(other for other in board.invitations if other is not one)
            board = replace(board, invitations=kept)
            rule = next((found.reason for found in unable[one.volunteer_id]), None)
            about = (board.need.request_id, one.invitation_id, one.volunteer_id)
            told.append(InvitationWithdrawn(*about, Cause.RULE_CAME_UP, rule))
    return board, tuple(told)


def _waits(invitation: Invitation) -> bool:
    return invitation.state is InvitationState.APPROVED


def _inviting(board: Board, now: datetime) -> bool:
    try:
        check_inviting(board, now)
    except MatchingRefusal:
        return False
    return True
