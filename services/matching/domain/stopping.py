"""A coordinator's stop, after which nobody else is asked, and how a request goes on after it."""

from dataclasses import replace

from services.matching.domain.board import (
    Board,
    BoardState,
    Invitation,
    InvitationState,
    Step,
)
from services.matching.domain.coordinating import check_open, withdraw_all
from services.matching.domain.effects import Cause

_UNHEARD = frozenset({InvitationState.ISSUED, InvitationState.NOT_SENT})
"""States that the word of a mail that left ends."""


def stop(board: Board) -> Step:
    """Invite nobody else. Places and the waiting list stay; open invitations are withdrawn.

    A second time changes nothing.
    """
    check_open(board)
    after, told = withdraw_all(board, Cause.REQUEST_STOPPED)
    before = {one.invitation_id: one for one in board.invitations}
    marked = tuple(_marked(before[one.invitation_id], one) for one in after.invitations)
    return replace(after, state=BoardState.STOPPED, invitations=marked), told


def resume(board: Board) -> Step:
    """Undo `stop`: whose question was open may be asked anew, the rest is as it was before.

    The former were told that it is withdrawn, so it stays so, and their ask counts. Who was told
    nothing, because they had declined or let the deadline pass, can change their mind again.
    """
    check_open(board)
    again = tuple(map(_as_before, board.invitations))
    return replace(board, state=BoardState.OPEN, invitations=again), ()


def _marked(before: Invitation, after: Invitation) -> Invitation:
    """With the state in which the stop found it; what was withdrawn already stays as it was."""
    if before.state is InvitationState.WITHDRAWN or after.state is before.state:
        return before
    return replace(after, stopped_in=before.state)


def _as_before(invitation: Invitation) -> Invitation:
    state = invitation.stopped_in
    if state is None or invitation.cut_short:
        return invitation
    if state in _UNHEARD and invitation.sent_at is not None:
        state = InvitationState.SENT
    return replace(invitation, state=state, stopped_in=None)
