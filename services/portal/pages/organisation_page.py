"""An organisation's own pages, by a mailed link: its requests, who comes, calling off, done."""

import asyncio
from enum import StrEnum
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict

from services.portal.pages import options
from services.portal.pages.content import contact_shown
from services.portal.pages.context import Context, Portal
from services.portal.pages.desk import Desk, ThisDesk
from services.portal.pages.state import counts_of, is_over, own_request
from services.portal.pages.tandem_seat import tandems_at
from shared.contracts.matching import AssignedOn
from shared.contracts.messages import Command
from shared.contracts.network import HandoverShown
from shared.contracts.profiles import ContactShown, SharedContact
from shared.contracts.requests import (
    CancelRequest,
    CompleteRequest,
    FindRequests,
    RequestContent,
    RequestPosted,
    RequestShown,
)
from shared.district import in_locale
from shared.kernel.errors import Refusal
from shared.kernel.fields import Kind, Via
from shared.kernel.languages import language_name
from shared.messaging.asking import Unavailable
from shared.web.forms import Form, read_form
from shared.web.middleware import private_page

router = APIRouter(
    prefix="/organisation/{token}",
    include_in_schema=False,
    dependencies=[Depends(private_page)],
)

A_PAGE = 20
LINKED = 100
RUNNING = {"open", "filled"}
FLASHES = {"posted", "changed", "cancelled", "completed"}


class Deed(StrEnum):
    """What ends a request, each after one more question."""

    CANCEL = "cancel"
    COMPLETE = "complete"


class DeedForm(BaseModel):
    """A button and nothing else."""

    model_config = ConfigDict(extra="ignore")


@router.get("")
async def show_requests(
    request: Request, portal: Context, desk: ThisDesk, page: int = 1
) -> Response:
    """The organisation's requests, the next date first, with their counts."""
    page = min(max(page, 1), 10_000)
    found = await portal.asker.ask(
        FindRequests(
            organisation_id=desk.organisation_id, offset=(page - 1) * A_PAGE, limit=A_PAGE
        )
    )
    ids = [shown.request_id for shown in found.requests if shown.request_id]
    return portal.pages.render(
        request,
        "organisation.html",
        desk=desk,
        requests=found.requests,
        counts=await counts_of(portal, ids),
        states=options.REQUEST_STATES,
        badges=options.BADGES,
        page=page,
        pages=-(-found.total // A_PAGE),
    )


@router.get("/requests/{request_id}")
async def show_request(
    request_id: UUID, request: Request, portal: Context, desk: ThisDesk
) -> Response:
    """One request: how it stands, who comes, what can be done."""
    return await _request_page(request, portal, desk, request_id, Form[DeedForm].blank())


@router.get("/requests/{request_id}/{deed}")
async def ask_for_deed(
    request_id: UUID, deed: Deed, request: Request, portal: Context, desk: ThisDesk
) -> Response:
    """Ask once more before a request ends; of one that is over, its page says so."""
    shown = await own_request(portal, request_id, desk.organisation_id)
    if is_over(shown):
        return RedirectResponse(desk.request(request_id), status_code=303)
    return portal.pages.render(
        request,
        "request_end.html",
        desk=desk,
        deed=deed,
        shown=shown,
        form=Form[DeedForm].blank(),
    )


@router.post("/requests/{request_id}/{deed}")
async def do_deed(
    request_id: UUID, deed: Deed, request: Request, portal: Context, desk: ThisDesk
) -> Response:
    """Call the request off, or say that it took place."""
    form = await read_form(request, DeedForm)
    try:
        reply = await portal.send(_command(deed, request_id, desk, form.nonce))
    except Refusal as refusal:
        status = portal.status_of(refusal)
        refused = form.refused_by(refusal)
        return await _request_page(request, portal, desk, request_id, refused, status=status)
    back = desk.request(request_id)
    if reply is None:
        return portal.pages.render(request, "wish_received.html", status=202, back=back)
    flash = "cancelled" if deed is Deed.CANCEL else "completed"
    return RedirectResponse(f"{back}?done={flash}", status_code=303)


def _command(deed: Deed, request_id: UUID, desk: Desk, nonce: str) -> Command[RequestPosted]:
    wanted: type[CancelRequest | CompleteRequest] = (
        CancelRequest if deed is Deed.CANCEL else CompleteRequest
    )
    return wanted(
        command_key=f"{deed}:{request_id}:{nonce}",
        via=Via.WEB,
        request_id=request_id,
        organisation_id=desk.organisation_id,
    )


async def people_of(portal: Portal, shown: RequestShown) -> list[ContactShown] | None:
    """Who comes and what each chose to share; None while it cannot be asked.

    Once the request is closed nobody is shown any more.
    """
    if shown.status not in RUNNING or shown.request_id is None:
        return []
    try:
        assigned = await portal.asker.ask(AssignedOn(request_id=shown.request_id))
        found = await asyncio.gather(
            *(
                portal.asker.ask(SharedContact(volunteer_id=volunteer_id))
                for volunteer_id in assigned.volunteer_ids
            )
        )
    except Unavailable:
        return None
    return [person for person in found if person.found]


async def _request_page(
    request: Request,
    portal: Portal,
    desk: Desk,
    request_id: UUID,
    form: Form[DeedForm],
    *,
    status: int = 200,
) -> Response:
    shown = await own_request(portal, request_id, desk.organisation_id)
    counts = await counts_of(portal, [request_id])
    flash = request.query_params.get("done")
    return portal.pages.render(
        request,
        "request.html",
        status=status,
        desk=desk,
        shown=shown,
        words=shown.words,
        counts=counts[request_id] if counts else None,
        people=await people_of(portal, shown),
        linked=await _linked(portal, shown, desk),
        tandems=await tandems_at(portal, shown),
        states=options.REQUEST_STATES,
        badges=options.BADGES,
        contact=await _contact(portal, shown.content),
        can=_possible(shown, portal),
        form=form,
        flash=flash if flash in FLASHES else None,
        **_labels(request, portal, shown),
    )


async def _linked(portal: Portal, shown: RequestShown, desk: Desk) -> list[RequestShown]:
    """The dates of a series to which somebody does not come, each a request of its own.

    A skip that was taken back is none; that is all that calls one off by itself.
    """
    if shown.words is None or shown.words.kind is not Kind.SERIES:
        return []
    found = await portal.asker.ask(
        FindRequests(
            organisation_id=desk.organisation_id, linked_to=shown.request_id, limit=LINKED
        )
    )
    return [one for one in found.requests if one.status != "cancelled"]


async def _contact(portal: Portal, content: RequestContent | None) -> HandoverShown | None:
    try:
        return await contact_shown(portal, content or RequestContent())
    except Unavailable:
        return None


def _possible(shown: RequestShown, portal: Portal) -> set[str]:
    """What the page offers; the owner decides again when it is done."""
    slots = shown.words.slots if shown.words else ()
    if not slots or shown.status not in RUNNING | {"review"}:
        return set()
    started = portal.clock.now() >= slots[0].starts_at
    possible = {"cancel"}
    if not started:
        possible.add("change")
    elif shown.status in RUNNING:
        possible.add("complete")
    return possible


def _labels(request: Request, portal: Portal, shown: RequestShown) -> dict[str, Any]:
    """Codes of the request in words."""
    locale = portal.pages.locale(request)
    words, asked = portal.pages.words(locale), shown.words
    return {
        "state": words.gettext(options.REQUEST_STATES.get(shown.status, shown.status)),
        "badge_kind": options.BADGES.get(shown.status, "info"),
        "kind": words.gettext(options.KINDS[asked.kind][0]) if asked else "",
        "field": in_locale(portal.district.fields[asked.field], locale.tag) if asked else "",
        "needed": [
            (language_name(entry.tag, locale.formats), entry.level)
            for entry in (asked.languages if asked else ())
        ],
    }
