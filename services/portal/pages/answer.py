"""The answer page: a volunteer sees what is asked and answers without an account.

GET and HEAD only show; POST acts. Nothing is single-use, and an answer may be changed until the
start. Mail scanners follow links, some even run scripts: so nothing here submits by itself.
"""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.portal.pages.context import (
    EVERY_LANGUAGE,
    Context,
    Portal,
    if_there,
    meant_by,
)
from services.portal.pages.standing import answer_by, answers_to, dates_to_come, standing_of
from shared.contracts.matching import (
    AnswerInvitation,
    InvitationPage,
    ShowInvitation,
    SkipDate,
    UnskipDate,
)
from shared.contracts.messages import Command
from shared.contracts.network import HandoverContact, HandoverShown, OrganisationCardsOf
from shared.contracts.profiles import ContactShown, SharedContact
from shared.contracts.requests import Words, WordsOf
from shared.district import in_locale
from shared.kernel.errors import Refusal
from shared.kernel.fields import Answer, Share
from shared.kernel.ids import new_id
from shared.kernel.languages import language_name
from shared.web.forms import Form, read_form
from shared.web.links import Purpose
from shared.web.middleware import private_page
from shared.web.problems import Problem

router = APIRouter(include_in_schema=False, dependencies=[Depends(private_page)])

NOT_YET_ASKED = "planned"


class AnswerForm(BaseModel):
    """What is sent: the choice, and the version of the request that was shown."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    choice: Answer
    version: int | None = None


class DateForm(BaseModel):
    """Which date of a series, and what of it."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    deed: Literal["skip", "unskip"]
    starts_at: AwareDatetime


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page needs to say; what only rounds it off may be missing."""

    page: InvitationPage
    words: Words
    organisation: str | None
    contact: HandoverShown | None
    shares: Share | None


@router.get("/a/{token}")
async def show(token: str, request: Request, portal: Context) -> Response:
    """Show what is asked, and what was answered so far."""
    shown = await _shown(portal, _invitation_id(portal, token))
    return _page(request, portal, shown, Form[AnswerForm].blank())


@router.post("/a/{token}")
async def answer(token: str, request: Request, portal: Context) -> Response:
    """Take the answer, then show how it stands.

    Each answer is a command of its own: matching makes the same answer twice one answer, and
    somebody who goes back in the browser may say no, and yes again, on one page.
    """
    invitation_id = _invitation_id(portal, token)
    form = await read_form(request, AnswerForm)
    if form.value is None:
        shown = await _shown(portal, invitation_id)
        return _page(request, portal, shown, form, status=422)
    command = AnswerInvitation(
        command_key=f"answer:{new_id()}",
        invitation_id=invitation_id,
        answer=form.value.choice,
        version=form.value.version,
        answered_at=portal.clock.now(),
    )
    return await _sent(request, portal, invitation_id, command, form)


@router.get("/a/{token}/dates")
async def show_dates(token: str) -> Response:
    """The dates are on the answer page; here comes who reloads after a refusal."""
    return RedirectResponse(f"/a/{token}", status_code=303)


@router.post("/a/{token}/dates")
async def skip_date(token: str, request: Request, portal: Context) -> Response:
    """Skip one date of a series, or take that back; the undo is beside it, so nothing is asked."""
    invitation_id = _invitation_id(portal, token)
    form = await read_form(request, DateForm)
    if form.value is None:
        shown = await _shown(portal, invitation_id)
        return _page(request, portal, shown, form, status=422)
    wish: type[SkipDate | UnskipDate] = SkipDate if form.value.deed == "skip" else UnskipDate
    command = wish(
        command_key=f"{form.value.deed}:{new_id()}",
        invitation_id=invitation_id,
        starts_at=form.value.starts_at,
    )
    return await _sent(request, portal, invitation_id, command, form)


async def _sent(
    request: Request,
    portal: Portal,
    invitation_id: UUID,
    command: Command[Any],
    form: Form[Any],
) -> Response:
    """Send a wish; then the page as it stands, with the reason if the wish was refused."""
    try:
        reply = await portal.send(command)
    except Refusal as refusal:
        shown = await _shown(portal, invitation_id)
        status = portal.status_of(refusal)
        return _page(request, portal, shown, form.refused_by(refusal), status=status)
    if reply is None:
        return portal.pages.render(request, "received.html", status=202, offered=EVERY_LANGUAGE)
    return RedirectResponse(_path(request), status_code=303)


def _path(request: Request) -> str:
    """The answer page's own, also where a date was skipped."""
    return f"/a/{request.path_params['token']}"


def _invitation_id(portal: Portal, token: str) -> UUID:
    return meant_by(portal.links.read(Purpose.ANSWER, token))


async def _shown(portal: Portal, invitation_id: UUID) -> Shown:
    page = await portal.asker.ask(ShowInvitation(invitation_id=invitation_id, newest=True))
    if page.state == NOT_YET_ASKED or page.request_id is None or page.volunteer_id is None:
        raise Problem(410, "matching.invitation_unknown")
    found = await portal.asker.ask(WordsOf(request_ids=(page.request_id,)))
    if not found.words:
        raise Problem(410, "matching.invitation_unknown")
    words = found.words[0]
    cards = await if_there(
        portal.asker.ask(OrganisationCardsOf(organisation_ids=(words.organisation_id,)))
    )
    shared = await if_there(portal.asker.ask(SharedContact(volunteer_id=page.volunteer_id)))
    return Shown(
        page,
        words,
        cards.cards[0].name if cards and cards.cards else None,
        await _contact(portal, page, words),
        _share_of(shared),
    )


async def _contact(portal: Portal, page: InvitationPage, words: Words) -> HandoverShown | None:
    """Whom to ring: only for somebody who is assigned and known."""
    if not (page.holds_place and page.hand_over) or words.contact_id is None:
        return None
    found = await if_there(portal.asker.ask(HandoverContact(contact_id=words.contact_id)))
    return found if found is not None and found.found else None


def _share_of(shared: ContactShown | None) -> Share | None:
    """Which contact the volunteer chose to share; the contact itself stays off the page."""
    if shared is None or not shared.found:
        return None
    if shared.phone:
        return Share.PHONE
    return Share.EMAIL if shared.email else Share.COORDINATOR


def _page(
    request: Request,
    portal: Portal,
    shown: Shown,
    form: Form[Any],
    *,
    status: int = 200,
) -> Response:
    locale = portal.pages.locale(request, EVERY_LANGUAGE)
    now = portal.clock.now()
    standing = standing_of(shown.page, shown.words, now)
    asked = shown.words.languages
    return portal.pages.render(
        request,
        "answer.html",
        status=status,
        offered=EVERY_LANGUAGE,
        form=form,
        page=shown.page,
        words=shown.words,
        organisation=shown.organisation,
        contact=shown.contact,
        shares=shown.shares,
        standing=standing,
        answers=answers_to(standing, shown.page, now),
        answer_by=answer_by(standing, shown.page, now),
        dates_to_come=dates_to_come(standing, shown.page, shown.words, now),
        here=_path(request),
        field=in_locale(portal.district.fields[shown.words.field], locale.tag),
        needed=[(language_name(entry.tag, locale.formats), entry.level) for entry in asked],
        reasons=_reasons(shown.page, locale.formats),
    )


def _reasons(page: InvitationPage, locale: str) -> dict[str, object]:
    """Why this volunteer is asked: languages, the way, free then."""
    details = {reason.code: reason.details for reason in page.reasons}
    tags = str(details.get("speaks", {}).get("tags", "")).split()
    return {
        "speaks": [language_name(tag, locale) for tag in tags],
        "km": details.get("near", {}).get("km"),
        "free_then": "free_then" in details,
    }
