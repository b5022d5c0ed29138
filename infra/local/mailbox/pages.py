"""The mailbox's pages and its JSON: a list, a mail, its parts. German, for people who try Brücke."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from infra.local.mailbox.links import with_links
from infra.local.mailbox.reading import read_mail
from infra.local.mailbox.store import MailStore, StoredMail

HERE = Path(__file__).parent
BERLIN = ZoneInfo("Europe/Berlin")
PAGE_SIZE = 100
# Another site must not reach us under its own name and read sign-in links (DNS rebinding).
OUR_NAMES = ["127.0.0.1", "localhost", "*.localhost"]
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
# A mail's own HTML: no scripts, no forms, nothing from elsewhere; its links open a page of their own.
HTML_PART_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
_NEW_PAGE = '<base target="_blank">'


def german_time(moment: datetime) -> str:
    """Write a moment as people here read it."""
    return f"{moment.astimezone(BERLIN):%d.%m.%Y, %H:%M:%S} Uhr"


@dataclass(frozen=True, slots=True)
class Pages:
    """The endpoints. They are plain functions: Starlette runs those beside the event loop."""

    store: MailStore
    smtp_port: int

    def index(self, request: Request) -> Response:
        to = request.query_params.get("to", "").strip()
        before = request.query_params.get("before", "")
        mails = self.store.newest_last(to or None)
        if before.isdecimal():
            mails = [mail for mail in mails if mail.id < int(before)]
        shown = mails[: -PAGE_SIZE - 1 : -1]
        return _page(
            "index.html",
            mails=shown,
            older=shown[-1].id if len(mails) > PAGE_SIZE else None,
            to=to,
            is_newest=not before,
            smtp_port=self.smtp_port,
        )

    def message(self, request: Request) -> Response:
        stored, mail = self._wanted(request), read_mail(self._raw(request))
        text = None if mail.text is None else with_links(mail.text)
        return _page("message.html", stored=stored, mail=mail, text=text)

    def html_part(self, request: Request) -> Response:
        html = read_mail(self._raw(request)).html
        if html is None:
            raise HTTPException(404)
        head = _HEAD.search(html)
        cut = head.end() if head else 0
        return HTMLResponse(
            html[:cut] + _NEW_PAGE + html[cut:],
            headers={"Content-Security-Policy": HTML_PART_POLICY},
        )

    def attachment(self, request: Request) -> Response:
        attachments = read_mail(self._raw(request)).attachments
        number = request.path_params["number"]
        if not 1 <= number <= len(attachments):
            raise HTTPException(404)
        attachment = attachments[number - 1]
        name = quote(attachment.name or f"anhang-{number}", safe="", errors="replace")
        return Response(
            attachment.content,
            media_type="application/octet-stream",
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
        )

    def api_messages(self, request: Request) -> Response:
        mails = self.store.newest_last(request.query_params.get("to") or None)
        return JSONResponse([_as_json(mail) for mail in mails])

    def api_message(self, request: Request) -> Response:
        return Response(self._raw(request), media_type="message/rfc822")

    def _wanted(self, request: Request) -> StoredMail:
        mail = self.store.find(request.path_params["id"])
        if mail is None:
            raise HTTPException(404)
        return mail

    def _raw(self, request: Request) -> bytes:
        return self.store.raw(self._wanted(request))


def build_app(store: MailStore, smtp_port: int) -> Starlette:
    """Build the web application over a store."""
    pages = Pages(store, smtp_port)
    return Starlette(
        routes=[
            Route("/", pages.index),
            Route("/messages/{id:int}", pages.message),
            Route("/messages/{id:int}/html", pages.html_part),
            Route("/messages/{id:int}/attachments/{number:int}", pages.attachment),
            Route("/api/messages", pages.api_messages),
            Route("/api/messages/{id:int}.eml", pages.api_message),
            Route("/healthz", lambda _: JSONResponse({"status": "ok"})),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[
            Middleware(BaseHTTPMiddleware, dispatch=_secure),
            Middleware(TrustedHostMiddleware, allowed_hosts=OUR_NAMES),
        ],
        exception_handlers={404: _not_found},
    )


async def _secure(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _not_found(request: Request, _error: Exception) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": "not found"}, status_code=404)
    return _page("not_found.html", status_code=404)


def _as_json(mail: StoredMail) -> dict[str, object]:
    return {
        "id": mail.id,
        "from": mail.sender,
        "to": ", ".join(mail.recipients),
        "subject": mail.subject,
        "received_at": mail.received_at.isoformat(),
    }


_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["german_time"] = german_time


def _page(template: str, status_code: int = 200, **values: object) -> Response:
    return HTMLResponse(_templates.get_template(template).render(values), status_code)
