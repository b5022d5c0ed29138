"""What happens to a board when its request or its volunteers change or go."""

from dataclasses import replace
from datetime import datetime

from services.matching.domain.board import Board, BoardState, Claim, Invitation, People, Step
from services.matching.domain.coordinating import withdraw_all, withdrawn
from services.matching.domain.effects import Cause, Effect, InvitationIssued, Purpose
from services.matching.domain.need import Need
from services.matching.domain.placing import drop_claim, move_up, settled, state_of
from services.matching.domain.refusals import ReleaseFirst
from services.matching.domain.sending import expired
from services.matching.domain.tuning import Tuning
from shared.kernel.ids import VolunteerId


def check_places(board: Board, places: int) -> None:
    """Raise ReleaseFirst if more people hold a place than there would be."""
    if board.counts.places - board.free > places:
        raise ReleaseFirst


def change(board: Board, need: Need, people: People, *, now: datetime, tuning: Tuning) -> Step:
    """Take a newer version of the need; an older one, or one of a closed request, is no matter.

    When time, place, language or check changed, those who hold a place are asked "still all
    right?", and open invitations show the new facts. Who would then hold two overlapping places
    loses this one. More places move the waiting list up. A skipped date that is no more is no
    longer skipped. Raises ReleaseFirst for too few.
    """
    if need.version <= board.need.version or board.closed:
        return board, ()
    check_places(board, need.places)
    grown = need.places > board.need.places
    after = replace(
        board,
        need=need,
        exhausted=False,
        freed_at=now if grown else board.freed_at,
        invitations=tuple(_shown_anew(i, need) for i in board.invitations),
        claims=tuple(_still_skipping(claim, need) for claim in board.claims),
    )
    told: tuple[Effect, ...] = ()
    if need.facts_version > board.need.facts_version:
        after, told = _asked_again(after, people, now)
    after, moved = move_up(after, people, now=now, tuning=tuning)
    return settled(board, after, (*told, *moved))


def cancel(board: Board, *, now: datetime) -> Step:
    """End a cancelled request: everybody concerned is told, nobody holds a place any more."""
    if board.state is BoardState.CANCELLED:
        return board, ()
    after, told = withdraw_all(board, Cause.REQUEST_CANCELLED)
    after, lost = _without_claims(after, Cause.REQUEST_CANCELLED, now)
    return settled(board, replace(after, state=BoardState.CANCELLED), (*told, *lost))


def expire(board: Board, *, now: datetime) -> Step:
    """End a request for which nobody was found; who was only asked gets no mail.

    If somebody is assigned after all, the board stays and says so, and the request's owner
    learns it from the newer version.
    """
    if board.closed:
        return board, ()
    if board.counts.assigned:
        return board, (state_of(board),)
    after, lost = _without_claims(board, Cause.REQUEST_EXPIRED, now)
    after, told = expired(after, after.open_invitations)
    return settled(board, replace(after, state=BoardState.EXPIRED), (*lost, *told))


def erase(
    board: Board,
    volunteer_id: VolunteerId,
    stand_in: VolunteerId,
    people: People,
    *,
    now: datetime,
    tuning: Tuning,
) -> Step:
    """Forget a volunteer: until the task's end their invitation, place and position go.

    Afterwards a random `stand_in` takes the id's place, so that the figures stay.
    """
    if now >= board.need.ends_at:
        return _replaced(board, volunteer_id, stand_in), ()
    after, told = drop_claim(board, volunteer_id, Cause.ERASED, now)
    after = replace(
        after,
        invitations=tuple(i for i in after.invitations if i.volunteer_id != volunteer_id),
        excluded=after.excluded - {volunteer_id},
        held_back=tuple(entry for entry in after.held_back if entry[0] != volunteer_id),
    )
    after, moved = move_up(after, people, now=now, tuning=tuning)
    return settled(board, after, (*told, *moved))


def _shown_anew(invitation: Invitation, need: Need) -> Invitation:
    """An open invitation with the new facts; its deadline never lies after the start."""
    if not invitation.open:
        return invitation
    due = invitation.deadline
    return replace(
        invitation, need_version=need.version, deadline=due and min(due, need.starts_at)
    )


def _still_skipping(claim: Claim, need: Need) -> Claim:
    kept = tuple(skip for skip in claim.skips if skip.slot in need.slots)
    return replace(claim, skips=kept)


def _asked_again(board: Board, people: People, now: datetime) -> Step:
    told: list[Effect] = []
    for claim in board.claims:
        if not claim.holds_place:
            continue
        standing = people.get(claim.volunteer_id)
        effects: tuple[Effect, ...]
        if standing is not None and board.need.overlaps(standing.held, claim.skipped):
            board, effects = _lost_to_overlap(board, claim, now)
        else:
            board, effects = _ask_still_all_right(board, claim)
        told.extend(effects)
    return board, tuple(told)


def _lost_to_overlap(board: Board, claim: Claim, now: datetime) -> Step:
    """Take the place back; the answer is open again, should the other place be given up."""
    after, told = drop_claim(board, claim.volunteer_id, Cause.OVERLAPS_AFTER_CHANGE, now)
    invitation = after.invitation_of(claim.volunteer_id)
    if invitation is not None:
        after = after.with_invitation(replace(invitation, answer=None, answered_at=None))
    return after, told


def _ask_still_all_right(board: Board, claim: Claim) -> Step:
    invitation = board.invitation_of(claim.volunteer_id)
    if invitation is None:
        return board, ()
    need = board.need
    shown = replace(invitation, need_version=need.version)
    told = InvitationIssued(
        need.request_id,
        invitation.invitation_id,
        claim.volunteer_id,
        Purpose.CHANGED,
        invitation.channel,
        need.version,
        answer_within=None,
        send_before=need.starts_at,
    )
    return board.with_invitation(shown).with_claim(replace(claim, ask_again=True)), (told,)


def _without_claims(board: Board, cause: Cause, now: datetime) -> Step:
    """Take every place and position back; who waited hears it by the withdrawal."""
    told: list[Effect] = []
    for claim in board.claims:
        invitation = board.invitation_of(claim.volunteer_id)
        effects: tuple[Effect, ...] = ()
        if invitation is not None and not claim.holds_place:
            board, effects = withdrawn(board, invitation, cause)
        board, lost = drop_claim(board, claim.volunteer_id, cause, now)
        told.extend((*effects, *lost))
    return board, tuple(told)


def _replaced(board: Board, volunteer_id: VolunteerId, stand_in: VolunteerId) -> Board:
    return replace(
        board,
        invitations=tuple(
            replace(i, volunteer_id=stand_in) if i.volunteer_id == volunteer_id else i
            for i in board.invitations
        ),
        claims=tuple(
            replace(c, volunteer_id=stand_in) if c.volunteer_id == volunteer_id else c
            for c in board.claims
        ),
        excluded=board.excluded - {volunteer_id},
        held_back=tuple(entry for entry in board.held_back if entry[0] != volunteer_id),
    )
