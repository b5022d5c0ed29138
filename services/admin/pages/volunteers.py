"""Volunteers: finding one, ticking checks, pausing, confirming, giving out and erasing data."""

import asyncio
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.admin.pages.acting import About, Failed, act, after, failed, refused_as_typed
from services.admin.pages.context import Desk, Gaps, SignedIn, Staff, TheDesk
from services.admin.pages.wording.labels import VOLUNTEER_STATES
from services.admin.store.accounts import staff_names
from services.admin.store.deeds import begin_deed, deeds_about
from shared.contracts.matching import AssignedTo
from shared.contracts.messages import Command
from shared.contracts.profiles import (
    Card,
    ConfirmVolunteer,
    EraseVolunteer,
    ExportVolunteer,
    FindVolunteers,
    PauseVolunteer,
    RecordCheck,
    ResumeVolunteer,
)
from shared.contracts.values import HeldCheck
from shared.kernel.fields import Check, Via
from shared.kernel.ids import new_id
from shared.web.export import export_of
from shared.web.field_errors import FieldError
from shared.web.forms import Form, read_form
from shared.web.problems import Problem

router = APIRouter(include_in_schema=False)

SHOWN = 100
DEEDS = 20
MAX_SEARCH = 80
SUGGESTED = timedelta(days=3 * 365)
"""How long a check is taken to hold unless somebody writes another day."""
WITHOUT_END = date(2999, 12, 31)
"""The first talk does not run out."""

Deed = Literal["first_talk", "check", "pause", "resume", "confirm", "erase"]
NOTE_OF: dict[Deed, str] = {
    "first_talk": "check_recorded",
    "check": "check_recorded",
    "pause": "paused",
    "resume": "unpaused",
    "confirm": "volunteer_confirmed",
    "erase": "volunteer_erased",
}


class DeedForm(BaseModel):
    """Which button was pressed, and what stood beside it."""

    model_config = ConfigDict(hide_input_in_errors=True)

    deed: Deed
    check: Check | None = None
    valid_until: date | None = None
    weeks: int | None = Field(default=None, ge=1, le=52)
    really: bool = False


@router.get("/volunteers")
async def list_volunteers(
    request: Request, desk: TheDesk, state: str = "", text: str = "", known: str = ""
) -> Response:
    """Volunteers by state or by a part of the name, newest first."""
    gaps = Gaps()
    unknown_only = known == "no"
    found = await desk.learn(
        FindVolunteers(
            state="active" if unknown_only else state if state in VOLUNTEER_STATES else None,
            known=False if unknown_only else None,
            text=text.strip()[:MAX_SEARCH] or None,
            limit=SHOWN,
        ),
        gaps,
    )
    cards = found.cards if found else ()
    return desk.show(
        request,
        "volunteers.html",
        gaps=gaps,
        form=Form[DeedForm].blank({"state": state, "text": text, "known": known}),
        cards=[card for card in cards if not (unknown_only and card.known)],
        states=list(VOLUNTEER_STATES),
        limit=SHOWN,
    )


@router.get("/volunteers/{volunteer_id}")
async def show_volunteer(volunteer_id: UUID, request: Request, desk: TheDesk) -> Response:
    """One volunteer."""
    return await _page(request, desk, volunteer_id, _blank(desk))


@router.post("/volunteers/{volunteer_id}")
async def decide(
    volunteer_id: UUID, request: Request, desk: TheDesk, staff: SignedIn
) -> Response:
    """Tick a check, pause, resume, confirm or erase."""
    form = _checked(await read_form(request, DeedForm))
    value = form.value
    if value is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await _page(request, desk, volunteer_id, form, status=status)
    wish, about = _wish(form, value, volunteer_id, staff)
    outcome = await act(desk, staff, wish, about)
    if outcome.went_well:
        back = "/volunteers" if value.deed == "erase" else f"/volunteers/{volunteer_id}"
        return after(outcome, back, NOTE_OF[value.deed])
    told = failed(request, form, outcome)
    if outcome.refusal is not None:
        form = refused_as_typed(form, outcome.refusal, _shown_at)
    return await _page(request, desk, volunteer_id, form, failed=told, status=outcome.status)


@router.get("/volunteers/{volunteer_id}/export")
async def export(volunteer_id: UUID, desk: TheDesk, staff: SignedIn) -> Response:
    """Everything kept about a person, to hand over to that person (Art. 15 GDPR)."""
    document = await export_of(desk.asker, volunteer_id)
    if document is None:
        raise Problem(HTTPStatus.NOT_FOUND, "profiles.volunteer_unknown")
    async with desk.transaction() as session:
        await begin_deed(
            session,
            wish_key=str(new_id()),
            staff_id=staff.staff_id,
            deed=ExportVolunteer.snake_name,
            now=desk.clock.now(),
            volunteer_id=volunteer_id,
        )
    return Response(
        document,
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{volunteer_id}.json"'},
    )


def _blank(desk: Desk) -> Form[DeedForm]:
    today = desk.clock.now().astimezone(desk.district.timezone).date()
    return Form.blank({"valid_until": (today + SUGGESTED).isoformat(), "weeks": "4"})


def _checked(form: Form[DeedForm]) -> Form[DeedForm]:
    """Erasing wants a tick, and a check its kind and its last day."""
    value = form.value
    if value is None:
        return form
    errors = []
    if value.deed == "erase" and not value.really:
        errors.append(FieldError("really", "admin.tick_to_erase", "Tick the box."))
    if value.deed == "check" and value.check is None:
        errors.append(FieldError("check", "missing", "This field is required."))
    if value.deed == "check" and value.valid_until is None:
        errors.append(FieldError("valid_until", "admin.valid_until_missing", "Name the day."))
    return form.refused(*errors) if errors else form


def _wish(
    form: Form[DeedForm], value: DeedForm, volunteer_id: UUID, staff: Staff
) -> tuple[Command[Any], About]:
    common: dict[str, Any] = {
        "command_key": f"admin:{form.nonce}:{value.deed}",
        "staff_id": staff.staff_id,
        "via": Via.PHONE,
        "volunteer_id": volunteer_id,
    }
    about = About(volunteer_id=volunteer_id)
    match value.deed:
        case "first_talk":
            held = HeldCheck(check=Check.FIRST_TALK, valid_until=WITHOUT_END)
            about = About(volunteer_id=volunteer_id, detail=held.check)
            return RecordCheck(**common, held=held), about
        case "check":
            held = HeldCheck.model_validate(value, from_attributes=True)
            about = About(volunteer_id=volunteer_id, detail=held.check)
            return RecordCheck(**common, held=held), about
        case "pause":
            return PauseVolunteer(**common, weeks=value.weeks), about
        case "resume":
            return ResumeVolunteer(**common), about
        case "confirm":
            return ConfirmVolunteer(**common), about
        case "erase":
            return EraseVolunteer(**common), about


def _shown_at(field: str) -> str:
    return field.removeprefix("held.")


async def _page(
    request: Request,
    desk: Desk,
    volunteer_id: UUID,
    form: Form[DeedForm],
    *,
    failed: Failed | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    gaps = Gaps()
    people, places = await asyncio.gather(
        desk.people([volunteer_id], gaps),
        desk.learn(AssignedTo(volunteer_id=volunteer_id), gaps),
    )
    card: Card | None = people.card(volunteer_id)
    if card is None and people.answered:
        raise Problem(HTTPStatus.NOT_FOUND, "profiles.volunteer_unknown")
    request_ids = [entry.request_id for entry in places.places] if places else []
    async with desk.transaction() as session:
        deeds = await deeds_about(session, volunteer_id, DEEDS)
        names = await staff_names(session, [row.staff_id for row in deeds])
    return desk.show(
        request,
        "volunteer.html",
        status=status,
        gaps=gaps,
        card=card,
        volunteer_id=volunteer_id,
        people=people,
        words=await desk.words(request_ids, gaps),
        deeds=deeds,
        staff_names=names,
        checks=[check for check in Check if check is not Check.FIRST_TALK],
        form=form,
        failed=failed,
    )
