"""Giving places, taking them back and moving the waiting list up: shared by all changes."""

from dataclasses import replace
from datetime import datetime

from services.matching.domain.board import (
    Board,
    Claim,
    ClaimState,
    Invitation,
    InvitationState,
    People,
    Standing,
    Step,
)
from services.matching.domain.dates import decide_by
from services.matching.domain.effects import (
    AssignmentCancelled,
    Cause,
    Effect,
    InvitationIssued,
    PlaceReserved,
    Purpose,
    RequestFilled,
    RequestReopened,
    VolunteerAssigned,
)
from services.matching.domain.need import Confirm
from services.matching.domain.refusals import InvitationUnknown, NoFreePlace
from services.matching.domain.tuning import Tuning
from shared.kernel.fields import Answer
from shared.kernel.ids import InvitationId, VolunteerId


def settled(before: Board, after: Board, effects: tuple[Effect, ...]) -> Step:
    """End a change: count it if the counts moved, and say if the request filled or reopened."""
    if after.counts != before.counts:
        after = replace(after, version=before.version + 1)
    if after.filled != before.filled and not after.closed:
        effects = (*effects, state_of(after))
    return after, effects


def state_of(board: Board) -> RequestFilled | RequestReopened:
    """How the request stands, as its owner is told."""
    kind = RequestFilled if board.filled else RequestReopened
    return kind(board.need.request_id, board.counts, board.version)


def give_place(
    board: Board,
    claim: Claim,
    standing: Standing,
    cause: Cause,
    *,
    now: datetime,
    tuning: Tuning,
) -> Step:
    """Give one of the free places: reserved where a coordinator decides, else assigned.

    The yes of somebody whom no coordinator knows always waits for one.
    """
    need = board.need
    if standing.known and need.automation.confirm is Confirm.AUTO:
        ask_again = cause is Cause.MOVED_UP
        return assign_place(board, replace(claim, ask_again=ask_again), standing, cause)
    due = decide_by(need, now, tuning)
    reserved = replace(claim, state=ClaimState.RESERVED, decide_by=due)
    told = PlaceReserved(
        need.request_id,
        claim.volunteer_id,
        link_of(board, claim),
        claim.assignment_id,
        cause,
        decide_by=due,
    )
    return board.with_claim(reserved), (told,)


def assign_place(
    board: Board, claim: Claim, standing: Standing, cause: Cause, override: str | None = None
) -> Step:
    """Assign a free place, or the one that is reserved for this claim. Raises NoFreePlace."""
    if board.without_claim(claim.volunteer_id).free < 1:
        raise NoFreePlace
    assigned = replace(claim, state=ClaimState.ASSIGNED, decide_by=None, override=override)
    told = VolunteerAssigned(
        board.need.request_id,
        claim.volunteer_id,
        link_of(board, claim),
        claim.assignment_id,
        cause,
        ask_again=claim.ask_again,
        hand_over=standing.known,
        override=override,
    )
    return board.with_claim(assigned), (told,)


def drop_claim(board: Board, volunteer_id: VolunteerId, cause: Cause, now: datetime) -> Step:
    """Take a volunteer's place back, or strike them from the waiting list; none: no change."""
    claim = board.claim_of(volunteer_id)
    if claim is None:
        return board, ()
    left = board.without_claim(volunteer_id)
    if not claim.holds_place:
        return left, ()
    told = AssignmentCancelled(
        board.need.request_id,
        volunteer_id,
        link_of(board, claim),
        claim.assignment_id,
        cause,
        reserved_only=claim.state is ClaimState.RESERVED,
    )
    return replace(left, freed_at=now, exhausted=False), (told,)


def move_up(board: Board, people: People, *, now: datetime, tuning: Tuning) -> Step:
    """Fill free places from the waiting list, in its order, before the start.

    Who meanwhile holds an overlapping place is passed over and keeps the position. Shortly
    before the start people are asked first, as many at a time as places are free.
    """
    told: tuple[Effect, ...] = ()
    if board.closed or now >= board.need.starts_at:
        return board, told
    short_notice = board.need.starts_at - now < tuning.ask_first_within
    for claim in board.waiting:
        standing = people.get(claim.volunteer_id)
        invitation = board.invitation_of(claim.volunteer_id)
        if standing is None or invitation is None or board.need.overlaps(standing.held):
            continue
        if board.free < 1:
            break
        more: tuple[Effect, ...] = ()
        asked_first = invitation.purpose is Purpose.MOVE_UP
        if not short_notice or (asked_first and invitation.answer is Answer.YES):
            cause = Cause.MOVED_UP
            board, more = give_place(board, claim, standing, cause, now=now, tuning=tuning)
        elif not asked_first and _asked_first(board) < board.free:
            board, more = _ask_first(board, invitation, now, tuning)
        told = (*told, *more)
    return board, told


def link_of(board: Board, claim: Claim) -> InvitationId:
    """The invitation by which a claim's volunteer acts; without one there is no claim."""
    invitation = board.invitation_of(claim.volunteer_id)
    if invitation is None:
        raise InvitationUnknown
    return invitation.invitation_id


def _asked_first(board: Board) -> int:
    """How many of the waiting list are asked for a free place just now."""
    asked = [board.invitation_of(claim.volunteer_id) for claim in board.waiting]
    return sum(i is not None and i.open and i.purpose is Purpose.MOVE_UP for i in asked)


def _ask_first(board: Board, invitation: Invitation, now: datetime, tuning: Tuning) -> Step:
    """Ask somebody of the waiting list: the time is short, so it counts from now."""
    within = min(tuning.move_up_within, (board.need.starts_at - now) / 2)
    due = now + within
    asked = replace(
        invitation,
        state=InvitationState.SENT,
        purpose=Purpose.MOVE_UP,
        chance=tuning.move_up_chance,
        answer_within=within,
        need_version=board.need.version,
        issued_at=now,
        deadline=due,
        answer=None,
        answered_at=None,
        remind_at=None,
    )
    told = InvitationIssued(
        board.need.request_id,
        asked.invitation_id,
        asked.volunteer_id,
        Purpose.MOVE_UP,
        asked.channel,
        asked.need_version,
        asked.answer_within,
        send_before=due,
    )
    return board.with_invitation(asked), (told,)
