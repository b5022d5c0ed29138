"""One tandem: a volunteer's place in a long-term pair, with all that both sides were asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.matching.domain.tuning import Tuning
from shared.kernel.fields import (
    Channel,
    Side,
    TandemAnswer,
    TandemQuestion,
    TandemState,
    Via,
)
from shared.kernel.ids import (
    AssignmentId,
    InvitationId,
    OrganisationId,
    RequestId,
    VolunteerId,
)

ANSWERS_TO: Mapping[TandemQuestion, frozenset[TandemAnswer]] = {
    TandemQuestion.TRIAL: frozenset({TandemAnswer.FITS, TandemAnswer.DOES_NOT_FIT}),
    TandemQuestion.CHECK_IN: frozenset({TandemAnswer.GOES_WELL, TandemAnswer.NEEDS_HELP}),
    TandemQuestion.END: frozenset(),
}
TROUBLE = frozenset({TandemAnswer.DOES_NOT_FIT, TandemAnswer.NEEDS_HELP})
"""What a coordinator should hear of."""


class By(StrEnum):
    """Who ended a tandem."""

    VOLUNTEER = "volunteer"
    COORDINATOR = "coordinator"
    SYSTEM = "system"
    """Something else ended it: the request was called off or is done, the person was erased."""


@dataclass(frozen=True, slots=True)
class Given:
    """What one side said to one question, the last time that it said something."""

    said: TandemAnswer | None
    """None: only hours were told."""
    at: datetime
    via: Via
    hours: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What both sides were asked at once."""

    number: int
    """From 1, in the order of asking."""
    what: TandemQuestion
    asked_at: datetime
    from_on: date
    to_on: date
    """The days that it is about, both included; those of check-ins and of the end never overlap."""
    channel: Channel
    """By which way the volunteer was asked."""
    reminded_at: datetime | None = None
    volunteer: Given | None = None
    organisation: Given | None = None

    def of(self, side: Side) -> Given | None:
        """What this side said."""
        return self.volunteer if side is Side.VOLUNTEER else self.organisation

    def given(self, side: Side, given: Given) -> "Question":
        """The question with what this side said."""
        if side is Side.VOLUNTEER:
            return replace(self, volunteer=given)
        return replace(self, organisation=given)

    @property
    def hours(self) -> int | None:
        """How many hours were given in these days: of both sides' numbers the newer one."""
        told = [one for one in (self.volunteer, self.organisation) if one is not None]
        counted = [one for one in told if one.hours is not None]
        return max(counted, key=lambda one: one.at).hours if counted else None


@dataclass(frozen=True, slots=True)
class End:
    """That it is over, and why, as a code."""

    at: datetime
    reason: str
    by: By


@dataclass(frozen=True, slots=True)
class Wish:
    """The organisation would like to end it; a coordinator does, or talks to both first."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Tandem:
    """The whole of it; its number of steps is `version`."""

    assignment_id: AssignmentId
    request_id: RequestId
    organisation_id: OrganisationId
    volunteer_id: VolunteerId
    invitation_id: InvitationId
    first_at: datetime
    """The first date to which both come."""
    last_at: datetime | None = None
    """The end of the last date; None: it goes on until somebody ends it."""
    questions: tuple[Question, ...] = ()
    end: End | None = None
    wish: Wish | None = None
    settled_at: datetime | None = None
    """When a coordinator last noted that trouble was talked over."""
    version: int = 0

    @property
    def current(self) -> Question | None:
        """The question that was asked last."""
        asked = [one for one in self.questions if one.what is not TandemQuestion.END]
        return asked[-1] if asked else None

    @property
    def hours(self) -> int:
        """All hours that were told."""
        return sum(one.hours or 0 for one in self.questions)

    def question(self, number: int) -> Question | None:
        return next((one for one in self.questions if one.number == number), None)

    def with_question(self, question: Question) -> "Tandem":
        """The tandem with this question in place of the one of its number, or added."""
        kept = tuple(one for one in self.questions if one.number != question.number)
        ordered = sorted((*kept, question), key=lambda one: one.number)
        return replace(self, questions=tuple(ordered))

    def awaits(self, side: Side) -> bool:
        """Whether this side has not answered what was asked last."""
        current = self.current
        if self.end is not None or current is None:
            return False
        given = current.of(side)
        return given is None or given.said is None

    @property
    def trouble_at(self) -> datetime | None:
        """Since when a coordinator should talk to both sides; None: there is no need.

        Of each side its newest word counts; what was said before a coordinator settled it does not.
        """
        if self.end is not None:
            return None
        moments = [given.at for given in map(self._newest, Side) if given is not None]
        if self.wish is not None:
            moments.append(self.wish.at)
        settled = self.settled_at
        return min((at for at in moments if settled is None or at > settled), default=None)

    def _newest(self, side: Side) -> Given | None:
        """What a side said last, if that was trouble."""
        told = [given for one in self.questions if (given := one.of(side)) and given.said]
        return told[-1] if told and told[-1].said in TROUBLE else None

    def state(self, now: datetime, tuning: Tuning) -> TandemState:
        if self.end is not None:
            return TandemState.ENDED
        over = now >= self.first_at + tuning.tandem_trial
        return TandemState.RUNNING if over else TandemState.TRIAL
