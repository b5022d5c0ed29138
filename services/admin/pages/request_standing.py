"""How one volunteer stands with one request, picked out of all that matching shows of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.admin.pages.wording.matching import MET, ONLY_AGAINST_ASKING
from shared.contracts.matching import (
    BoardShown,
    CandidateShown,
    ExcludedShown,
    InvitationShown,
    PlacesShown,
    Reason,
    SkipShown,
)
from shared.contracts.values import Dated
from shared.kernel.fields import Answer, Kind

CLOSED = frozenset({"cancelled", "expired"})
BEING_ASKED = frozenset({"planned", "approved", "issued", "sent"})


class Shut(StrEnum):
    """Why a request asks nobody more, whoever it is; the first that holds is told."""

    CLOSED = "closed"
    FULL = "full"
    HELD = "held"
    STOPPED = "stopped"
    STARTED = "started"


NO_PLACE = frozenset({Shut.CLOSED, Shut.FULL})
"""Then there is no place to give, either."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a volunteer stands with one request."""

    candidate: CandidateShown | None = None
    objections: tuple[Reason, ...] = ()
    """Why somebody is not asked; nothing of those who are being asked or have a claim."""
    rules: tuple[Reason, ...] = ()
    """Which rules speak against them, whatever was decided about them so far."""
    excluded: bool = False
    """Whether the office has said already that they are not to be asked."""
    held_back: bool = False
    """Whether they are not to be asked before a moment."""
    invitation: InvitationShown | None = None
    assigned: bool = False
    reserved: bool = False
    waiting_position: int | None = None
    waiting: int = 0
    """How many wait here for a place."""
    dates: tuple[Dated, ...] = ()
    """Of a series in which they have a place: dates to come that they do not skip."""
    skips: tuple[SkipShown, ...] = ()
    shut: Shut | None = None
    selection_open: bool = False
    """Whether a selection waits for a coordinator: nobody is added to it any more."""

    @property
    def loses_by_a_no(self) -> bool:
        """Whether a no costs them something that a later yes may not bring back."""
        return self.assigned or self.reserved or self.waiting_position is not None

    @property
    def kept_out(self) -> bool:
        """Whether the office keeps them from being asked, for now or for good."""
        return self.excluded or self.held_back

    @property
    def rules_against_a_place(self) -> tuple[Reason, ...]:
        """Which rules speak against a place for them, should they have agreed."""
        return tuple(rule for rule in self.rules if rule.code not in ONLY_AGAINST_ASKING)

    @property
    def nothing_against_any_more(self) -> bool:
        """Whether what spoke against an invitation is gone.

        What speaks only against asking is not looked at again once somebody was asked.
        """
        asked = self.invitation
        if asked is None or asked.unmet:
            return False
        return any(rule.code not in ONLY_AGAINST_ASKING for rule in asked.against)

    @property
    def can_be_held_back(self) -> bool:
        """Whether nobody has asked them and nothing has been decided about them yet."""
        unasked = self.invitation is None or self.invitation.state in {"planned", "not_sent"}
        return unasked and not self.kept_out and self.waiting_position is None

    @property
    def proposed(self) -> bool:
        """Whether matching would ask them and waits for a coordinator."""
        return self.invitation is not None and self.invitation.state == "planned"

    @property
    def can_be_placed(self) -> bool:
        """Whether there is a place for somebody who has none here yet."""
        return self.shut not in NO_PLACE

    @property
    def told_shut(self) -> Shut | None:
        """Why what could else be done with somebody without a place is not offered."""
        return self.shut if self.may_be_asked or not self.can_be_placed else None

    @property
    def can_be_invited(self) -> bool:
        """Whether a coordinator may have them asked now."""
        return self.shut is None and self.may_be_asked

    @property
    def may_be_asked(self) -> bool:
        """Whether they were not asked yet, or the question was withdrawn before their answer.

        Who is proposed is asked by approving the proposal.
        """
        asked = self.invitation
        if asked is None or asked.state == "not_sent":
            return True
        return asked.state == "withdrawn" and asked.answer in {None, Answer.LATER}

    @property
    def hears_of_leaving_out(self) -> bool:
        """Whether leaving them out takes something back: an open question, or their waiting."""
        asked = self.invitation
        if asked is None or asked.state not in {"issued", "sent"}:
            return self.waiting_position is not None
        return asked.answer in {None, Answer.LATER} or self.waiting_position is not None

    @property
    def can_answer(self) -> bool:
        """Whether somebody who rings can be answered for."""
        states = {"planned", "approved", "withdrawn", "not_sent"}
        return self.invitation is not None and self.invitation.state not in states


def standing_of(board: BoardShown | None, volunteer_id: UUID, now: datetime) -> Standing:
    """Pick one person out of a request's matching."""
    if board is None or not board.found:
        return Standing()

    def own(entries: Any) -> Any:
        return next((one for one in entries if one.volunteer_id == volunteer_id), None)

    against: ExcludedShown | None = own(board.excluded)
    invitation: InvitationShown | None = own(board.invitations)
    waiting = board.waiting.index(volunteer_id) + 1 if volunteer_id in board.waiting else None
    skips = tuple(skip for skip in board.skips if skip.volunteer_id == volunteer_id)
    claims = {*board.assigned, *board.reserved, *board.waiting}
    met = volunteer_id in claims or (invitation is not None and invitation.state in BEING_ASKED)
    candidate: CandidateShown | None = own(board.candidates)
    told = against.exclusions if against else candidate.not_now if candidate else ()
    said = {one.code for one in told}
    rules = tuple(one for one in told if one.code not in MET)
    return Standing(
        candidate=candidate,
        objections=rules if against and not met else (),
        rules=tuple(one for one in rules if one.code != "invitation_withdrawn"),
        excluded="excluded_by_coordinator" in said,
        held_back="held_back" in said,
        invitation=invitation,
        assigned=volunteer_id in board.assigned,
        reserved=volunteer_id in board.reserved,
        waiting_position=waiting,
        waiting=len(board.waiting),
        dates=_dates(board, skips, now) if volunteer_id in board.assigned else (),
        skips=tuple(skip for skip in skips if skip.starts_at > now),
        shut=shut_by(board, now),
        selection_open=any(one.state == "planned" for one in board.invitations),
    )


def shut_by(board: BoardShown, now: datetime) -> Shut | None:
    """Why this request asks nobody more; None if it may, as far as is known."""
    slots = board.need.slots if board.need else ()
    if board.state in CLOSED or (slots and now >= slots[-1].ends_at):
        return Shut.CLOSED
    if board.places is not None and is_full(board.places):
        return Shut.FULL
    if board.state in {Shut.HELD, Shut.STOPPED}:
        return Shut(board.state)
    return Shut.STARTED if slots and now >= slots[0].starts_at else None


def is_full(places: PlacesShown) -> bool:
    """Whether all places are held, and so nobody is asked."""
    return places.assigned + places.reserved >= places.places > 0


def _dates(board: BoardShown, skips: Iterable[SkipShown], now: datetime) -> tuple[Dated, ...]:
    need, skipped = board.need, {skip.starts_at for skip in skips}
    if need is None or need.kind is not Kind.SERIES:
        return ()
    return tuple(
        slot for slot in need.slots if slot.starts_at > now and slot.starts_at not in skipped
    )
