"""What a request, its people and their places look like to whoever asks, and why they do."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.messages import Message
from shared.contracts.requests import Need
from shared.contracts.values import Code, Dated
from shared.kernel.fields import (
    Answer,
    Channel,
)


class Reason(Message):
    """One code with numbers and codes beside it: the material of a sentence, in any language."""

    code: Code
    details: dict[str, str | int | float | bool | None] = Field(default_factory=dict)


class ScorePart(Message):
    """One named part of the additive score and its points."""

    name: Code
    points: int
    at_most: int


class Record(Message):
    """From what the chance of a yes comes. The counts are fractions: older ones count less."""

    asked: float
    """How often somebody was asked, as far as it is settled: silence counts as a no."""
    yes: float
    chance: float
    """Of a yes by these two alone, in 0..1; the way and recent asks move it from there."""
    fatigue: float
    """How much recent asks weigh: as many as if so many had been sent today."""


class Weighed(Message):
    """What decided about asking somebody, as the engine used it; in chances of filling a place.

    Most valuable first, they were asked while the gain was above 0.
    """

    value: float
    lost: float
    """What the other requests would lose by a yes here, as far as it counted."""
    fit: float
    """What it was worth how well they fit."""
    weariness: float
    """By what the value is divided, for recent asks: 1 and more."""
    gain: float
    short: float
    """The chance that a place stays free, with all awaited and all asked before them."""
    late: float
    """What a yes too many costs."""
    price: float
    """What asking costs, whatever the answer."""


class CandidateShown(Message):
    """A fitting volunteer with the parts of the rank as they were used."""

    volunteer_id: UUID
    rank: int
    score: int
    parts: tuple[ScorePart, ...]
    reasons: tuple[Reason, ...]
    chance: float
    record: Record | None = None
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
    rank: int | None = None
    """The position among those who were proposed or asked at once, from 1."""
    chance: float | None = None
    record: Record | None = None
    weighed: Weighed | None = None
    """None where nothing was weighed: a coordinator chose them, or it was not kept yet."""
    parts: tuple[ScorePart, ...] = ()
    reasons: tuple[Reason, ...] = ()
    """Chance, record, parts and reasons are those for which the volunteer was asked."""
    by_staff_id: UUID | None = None
    override_reason: Code | None = None
    against: tuple[Reason, ...] = ()
    """The rules that this reason went against, as they were told then."""
    unmet: tuple[Reason, ...] = ()
    """Where there is such a reason: the rules that are not met now."""


class PlacesShown(Message):
    """Counts of one request."""

    request_id: UUID
    sequence: int
    places: int
    invited: int
    reserved: int
    assigned: int
    waitlisted: int
    nobody_left: bool | None = None
    """Whether places are free and nobody is left whom the engine could ask, as it found last; None
    where that was not looked up."""
    stopped: bool | None = None
    """Whether the office has nobody else asked for now; None where that was not looked up."""


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
    """What would help: one thing done differently, and how many more could be asked then."""

    code: Code
    """lower_level, without_language, farther, lift, other_weekday, any_gender, without_skill,
    first_talks or carry_out_check: the last two give nothing up, but are work for the office."""
    details: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    gained: int
    also: tuple[Reason, ...] = ()
    """What must be done differently besides, in codes as above; one change alone brings nobody."""


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
    lacks: tuple[Reason, ...] = ()
    """Where nobody can be asked and no single change brings anybody: what the district is without;
    nobody, nobody_confirmed, first_talk, field, language, level, skill, gender, check, near, time,
    or else all_asked, resting or in_one_person."""


class InvitationPage(Message):
    """What the answer page and the offer mail need to know."""

    found: bool
    invitation_id: UUID | None = None
    request_id: UUID | None = None
    volunteer_id: UUID | None = None
    state: str = ""
    only_stopped: bool = False
    """Withdrawn by a stop: they may be asked anew."""
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
    already: bool = False
    """Whether all was so before, and nothing has changed."""


class WaveApproved(Changed):
    """A wave, or a part of it, goes out."""

    not_asked: tuple[ExcludedShown, ...] = ()
    """Whom the coordinator chose and who is not asked after all, because a rule speaks against them
    by now. Without exclusions: nothing is known of them any more."""


class MoreAsked(Changed):
    """The next of the order are asked."""

    asked: int | None = None
    """How many; None in a reply that was stored before it was counted."""
    not_now: dict[Code, int] = Field(default_factory=dict)
    """If they are fewer than wished: how many others fit and may not be asked now, by the first
    reason of each. Empty: nobody else fits."""


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
