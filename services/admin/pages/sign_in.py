"""Signing in by a mailed link, signing out, and one's own account."""

import secrets
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.admin.domain.accounts import SESSION_LASTS, SignInLinkOver, check_claim
from services.admin.pages.acting import refused_as_typed
from services.admin.pages.context import Desk, SignedIn, TheDesk
from services.admin.store.accounts import (
    close_everywhere,
    close_session,
    open_session,
    order_link_mail,
    rename,
)
from services.admin.store.tables import AccountRow
from shared.kernel.errors import Refusal
from shared.kernel.people import MAX_EMAIL, MAX_NAME, clean_email, clean_name
from shared.web.forms import Form, read_form
from shared.web.sessions import clear_session, session_of, set_session

router = APIRouter(include_in_schema=False)

TOKEN_BYTES = 32


class Address(BaseModel):
    """Where the link goes."""

    model_config = ConfigDict(hide_input_in_errors=True)

    email: str = Field(max_length=MAX_EMAIL)


class OwnName(BaseModel):
    """How somebody of the staff wants to be called."""

    model_config = ConfigDict(hide_input_in_errors=True)

    display_name: str = Field(default="", max_length=MAX_NAME)


@router.get("/sign-in")
async def ask_address(request: Request, desk: TheDesk) -> Response:
    """Ask for the address; after it was sent, say what happens."""
    sent = "sent" in request.query_params
    return _sign_in_page(request, desk, Form[Address].blank(), sent=sent)


@router.post("/sign-in")
async def order_link(request: Request, desk: TheDesk) -> Response:
    """Order a mail; the answer is the same whether there is such an account or not."""
    form = await read_form(request, Address)
    if form.value is None:
        return _sign_in_page(request, desk, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        email = clean_email(form.value.email)
    except Refusal as refusal:
        typed = refused_as_typed(form, refusal)
        return _sign_in_page(request, desk, typed, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    async with desk.transaction() as session:
        await order_link_mail(session, email, desk.machine_clock.now())
    return RedirectResponse("/sign-in?sent=1", HTTPStatus.SEE_OTHER)


@router.get("/sign-in/{token}")
async def show_link(token: str, request: Request, desk: TheDesk) -> Response:
    """Show a button; mail scanners follow links, so nobody is signed in yet."""
    await _account_of(desk, token)
    return desk.show(request, "sign_in_link.html")


@router.post("/sign-in/{token}")
async def sign_in(token: str, request: Request, desk: TheDesk) -> Response:
    """Sign in: a new session, its token in the cookie, its hash in the database."""
    account = await _account_of(desk, token)
    session_token = secrets.token_urlsafe(TOKEN_BYTES)
    async with desk.transaction() as session:
        now = desk.machine_clock.now()
        await open_session(session, account.staff_id, session_token, now)
    response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    set_session(request, response, session_token, SESSION_LASTS)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, desk: TheDesk) -> Response:
    """Sign out in this browser."""
    async with desk.transaction() as session:
        await close_session(session, session_of(request) or "")
    return _signed_out(request)


@router.get("/account")
async def show_account(request: Request, desk: TheDesk, staff: SignedIn) -> Response:
    """One's own account."""
    form = Form[OwnName].blank({"display_name": staff.display_name})
    return desk.show(request, "account.html", form=form)


@router.post("/account")
async def change_name(request: Request, desk: TheDesk, staff: SignedIn) -> Response:
    """Keep how somebody wants to be called."""
    form = await read_form(request, OwnName)
    try:
        if form.value is not None:
            name = clean_name(form.value.display_name, field="display_name")
            async with desk.transaction() as session:
                await rename(session, staff.staff_id, name)
            return RedirectResponse("/account?note=renamed", HTTPStatus.SEE_OTHER)
    except Refusal as refusal:
        form = refused_as_typed(form, refusal)
    return desk.show(request, "account.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, form=form)


@router.post("/account/everywhere")
async def sign_out_everywhere(request: Request, desk: TheDesk, staff: SignedIn) -> Response:
    """End every session of this account, and make its links worthless."""
    async with desk.transaction() as session:
        await close_everywhere(session, staff.staff_id)
    return _signed_out(request)


async def _account_of(desk: Desk, token: str) -> AccountRow:
    """Whose link it is. Raises LinkForged, SignInLinkOver."""
    claim = desk.links.read(token)
    async with desk.transaction() as session:
        account = await session.get(AccountRow, claim.staff_id)
    if account is None:
        raise SignInLinkOver("ask for a new sign-in link")
    check_claim(claim, account.link_generation, desk.machine_clock.now())
    return account


def _signed_out(request: Request) -> Response:
    response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    clear_session(request, response)
    return response


def _sign_in_page(
    request: Request,
    desk: Desk,
    form: Form[Address],
    *,
    status: int = HTTPStatus.OK,
    sent: bool = False,
) -> Response:
    return desk.show(request, "sign_in.html", status=status, form=form, sent=sent)
