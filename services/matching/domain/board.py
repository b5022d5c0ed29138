"""The places of one request and everybody's claim to them: the aggregate that answers change.

A frozen value. The modules beside it return a new board and its effects; the service keeps the
board's row locked between reading and writing. Always: reserved + assigned ≤ places, one
invitation and one claim a volunteer, and the waiting list in the order of the yeses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self, TypeVar

from services.matching.domain.effects import Counts, Effect
from services.matching.domain.exclusions import Exclusion, Reason
from services.matching.domain.invitation import (
    NOT_YET_ASKED,
    OPEN,
    Invitation,
    InvitationState,
)
from services.matching.domain.need import Need
from shared.kernel.fields import Answer
from shared.kernel.ids import AssignmentId, InvitationId, RequestId, VolunteerId
from shared.kernel.slots import Slot

__all__ = [
    "NOT_YET_ASKED",
    "OPEN",
    "Board",
    "BoardState",
    "Claim",
    "ClaimState",
    "Invitation",
    "InvitationState",
    "People",
    "Skip",
    "Standing",
    "Step",
]

Item = TypeVar("Item")


class ClaimState(StrEnum):
    WAITING = "waiting"
    RESERVED = "reserved"
    ASSIGNED = "assigned"


@dataclass(frozen=True, slots=True)
class Skip:
    """A date of a series to which somebody with a place does not come."""

    slot: Slot
    linked_request_id: RequestId
    """Of the request for somebody else on that date."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a yes has brought a volunteer: a place, or one in the waiting list."""

    volunteer_id: VolunteerId
    assignment_id: AssignmentId
    state: ClaimState
    since: datetime
    ask_again: bool = False
    """Asked "still good for you?" and not yet answered."""
    decide_by: datetime | None = None
    """Of a reservation: by when a coordinator must decide."""
    override: str | None = None
    told: bool = False
    """Whether the organisation was told that this volunteer comes."""
    skips: tuple[Skip, ...] = ()
    """Only of an assigned place; each slot is a date of the need."""

    @property
    def holds_place(self) -> bool:
        return self.state is not ClaimState.WAITING

    @property
    def skipped(self) -> tuple[Slot, ...]:
        return tuple(skip.slot for skip in self.skips)

    def first_date(self, need: Need) -> Slot:
        """The first date to which they come; should they skip all, the first of all."""
        return next((slot for slot in need.slots if slot not in self.skipped), need.slots[0])


class BoardState(StrEnum):
    OPEN = "open"
    STOPPED = "stopped"
    """A coordinator invites nobody else."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a place depends on beyond the request: to be read under the volunteer's row lock."""

    known: bool
    held: tuple[Slot, ...] = ()
    """Dates of the places that the volunteer holds in other requests, reserved ones included."""


People = Mapping[VolunteerId, Standing]
"""Of everybody concerned. Who is not in it does not move up and does not lose a place."""


@dataclass(frozen=True, slots=True)
class Board:
    """The state of one request's places."""

    need: Need
    state: BoardState = BoardState.OPEN
    invitations: tuple[Invitation, ...] = ()
    claims: tuple[Claim, ...] = ()
    """In the order of the yeses: those that wait are the waiting list."""
    excluded: frozenset[VolunteerId] = frozenset()
    held_back: tuple[tuple[VolunteerId, datetime], ...] = ()
    """Not to be asked before a moment: a coordinator keeps them for something else."""
    freed_at: datetime | None = None
    """When last a place was given back or added."""
    exhausted: bool = False
    """Whether a coordinator was told that nobody is left."""
    told_at: datetime | None = None
    """When last the organisation was told who comes."""
    version: int = 0
    """Counts the changes of `counts`."""

    @property
    def counts(self) -> Counts:
        states = [claim.state for claim in self.claims]
        return Counts(
            places=self.need.places,
            reserved=states.count(ClaimState.RESERVED),
            assigned=states.count(ClaimState.ASSIGNED),
            waitlisted=states.count(ClaimState.WAITING),
        )

    @property
    def free(self) -> int:
        return self.need.places - sum(claim.holds_place for claim in self.claims)

    @property
    def filled(self) -> bool:
        return self.counts.assigned == self.need.places

    @property
    def waiting(self) -> tuple[Claim, ...]:
        return tuple(claim for claim in self.claims if not claim.holds_place)

    @property
    def open_invitations(self) -> tuple[Invitation, ...]:
        return tuple(invitation for invitation in self.invitations if invitation.open)

    @property
    def asking(self) -> bool:
        """Whether somebody is proposed, about to be asked, or may still answer in time."""
        return any(one.open or one.state in NOT_YET_ASKED for one in self.invitations)

    @property
    def has_asked(self) -> bool:
        """Whether anybody was ever asked, or given a place without being asked."""
        return any(
            one.state not in NOT_YET_ASKED and not one.never_left for one in self.invitations
        )

    @property
    def closed(self) -> bool:
        return self.state in {BoardState.CANCELLED, BoardState.EXPIRED}

    def invitation_of(self, volunteer_id: VolunteerId) -> Invitation | None:
        return next((i for i in self.invitations if i.volunteer_id == volunteer_id), None)

    def invitation(self, invitation_id: InvitationId) -> Invitation | None:
        return next((i for i in self.invitations if i.invitation_id == invitation_id), None)

    def claim_of(self, volunteer_id: VolunteerId) -> Claim | None:
        return next((c for c in self.claims if c.volunteer_id == volunteer_id), None)

    def holding(self, state: ClaimState) -> tuple[VolunteerId, ...]:
        """Whose claims are in this state, in the order of their yeses."""
        return tuple(claim.volunteer_id for claim in self.claims if claim.state is state)

    def has_open_ask(self, volunteer_id: VolunteerId) -> bool:
        """Whether this request takes one of the volunteer's asks, whatever its age.

        It does while the ask is on its way, and while a yes waits for a coordinator.
        """
        invitation, claim = self.invitation_of(volunteer_id), self.claim_of(volunteer_id)
        if invitation is None:
            return False
        on_its_way = invitation.state in NOT_YET_ASKED | {InvitationState.ISSUED}
        return on_its_way or (claim is not None and claim.state is ClaimState.RESERVED)

    def asked_at(self, volunteer_id: VolunteerId) -> datetime | None:
        """When this request took one of the volunteer's asks; None if not, or still open."""
        invitation = self.invitation_of(volunteer_id)
        if invitation is None or self.has_open_ask(volunteer_id):
            return None
        return invitation.sent_at

    def with_invitation(self, invitation: Invitation) -> Self:
        """The board with this invitation in place of its volunteer's earlier one, or added."""
        return replace(
            self,
            invitations=_put(
                self.invitations, self.invitation_of(invitation.volunteer_id), invitation
            ),
        )

    def with_claim(self, claim: Claim) -> Self:
        """The board with this claim in its volunteer's earlier position, or at the end."""
        return replace(self, claims=_put(self.claims, self.claim_of(claim.volunteer_id), claim))

    def without_claim(self, volunteer_id: VolunteerId) -> Self:
        kept = tuple(c for c in self.claims if c.volunteer_id != volunteer_id)
        return replace(self, claims=kept)

    def exclusions(self, now: datetime) -> dict[VolunteerId, Exclusion]:
        """Why the people whom this request has met already are not to be asked (again)."""
        met = {
            volunteer_id: Exclusion(Reason.HELD_BACK, {}, until)
            for volunteer_id, until in self.held_back
            if now < until
        }
        for invitation in self.invitations:
            if invitation.answer is Answer.NO:
                reason = Reason.ALREADY_ANSWERED_NO
            elif invitation.never_left or invitation.cut_short:
                continue
            elif invitation.taken_back:
                reason = Reason.INVITATION_WITHDRAWN
            else:
                reason = Reason.ALREADY_ASKED
            met[invitation.volunteer_id] = Exclusion(reason, {"wave": invitation.wave})
        for claim in self.claims:
            reason = Reason.HAS_PLACE if claim.holds_place else Reason.ON_WAITING_LIST
            met[claim.volunteer_id] = Exclusion(reason, {})
        for volunteer_id in self.excluded:
            met[volunteer_id] = Exclusion(Reason.EXCLUDED_BY_COORDINATOR, {})
        return met


Step = tuple[Board, tuple[Effect, ...]]
"""A new board and what the change makes known."""


def _put(items: tuple[Item, ...], old: Item | None, new: Item) -> tuple[Item, ...]:
    return (*items, new) if old is None else tuple(new if i is old else i for i in items)
