"""Changing a request on behalf of its organisation, which rings to move a date."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Json

from services.admin.pages.acting import Failed, Outcome, act, after, failed
from services.admin.pages.context import Desk, Gaps, SignedIn, Staff, TheDesk
from services.admin.pages.request_facts import Difference, Told, differences
from services.admin.pages.request_form import (
    AsShown,
    RequestFields,
    at_typed_rows,
    content_of,
    keep_contact,
    options_of,
    phone_without_name,
    refused_form,
    values_of,
)
from shared.contracts.network import HandoverContact, HandoverShown
from shared.contracts.requests import (
    ChangeRequest,
    RequestContent,
    RequestPosted,
    RequestShown,
    ShowRequest,
)
from shared.kernel.fields import Via
from shared.web.forms import Form, read_form
from shared.web.problems import Problem

router = APIRouter(include_in_schema=False)

OUTDATED = "requests.version_outdated"
RUNNING = {"review", "open", "filled"}


class ChangedRequest(RequestFields):
    """A request as it shall be; `before` is what the form was filled with, `version` its number."""

    version: int
    before: Json[AsShown]


@router.get("/requests/{request_id}/change")
async def show_change(request_id: UUID, request: Request, desk: TheDesk) -> Response:
    """The form as the request stands."""
    gaps = Gaps()
    shown = await _shown(desk, request_id, gaps)
    if shown is None:
        return _page(request, desk, request_id, None, gaps=gaps)
    if shown.content is None or shown.status not in RUNNING:
        raise Problem(HTTPStatus.CONFLICT, "requests.closed")
    contact = await _contact(desk, shown.content, gaps)
    before = _as_shown(shown, shown.content, contact)
    values = values_of(shown.content, before) | {
        "version": str(shown.version),
        "before": before.model_dump_json(),
    }
    form = Form[ChangedRequest].blank(values)
    return _page(request, desk, request_id, form, shown=shown, gaps=gaps)


@router.post("/requests/{request_id}/change")
async def change(
    request_id: UUID, request: Request, desk: TheDesk, staff: SignedIn
) -> Response:
    """Change it, unless somebody else did meanwhile; whatever goes wrong, what was typed stays."""
    form = at_typed_rows(await read_form(request, ChangedRequest))
    value = form.value
    wrong = phone_without_name(form, value) if value else form
    if value is None or wrong is not None:
        gaps = Gaps()
        shown = await _shown(desk, request_id, gaps)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, desk, request_id, wrong, shown=shown, gaps=gaps, status=status)
    outcome = await _send(desk, staff, form, value, request_id)
    if outcome.went_well:
        return after(outcome, f"/requests/{request_id}", "changed")
    return await _not_done(request, desk, request_id, form, outcome)


async def _send(
    desk: Desk,
    staff: Staff,
    form: Form[ChangedRequest],
    value: ChangedRequest,
    request_id: UUID,
) -> Outcome[RequestPosted]:
    """A contact that stands as it was shown keeps its id; another goes to its home first."""
    before = value.before
    contact_id = before.contact_id if before.names_the_same(value) else None
    if value.contact_name and not before.names_the_same(value):
        kept = await keep_contact(desk, staff, form.nonce, value, before.organisation_id)
        if kept.reply is None:
            return Outcome(kept.ending, refusal=kept.refusal)
        contact_id = kept.reply.contact_id
    wish = ChangeRequest(
        command_key=f"admin:{form.nonce}:change",
        via=Via.PHONE,
        staff_id=staff.staff_id,
        request_id=request_id,
        version=value.version,
        content=content_of(value, contact_id, before),
    )
    return await act(desk, staff, wish)


async def _not_done(
    request: Request,
    desk: Desk,
    request_id: UUID,
    form: Form[ChangedRequest],
    outcome: Outcome[RequestPosted],
) -> Response:
    """The form again; with an outdated version, what is stored by now beside what was typed."""
    gaps = Gaps()
    shown = await _shown(desk, request_id, gaps)
    told = failed(request, form, outcome)
    newer: list[Difference] = []
    value, refusal = form.value, outcome.refusal
    if refusal is not None:
        form = refused_form(form, refusal)
        if refusal.code == OUTDATED and value and shown and shown.content:
            newer = await _newer(desk, shown.content, value, gaps)
            # Who has compared and sends again means the version that is shown now.
            form = replace(form, typed={**form.typed, "version": (str(shown.version),)})
    return _page(
        request,
        desk,
        request_id,
        form,
        shown=shown,
        gaps=gaps,
        failed=told,
        newer=newer,
        status=outcome.status,
    )


async def _newer(
    desk: Desk, content: RequestContent, value: ChangedRequest, gaps: Gaps
) -> list[Difference]:
    name, phone = value.contact_name or "", value.contact_phone or ""
    contact = await _contact(desk, content, gaps)
    stored = Told(content, contact.name, contact.phone or "") if contact else None
    typed = Told(content_of(value, None, value.before), name, phone)
    return differences(stored or Told(content, name, phone), typed, desk.sentences)


async def _shown(desk: Desk, request_id: UUID, gaps: Gaps) -> RequestShown | None:
    shown = await desk.learn(ShowRequest(request_id=request_id), gaps)
    if shown is not None and not shown.found:
        raise Problem(HTTPStatus.NOT_FOUND, "requests.unknown")
    return shown


async def _contact(desk: Desk, content: RequestContent, gaps: Gaps) -> HandoverShown | None:
    """Whom to ring there; None while nobody can tell."""
    if content.contact_id is None:
        return HandoverShown(found=False)
    return await desk.learn(HandoverContact(contact_id=content.contact_id), gaps)


def _as_shown(
    shown: RequestShown, content: RequestContent, contact: HandoverShown | None
) -> AsShown:
    return AsShown.model_validate(
        {
            "organisation_id": shown.organisation_id,
            "contact_id": content.contact_id,
            "contact_name": contact.name if contact else "",
            "contact_phone": (contact.phone if contact else None) or "",
            "slots": content.slots,
            "answer_by": content.answer_by,
        }
    )


def _page(
    request: Request,
    desk: Desk,
    request_id: UUID,
    form: Form[ChangedRequest] | None,
    *,
    shown: RequestShown | None = None,
    gaps: Gaps,
    failed: Failed | None = None,
    newer: Sequence[Difference] = (),
    status: int | None = None,
) -> Response:
    """The page; without a form while `requests` cannot say what to fill it with."""
    found = HTTPStatus.OK if form else HTTPStatus.SERVICE_UNAVAILABLE
    return desk.show(
        request,
        "request_change.html",
        status=status or found,
        gaps=gaps,
        request_id=request_id,
        form=form,
        shown=shown,
        failed=failed,
        newer=newer,
        **(options_of(desk, form) if form else {}),
    )
