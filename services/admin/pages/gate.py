"""The one place where a session is asked for: everything behind it is for signed-in staff."""

from http import HTTPStatus

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from services.admin.domain.accounts import Role
from services.admin.pages.access import is_open, may_open
from services.admin.pages.context import Desk, Staff
from services.admin.store.accounts import signed_in
from shared.web.problems import Problem
from shared.web.sessions import session_of


class Gate:
    """Lets through who is signed in, and keeps those out whose role does not see people.

    The innermost layer around the views: what it refuses gets the headers and the log of every
    answer.
    """

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        staff = await self._staff_of(request)
        if staff is None:
            response = await self._ask_to_sign_in(request)
            await response(scope, receive, send)
            return
        if not may_open(staff.role, scope["path"]):
            raise Problem(HTTPStatus.FORBIDDEN, "admin.not_for_your_role")
        request.state.staff = staff
        await self._app(scope, receive, send)

    async def _staff_of(self, request: Request) -> Staff | None:
        token = session_of(request)
        if token is None:
            return None
        now = self._desk.machine_clock.now()
        async with self._desk.transaction() as session:
            account = await signed_in(session, token, now)
        if account is None:
            return None
        return Staff(account.staff_id, account.email, account.display_name, Role(account.role))

    async def _ask_to_sign_in(self, request: Request) -> Response:
        """The sign-in page; a form that was typed while the session ended is kept in the answer."""
        if request.method != "POST":
            return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
        sent = await request.form()
        typed = [(name, value) for name, value in sent.multi_items() if isinstance(value, str)]
        return self._desk.show(
            request,
            "session_over.html",
            status=HTTPStatus.UNAUTHORIZED,
            action=request.url.path,
            typed=typed,
        )
