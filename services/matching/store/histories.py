"""The answer history of a volunteer: each ask counts once, when its outcome is settled."""

from dataclasses import replace
from datetime import datetime

from services.matching.domain.board import Invitation, InvitationState
from services.matching.store.codes import history_of
from services.matching.store.tables import VolunteerRow
from shared.kernel.fields import Answer


def outcome(invitation: Invitation) -> bool | None:
    """Whether it was a yes; None while that is open. Silence until the deadline is a no."""
    if invitation.state is InvitationState.DIRECT or invitation.wave == 0:
        return None  # nobody asked
    if invitation.answer in {Answer.YES, Answer.NO}:
        return invitation.answer is Answer.YES
    return False if invitation.state is InvitationState.EXPIRED else None


def count(
    person: VolunteerRow | None, invitation: Invitation, *, counted: bool | None, now: datetime
) -> bool | None:
    """Count what has not been counted yet in the locked row; return what is counted now.

    A yes after a silence or a no makes it a yes. What was a yes stays one: that a place was given
    back later says nothing about the chance of a yes.
    """
    result = outcome(invitation)
    if person is None or result is None or counted or result is counted:
        return counted
    history = history_of(person)
    if counted is None:
        history = history.with_outcome(now, said_yes=result)
    else:
        faded = history.faded(now)
        history = replace(faded, yes=faded.yes + 1)
    person.asked, person.yes, person.counted_at = (
        history.asked,
        history.yes,
        history.counted_at,
    )
    return result
