"""Posting and changing a request by form: choose a typical task, or write it; try it; send it."""

from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.portal.pages.content import contact_shown
from services.portal.pages.context import Context, Portal
from services.portal.pages.desk import Desk, ThisDesk
from services.portal.pages.keys import Wish
from services.portal.pages.request_form import (
    RequestForm,
    content_from,
    values_of,
    values_of_task,
)
from services.portal.pages.request_sheet import ROWS, Sheet
from services.portal.pages.rows import compacted
from services.portal.pages.state import is_over, own_request
from shared.contracts.messages import Command
from shared.contracts.requests import (
    ChangeRequest,
    PostRequest,
    RequestContent,
    RequestPosted,
)
from shared.district import in_locale
from shared.kernel.fields import Via
from shared.web.forms import Form, read_form
from shared.web.middleware import private_page
from shared.web.problems import Problem

router = APIRouter(
    prefix="/organisation/{token}",
    include_in_schema=False,
    dependencies=[Depends(private_page)],
)


@router.get("/new")
async def new(
    request: Request, portal: Context, desk: ThisDesk, task: str | None = None
) -> Response:
    """First the typical tasks; then the form, filled in with what the chosen one suggests."""
    if task is None:
        return _tasks(request, portal, desk)
    known = portal.district.tasks.get(task)
    values = values_of_task(task, known) if known else {"kind": "single"}
    return Sheet(request, portal, desk).page(Form[RequestForm].blank(values))


@router.post("/new")
async def post(request: Request, portal: Context, desk: ThisDesk) -> Response:
    """Post a request, or try it."""
    form = compacted(await read_form(request, RequestForm), *ROWS)
    sheet = Sheet(request, portal, desk)
    if form.value is None:
        return sheet.page(form, status=422)
    content = content_from(form.value, portal.district.timezone)
    organisation_id = desk.organisation_id
    request_id = Wish.of(form.nonce).chosen_id("request", organisation_id)

    def command(wish: Wish, content: RequestContent) -> Command[RequestPosted]:
        return PostRequest(
            command_key=wish.key("post", organisation_id),
            via=Via.WEB,
            organisation_id=organisation_id,
            request_id=request_id,
            content=content,
        )

    return await sheet.send(form, content, command, request_id)


@router.get("/requests/{request_id}/change")
async def show_change(
    request_id: UUID, request: Request, portal: Context, desk: ThisDesk
) -> Response:
    """The form as the request stands; of one that is over, its page says so."""
    shown = await own_request(portal, request_id, desk.organisation_id)
    if is_over(shown):
        return RedirectResponse(desk.request(request_id), status_code=303)
    if shown.content is None:
        raise Problem(409, "requests.closed")
    contact = await contact_shown(portal, shown.content)
    values = values_of(shown.content, contact, portal.district.timezone, shown.version)
    form = Form[RequestForm].blank(values)
    return Sheet(request, portal, desk, shown).page(form)


@router.post("/requests/{request_id}/change")
async def change(
    request_id: UUID, request: Request, portal: Context, desk: ThisDesk
) -> Response:
    """Change a request, unless somebody else did meanwhile."""
    form = compacted(await read_form(request, RequestForm), *ROWS)
    shown = await own_request(portal, request_id, desk.organisation_id)
    sheet = Sheet(request, portal, desk, shown)
    said = form.value
    if said is None:
        return sheet.page(form, status=422)
    content = content_from(said, portal.district.timezone, shown.content)
    version = said.version or shown.version

    def command(wish: Wish, content: RequestContent) -> Command[RequestPosted]:
        return ChangeRequest(
            command_key=wish.key("change", desk.organisation_id, request_id),
            via=Via.WEB,
            request_id=request_id,
            organisation_id=desk.organisation_id,
            version=version,
            content=content,
        )

    return await sheet.send(form, content, command, request_id)


def _tasks(request: Request, portal: Portal, desk: Desk) -> Response:
    """The typical tasks, by field of action."""
    locale = portal.pages.locale(request)
    district = portal.district
    groups = [
        (
            in_locale(names, locale.tag),
            [
                (code, in_locale(task.title, locale.tag))
                for code, task in district.tasks.items()
                if task.field is field
            ],
        )
        for field, names in district.fields.items()
    ]
    return portal.pages.render(request, "request_tasks.html", desk=desk, groups=groups)
