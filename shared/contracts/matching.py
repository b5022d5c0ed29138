"""What `matching` takes, answers and publishes: who is asked, who answered, who holds a place."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.messages import Command, Event, Message, Query, Service, Starts
from shared.contracts.requests import Need
from shared.contracts.values import Code, Dated, RefusalCode
from shared.kernel.fields import (
    Answer,
    Channel,
    Side,
    TandemAnswer,
    TandemQuestion,
    TandemState,
)

MOST_HOURS = 999
"""How many hours may be told of one period: what is more is a slip of the pen."""

_REPORTED = {Service.REPORTING: Starts.PROJECTION}
_MAILED = {Service.NOTIFICATIONS: Starts.EFFECT} | _REPORTED
_COUNTED = {Service.REQUESTS: Starts.PROJECTION} | _REPORTED
_DATED = {Service.REQUESTS: Starts.PROJECTION} | _MAILED


class Reason(Message):
    """One code with numbers and codes beside it: the material of a sentence, in any language."""

    code: Code
    details: dict[str, str | int | float | bool | None] = Field(default_factory=dict)


class ScorePart(Message):
    """One named part of the additive score and its points."""

    name: Code
    points: int
    at_most: int


class CandidateShown(Message):
    """A fitting volunteer with the parts of the rank as they were used."""

    volunteer_id: UUID
    rank: int
    score: int
    parts: tuple[ScorePart, ...]
    reasons: tuple[Reason, ...]
    chance: float
    clashes: tuple[Dated, ...] = ()
    not_now: tuple[Reason, ...] = ()


class ExcludedShown(Message):
    volunteer_id: UUID
    exclusions: tuple[Reason, ...]


class InvitationShown(Message):
    """An invitation and what became of it."""

    invitation_id: UUID
    volunteer_id: UUID
    wave: int
    state: str
    channel: Channel
    answer: Answer | None = None
    via: str | None = None
    issued_at: AwareDatetime
    sent_at: AwareDatetime | None = None
    deadline: AwareDatetime | None = None
    answered_at: AwareDatetime | None = None
    decide_by: AwareDatetime | None = None
    """Of a planned wave or a reserved place: by when a coordinator must decide."""
    chance: float | None = None
    parts: tuple[ScorePart, ...] = ()
    reasons: tuple[Reason, ...] = ()
    """Chance, parts and reasons are those for which the volunteer was asked."""
    by_staff_id: UUID | None = None
    override_reason: Code | None = None


class PlacesShown(Message):
    """Counts of one request."""

    request_id: UUID
    sequence: int
    places: int
    invited: int
    reserved: int
    assigned: int
    waitlisted: int


class PlacesOfMany(Message):
    places: tuple[PlacesShown, ...]


class SkippedDate(Dated):
    """A date of a series to which somebody with a place does not come."""

    linked_request_id: UUID
    """The `single` request that asks for somebody else on that date."""
    taken: bool = False
    """Whether somebody else has, or is reserved, the place of the linked request."""


class SkippedDates(Message):
    """All dates that the holder of a place skips."""

    dates: tuple[SkippedDate, ...]


class SkipShown(SkippedDate):
    """A skipped date as a coordinator sees it: who skips, and who comes instead."""

    volunteer_id: UUID
    taken_by: tuple[UUID, ...] = ()


class Relief(Message):
    """What would help: one thing asked differently, and how many more could be asked then."""

    code: Code
    """lower_level, farther, lift, other_weekday, any_gender or without_skill."""
    details: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    gained: int


class Swap(Message):
    """What one volunteer would do instead, in the plan of all open requests."""

    volunteer_id: UUID
    leaves: UUID | None = None
    """The request on which they are planned."""
    takes: UUID | None = None


class WhyNotShown(Message):
    """What having somebody on a request would cost the others."""

    answer: Code
    """`planned`: they are the best there; `costs`; `no_pair`: a rule speaks against it, or others
    fit better; `no_room`: no plan can have it; `not_open`: nobody is looked for there."""
    loss: float = 0.0
    """In places: 1 is a place that would stay free."""
    swaps: tuple[Swap, ...] = ()
    """The first is the volunteer in question; each next one fills what the one before left."""
    loses: UUID | None = None
    """The request that would have one place less."""


class BoardShown(Message):
    """All that a coordinator sees of one request's matching."""

    found: bool
    places: PlacesShown | None = None
    need: Need | None = None
    state: str = ""
    waits_for: Reason | None = None
    """Also how many answers are awaited, how many yeses expected of them, and the chance of filling
    the places."""
    next_look_at: AwareDatetime | None = None
    invitations: tuple[InvitationShown, ...] = ()
    assigned: tuple[UUID, ...] = ()
    reserved: tuple[UUID, ...] = ()
    waiting: tuple[UUID, ...] = ()
    skips: tuple[SkipShown, ...] = ()
    candidates: tuple[CandidateShown, ...] = ()
    excluded: tuple[ExcludedShown, ...] = ()
    excluded_counts: dict[str, int] = Field(default_factory=dict)
    reliefs: tuple[Relief, ...] = ()
    """The most helpful first."""


class InvitationPage(Message):
    """What the answer page and the offer mail need to know."""

    found: bool
    invitation_id: UUID | None = None
    request_id: UUID | None = None
    volunteer_id: UUID | None = None
    state: str = ""
    purpose: Code = "offer"
    """`offer`, `move_up` or `changed`: what is asked."""
    answer: Answer | None = None
    holds_place: bool = False
    """Assigned; a reserved place is not held yet."""
    hand_over: bool = False
    """Whether the hand-over data may be shown: assigned, and known to a coordinator."""
    reserved: bool = False
    waiting_position: int | None = None
    free_places: int = 0
    version: int = 0
    deadline: AwareDatetime | None = None
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    confirmed_by_coordinator: bool = False
    reasons: tuple[Reason, ...] = ()
    clashes: tuple[Dated, ...] = ()
    skipped: tuple[SkippedDate, ...] = ()


class AnswerTaken(Message):
    """What an answer led to: assigned, reserved, waitlisted, declined, later, released."""

    outcome: Code
    waiting_position: int | None = None


class Changed(Message):
    """A coordinator's deed was done; the counts after it."""

    places: PlacesShown


class Preview(Message):
    """The dry run."""

    fitting: int
    free_then: int
    first_mail_at: AwareDatetime | None = None
    excluded: dict[Code, int] = Field(default_factory=dict)


class AssignedPeople(Message):
    """Who holds a place, in the order in which they got it."""

    volunteer_ids: tuple[UUID, ...]
    places: int = 0


class Foretold(Message):
    """Settled asks: how many yeses their chances foretold, and how many came."""

    asks: int = 0
    expected: float = 0.0
    came: int = 0
    brier: float | None = None
    """The mean squared difference between chance and outcome; 0 foretells all. None: no asks."""
    brier_of_average: float | None = None
    """The same, had everybody been given the average: what the chances must beat."""


class ChanceBand(Message):
    """A tenth of the settled asks, from the smallest chances to the largest."""

    foretold: float
    came: float
    asks: int


class Position(Message):
    """How often the coordinator let that position of a proposed wave be asked."""

    position: int
    proposed: int
    approved: int


class HandPicks(Message):
    """Whom coordinators invited or gave a place by themselves, by their rank at that moment."""

    picks: int = 0
    """Of people who fitted."""
    first_three: int = 0
    first_ten: int = 0
    median_rank: float | None = None
    against_rules: dict[Code, int] = Field(default_factory=dict)
    """Picks whom a rule spoke against, by the coordinator's reason."""
    left_out: dict[Code, int] = Field(default_factory=dict)
    """People who fitted and were left out or held back, by the coordinator's reason."""


class EngineReport(Message):
    """How well the chances foretell, and how far coordinators agree with the order."""

    since: AwareDatetime
    until: AwareDatetime
    by_engine: Foretold = Foretold()
    by_hand: Foretold = Foretold()
    bands: tuple[ChanceBand, ...] = ()
    waves: int = 0
    waves_unchanged: int = 0
    positions: tuple[Position, ...] = ()
    """Of waves laid before a coordinator; the last stands for all behind it, too."""
    hand_picks: HandPicks = HandPicks()


class PhoneTask(Message):
    """Somebody to ring: a volunteer who is asked by telephone, about an invitation or a tandem."""

    invitation_id: UUID
    request_id: UUID
    volunteer_id: UUID
    assignment_id: UUID | None = None
    """Of a tandem whose question waits for an answer."""
    purpose: Code = "offer"
    """`offer`, `move_up` or `changed`; of a tandem `trial` or `check_in`: what is asked."""
    deadline: AwareDatetime | None = None
    reasons: tuple[Reason, ...] = ()


class PhoneTasks(Message):
    tasks: tuple[PhoneTask, ...]


class Decision(Message):
    """What waits for a coordinator on one request.

    `approve_wave` (`people` of them), `decide_reservation` (of `volunteer_id`), `nobody_left`
    (`people` places are free and nobody is left to ask), `tandem_trouble` (a side says that it does
    not fit or needs help, or the organisation would like to end it).
    """

    what: Code
    request_id: UUID
    volunteer_id: UUID | None = None
    assignment_id: UUID | None = None
    """Of a tandem."""
    people: int = 1
    decide_by: AwareDatetime | None = None


class Decisions(Message):
    decisions: tuple[Decision, ...]
    total: int = 0


class TandemPage(Message):
    """One tandem as one side may see it: nothing of what the other side said."""

    found: bool
    assignment_id: UUID | None = None
    request_id: UUID | None = None
    organisation_id: UUID | None = None
    volunteer_id: UUID | None = None
    side: Side | None = None
    state: TandemState | None = None
    trial_until: date | None = None
    """The day on which both are asked whether it fits."""
    question: int | None = None
    """The number of the question that was asked last; None before the first."""
    what: TandemQuestion | None = None
    asked_at: AwareDatetime | None = None
    from_on: date | None = None
    to_on: date | None = None
    """The days that a check-in is about."""
    answer: TandemAnswer | None = None
    hours: int | None = None
    """What this side said to it."""
    end_wished: Code | None = None
    """Why this side, the organisation, would like to end it."""
    next_on: date | None = None
    """About when both are asked next."""
    ended_on: date | None = None
    ended_by_you: bool = False


class TandemPages(Message):
    tandems: tuple[TandemPage, ...]


class TandemWord(Message):
    """What one side said to one question."""

    said: TandemAnswer | None = None
    at: AwareDatetime
    via: Code
    hours: int | None = None


class TandemAsking(Message):
    """One question with both answers: for coordinators alone."""

    number: int
    what: TandemQuestion
    asked_at: AwareDatetime
    from_on: date
    to_on: date
    reminded_at: AwareDatetime | None = None
    volunteer: TandemWord | None = None
    organisation: TandemWord | None = None
    hours: int | None = None
    """Those that count: of both sides' numbers the newer one."""


class TandemShown(Message):
    """All that a coordinator sees of one tandem."""

    assignment_id: UUID
    request_id: UUID
    volunteer_id: UUID
    state: TandemState
    first_at: AwareDatetime
    last_at: AwareDatetime | None = None
    trial_until: date
    questions: tuple[TandemAsking, ...] = ()
    hours: int = 0
    next_what: TandemQuestion | None = None
    next_on: date | None = None
    to_ring: bool = False
    """Whether the volunteer waits for a call."""
    trouble_at: AwareDatetime | None = None
    end_wished: Code | None = None
    """Why the organisation would like to end it, as long as that is not settled."""
    ended_at: AwareDatetime | None = None
    reason: Code | None = None
    ended_by: Code | None = None
    """`volunteer`, `coordinator` or `system`."""


class Tandems(Message):
    tandems: tuple[TandemShown, ...]


class TandemTaken(Message):
    """A word about a tandem was taken: `answered`, `ended`, `wished` or `settled`."""

    outcome: Code


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
    """The request was cancelled or a coordinator stopped it."""

    readers: ClassVar = _MAILED
    reason: Code


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


class AnswerInvitation(Command[AnswerTaken]):
    """A volunteer's answer; `version` is the request's as it was shown, None: as it is."""

    invitation_id: UUID
    answer: Answer
    version: int | None = None
    answered_at: AwareDatetime | None = None
    """Domain time at which the page took it."""


class SkipDate(Command[SkippedDates]):
    """Who has a place in a series does not come to one date, and keeps the place."""

    invitation_id: UUID
    starts_at: AwareDatetime


class UnskipDate(Command[SkippedDates]):
    """They come after all; refused once somebody else has that date's place."""

    invitation_id: UUID
    starts_at: AwareDatetime


class AnswerTandem(Command[TandemTaken]):
    """A side answers a tandem's question; a coordinator (`staff_id`) for it, or corrects."""

    assignment_id: UUID
    side: Side
    question: int = Field(ge=1)
    answer: TandemAnswer | None = None
    """None only from a coordinator who corrects the hours alone."""
    hours: int | None = Field(default=None, ge=0, le=MOST_HOURS)
    answered_at: AwareDatetime | None = None
    """Domain time at which the page took it."""


class EndTandem(Command[TandemTaken]):
    """The volunteer or a coordinator (`staff_id`) ends it; from the organisation it is a wish."""

    assignment_id: UUID
    side: Side
    reason: Code
    """One of the district's list."""
    hours: int | None = Field(default=None, ge=0, le=MOST_HOURS)
    """Those since the last check-in."""


class SettleTandem(Command[TandemTaken]):
    """A coordinator has talked to both, and it goes on."""

    senders: ClassVar = (Service.ADMIN.value,)
    assignment_id: UUID


class InviteVolunteer(Command[Changed]):
    """A coordinator invites somebody outside the waves."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID
    reason: Code


class AssignVolunteer(Command[Changed]):
    """A coordinator gives a place to somebody who agreed, on the telephone say."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID
    reason: Code


class ReleaseVolunteer(Command[Changed]):
    """A coordinator takes a place or a reservation back."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID
    reason: Code
    refill: bool = True
    """Whether the place is given on. Not, where the organisation wants fewer places: then nobody
    moves up or is asked until the request is changed, or matching resumed."""


class DecideReservation(Command[Changed]):
    """A coordinator confirms or declines a reserved place."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID
    confirm: bool
    reason: Code = "coordinator"


class ExcludeVolunteer(Command[Changed]):
    """A coordinator takes somebody out of this request's candidates."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID
    reason: Code


class HoldBackVolunteer(Command[Changed]):
    """A coordinator keeps somebody for something else: not asked for this request for some days."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID
    days: int = Field(ge=1, le=60)
    reason: Code


class ReadmitVolunteer(Command[Changed]):
    """The undo of leaving somebody out or holding them back: they may be asked again."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID


class AskMore(Command[Changed]):
    """A coordinator lets the next of the order be asked now, whatever their mails cost."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    people: int = Field(ge=1, le=20)
    """How many; fewer if fewer are left."""
    reason: Code


class ApproveWave(Command[Changed]):
    """A coordinator lets the planned wave go out (`invite: after review`), or a part of it."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_ids: tuple[UUID, ...] | None = None
    """Whom to ask; the others are not asked for this request. None: the whole wave."""


class StopMatching(Command[Changed]):
    """A coordinator stops asking; open invitations are withdrawn."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    reason: Code


class ResumeMatching(Command[Changed]):
    """The undo of a stop: waves go on; withdrawn invitations stay withdrawn."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID


class ShowInvitation(Query[InvitationPage]):
    """One invitation as its answer page and its mails need it."""

    senders: ClassVar = (
        Service.PORTAL.value,
        Service.NOTIFICATIONS.value,
        Service.ADMIN.value,
    )
    invitation_id: UUID


class ShowBoard(Query[BoardShown]):
    """One request's matching, with ranked candidates and the excluded."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    candidates: int = Field(default=50, ge=0, le=500)


class WhyNotPlanned(Query[WhyNotShown]):
    """Why somebody is not planned on a request, by a plan of all open requests made now."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID


class ShowEngineReport(Query[EngineReport]):
    """How the engine did in the last days: calibration of its chances, agreement with its order."""

    senders: ClassVar = (Service.ADMIN.value,)
    days: int = Field(default=365, ge=1, le=1095)


class PlacesOf(Query[PlacesOfMany]):
    """Counts of these requests; unknown ones are missing."""

    senders: ClassVar = (Service.PORTAL.value, Service.ADMIN.value)
    request_ids: tuple[UUID, ...] = Field(max_length=200)


class AssignedOn(Query[AssignedPeople]):
    """Who comes, for the organisation's mail and page."""

    senders: ClassVar = (Service.NOTIFICATIONS.value, Service.PORTAL.value)
    request_id: UUID


class PreviewMatching(Query[Preview]):
    """The dry run: how many fit, how many are free then, when the first mail would go."""

    senders: ClassVar = (Service.PORTAL.value, Service.ADMIN.value)
    need: Need


class OpenDecisions(Query[Decisions]):
    """What waits for a coordinator over all requests, the soonest `decide_by` first."""

    senders: ClassVar = (Service.ADMIN.value,)
    limit: int = Field(default=100, ge=1, le=500)


class OpenPhoneTasks(Query[PhoneTasks]):
    """Invitations of volunteers who are asked by telephone, the most urgent first."""

    senders: ClassVar = (Service.ADMIN.value,)
    limit: int = Field(default=100, ge=1, le=500)


class AssignedTo(Query[PlacesOfMany]):
    """Requests on which this volunteer holds a place or waits."""

    senders: ClassVar = (Service.PORTAL.value, Service.ADMIN.value)
    volunteer_id: UUID


class ShowTandem(Query[TandemPage]):
    """One tandem as its page and its mails need it, for one side."""

    senders: ClassVar = (Service.PORTAL.value, Service.NOTIFICATIONS.value)
    assignment_id: UUID
    side: Side


class TandemsAt(Query[TandemPages]):
    """The tandems of one request as its organisation may see them, the living first."""

    senders: ClassVar = (Service.PORTAL.value,)
    request_id: UUID


class TandemsOf(Query[Tandems]):
    """The tandems of one request with both sides' answers, the living first."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
