"""Skipping one date of a series: the place stays, and somebody else is asked for that date.

The number of places stays, and so does who has them. The skipped date no longer keeps its
volunteer from other tasks; `requests` makes a linked request of it, with one place.
"""

from dataclasses import replace
from datetime import datetime

from services.matching.domain.board import (
    Board,
    BoardState,
    Claim,
    ClaimState,
    Skip,
    Standing,
    Step,
)
from services.matching.domain.effects import DateSkipped, DateUnskipped
from services.matching.domain.placing import link_of
from services.matching.domain.refusals import (
    DateHasBegun,
    DateIsTaken,
    DateUnknown,
    NoDateLeft,
    NoPlaceHeld,
    NotASeries,
    PlaceOverlaps,
    RequestIsCancelled,
    RequestIsExpired,
)
from shared.kernel.fields import Kind
from shared.kernel.ids import RequestId, VolunteerId
from shared.kernel.slots import Slot


def skip(
    board: Board,
    volunteer_id: VolunteerId,
    starts_at: datetime,
    linked_request_id: RequestId,
    *,
    now: datetime,
) -> Step:
    """Note that the holder of a place does not come to one date; a second time changes nothing.

    `linked_request_id` is new: of the request for somebody else. Raises NotASeries, NoPlaceHeld
    (a reserved place is not yet held), DateUnknown, DateHasBegun, NoDateLeft and what a closed
    request refuses.
    """
    claim, slot = _holder(board, volunteer_id), _date(board, starts_at, now)
    if slot in claim.skipped:
        return board, ()
    if len(claim.skips) + 1 == len(board.need.slots):
        raise NoDateLeft
    after = replace(claim, skips=(*claim.skips, Skip(slot, linked_request_id)))
    told = DateSkipped(
        board.need.request_id,
        volunteer_id,
        link_of(board, claim),
        claim.assignment_id,
        slot,
        linked_request_id,
    )
    return board.with_claim(after), (told,)


def unskip(
    board: Board,
    volunteer_id: VolunteerId,
    starts_at: datetime,
    standing: Standing,
    linked: Board | None,
    *,
    now: datetime,
) -> Step:
    """Take a skip back; a date that is not skipped stays as it is.

    `linked` is the board of the skip's linked request, None while there is none; the caller
    cancels it. Raises as `skip` does, DateIsTaken once somebody has its place or one is
    reserved, and PlaceOverlaps if the volunteer has taken something else at that time.
    """
    claim, slot = _holder(board, volunteer_id), _date(board, starts_at, now)
    skipped = skip_at(claim, slot.starts_at)
    if skipped is None:
        return board, ()
    if linked is not None and any(other.holds_place for other in linked.claims):
        raise DateIsTaken
    if any(slot.overlaps(other) for other in standing.held):
        raise PlaceOverlaps
    kept = tuple(other for other in claim.skips if other is not skipped)
    told = DateUnskipped(
        board.need.request_id,
        volunteer_id,
        link_of(board, claim),
        claim.assignment_id,
        slot,
        skipped.linked_request_id,
    )
    return board.with_claim(replace(claim, skips=kept)), (told,)


def skip_at(claim: Claim | None, starts_at: datetime) -> Skip | None:
    """The claim's skip of the date that starts then."""
    skips = () if claim is None else claim.skips
    return next((skip for skip in skips if skip.slot.starts_at == starts_at), None)


def _holder(board: Board, volunteer_id: VolunteerId) -> Claim:
    if board.state is BoardState.CANCELLED:
        raise RequestIsCancelled
    if board.state is BoardState.EXPIRED:
        raise RequestIsExpired
    if board.need.kind is not Kind.SERIES:
        raise NotASeries
    claim = board.claim_of(volunteer_id)
    if claim is None or claim.state is not ClaimState.ASSIGNED:
        raise NoPlaceHeld
    return claim


def _date(board: Board, starts_at: datetime, now: datetime) -> Slot:
    slot = next((slot for slot in board.need.slots if slot.starts_at == starts_at), None)
    if slot is None:
        raise DateUnknown
    if slot.starts_at <= now:
        raise DateHasBegun
    return slot
