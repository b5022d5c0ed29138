"""Giving the place of a tandem back, because it is over or will not begin."""

from dataclasses import replace
from datetime import datetime

from services.matching.domain.board import Board, ClaimState, InvitationState, People, Step
from services.matching.domain.effects import Cause
from services.matching.domain.placing import drop_claim, move_up, settled
from services.matching.domain.tuning import Tuning
from shared.kernel.ids import VolunteerId


def leave(
    board: Board,
    volunteer_id: VolunteerId,
    people: People,
    cause: Cause,
    *,
    now: datetime,
    tuning: Tuning,
) -> Step:
    """Drop an assigned place and close its link; before the start the waiting list moves up.

    Once the request is closed or its dates are over nothing is left to give back, nor without a
    place: no change.
    """
    claim = board.claim_of(volunteer_id)
    held = claim is not None and claim.state is ClaimState.ASSIGNED
    if not held or board.closed or now >= board.need.ends_at:
        return board, ()
    after, told = drop_claim(board, volunteer_id, cause, now)
    invitation = board.invitation_of(volunteer_id)
    if invitation is not None:
        after = after.with_invitation(replace(invitation, state=InvitationState.WITHDRAWN))
    after, moved = move_up(after, people, now=now, tuning=tuning)
    return settled(board, after, (*told, *moved))
