"""A tandem's page, for either side by its mailed link: what is asked, the own answer, the end.

GET and HEAD only show; POST acts. Nothing is single-use, and an answer may be changed until the
next question. What the other side said is not here, and could not be: matching does not tell it.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.portal.pages.context import EVERY_LANGUAGE, Context, Portal, if_there
from services.portal.pages.desk import ThisDesk
from shared.contracts.matching import (
    MOST_HOURS,
    AnswerTandem,
    EndTandem,
    ShowTandem,
    TandemPage,
    TandemsAt,
    TandemTaken,
)
from shared.contracts.messages import Command
from shared.contracts.network import OrganisationCardsOf
from shared.contracts.profiles import SharedContact
from shared.contracts.requests import RequestShown, Words, WordsOf
from shared.contracts.values import Code
from shared.district import in_locale
from shared.kernel.errors import Refusal
from shared.kernel.fields import Kind, Side, TandemAnswer
from shared.kernel.ids import new_id
from shared.web.field_errors import FieldError
from shared.web.forms import Form, read_form
from shared.web.links import Purpose
from shared.web.middleware import private_page
from shared.web.problems import Problem

_PRIVATE: dict[str, Any] = {"include_in_schema": False, "dependencies": [Depends(private_page)]}
by_link = APIRouter(prefix="/t/{token}", **_PRIVATE)
at_desk = APIRouter(prefix="/organisation/{token}/tandems/{assignment_id}", **_PRIVATE)

UNKNOWN = "matching.tandem_unknown"


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


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page needs to say, and where it is."""

    here: str
    page: TandemPage
    words: Words
    other: str | None
    """The organisation's name, or the volunteer's first name; what only rounds it off."""

    @property
    def side(self) -> Side:
        return Side.VOLUNTEER if self.page.side is None else self.page.side


@dataclass(frozen=True, slots=True)
class Seat:
    """Who looks at which tandem, and where."""

    assignment_id: UUID
    side: Side
    here: str


async def seat_by_link(token: str, portal: Context) -> Seat:
    """Whom a mailed link names; a dependency. Raises LinkForged."""
    assignment_id, side = portal.links.read(Purpose.TANDEM, token)
    return Seat(UUID(assignment_id), Side(side), f"/t/{token}")


async def seat_at_desk(assignment_id: UUID, portal: Context, desk: ThisDesk) -> Seat:
    """An organisation's own page, reached from its request; a dependency.

    Raises:
        Problem: 404; there is no such tandem, or it is another organisation's, which looks the same.

    """
    seat = Seat(assignment_id, Side.ORGANISATION, f"{desk.base}/tandems/{assignment_id}")
    page = await portal.asker.ask(ShowTandem(assignment_id=assignment_id, side=seat.side))
    if page.organisation_id != desk.organisation_id:
        raise Problem(404, UNKNOWN)
    return seat


async def show(request: Request, portal: Portal, seat: Seat) -> Response:
    """Show what is asked, and what was said so far."""
    return _page(request, portal, await _shown(portal, seat))


async def take_answer(request: Request, portal: Portal, seat: Seat) -> Response:
    """Take the answer, then show how it stands."""
    form = await read_form(request, AnswerForm)
    if form.value is None:
        return _page(request, portal, await _shown(portal, seat), answering=form, status=422)
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
        return _page(request, portal, await _shown(portal, seat), ending=form, status=422)
    command = EndTandem(
        command_key=f"tandem:{new_id()}",
        assignment_id=seat.assignment_id,
        side=seat.side,
        reason=form.value.reason,
        hours=form.value.last_hours,
    )
    return await _sent(request, portal, seat, command, ending=form)


LinkSeat = Annotated[Seat, Depends(seat_by_link)]
DeskSeat = Annotated[Seat, Depends(seat_at_desk)]


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


async def tandems_at(
    portal: Portal, shown: RequestShown
) -> list[tuple[TandemPage, str | None]]:
    """The tandems of an organisation's request, each with the other's first name.

    None are shown while matching is away: the mailed link works by itself.
    """
    if shown.words is None or shown.words.kind is not Kind.TANDEM:
        return []
    asked = TandemsAt(request_id=shown.words.request_id)
    found = await if_there(portal.asker.ask(asked))
    pages = () if found is None else found.tandems
    return [(page, await _other(portal, page)) for page in pages]


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
            await _shown(portal, seat),
            answering=answering and answering.refused_by(refusal),
            ending=ending and ending.refused_by(refusal),
            status=portal.status_of(refusal),
        )
    if reply is None:
        shown = await _shown(portal, seat)
        return _page(request, portal, shown, received=True, status=202)
    return RedirectResponse(seat.here, status_code=303)


async def _shown(portal: Portal, seat: Seat) -> Shown:
    page = await portal.asker.ask(ShowTandem(assignment_id=seat.assignment_id, side=seat.side))
    if not page.found or page.request_id is None:
        raise Problem(410, UNKNOWN)
    found = await portal.asker.ask(WordsOf(request_ids=(page.request_id,)))
    if not found.words:
        raise Problem(410, UNKNOWN)
    page = page.model_copy(update={"side": seat.side})
    return Shown(seat.here, page, found.words[0], await _other(portal, page))


async def _other(portal: Portal, page: TandemPage) -> str | None:
    """With whom: the organisation's name, or the first name that it knows already."""
    if page.side is Side.ORGANISATION:
        if page.volunteer_id is None:
            return None
        shared = await if_there(portal.asker.ask(SharedContact(volunteer_id=page.volunteer_id)))
        return shared.first_name if shared is not None and shared.found else None
    if page.organisation_id is None:
        return None
    cards = await if_there(
        portal.asker.ask(OrganisationCardsOf(organisation_ids=(page.organisation_id,)))
    )
    return cards.cards[0].name if cards is not None and cards.cards else None


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
