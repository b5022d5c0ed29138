"""Changing what a volunteer said, for somebody who rings: the form for a new one, filled."""

from dataclasses import replace
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from services.admin.pages.acting import (
    Ending,
    Failed,
    Outcome,
    act,
    after,
    failed,
    refused_as_typed,
)
from services.admin.pages.context import Desk, SignedIn, Staff, TheDesk
from services.admin.pages.new_volunteer import (
    LANGUAGE_ROWS,
    PLAIN,
    ToldVolunteer,
    description_of,
    offered_by,
    shown_at_of,
)
from services.admin.pages.rows import typed_rows, without_empty
from shared.contracts.profiles import ChangeVolunteer, ShowVolunteer, VolunteerDescription
from shared.contracts.values import Absence, Times
from shared.kernel.errors import Refusal
from shared.kernel.fields import Via
from shared.kernel.languages import Mode, normalise_tag
from shared.kernel.weeks import Week
from shared.messaging.asking import Unavailable
from shared.web.forms import Form, Shown, read_form
from shared.web.problems import Problem

router = APIRouter(include_in_schema=False)

OUTDATED = "profiles.version_outdated"
DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")


class AwayRow(BaseModel):
    """Days on which somebody is away; without a last one it is a single day."""

    from_on: date
    to_on: date | None = None


class ChangedVolunteer(ToldVolunteer):
    """A description as it stands, to be changed."""

    version: int = Field(ge=1)
    absences: Annotated[
        list[AwayRow], BeforeValidator(lambda rows: without_empty(rows, "from_on"))
    ] = Field(default_factory=list)


@router.get("/volunteers/{volunteer_id}/change")
async def show_change(volunteer_id: UUID, request: Request, desk: TheDesk) -> Response:
    """The form, filled with what is known."""
    version, known = await _described(desk, volunteer_id)
    today = desk.clock.now().astimezone(desk.district.timezone).date()
    form = Form[ChangedVolunteer].blank(_values(known, version, today))
    return _page(request, desk, volunteer_id, form)


@router.post("/volunteers/{volunteer_id}/change")
async def change(
    volunteer_id: UUID, request: Request, desk: TheDesk, staff: SignedIn
) -> Response:
    """Store the description whole."""
    form = await read_form(request, ChangedVolunteer)
    if form.value is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, desk, volunteer_id, form, status=status)
    try:
        version, known = await _described(desk, volunteer_id)
        wish = _wish(form, form.value, known, volunteer_id, staff)
    except Refusal as refusal:
        form = refused_as_typed(form, refusal, shown_at_of(form))
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, desk, volunteer_id, form, status=status)
    except Unavailable:
        told = failed(request, form, Outcome(Ending.NOT_SAVED))
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return _page(request, desk, volunteer_id, form, failed=told, status=status)
    outcome = await act(desk, staff, wish)
    if outcome.went_well:
        return after(outcome, f"/volunteers/{volunteer_id}", "volunteer_changed")
    told = failed(request, form, outcome)
    if outcome.refusal is not None:
        form = refused_as_typed(form, outcome.refusal, shown_at_of(form))
        if outcome.refusal.code == OUTDATED:
            # The page says so; who has compared and saves again means the new version.
            form = replace(form, typed={**form.typed, "version": (str(version),)})
    return _page(request, desk, volunteer_id, form, failed=told, status=outcome.status)


async def _described(desk: Desk, volunteer_id: UUID) -> tuple[int, VolunteerDescription]:
    shown = await desk.asker.ask(ShowVolunteer(volunteer_id=volunteer_id))
    if shown.description is None:
        raise Problem(HTTPStatus.NOT_FOUND, "profiles.volunteer_unknown")
    return shown.version, shown.description


def _wish(
    form: Form[ChangedVolunteer],
    value: ChangedVolunteer,
    known: VolunteerDescription,
    volunteer_id: UUID,
    staff: Staff,
) -> ChangeVolunteer:
    """What was typed, as `profiles` takes it. Raises WeeklyTimesUnclear."""
    modes = {spoken.tag: spoken.modes for spoken in known.languages}
    return ChangeVolunteer(
        **description_of(value, modes),
        absences=tuple(
            Absence(from_on=row.from_on, to_on=row.to_on or row.from_on)
            for row in value.absences
        ),
        command_key=f"admin:{form.nonce}",
        via=Via.PHONE,
        staff_id=staff.staff_id,
        volunteer_id=volunteer_id,
        version=value.version,
    )


def _values(known: VolunteerDescription, version: int, today: date) -> dict[str, Shown]:
    """What stands in the form of somebody who is known."""
    values: dict[str, Shown] = {"version": str(version)}
    for name in PLAIN:
        value = getattr(known, name)
        several = isinstance(value, tuple)
        values[name] = [str(one) for one in value] if several else _text(value)
    for number, spoken in enumerate(known.languages):
        values |= {
            f"languages.{number}.tag": spoken.tag,
            f"languages.{number}.level": spoken.level,
            f"languages.{number}.interprets": Mode.INTERPRET in spoken.modes,
        }
    coming = (absence for absence in known.absences if absence.to_on >= today)
    for number, absence in enumerate(coming):
        values |= {
            f"absences.{number}.from_on": absence.from_on.isoformat(),
            f"absences.{number}.to_on": absence.to_on.isoformat(),
        }
    return values | {"availability": _times_text(known.availability)}


def _times_text(times: tuple[Times, ...] | None) -> str:
    """Free times as the form takes them: `Mo 18:00-20:00; Sa 09:00-12:00`."""
    week = Week.from_entries([entry.model_dump() for entry in times or ()])
    return "; ".join(
        f"{DAYS[entry['weekday']]} {entry['from']}-{entry['to']}" for entry in week.entries()
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _page(
    request: Request,
    desk: Desk,
    volunteer_id: UUID,
    form: Form[ChangedVolunteer],
    *,
    failed: Failed | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    offered = offered_by(desk)
    return desk.show(
        request,
        "volunteer_change.html",
        status=status,
        form=form,
        failed=failed,
        here=f"/volunteers/{volunteer_id}",
        rows=max(LANGUAGE_ROWS, _rows(form, "languages", "tag") + 1),
        away_rows=_rows(form, "absences", "from_on") + 1,
        **offered | {"spoken": _spoken(desk, form, offered["spoken"])},
    )


def _rows(form: Form[Any], name: str, key: str) -> int:
    return max((int(row) + 1 for row in typed_rows(form, name, key)), default=0)


def _spoken(
    desk: Desk, form: Form[Any], offered: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """The languages to choose from, with those that somebody has and the district does not list."""
    listed = {tag for tag, _ in offered}
    typed = (form.text(f"languages.{row}.tag") for row in typed_rows(form, "languages", "tag"))
    rare = {tag: desk.sentences.language(tag) for tag in typed if _is_rare(tag, listed)}
    return [*offered, *rare.items()]


def _is_rare(tag: str, listed: set[str]) -> bool:
    try:
        return tag not in listed and normalise_tag(tag, field="tag") == tag
    except Refusal:
        return False
