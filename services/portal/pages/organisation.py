"""How an organisation comes in: it registers, or asks for the link to its page."""

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict

from services.portal.pages import options
from services.portal.pages.context import Context, Portal
from shared.contracts.network import RegisterOrganisation, RequestOrganisationLink
from shared.kernel.fields import OrganisationKind, Via
from shared.web.forms import Form, read_form
from shared.web.middleware import private_page

router = APIRouter(include_in_schema=False)


class LinkForm(BaseModel):
    """The address to which the link goes, if it is known."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    email: str = ""


class OrganisationForm(BaseModel):
    """What an organisation types; `network` says what is missing."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    name: str = ""
    kind: OrganisationKind
    contact_first_name: str = ""
    contact_last_name: str = ""
    email: str = ""
    phone: str | None = None
    postcode: str | None = None
    municipality: str | None = None


@router.get("/organisation")
async def show(request: Request, portal: Context) -> Response:
    """What organisations can do here, and the form for the link."""
    return _entry(request, portal, Form[LinkForm].blank())


@router.post("/organisation", dependencies=[Depends(private_page)])
async def send_link(request: Request, portal: Context) -> Response:
    """Have the link mailed; the answer is the same for a known and an unknown address."""
    form = await read_form(request, LinkForm)
    if form.value is None:
        return _entry(request, portal, form, status=422)
    wish = RequestOrganisationLink(
        command_key=f"link:{form.nonce}", via=Via.WEB, email=form.value.email
    )
    if refused := await portal.tried(form, portal.asker.ask(wish)):
        again, status = refused
        return _entry(request, portal, again, status=status)
    return RedirectResponse("/organisation/sent?what=link", status_code=303)


@router.get("/organisation/register")
async def ask_to_register(request: Request, portal: Context) -> Response:
    """The empty form."""
    blank = Form[OrganisationForm].blank({"kind": OrganisationKind.ASSOCIATION.value})
    return _registration(request, portal, blank)


@router.post("/organisation/register")
async def register(request: Request, portal: Context) -> Response:
    """Register; a mail asks to confirm, then a coordinator looks at it."""
    form = await read_form(request, OrganisationForm)
    if form.value is None:
        return _registration(request, portal, form, status=422)
    wish = RegisterOrganisation(
        command_key=f"organisation:{form.nonce}",
        via=Via.WEB,
        locale=portal.pages.locale(request).tag,
        **form.value.model_dump(),
    )
    if refused := await portal.tried(form, portal.asker.ask(wish)):
        again, status = refused
        return _registration(request, portal, again, status=status)
    return RedirectResponse("/organisation/sent?what=registration", status_code=303)


@router.get("/organisation/sent")
async def sent(request: Request, portal: Context) -> Response:
    """Look into the mailbox."""
    asked = request.query_params.get("what")
    what = "registration" if asked == "registration" else "link"
    return portal.pages.render(request, "organisation_sent.html", what=what)


def _entry(
    request: Request, portal: Portal, form: Form[LinkForm], *, status: int = 200
) -> Response:
    return portal.pages.render(request, "organisation_entry.html", status=status, form=form)


def _registration(
    request: Request, portal: Portal, form: Form[OrganisationForm], *, status: int = 200
) -> Response:
    words = portal.pages.words(portal.pages.locale(request))
    return portal.pages.render(
        request,
        "organisation_register.html",
        status=status,
        form=form,
        kinds=options.choices(words, options.ORGANISATION_KINDS),
    )
