"""What `reporting` answers: the timeline of each request, figures by field, municipality and month."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.messages import Message, Query, Service
from shared.contracts.values import Code


class TimelineEntry(Message):
    """One event in a request's life, in codes."""

    occurred_at: AwareDatetime
    what: Code
    volunteer_id: UUID | None = None
    invitation_id: UUID | None = None
    details: dict[str, str | int | float | bool | None] = Field(default_factory=dict)


class Timeline(Message):
    entries: tuple[TimelineEntry, ...]


class Figure(Message):
    """Counts of one cell: the month in which requests were posted, their field and municipality.

    `filled` counts places that are taken, `invitations` people who were really asked, `yes` those
    of them whose last answer is yes, `completed` requests that took place.
    """

    month: str
    field: str
    municipality: str | None = None
    requests: int = 0
    places: int = 0
    filled: int = 0
    invitations: int = 0
    yes: int = 0
    completed: int = 0


class HoursFigure(Message):
    """About how many hours volunteers gave in a month, by field and municipality of the request.

    What was told of a longer period is spread over its months by days, in whole hours.
    """

    month: str
    field: str
    municipality: str | None = None
    hours: int


class PeopleFigure(Message):
    """Who came and who is known, by month."""

    month: str
    volunteers_registered: int = 0
    volunteers_activated: int = 0
    organisations_registered: int = 0
    organisations_verified: int = 0


class Figures(Message):
    figures: tuple[Figure, ...]
    people: tuple[PeopleFigure, ...] = ()
    hours: tuple[HoursFigure, ...] = ()


class TimelineOf(Query[Timeline]):
    """What happened to one request, oldest first."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    limit: int = Field(default=500, ge=1, le=2000)


class FiguresBetween(Query[Figures]):
    """Figures of the months from `first` to `last` (`YYYY-MM`), both included."""

    senders: ClassVar = (Service.ADMIN.value, Service.PORTAL.value)
    first: str = Field(pattern=r"^\d{4}-\d{2}$")
    last: str = Field(pattern=r"^\d{4}-\d{2}$")
