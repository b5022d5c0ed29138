"""What a change of the board makes known: named like the events, with ids, codes and times."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.matching.domain.exclusions import Reason
from shared.kernel.fields import Answer, Channel, Via
from shared.kernel.ids import AssignmentId, InvitationId, RequestId, VolunteerId
from shared.kernel.slots import Slot


class Purpose(StrEnum):
    """What an invitation asks."""

    OFFER = "offer"
    """Would you like to help?"""
    MOVE_UP = "move_up"
    """A place has become free shortly before the start: do you still want it?"""
    CHANGED = "changed"
    """The request has changed: is it still all right?"""


class Cause(StrEnum):
    """What made somebody gain or lose a place or an invitation."""

    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    MOVED_UP = "moved_up"
    ASSIGNED_BY_COORDINATOR = "assigned_by_coordinator"
    RELEASED_BY_COORDINATOR = "released_by_coordinator"
    DECLINED_BY_COORDINATOR = "declined_by_coordinator"
    WITHDRAWN_BY_COORDINATOR = "withdrawn_by_coordinator"
    OVERLAPS_AFTER_CHANGE = "overlaps_after_change"
    RULE_CAME_UP = "rule_came_up"
    """Between the decision to ask somebody and the asking, so that they never heard of it."""
    TANDEM_ENDED = "tandem_ended"
    """A tandem that had begun is over; its own mails tell of it."""
    REQUEST_STOPPED = "request_stopped"
    REQUEST_CANCELLED = "request_cancelled"
    REQUEST_EXPIRED = "request_expired"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Counts:
    """How a request stands."""

    places: int
    reserved: int
    assigned: int
    waitlisted: int


@dataclass(frozen=True, slots=True)
class InvitationIssued:
    """Somebody is asked. The deadline counts from the mail (`answer_within` after it)."""

    request_id: RequestId
    invitation_id: InvitationId
    volunteer_id: VolunteerId
    purpose: Purpose
    channel: Channel
    need_version: int
    answer_within: timedelta | None
    send_before: datetime
    """A mail that could not leave by then is cancelled and reported as not sent."""


@dataclass(frozen=True, slots=True)
class InvitationWithdrawn:
    request_id: RequestId
    invitation_id: InvitationId
    volunteer_id: VolunteerId
    cause: Cause
    rule: Reason | None = None
    """Of those that came up, the first."""
    waited: bool = False
    """Whether they had said yes and were on the waiting list."""


@dataclass(frozen=True, slots=True)
class InvitationExpired:
    """The deadline passed; until the start a yes still counts."""

    request_id: RequestId
    invitation_id: InvitationId
    volunteer_id: VolunteerId


@dataclass(frozen=True, slots=True)
class AnswerReceived:
    request_id: RequestId
    invitation_id: InvitationId
    volunteer_id: VolunteerId
    answer: Answer
    via: Via
    remind_at: datetime | None = None
    """Of the first `later`: when to remind, half-way to the deadline."""


@dataclass(frozen=True, slots=True)
class PlaceReserved:
    """A yes waits for a coordinator, who decides by `decide_by`."""

    request_id: RequestId
    volunteer_id: VolunteerId
    invitation_id: InvitationId
    assignment_id: AssignmentId
    cause: Cause
    decide_by: datetime


@dataclass(frozen=True, slots=True)
class VolunteerAssigned:
    request_id: RequestId
    volunteer_id: VolunteerId
    invitation_id: InvitationId
    assignment_id: AssignmentId
    cause: Cause
    ask_again: bool
    """Whether the receipt asks "still good for you?": they said yes some time ago."""
    hand_over: bool
    """Whether hand-over data may be released: only for people whom a coordinator knows."""
    override: str | None = None
    """The code of a coordinator's reason to go against a rule."""


@dataclass(frozen=True, slots=True)
class VolunteerWaitlisted:
    request_id: RequestId
    volunteer_id: VolunteerId
    invitation_id: InvitationId
    position: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class AssignmentCancelled:
    """A place, reserved or assigned, was given up or taken away."""

    request_id: RequestId
    volunteer_id: VolunteerId
    invitation_id: InvitationId
    assignment_id: AssignmentId
    cause: Cause
    reserved_only: bool


@dataclass(frozen=True, slots=True)
class DateSkipped:
    """Who has a place in a series does not come to one date; the place stays theirs."""

    request_id: RequestId
    volunteer_id: VolunteerId
    invitation_id: InvitationId
    assignment_id: AssignmentId
    slot: Slot
    linked_request_id: RequestId


@dataclass(frozen=True, slots=True)
class DateUnskipped:
    """They come to that date after all."""

    request_id: RequestId
    volunteer_id: VolunteerId
    invitation_id: InvitationId
    assignment_id: AssignmentId
    slot: Slot
    linked_request_id: RequestId


@dataclass(frozen=True, slots=True)
class RequestFilled:
    """Every place is assigned. The newest `version` of this and `RequestReopened` wins."""

    request_id: RequestId
    counts: Counts
    version: int


@dataclass(frozen=True, slots=True)
class RequestReopened:
    request_id: RequestId
    counts: Counts
    version: int


@dataclass(frozen=True, slots=True)
class CandidatesExhausted:
    """Nobody is left to ask and the places will hardly fill: a human is needed."""

    request_id: RequestId
    free: int
    excluded: tuple[tuple[Reason, int], ...]
    asked: bool
    """Whether anybody was ever asked."""


@dataclass(frozen=True, slots=True)
class WhoComesChanged:
    """Others come than the organisation was told, and not every place is taken."""

    request_id: RequestId
    version: int
    given_back: bool
    """Whether somebody does not come any more, and nobody else does instead."""
    looking: bool
    """Whether somebody else is asked."""


@dataclass(frozen=True, slots=True)
class RequestNear:
    """The start is near: the organisation is told who comes, however many."""

    request_id: RequestId
    version: int
    looking: bool


Effect = (
    InvitationIssued
    | InvitationWithdrawn
    | InvitationExpired
    | AnswerReceived
    | PlaceReserved
    | VolunteerAssigned
    | VolunteerWaitlisted
    | AssignmentCancelled
    | DateSkipped
    | DateUnskipped
    | RequestFilled
    | RequestReopened
    | CandidatesExhausted
    | WhoComesChanged
    | RequestNear
)
