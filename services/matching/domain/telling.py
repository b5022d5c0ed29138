"""When the organisation is told who comes: few mails, and never a list that is no longer so.

It is told when every place is taken, on the day before the start whatever is taken by then, and
again once somebody of whom it was told does not come. From the day before on it also hears who
comes in addition, since no other list follows.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from services.matching.domain.board import Board, ClaimState, Step
from services.matching.domain.effects import (
    AssignmentCancelled,
    CandidatesExhausted,
    Cause,
    Effect,
    RequestNear,
    WhoComesChanged,
)
from shared.kernel.ids import VolunteerId

NEAR = timedelta(hours=24)
"""So long before the start those who come, and the organisation, are reminded."""


def newly_filled(before: Board, after: Board) -> bool:
    """Whether every place is taken now, and was not, or was by others."""
    if not after.filled or after.closed:
        return False
    return not before.filled or _assigned(before) != _assigned(after)


def tell_organisation(before: Board, step: Step, *, now: datetime, looking: bool) -> Step:
    """Add to a step what the organisation is to hear of it: at most one mail.

    Where every place is taken, `RequestFilled` says so already. `looking`: whether somebody else
    is asked for a place that is free.
    """
    after, effects = step
    need = after.need
    if after.closed or now >= need.ends_at:
        return step
    if newly_filled(before, after):
        return _told_of_all(after, now), effects
    assigned = _assigned(after)
    known = assigned | _ended(effects)
    lost = any(one.told and one.volunteer_id not in known for one in before.claims)
    added = any(not one.told for one in after.claims if one.volunteer_id in assigned)
    near_since = need.starts_at - NEAR
    told_near = before.told_at is not None and before.told_at >= near_since
    looking = looking and after.free > 0 and now < need.starts_at
    if lost or (told_near and added):
        given_back = lost and not added
        changed = WhoComesChanged(need.request_id, after.version, given_back, looking)
        return _told_of_all(after, now), (*effects, changed)
    if assigned and not told_near and near_since <= now < need.starts_at:
        near = RequestNear(need.request_id, after.version, looking)
        return _told_of_all(after, now), (*effects, near)
    if any(isinstance(effect, CandidatesExhausted) for effect in effects):
        return _named(after), effects
    return after, effects


def _ended(effects: Iterable[Effect]) -> set[VolunteerId]:
    """Whose tandem is over: the organisation hears of it by another mail."""
    cancelled = (one for one in effects if isinstance(one, AssignmentCancelled))
    return {one.volunteer_id for one in cancelled if one.cause is Cause.TANDEM_ENDED}


def _told_of_all(board: Board, now: datetime) -> Board:
    return replace(_named(board), told_at=now)


def _named(board: Board) -> Board:
    """The board after a mail that names everybody who comes."""
    assigned = _assigned(board)
    claims = tuple(
        replace(one, told=True) if one.volunteer_id in assigned else one for one in board.claims
    )
    return replace(board, claims=claims)


def _assigned(board: Board) -> set[VolunteerId]:
    return {one.volunteer_id for one in board.claims if one.state is ClaimState.ASSIGNED}
