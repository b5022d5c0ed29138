"""The link to a volunteer's own page, for somebody who lost the mail with it."""

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.portal.pages.context import Context, Portal
from services.portal.pages.organisation import LinkForm
from shared.contracts.profiles import RequestVolunteerLink
from shared.kernel.fields import Via
from shared.web.forms import Form, read_form
from shared.web.middleware import private_page

router = APIRouter(include_in_schema=False, dependencies=[Depends(private_page)])


@router.get("/me")
async def show(request: Request, portal: Context) -> Response:
    """The form for the link."""
    return _page(request, portal, Form[LinkForm].blank())


@router.post("/me")
async def send_link(request: Request, portal: Context) -> Response:
    """Have the link mailed; the answer is the same for a known and an unknown address."""
    form = await read_form(request, LinkForm)
    if form.value is None:
        return _page(request, portal, form, status=422)
    wish = RequestVolunteerLink(
        command_key=f"own-link:{form.nonce}", via=Via.WEB, email=form.value.email
    )
    if refused := await portal.tried(form, portal.asker.ask(wish)):
        again, status = refused
        return _page(request, portal, again, status=status)
    return RedirectResponse("/me/sent", status_code=303)


@router.get("/me/sent")
async def sent(request: Request, portal: Context) -> Response:
    """Look into the mailbox."""
    return portal.pages.render(request, "own_link_sent.html")


def _page(
    request: Request, portal: Portal, form: Form[LinkForm], *, status: int = 200
) -> Response:
    return portal.pages.render(request, "own_link.html", status=status, form=form)
