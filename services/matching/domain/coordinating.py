"""What a coordinator decides by hand; the reasons for going against a rule are kept."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

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
from services.matching.domain.effects import Cause, Effect, InvitationWithdrawn
from services.matching.domain.exclusions import Exclusion, Reason
from services.matching.domain.placing import assign_place, drop_claim, move_up, settled
from services.matching.domain.refusals import (
    AlreadyInvited,
    FirstTalkMissing,
    NoPlaceHeld,
    NothingReserved,
    OverrideNeeded,
    PlaceIsHeld,
    PlaceOverlaps,
    RequestIsCancelled,
    RequestIsExpired,
    TaskIsOver,
)
from services.matching.domain.tuning import Tuning
from shared.kernel.fields import Answer, Via
from shared.kernel.ids import AssignmentId, InvitationId, VolunteerId

_NEVER_SENT = frozenset({InvitationState.NOT_SENT})
_EXPECTED = frozenset(
    {
        Reason.ALREADY_ASKED,
        Reason.INVITATION_WITHDRAWN,
        Reason.ON_WAITING_LIST,
        Reason.HAS_PLACE,
    }
)
"""Reasons not to ask again that say nothing against an assignment."""


def confirm(
    board: Board, volunteer_id: VolunteerId, standing: Standing, *, now: datetime
) -> Step:
    """Turn a reservation into an assignment; a second time changes nothing.

    Raises NothingReserved, FirstTalkMissing, TaskIsOver and what a closed request refuses.
    """
    _check_running(board, now)
    claim = board.claim_of(volunteer_id)
    if claim is None or claim.state is ClaimState.WAITING:
        raise NothingReserved
    if claim.state is ClaimState.ASSIGNED:
        return board, ()
    _check_known(board, standing)
    after, told = assign_place(board, claim, standing, Cause.CONFIRMED)
    return settled(board, after, told)


def decline(
    board: Board, volunteer_id: VolunteerId, people: People, *, now: datetime, tuning: Tuning
) -> Step:
    """Turn a reservation down; the next of the waiting list moves up. Raises NothingReserved."""
    claim = board.claim_of(volunteer_id)
    if claim is None or claim.state is not ClaimState.RESERVED:
        raise NothingReserved
    after, told = _take_back(board, volunteer_id, Cause.DECLINED_BY_COORDINATOR, now)
    after, moved = move_up(after, people, now=now, tuning=tuning)
    return settled(board, after, (*told, *moved))


def assign(
    board: Board,
    volunteer_id: VolunteerId,
    standing: Standing,
    exclusions: Sequence[Exclusion],
    *,
    invitation_id: InvitationId,
    assignment_id: AssignmentId,
    override: str | None,
    via: Via,
    now: datetime,
) -> Step:
    """Give a place to somebody, asked or not; until the end, since a human vouches for it.

    The two new ids are used where there is no invitation or claim yet. Raises PlaceOverlaps
    and FirstTalkMissing, which nothing overrides; OverrideNeeded where rules speak against it
    and no reason is given; NoFreePlace, TaskIsOver and what a closed request refuses.
    """
    _check_running(board, now)
    claim = board.claim_of(volunteer_id)
    if claim is not None and claim.state is ClaimState.ASSIGNED:
        return board, ()
    if board.need.overlaps(standing.held):
        raise PlaceOverlaps
    _check_known(board, standing)
    reasons = tuple(e.reason for e in exclusions if e.reason not in _EXPECTED)
    if reasons and override is None:
        raise OverrideNeeded(reasons)
    wanted = claim or Claim(volunteer_id, assignment_id, ClaimState.WAITING, since=now)
    invitation = board.invitation_of(volunteer_id)
    if invitation is None:
        invitation = _direct(board, volunteer_id, invitation_id, now)
    said = board.with_invitation(_agreed(invitation, via, now))
    after, told = assign_place(said, wanted, standing, Cause.ASSIGNED_BY_COORDINATOR, override)
    return settled(board, after, told)


def release(
    board: Board,
    volunteer_id: VolunteerId,
    people: People,
    *,
    now: datetime,
    tuning: Tuning,
    refill: bool = True,
) -> Step:
    """Take a place back. Without `refill` nobody moves up, so that places can be made fewer.

    Raises NoPlaceHeld, TaskIsOver and what a closed request refuses.
    """
    _check_running(board, now)
    claim = board.claim_of(volunteer_id)
    if claim is None or not claim.holds_place:
        raise NoPlaceHeld
    after, told = _take_back(board, volunteer_id, Cause.RELEASED_BY_COORDINATOR, now)
    moved: tuple[Effect, ...] = ()
    if refill:
        after, moved = move_up(after, people, now=now, tuning=tuning)
    return settled(board, after, (*told, *moved))


def withdraw(board: Board, volunteer_id: VolunteerId, *, now: datetime) -> Step:
    """Take an invitation back, and a position in the waiting list with it. Raises PlaceIsHeld."""
    claim = board.claim_of(volunteer_id)
    if claim is not None and claim.holds_place:
        raise PlaceIsHeld
    invitation = board.invitation_of(volunteer_id)
    if invitation is None:
        return board, ()
    after, told = withdrawn(board, invitation, Cause.WITHDRAWN_BY_COORDINATOR)
    after, _ = drop_claim(after, volunteer_id, Cause.WITHDRAWN_BY_COORDINATOR, now)
    return settled(board, after, told)


def exclude(board: Board, volunteer_id: VolunteerId, *, now: datetime) -> Step:
    """Do not ask this volunteer for this request. Raises PlaceIsHeld."""
    after, told = withdraw(board, volunteer_id, now=now)
    return replace(after, excluded=after.excluded | {volunteer_id}), told


def readmit(board: Board, volunteer_id: VolunteerId) -> Step:
    """Undo `exclude` and `hold_back`; a withdrawn invitation stays withdrawn."""
    kept = tuple(entry for entry in board.held_back if entry[0] != volunteer_id)
    return replace(board, excluded=board.excluded - {volunteer_id}, held_back=kept), ()


def keep_for_later(board: Board, volunteer_id: VolunteerId, until: datetime) -> Step:
    """Hold somebody back whom nobody has asked; a proposal to ask them is dropped.

    Raises PlaceIsHeld, and AlreadyInvited of who was asked.
    """
    if board.claim_of(volunteer_id) is not None:
        raise PlaceIsHeld
    invitation = board.invitation_of(volunteer_id)
    if invitation is not None and not _unasked(invitation):
        raise AlreadyInvited
    after = board
    if invitation is not None and invitation.state in NOT_YET_ASKED:
        after, _ = withdrawn(board, invitation, Cause.WITHDRAWN_BY_COORDINATOR)
    return hold_back(after, volunteer_id, until)


def _unasked(invitation: Invitation) -> bool:
    return invitation.never_left or invitation.state in NOT_YET_ASKED | _NEVER_SENT


def hold_back(board: Board, volunteer_id: VolunteerId, until: datetime) -> Step:
    """Do not ask this volunteer for this request before a moment."""
    kept = tuple(entry for entry in board.held_back if entry[0] != volunteer_id)
    return replace(board, held_back=(*kept, (volunteer_id, until))), ()


def withdrawn(board: Board, invitation: Invitation, cause: Cause) -> Step:
    """Take one invitation back; only those who may still answer or wait are told."""
    if invitation.state in NOT_YET_ASKED:
        kept = tuple(i for i in board.invitations if i is not invitation)
        return replace(board, invitations=kept), ()
    waits = board.claim_of(invitation.volunteer_id) is not None
    closed = replace(invitation, state=InvitationState.WITHDRAWN, stopped_in=None)
    after = board.with_invitation(closed)
    if not (invitation.open or waits):
        return after, ()
    told = InvitationWithdrawn(
        board.need.request_id,
        invitation.invitation_id,
        invitation.volunteer_id,
        cause,
        waited=waits,
    )
    return after, (told,)


def withdraw_all(board: Board, cause: Cause) -> Step:
    """Take back every invitation that has brought no claim."""
    told: list[Effect] = []
    for invitation in board.invitations:
        if board.claim_of(invitation.volunteer_id) is None:
            board, effects = withdrawn(board, invitation, cause)
            told.extend(effects)
    return board, tuple(told)


def _take_back(board: Board, volunteer_id: VolunteerId, cause: Cause, now: datetime) -> Step:
    """Drop a claim and close its link; the mail that tells of it is the cancellation's."""
    invitation = board.invitation_of(volunteer_id)
    after, told = drop_claim(board, volunteer_id, cause, now)
    if invitation is not None:
        closed = replace(invitation, state=InvitationState.WITHDRAWN)
        after = after.with_invitation(closed)
    return after, told


def _agreed(invitation: Invitation, via: Via, now: datetime) -> Invitation:
    """With the yes that a coordinator heard; one of their own stays as they gave it."""
    if invitation.state in NOT_YET_ASKED | {InvitationState.WITHDRAWN}:
        direct = InvitationState.DIRECT
        invitation = replace(invitation, state=direct, answer=None, stopped_in=None)
    if invitation.answer is Answer.YES:
        return invitation
    return replace(invitation, answer=Answer.YES, answered_at=now, via=via)


def _direct(
    board: Board, volunteer_id: VolunteerId, invitation_id: InvitationId, now: datetime
) -> Invitation:
    return Invitation(
        invitation_id,
        volunteer_id,
        InvitationState.DIRECT,
        wave=0,
        chance=1.0,
        answer_within=timedelta(0),
        need_version=board.need.version,
        issued_at=now,
    )


def check_open(board: Board) -> None:
    """Raise a refusal if the request is closed."""
    if board.state is BoardState.CANCELLED:
        raise RequestIsCancelled
    if board.state is BoardState.EXPIRED:
        raise RequestIsExpired


def _check_running(board: Board, now: datetime) -> None:
    check_open(board)
    if now >= board.need.ends_at:
        raise TaskIsOver


def _check_known(board: Board, standing: Standing) -> None:
    if board.need.for_known_people_only and not standing.known:
        raise FirstTalkMissing
