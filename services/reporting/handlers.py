"""Use cases of `reporting`: every event into the timeline, some of them into the figures."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.domain import figures
from services.reporting.domain.figures import InvitationKnown, RequestKnown
from services.reporting.domain.hours import HoursKnown, by_month, told
from services.reporting.domain.months import months_between
from services.reporting.store.counting import (
    figures_between,
    happenings_between,
    hours_between,
)
from services.reporting.store.keeping import (
    add_to_timeline,
    erase_volunteer,
    lock_hours,
    lock_invitation,
    lock_request,
    timeline_of,
)
from services.reporting.store.tables import HappenedRow
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.matching import (
    AnswerReceived,
    InvitationIssued,
    RequestFilled,
    RequestReopened,
    TandemHoursTold,
)
from shared.contracts.messages import Event, Service
from shared.contracts.notifications import EmailFailed, EmailSent
from shared.contracts.profiles import VolunteerErased
from shared.contracts.reporting import (
    Figure,
    Figures,
    FiguresBetween,
    HoursFigure,
    PeopleFigure,
    Timeline,
    TimelineEntry,
    TimelineOf,
)
from shared.contracts.requests import (
    RequestCancelled,
    RequestChanged,
    RequestCompleted,
    RequestExpired,
    RequestHeld,
    RequestOpened,
    RequestReceived,
)
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam
from shared.observability.failpoints import failpoint

OFFER = "offer"
"""The template of the mail that asks."""

_STATED = RequestOpened | RequestHeld | RequestCancelled | RequestExpired | RequestCompleted
_STATES: Mapping[type[Event], str] = {
    RequestOpened: "open",
    RequestHeld: "review",
    RequestCancelled: "cancelled",
    RequestExpired: "expired",
    RequestCompleted: figures.DONE,
}
_IN_FIGURES = _STATED | RequestReceived | RequestChanged | RequestFilled | RequestReopened
_OF_INVITATIONS = InvitationIssued | AnswerReceived | EmailSent | EmailFailed
_PEOPLE: Mapping[str, str] = {
    "volunteer_registered": "volunteers_registered",
    "volunteer_activated": "volunteers_activated",
    "organisation_registered": "organisations_registered",
    "organisation_verified": "organisations_verified",
}
_NO_DETAIL = {
    "event_id", "occurred_at", "request_id", "invitation_id", "volunteer_id",
    "organisation_id", "assignment_id", "email_id",
}  # fmt: skip
_NEED_IN_DETAIL = ("kind", "field", "places", "municipality_code")


def subscribe(seam: Seam, tz: ZoneInfo) -> None:
    """Bind every event that names `reporting` as a reader, those of later services too."""
    for contract in CATALOGUE.values():
        if issubclass(contract, Event) and Service.REPORTING in contract.readers:
            seam.event(contract)(project)

    @seam.query(TimelineOf)
    async def on_timeline_of(query: TimelineOf, session: AsyncSession) -> Timeline:
        return await tell_timeline(query, session)

    @seam.query(FiguresBetween)
    async def on_figures_between(query: FiguresBetween, session: AsyncSession) -> Figures:
        return await tell_figures(query, session, tz)


async def project(event: Event, work: Work) -> None:
    """Add one event to the projections."""
    session = work.session
    if isinstance(event, VolunteerErased):
        await erase_volunteer(session, event.volunteer_id, work.now)
    request_id: UUID | None = getattr(event, "request_id", None)
    if request_id is not None:
        await _project_request(event, request_id, session)
        await _project_invitation(event, request_id, session)
        await _project_hours(event, session)
        failpoint("reporting.in_figures_not_in_timeline")
    await add_to_timeline(session, _happened(event, request_id))


async def _project_request(event: Event, request_id: UUID, session: AsyncSession) -> None:
    if isinstance(event, _IN_FIGURES):
        row = await lock_request(session, request_id, event.occurred_at)
        row.keep(_request_after(figures.happened(row.known(), event.occurred_at), event))


def _request_after(known: RequestKnown, event: Event) -> RequestKnown:
    if isinstance(event, RequestOpened | RequestChanged):
        known = _with_need(known, event)
    if isinstance(event, RequestFilled | RequestReopened):
        known = figures.counted(known, event.sequence, event.assigned)
    if isinstance(event, _STATED):
        known = figures.stood(known, event.sequence, _STATES[type(event)])
    return known


def _with_need(known: RequestKnown, event: RequestOpened | RequestChanged) -> RequestKnown:
    need = event.need
    return figures.needed(
        known, event.sequence, need.field, need.municipality_code, need.places
    )


async def _project_invitation(event: Event, request_id: UUID, session: AsyncSession) -> None:
    invitation_id: UUID | None = getattr(event, "invitation_id", None)
    if invitation_id is not None and isinstance(event, _OF_INVITATIONS):
        row = await lock_invitation(session, invitation_id, request_id)
        row.keep(_invitation_after(row.known(), event))


def _invitation_after(known: InvitationKnown, event: Event) -> InvitationKnown:
    match event:
        case InvitationIssued():
            return replace(known, issued=True)
        case AnswerReceived():
            return figures.answered(known, event.answer, event.occurred_at, event.event_id)
        case EmailSent(template=template) if template == OFFER:
            return replace(known, offer_sent=True)
        case EmailFailed(template=template) if template == OFFER:
            return replace(known, offer_failed=True)
        case _:
            return known


async def _project_hours(event: Event, session: AsyncSession) -> None:
    if isinstance(event, TandemHoursTold):
        newer = HoursKnown(event.from_on, event.to_on, event.hours, event.sequence)
        row = await lock_hours(
            session, event.assignment_id, event.question, event.request_id, newer
        )
        row.keep(told(row.known(), newer))


def _happened(event: Event, request_id: UUID | None) -> HappenedRow:
    about_somebody = request_id is not None
    return HappenedRow(
        event_id=event.event_id,
        occurred_at=event.occurred_at,
        what=event.snake_name,
        request_id=request_id,
        invitation_id=getattr(event, "invitation_id", None) if about_somebody else None,
        volunteer_id=getattr(event, "volunteer_id", None) if about_somebody else None,
        details=_details(event.model_dump(mode="json", exclude=_NO_DETAIL)),
    )


def _details(values: Mapping[str, Any]) -> dict[str, str | int | float | bool | None]:
    """Return the codes and numbers of an event, those of counts by reason as `excluded.<reason>`."""
    details: dict[str, str | int | float | bool | None] = {}
    for name, value in values.items():
        if name == "need":
            details |= {key: value[key] for key in _NEED_IN_DETAIL}
        elif isinstance(value, dict):
            details |= {f"{name}.{key}": inner for key, inner in value.items()}
        elif not isinstance(value, list):
            details[name] = value
    return details


async def tell_timeline(query: TimelineOf, session: AsyncSession) -> Timeline:
    """Return the latest events of a request, the earliest of them first."""
    rows = await timeline_of(session, query.request_id, query.limit)
    return Timeline(
        entries=tuple(
            TimelineEntry(
                occurred_at=row.occurred_at,
                what=row.what,
                volunteer_id=row.volunteer_id,
                invitation_id=row.invitation_id,
                details=row.details,
            )
            for row in rows
        )
    )


async def tell_figures(query: FiguresBetween, session: AsyncSession, tz: ZoneInfo) -> Figures:
    """Return the figures of some months. Raises MonthUnclear."""
    begins, ended = months_between(query.first, query.last, tz)
    cells = await figures_between(session, begins, ended, tz)
    people: dict[str, dict[str, int]] = {}
    for month, what, count in await happenings_between(
        session, begins, ended, tz, tuple(_PEOPLE)
    ):
        people.setdefault(month, {})[_PEOPLE[what]] = count
    return Figures(
        figures=tuple(Figure.model_validate(cell, from_attributes=True) for cell in cells),
        people=tuple(PeopleFigure(month=month, **counts) for month, counts in people.items()),
        hours=await _hours(query, session, begins, ended),
    )


async def _hours(
    query: FiguresBetween, session: AsyncSession, begins: datetime, ended: datetime
) -> tuple[HoursFigure, ...]:
    """Return the hours of these months, in order of month, field and municipality."""
    cells: Counter[tuple[str, str, str]] = Counter()
    for row, field, municipality in await hours_between(session, begins.date(), ended.date()):
        for month, hours in by_month(row.known()).items():
            if query.first <= month <= query.last and hours:
                cells[month, field, municipality or ""] += hours
    return tuple(
        HoursFigure(month=month, field=field, municipality=place or None, hours=hours)
        for (month, field, place), hours in sorted(cells.items())
    )
