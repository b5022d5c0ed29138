"""Telephone tasks: whom to ring, what to say, and buttons for the answer."""

import asyncio
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict

from services.admin.pages.acting import About, Ending, Failed, act, after, failed
from services.admin.pages.context import Desk, Gaps, SignedIn, TheDesk
from services.admin.pages.notes import RECEIVED
from services.admin.pages.request_person import TICK_OF
from services.admin.pages.today_calls import call_url
from services.admin.pages.wording.labels import OUTCOMES
from shared.contracts.matching import (
    AnswerInvitation,
    InvitationPage,
    OpenPhoneTasks,
    ShowInvitation,
)
from shared.contracts.network import HandoverContact, HandoverShown
from shared.contracts.requests import Words
from shared.kernel.fields import Answer, Via
from shared.web.forms import Form, read_form
from shared.web.problems import Problem

router = APIRouter(include_in_schema=False)

MOST = 100


class CallForm(BaseModel):
    """What was said on the telephone, and which facts were read out."""

    model_config = ConfigDict(hide_input_in_errors=True)

    answer: Answer
    version: int
    really_no: bool = False
    """Hidden and set where a no costs nothing, as on the person's page."""


@router.get("/phone")
async def list_calls(request: Request, desk: TheDesk) -> Response:
    """Everybody to ring, the earliest deadline first; below, whose deadline has passed."""
    gaps = Gaps()
    found = await desk.learn(OpenPhoneTasks(limit=MOST), gaps)
    tasks = sorted(
        found.tasks if found else (),
        key=lambda task: (task.deadline is None, task.deadline, task.invitation_id),
    )
    words, people = await asyncio.gather(
        desk.words([task.request_id for task in tasks], gaps),
        desk.people([task.volunteer_id for task in tasks], gaps),
    )
    return desk.show(
        request,
        "phone.html",
        gaps=gaps,
        tasks=tasks,
        words=words,
        people=people,
        url_of=call_url,
        now=desk.clock.now(),
    )


@router.get("/phone/{invitation_id}")
async def show_call(
    invitation_id: UUID, request: Request, desk: TheDesk, outcome: str = ""
) -> Response:
    """One call: number, script, buttons; after an answer what it led to, and what to pass on."""
    blank = Form[CallForm].blank()
    taken = outcome if outcome in OUTCOMES else None
    return await _page(request, desk, invitation_id, blank, taken=taken)


@router.post("/phone/{invitation_id}")
async def take_answer(
    invitation_id: UUID, request: Request, desk: TheDesk, staff: SignedIn
) -> Response:
    """Take the answer and say at once what it led to."""
    form = _checked(await read_form(request, CallForm))
    if form.value is None or form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await _page(request, desk, invitation_id, form, status=status)
    gaps = Gaps()
    page = await desk.learn(_question(invitation_id), gaps)
    about = About(
        page.request_id if page else None,
        page.volunteer_id if page else None,
        form.value.answer,
    )
    wish = AnswerInvitation(
        command_key=f"admin:{form.nonce}:{form.value.answer}",
        via=Via.PHONE,
        staff_id=staff.staff_id,
        invitation_id=invitation_id,
        answer=form.value.answer,
        version=form.value.version,
    )
    outcome = await act(desk, staff, wish, about)
    if outcome.reply is not None:
        here = f"{request.url.path}?outcome={outcome.reply.outcome}"
        return RedirectResponse(here, HTTPStatus.SEE_OTHER)
    if outcome.ending is Ending.RECEIVED:
        return after(outcome, request.url.path, RECEIVED)
    told = failed(request, form, outcome)
    return await _page(request, desk, invitation_id, form, failed=told, status=outcome.status)


def _question(invitation_id: UUID) -> ShowInvitation:
    """The one that is answered here: a newer, if it has replaced this one meanwhile."""
    return ShowInvitation(invitation_id=invitation_id, newest=True)


def _checked(form: Form[CallForm]) -> Form[CallForm]:
    """What costs a place is no slip."""
    if form.value is None or form.value.answer is not Answer.NO or form.value.really_no:
        return form
    return form.refused(TICK_OF["no"])


async def _page(
    request: Request,
    desk: Desk,
    invitation_id: UUID,
    form: Form[CallForm],
    *,
    failed: Failed | None = None,
    taken: str | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    gaps = Gaps()
    page = await desk.learn(_question(invitation_id), gaps)
    if page is not None and not page.found:
        raise Problem(HTTPStatus.NOT_FOUND, "matching.invitation_unknown")
    page = page or InvitationPage(found=False)
    words_by_id, people = await asyncio.gather(
        desk.words([page.request_id], gaps), desk.people([page.volunteer_id], gaps)
    )
    words = words_by_id.get(page.request_id) if page.request_id else None
    organisations = await desk.organisations([words.organisation_id if words else None], gaps)
    return desk.show(
        request,
        "call.html",
        status=status,
        gaps=gaps,
        page=page,
        words=words,
        organisation=organisations.get(words.organisation_id) if words else None,
        card=people.card(page.volunteer_id),
        people=people,
        contact=await _contact(desk, page, words, gaps),
        form=form,
        failed=failed,
        taken=taken,
    )


async def _contact(
    desk: Desk, page: InvitationPage, words: Words | None, gaps: Gaps
) -> HandoverShown | None:
    """Whom the volunteer rings: only for somebody who is assigned and known."""
    if not page.hand_over or words is None or words.contact_id is None:
        return None
    found = await desk.learn(HandoverContact(contact_id=words.contact_id), gaps)
    return found if found and found.found else None
