"""A tandem's page, for either side by its mailed link: what is asked, the own answer, the end.

GET and HEAD only show; POST acts. Nothing is single-use, and an answer may be changed until the
next question. What the other side said is not here, and could not be: matching does not tell it.
"""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.portal.pages.context import EVERY_LANGUAGE, Context, Portal
from services.portal.pages.tandem_seat import DeskSeat, LinkSeat, Seat, Shown, shown_at
from shared.contracts.matching import (
    MOST_HOURS,
    AnswerTandem,
    EndTandem,
    TandemPage,
    TandemTaken,
)
from shared.contracts.messages import Command
from shared.contracts.values import Code
from shared.district import in_locale
from shared.kernel.errors import Refusal
from shared.kernel.fields import Side, TandemAnswer
from shared.kernel.ids import new_id
from shared.web.field_errors import FieldError
from shared.web.forms import Form, read_form
from shared.web.middleware import private_page

_PRIVATE: dict[str, Any] = {"include_in_schema": False, "dependencies": [Depends(private_page)]}
by_link = APIRouter(prefix="/t/{token}", **_PRIVATE)
at_desk = APIRouter(prefix="/organisation/{token}/tandems/{assignment_id}", **_PRIVATE)


class AnswerForm(BaseModel):
    """What is sent: which question, what is said, and about how many hours."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    question: int = Field(ge=1)
    answer: TandemAnswer
    hours: int | None = Field(default=None, ge=0, le=MOST_HOURS)


class EndForm(BaseModel):
    """Why it is over; a tick, so that nobody ends it by a slip."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    reason: Code
    last_hours: int | None = Field(default=None, ge=0, le=MOST_HOURS)
    really: bool = False


async def show(request: Request, portal: Portal, seat: Seat) -> Response:
    """Show what is asked, and what was said so far."""
    return _page(request, portal, await shown_at(portal, seat))


async def take_answer(request: Request, portal: Portal, seat: Seat) -> Response:
    """Take the answer, then show how it stands."""
    form = await read_form(request, AnswerForm)
    if form.value is None:
        return _page(request, portal, await shown_at(portal, seat), answering=form, status=422)
    command = AnswerTandem(
        command_key=f"tandem:{new_id()}",
        assignment_id=seat.assignment_id,
        side=seat.side,
        question=form.value.question,
        answer=form.value.answer,
        hours=form.value.hours,
        answered_at=portal.clock.now(),
    )
    return await _sent(request, portal, seat, command, answering=form)


async def take_end(request: Request, portal: Portal, seat: Seat) -> Response:
    """End it, or take the organisation's wish to, then show how it stands."""
    form = await read_form(request, EndForm)
    if form.value is not None and not form.value.really:
        form = form.refused(FieldError("really", "portal.tick_to_end", "Tick the box."))
    if form.value is None:
        return _page(request, portal, await shown_at(portal, seat), ending=form, status=422)
    command = EndTandem(
        command_key=f"tandem:{new_id()}",
        assignment_id=seat.assignment_id,
        side=seat.side,
        reason=form.value.reason,
        hours=form.value.last_hours,
    )
    return await _sent(request, portal, seat, command, ending=form)


@by_link.get("")
async def show_by_link(request: Request, portal: Context, seat: LinkSeat) -> Response:
    return await show(request, portal, seat)


@by_link.post("")
async def answer_by_link(request: Request, portal: Context, seat: LinkSeat) -> Response:
    return await take_answer(request, portal, seat)


@by_link.post("/end")
async def end_by_link(request: Request, portal: Context, seat: LinkSeat) -> Response:
    return await take_end(request, portal, seat)


@by_link.get("/end")
async def back_by_link(seat: LinkSeat) -> Response:
    """The form is on the tandem's page; here comes who reloads after a refusal."""
    return RedirectResponse(seat.here, status_code=303)


@at_desk.get("")
async def show_at_desk(request: Request, portal: Context, seat: DeskSeat) -> Response:
    return await show(request, portal, seat)


@at_desk.post("")
async def answer_at_desk(request: Request, portal: Context, seat: DeskSeat) -> Response:
    return await take_answer(request, portal, seat)


@at_desk.post("/end")
async def end_at_desk(request: Request, portal: Context, seat: DeskSeat) -> Response:
    return await take_end(request, portal, seat)


@at_desk.get("/end")
async def back_at_desk(seat: DeskSeat) -> Response:
    """As for the mailed link."""
    return RedirectResponse(seat.here, status_code=303)


async def _sent(
    request: Request,
    portal: Portal,
    seat: Seat,
    command: Command[TandemTaken],
    *,
    answering: Form[AnswerForm] | None = None,
    ending: Form[EndForm] | None = None,
) -> Response:
    """Send a wish; then the page as it stands, with the reason if the wish was refused."""
    try:
        reply = await portal.send(command)
    except Refusal as refusal:
        return _page(
            request,
            portal,
            await shown_at(portal, seat),
            answering=answering and answering.refused_by(refusal),
            ending=ending and ending.refused_by(refusal),
            status=portal.status_of(refusal),
        )
    if reply is None:
        shown = await shown_at(portal, seat)
        return _page(request, portal, shown, received=True, status=202)
    return RedirectResponse(seat.here, status_code=303)


def _page(
    request: Request,
    portal: Portal,
    shown: Shown,
    *,
    answering: Form[AnswerForm] | None = None,
    ending: Form[EndForm] | None = None,
    received: bool = False,
    status: int = 200,
) -> Response:
    locale = portal.pages.locale(request, EVERY_LANGUAGE)
    ends = portal.district.tandem_ends.items()
    return portal.pages.render(
        request,
        "tandem.html",
        status=status,
        offered=EVERY_LANGUAGE,
        form=answering or _blank(shown.page),
        ending=ending or Form[EndForm].blank(),
        received=received,
        shown=shown,
        page=shown.page,
        words=shown.words,
        theirs=shown.side is Side.ORGANISATION,
        reasons=[(code, in_locale(end.name, locale.tag)) for code, end in ends],
        most_hours=MOST_HOURS,
    )


def _blank(page: TandemPage) -> Form[AnswerForm]:
    """The form with what this side said before."""
    said: dict[str, Any] = {}
    if page.answer is not None:
        said["answer"] = page.answer.value
    if page.hours is not None:
        said["hours"] = str(page.hours)
    return Form[AnswerForm].blank(said)
