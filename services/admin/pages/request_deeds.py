"""What a coordinator decides about a whole request: buttons on its page."""

from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.admin.pages import more_asked
from services.admin.pages.acting import Outcome, act, after, failed
from services.admin.pages.context import SignedIn, Staff, TheDesk
from services.admin.pages.not_asked import in_address
from services.admin.pages.request import request_page
from services.admin.pages.request_standing import is_full
from shared.contracts.matching import (
    ApproveWave,
    AskMore,
    Changed,
    MoreAsked,
    ResumeMatching,
    StopMatching,
    WaveApproved,
)
from shared.contracts.messages import Command
from shared.contracts.requests import ApproveRequest, CancelRequest, CompleteRequest
from shared.contracts.values import Code
from shared.web.field_errors import FieldError
from shared.web.forms import Form, read_form
from shared.web.problems import Problem

router = APIRouter(include_in_schema=False)

Deed = Literal["approve", "cancel", "complete", "approve_wave", "ask_more", "stop", "resume"]

NOTE_OF: dict[Deed, str] = {
    "approve": "approved",
    "cancel": "cancelled",
    "complete": "completed",
    "approve_wave": "wave_approved",
    "ask_more": "asked_more",
    "stop": "stopped",
    "resume": "resumed",
}

PLAIN: dict[str, type[Any]] = {
    "approve": ApproveRequest,
    "cancel": CancelRequest,
    "complete": CompleteRequest,
    "resume": ResumeMatching,
}
"""Deeds that say nothing but the request."""


WITH_REASON = frozenset({"ask_more", "stop"})


class DeedForm(BaseModel):
    """Which button was pressed, its reason; calling off wants a tick, a wave its people."""

    model_config = ConfigDict(hide_input_in_errors=True)

    deed: Deed
    really: bool = False
    volunteer_ids: list[UUID] = []
    reason_stop: Code | None = None
    people: Annotated[int, Field(ge=1, le=20)] = 3
    reason_ask_more: Code | None = None


@router.post("/requests/{request_id}/deeds")
async def decide(
    request_id: UUID, request: Request, desk: TheDesk, staff: SignedIn
) -> Response:
    """Do what the button says; what does not come about is told on the same page."""
    form = await read_form(request, DeedForm)
    if form.value is None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "admin.not_possible")
    checked = _checked(form, form.value)
    if checked.errors:
        return await request_page(request, desk, request_id, form=checked)
    outcome = await act(desk, staff, _wish(form, form.value, request_id, staff))
    if outcome.went_well:
        return _told(outcome, f"/requests/{request_id}", form.value)
    told = failed(request, form, outcome)
    return await request_page(
        request, desk, request_id, failed=told, form=form, status=outcome.status
    )


def _told(outcome: Outcome[Any], back: str, value: DeedForm) -> Response:
    """Lead back; there is said whom an approval could not ask any more, and how many are asked."""
    reply = outcome.reply
    if isinstance(reply, MoreAsked) and (told := more_asked.in_address(reply, value.people)):
        return after(outcome, back, "", told)
    dropped = reply.not_asked if isinstance(reply, WaveApproved) else ()
    note = NOTE_OF[value.deed]
    if value.deed == "resume" and isinstance(reply, Changed) and is_full(reply.places):
        note = "resumed_full"
    if dropped and len(dropped) == len(value.volunteer_ids):
        note = "wave_dropped"
    return after(outcome, back, note, in_address(dropped))


def _checked(form: Form[DeedForm], value: DeedForm) -> Form[DeedForm]:
    """Nothing is called off by a slip, and no wave goes out to nobody."""
    if value.deed == "cancel" and not value.really:
        return form.refused(FieldError("really", "admin.tick_to_cancel", "Tick the box."))
    if value.deed == "approve_wave" and not value.volunteer_ids:
        return form.refused(FieldError("volunteer_ids", "admin.pick_somebody", "Pick one."))
    if value.deed in WITH_REASON and getattr(value, f"reason_{value.deed}") is None:
        field = f"reason_{value.deed}"
        return form.refused(FieldError(field, "admin.pick_a_reason", "Pick a reason."))
    return form


def _wish(
    form: Form[DeedForm], value: DeedForm, request_id: UUID, staff: Staff
) -> Command[Any]:
    common: dict[str, Any] = {
        "command_key": f"admin:{form.nonce}:{value.deed}",
        "staff_id": staff.staff_id,
        "request_id": request_id,
    }
    match value.deed:
        case "approve_wave":
            return ApproveWave(**common, volunteer_ids=tuple(value.volunteer_ids))
        case "ask_more":
            return AskMore(**common, people=value.people, reason=value.reason_ask_more)
        case "stop":
            return StopMatching(**common, reason=value.reason_stop)
        case deed:
            plain: Command[Any] = PLAIN[deed](**common)
            return plain
