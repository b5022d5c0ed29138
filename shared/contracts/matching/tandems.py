"""What is said of tandems: how they go, what was asked and answered, and how they end."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.messages import Command, Message, Query, Service
from shared.contracts.values import Code
from shared.kernel.fields import (
    Side,
    TandemAnswer,
    TandemQuestion,
    TandemState,
)

MOST_HOURS = 999
"""How many hours may be told of one period: what is more is a slip of the pen."""


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
