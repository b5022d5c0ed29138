"""What became of an ask, and how it counts in the history: once, as soon as that is settled."""

from dataclasses import replace
from datetime import datetime

from services.matching.domain.board import Invitation, InvitationState
from services.matching.domain.chance import AnswerHistory
from shared.kernel.fields import Answer


def outcome(invitation: Invitation) -> bool | None:
    """Whether it was a yes; None while that is open. Silence until the deadline is a no."""
    if invitation.state is InvitationState.DIRECT or invitation.wave == 0:
        return None  # nobody asked
    if invitation.answer in {Answer.YES, Answer.NO}:
        return invitation.answer is Answer.YES
    return False if invitation.state is InvitationState.EXPIRED else None


def count(
    history: AnswerHistory, invitation: Invitation, *, counted: bool | None, now: datetime
) -> tuple[AnswerHistory, bool | None]:
    """Count what has not been counted yet of an ask; return what is counted now, too.

    A yes after a silence or a no makes it a yes. What was a yes stays one: that a place was given
    back later says nothing about the chance of a yes.
    """
    result = outcome(invitation)
    if result is None or counted or result is counted:
        return history, counted
    if counted is None:
        return history.with_outcome(now, said_yes=result), result
    faded = history.faded(now)
    return replace(faded, yes=faded.yes + 1), result
