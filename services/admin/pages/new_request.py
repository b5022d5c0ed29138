"""Taking a request by telephone, on behalf of an organisation."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.admin.pages.acting import Failed, Outcome, act, after, failed
from services.admin.pages.context import Desk, Gaps, SignedIn, Staff, TheDesk
from services.admin.pages.request_check import all_that_is_wrong, with_remedies
from services.admin.pages.request_form import (
    RequestFields,
    at_typed_rows,
    content_of,
    keep_contact,
    options_of,
    phone_without_name,
    refused_form,
)
from shared.contracts.matching import Preview, PreviewMatching
from shared.contracts.network import FindOrganisations
from shared.contracts.requests import PostRequest, PreviewNeed, RequestPosted
from shared.kernel.errors import Refusal
from shared.kernel.fields import Via
from shared.messaging.asking import Unavailable
from shared.web.forms import Form, read_form

router = APIRouter(include_in_schema=False)

MOST_ORGANISATIONS = 500


class NewRequest(RequestFields):
    """A request as somebody tells it on the telephone; `requests` checks the rest."""

    organisation_id: UUID
    deed: str = "post"


@router.get("/requests/new")
async def new_request(request: Request, desk: TheDesk, organisation_id: str = "") -> Response:
    """An empty form."""
    form = Form[NewRequest].blank({"organisation_id": organisation_id, "places": "1"})
    return await _page(request, desk, form)


@router.post("/requests/new")
async def take_request(request: Request, desk: TheDesk, staff: SignedIn) -> Response:
    """Post it, or only see first who could come."""
    form = at_typed_rows(await read_form(request, NewRequest))
    value = form.value
    if value is None or phone_without_name(form, value) is not None:
        gaps = Gaps()
        wrong = await all_that_is_wrong(desk, form, gaps)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await _page(request, desk, wrong, gaps=gaps, status=status)
    if value.deed == "preview":
        return await _preview(request, desk, form, value)
    outcome = await _post(desk, staff, form, value)
    if outcome.reply is not None:
        return after(outcome, f"/requests/{outcome.reply.request_id}", "posted")
    if outcome.went_well:
        return after(outcome, "/requests", "posted")
    told = failed(request, form, outcome)
    if outcome.refusal is not None:
        form = with_remedies(refused_form(form, outcome.refusal))
    return await _page(request, desk, form, failed=told, status=outcome.status)


async def _post(
    desk: Desk, staff: Staff, form: Form[NewRequest], value: NewRequest
) -> Outcome[RequestPosted]:
    """The hand-over contact goes to its own home first; the request names it by id."""
    contact_id = None
    if value.contact_name:
        kept = await keep_contact(desk, staff, form.nonce, value, value.organisation_id)
        if kept.reply is None:
            return Outcome(kept.ending, refusal=kept.refusal)
        contact_id = kept.reply.contact_id
    wish = PostRequest(
        command_key=f"admin:{form.nonce}",
        via=Via.PHONE,
        staff_id=staff.staff_id,
        request_id=UUID(form.nonce),
        organisation_id=value.organisation_id,
        content=content_of(value, contact_id),
    )
    return await act(desk, staff, wish)


async def _preview(
    request: Request, desk: Desk, form: Form[NewRequest], value: NewRequest
) -> Response:
    """The dry run: nothing is stored and nobody is asked."""
    gaps = Gaps()
    try:
        need = await desk.asker.ask(PreviewNeed(content=content_of(value, None)))
        preview = await desk.asker.ask(PreviewMatching(need=need))
    except Refusal as refusal:
        refused = with_remedies(refused_form(form, refusal))
        return await _page(request, desk, refused, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Unavailable:
        gaps.note("matching")
        return await _page(request, desk, form, gaps=gaps)
    return await _page(request, desk, form, preview=preview)


async def _page(
    request: Request,
    desk: Desk,
    form: Form[NewRequest],
    *,
    gaps: Gaps | None = None,
    failed: Failed | None = None,
    preview: Preview | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    gaps = gaps or Gaps()
    found = await desk.learn(FindOrganisations(limit=MOST_ORGANISATIONS), gaps)
    cards = sorted(found.cards if found else (), key=lambda card: card.name.casefold())
    return desk.show(
        request,
        "request_new.html",
        status=status,
        gaps=gaps,
        form=form,
        failed=failed,
        preview=preview,
        organisations=[card for card in cards if card.state != "suspended"],
        **options_of(desk, form),
    )
