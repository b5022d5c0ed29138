"""One tandem: what both sides said, whom to ring, and what a coordinator writes down or decides."""

import asyncio
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.admin.pages.acting import About, Failed, act, after, failed
from services.admin.pages.context import Desk, Gaps, SignedIn, Staff, TheDesk
from shared.contracts.matching import (
    MOST_HOURS,
    AnswerTandem,
    EndTandem,
    SettleTandem,
    TandemShown,
    TandemsOf,
    TandemTaken,
)
from shared.contracts.messages import Command
from shared.contracts.network import FindOrganisations, OrganisationCard
from shared.contracts.values import Code
from shared.district import in_locale
from shared.kernel.fields import Side, TandemAnswer, TandemState, Via
from shared.web.field_errors import FieldError
from shared.web.forms import Form, read_form
from shared.web.problems import Problem

router = APIRouter(include_in_schema=False)

Deed = Literal["answer", "end", "settle"]
NOTE_OF: dict[Deed, str] = {
    "answer": "tandem_answered",
    "end": "tandem_ended",
    "settle": "tandem_settled",
}


class TandemForm(BaseModel):
    """Which button was pressed, and what stands beside it."""

    model_config = ConfigDict(hide_input_in_errors=True)

    deed: Deed
    side: Side | None = None
    question: int | None = Field(default=None, ge=1)
    answer: TandemAnswer | None = None
    hours: int | None = Field(default=None, ge=0, le=MOST_HOURS)
    reason: Code | None = None
    last_hours: int | None = Field(default=None, ge=0, le=MOST_HOURS)
    really: bool = False


@router.get("/requests/{request_id}/tandems/{assignment_id}")
async def show_tandem(
    request_id: UUID, assignment_id: UUID, request: Request, desk: TheDesk
) -> Response:
    """The whole tandem."""
    blank = Form[TandemForm].blank()
    return await _page(request, desk, request_id, assignment_id, blank)


@router.post("/requests/{request_id}/tandems/{assignment_id}")
async def decide(
    request_id: UUID, assignment_id: UUID, request: Request, desk: TheDesk, staff: SignedIn
) -> Response:
    """Do what the button says."""
    gaps = Gaps()
    tandem = await _tandem(desk, request_id, assignment_id, gaps)
    form = _checked(await read_form(request, TandemForm), tandem)
    value = form.value
    if value is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await _page(request, desk, request_id, assignment_id, form, status=status)
    about = About(request_id, tandem.volunteer_id if tandem else None, _detail(value))
    outcome = await act(desk, staff, _wish(form, value, assignment_id, staff), about)
    if outcome.went_well:
        return after(outcome, request.url.path, NOTE_OF[value.deed])
    told = failed(request, form, outcome)
    status = outcome.status
    return await _page(
        request, desk, request_id, assignment_id, form, failed=told, status=status
    )


def _checked(form: Form[TandemForm], tandem: TandemShown | None) -> Form[TandemForm]:
    """An answer is somebody's to some question; nothing ends by a slip."""
    value = form.value
    if value is None or value.deed == "settle":
        return form
    missing: list[FieldError] = []
    if value.deed == "answer":
        named = {"side": value.side, "question": value.question}
        missing += [
            FieldError(name, "missing", "Pick one.") for name, one in named.items() if not one
        ]
        if value.answer is None and value.hours is None:
            missing.append(FieldError("answer", "missing", "Say something."))
    else:
        over = tandem is not None and tandem.state is TandemState.ENDED
        if value.reason is None:
            missing.append(FieldError("reason", "admin.pick_a_reason", "Pick a reason."))
        if not (value.really or over):
            missing.append(FieldError("really", "admin.tick_to_end", "Tick the box."))
    return form.refused(*missing) if missing else form


def _wish(
    form: Form[TandemForm], value: TandemForm, assignment_id: UUID, staff: Staff
) -> Command[TandemTaken]:
    common: dict[str, Any] = {
        "command_key": f"admin:{form.nonce}:{value.deed}",
        "staff_id": staff.staff_id,
        "via": Via.PHONE if value.deed == "answer" else Via.OFFICE,
        "assignment_id": assignment_id,
    }
    if value.deed == "settle":
        return SettleTandem(**common)
    if value.deed == "end":
        side = value.side or Side.VOLUNTEER
        return EndTandem(**common, side=side, reason=value.reason, hours=value.last_hours)
    return AnswerTandem(
        **common,
        side=value.side,
        question=value.question,
        answer=value.answer,
        hours=value.hours,
    )


def _detail(value: TandemForm) -> str | None:
    return value.answer if value.deed == "answer" else value.reason


async def _tandem(
    desk: Desk, request_id: UUID, assignment_id: UUID, gaps: Gaps
) -> TandemShown | None:
    """The tandem; None while matching does not answer."""
    found = await desk.learn(TandemsOf(request_id=request_id), gaps)
    if found is None:
        return None
    for one in found.tandems:
        if one.assignment_id == assignment_id:
            return one
    raise Problem(HTTPStatus.NOT_FOUND, "matching.tandem_unknown")


async def _page(
    request: Request,
    desk: Desk,
    request_id: UUID,
    assignment_id: UUID,
    form: Form[TandemForm],
    *,
    failed: Failed | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    gaps = Gaps()
    tandem, words = await asyncio.gather(
        _tandem(desk, request_id, assignment_id, gaps), desk.words([request_id], gaps)
    )
    known = words.get(request_id)
    people, organisation = await asyncio.gather(
        desk.people([tandem.volunteer_id if tandem else None], gaps),
        _organisation(desk, known.organisation_id if known else None, gaps),
    )
    ends = desk.district.tandem_ends.items()
    return desk.show(
        request,
        "tandem.html",
        status=status,
        gaps=gaps,
        request_id=request_id,
        tandem=tandem,
        words=known,
        people=people,
        organisation=organisation,
        ends=[(code, in_locale(end.name, "de")) for code, end in ends],
        form=form,
        failed=failed,
        now=desk.clock.now(),
    )


async def _organisation(
    desk: Desk, organisation_id: UUID | None, gaps: Gaps
) -> OrganisationCard | None:
    if organisation_id is None:
        return None
    found = await desk.learn(FindOrganisations(organisation_id=organisation_id), gaps)
    return found.cards[0] if found and found.cards else None
