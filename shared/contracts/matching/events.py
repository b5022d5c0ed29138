"""What happened to invitations, places and whole requests."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.messages import Event, Service, Starts
from shared.contracts.values import Code, RefusalCode
from shared.kernel.fields import (
    Answer,
    Channel,
    Side,
    TandemAnswer,
    TandemQuestion,
)

_REPORTED = {Service.REPORTING: Starts.PROJECTION}
_MAILED = {Service.NOTIFICATIONS: Starts.EFFECT} | _REPORTED
_COUNTED = {Service.REQUESTS: Starts.PROJECTION} | _REPORTED
_DATED = {Service.REQUESTS: Starts.PROJECTION} | _MAILED


class _AboutRequest(Event):
    subject_field: ClassVar[str] = "request_id"
    request_id: UUID


class _AboutInvitation(_AboutRequest):
    invitation_id: UUID
    volunteer_id: UUID


class InvitationIssued(_AboutInvitation):
    """A volunteer is asked: by mail, or (channel phone) by a coordinator's call."""

    readers: ClassVar = _MAILED
    wave: int
    """The how-manieth wave it belongs to; if it was made by hand, the last before it, or 1."""
    by_hand: bool = False
    """A coordinator chose this volunteer, beside the waves."""
    channel: Channel
    not_after: AwareDatetime
    """An offer not sent by then is no longer sent (half of its deadline)."""
    answer_by: AwareDatetime
    holdable: bool = True
    """Held back in quiet hours; urgent ones on the day itself are not."""


class InvitationReminded(_AboutInvitation):
    """Somebody said "later" and half of the time is over."""

    readers: ClassVar = _MAILED
    not_after: AwareDatetime


class InvitationWithdrawn(_AboutInvitation):
    """An invitation is taken back: by a coordinator, with its request, or by a rule that came up."""

    readers: ClassVar = _MAILED
    reason: Code
    """With `rule_came_up` it was approved and not yet handed over: the volunteer hears nothing."""
    rule: Code | None = None
    """Which rule came up, the first of several; None if none did, or nothing is known any more."""
    waited: bool = False
    """Whether they had said yes and were on the waiting list."""


class InvitationExpired(_AboutInvitation):
    """The deadline passed: the chance goes to the next; a yes may still come."""

    readers: ClassVar = _REPORTED


class AnswerReceived(_AboutInvitation):
    """Somebody said yes, no or later, on the page or through a coordinator."""

    readers: ClassVar = _REPORTED
    answer: Answer
    via: Code


class AnswerCameTooLate(_AboutInvitation):
    """An answer was refused when its page had long said "received": the volunteer is told by mail."""

    readers: ClassVar = _MAILED
    code: RefusalCode
    """Why it was refused."""
    answered_at: AwareDatetime | None = None
    """When it was given; who was told after that what has become of it is not told twice."""


class PlaceReserved(_AboutInvitation):
    """A yes that waits for a coordinator."""

    readers: ClassVar = _MAILED
    decide_by: AwareDatetime


class VolunteerAssigned(_AboutInvitation):
    """A volunteer holds a place."""

    readers: ClassVar = _MAILED
    assignment_id: UUID
    moved_up: bool = False
    """From the waiting list: asked "still good for you?"."""
    sequence: int


class VolunteerWaitlisted(_AboutInvitation):
    """A yes that came when all places were taken."""

    readers: ClassVar = _MAILED
    position: int


class AssignmentCancelled(_AboutInvitation):
    """A place was given back, or taken back (`reason`)."""

    readers: ClassVar = _MAILED
    assignment_id: UUID
    reason: Code
    sequence: int


class ReservationDeclined(_AboutInvitation):
    """A coordinator did not confirm a reserved place."""

    readers: ClassVar = _MAILED
    reason: Code


class AssignedAskedAgain(_AboutInvitation):
    """The facts of the request changed: "still all right?"."""

    readers: ClassVar = _MAILED
    version: int
    sequence: int = 0
    """As in `VolunteerAssigned`: the newer calendar entry has the higher one."""


class AssignmentNear(_AboutInvitation):
    """The day before: where to go and whom to ring, once more."""

    readers: ClassVar = _MAILED
    assignment_id: UUID
    not_after: AwareDatetime


class _AboutDate(_AboutInvitation):
    """Of a series: `request_id` is the series', the place stays as it is."""

    readers: ClassVar = _DATED
    assignment_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    linked_request_id: UUID
    """Chosen by matching, new for each skip: the request for somebody else on that date."""
    sequence: int
    """As in `VolunteerAssigned`."""


class DateSkipped(_AboutDate):
    """Who has a place in a series does not come to one date; the place stays theirs."""


class DateUnskipped(_AboutDate):
    """They come to that date after all; the linked request is over."""


class _AboutTandem(_AboutInvitation):
    """Of a place in a long-term pair; `sequence` counts the steps of the tandem."""

    readers: ClassVar = _REPORTED
    assignment_id: UUID
    organisation_id: UUID
    sequence: int


class TandemAsked(_AboutTandem):
    """One side is asked: by mail, or (a volunteer with channel phone) by a coordinator's call."""

    readers: ClassVar = _MAILED
    side: Side
    question: int
    what: TandemQuestion
    from_on: date
    to_on: date
    """The days that it is about."""
    channel: Channel
    again: bool = False
    """The one reminder of those who did not answer."""
    not_after: AwareDatetime
    """Not sent by then, it is no longer worth sending."""


class TandemAnswered(_AboutTandem):
    """One side answered, or changed its answer; shown to coordinators alone."""

    side: Side
    question: int
    said: TandemAnswer
    via: Code


class TandemHoursTold(_AboutTandem):
    """About how many hours were given in one period; the newest `sequence` of a period holds."""

    question: int
    """The number of the period."""
    from_on: date
    to_on: date
    hours: int
    """0 also where a number was taken back."""


class TandemEndWished(_AboutTandem):
    """The organisation would like to end it; a coordinator talks to both."""

    reason: Code


class TandemEnded(_AboutTandem):
    """It is over; nothing more is asked."""

    readers: ClassVar = _DATED
    reason: Code
    """One of the district's list, or why it ended by itself."""
    by: Code
    """`volunteer`, `coordinator` or `system`."""
    begun: bool
    """Whether its first date had come."""
    completes: bool
    """Whether what was asked for is reached."""
    left: int
    """How many tandems of the request live on."""
    announced: bool
    """Whether both sides hear of it by its own mails; not where those about the place say it, nor
    of a corrected reason."""
    place_sequence: int = 0
    """As `sequence` in `VolunteerAssigned`, for the calendar entry."""


class _Counts(_AboutRequest):
    sequence: int
    places: int
    reserved: int
    assigned: int
    waitlisted: int


class RequestFilled(_Counts):
    """Every place is taken."""

    readers: ClassVar = _COUNTED | {Service.NOTIFICATIONS: Starts.EFFECT}
    organisation_id: UUID
    again: bool = False
    """Whether the organisation was told before who comes, and it was not the same."""


class RequestReopened(_Counts):
    """A place is free again, or the counts changed otherwise; the newest `sequence` wins."""

    readers: ClassVar = _COUNTED


class CandidatesExhausted(_AboutRequest):
    """Nobody is left to ask; `excluded` counts why."""

    readers: ClassVar = _MAILED
    organisation_id: UUID
    free: int = 1
    """How many places are free."""
    excluded: dict[Code, int] = Field(default_factory=dict)
    asked: bool = True
    """Whether anybody was ever asked, or given a place without being asked."""


class _ToldToOrganisation(_AboutRequest):
    """`sequence` as in `RequestFilled`: of two lists the one with the higher is newer."""

    readers: ClassVar = {Service.NOTIFICATIONS: Starts.EFFECT}
    organisation_id: UUID
    sequence: int
    looking: bool = False
    """Whether somebody else is asked for the places that are free."""


class WhoComesChanged(_ToldToOrganisation):
    """Others come than the organisation was told; told only where places are free."""

    given_back: bool = False
    """Whether somebody does not come any more, and nobody else does instead."""


class RequestNear(_ToldToOrganisation):
    """The day before, if somebody comes: the organisation is told who, however many."""

    not_after: AwareDatetime
