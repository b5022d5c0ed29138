"""What surrounds every request: log, headers, limits, and the check that a form is our own."""

import time
import traceback
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from opentelemetry import trace
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problems import Problem

DEFAULT_BODY_LIMIT = 256 * 1024

TOKEN_PATHS = ("/a/", "/u/", "/me/", "/organisation/")
"""Below these the rest of a path is a secret that acts for somebody."""

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; script-src 'self'; style-src 'self'; "
    "frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'"
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_MASK = "*"
_LONGEST_WORD = 24
_FRAMES = 12
_UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}

_log = structlog.get_logger(__name__)
_tracer = trace.get_tracer("bruecke")


def private_page(request: Request) -> None:
    """A dependency for views: the answer is for one person, so nobody stores or lists it."""
    request.state.private = True


def masked(path: str, token_paths: Sequence[str] = TOKEN_PATHS) -> str:
    """A path fit for a log: secrets replaced, ids and words kept.

    Long parts are masked anywhere, unless they are UUIDs: people shorten and misspell addresses.

    >>> masked("/a/eyJhbGciOi")
    '/a/*'
    """
    for prefix in token_paths:
        if path.startswith(prefix):
            rest = path.removeprefix(prefix).split("/")
            return prefix + "/".join(_MASK if part else "" for part in rest)
    return "/".join(_MASK if _looks_secret(part) else part for part in path.split("/"))


def _looks_secret(part: str) -> bool:
    if len(part) < _LONGEST_WORD:
        return False
    try:
        UUID(part)
    except ValueError:
        return True
    return False


class AccessLog:
    """One log line and one span a request: no address of a person, no query, no token."""

    def __init__(self, app: ASGIApp, token_paths: Sequence[str], quiet: Sequence[str]) -> None:
        self._app = app
        self._token_paths = token_paths
        self._quiet = tuple(quiet)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._quiet):
            await self._app(scope, receive, send)
            return
        path = masked(scope["path"], self._token_paths)
        seen = {"status": 0}

        async def note_status(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
            await send(message)

        started = time.perf_counter()
        with _tracer.start_as_current_span(
            f"{scope['method']} {path}", kind=trace.SpanKind.SERVER
        ) as span:
            try:
                await self._app(scope, receive, note_status)
            finally:
                span.set_attribute("http.response.status_code", seen["status"])
                _log.info(
                    "http_request",
                    method=scope["method"],
                    path=path,
                    status=seen["status"],
                    milliseconds=round((time.perf_counter() - started) * 1000, 1),
                )


class SecureAnswers:
    """Sets the security headers on every answer, errors included, and answers HEAD like GET."""

    def __init__(self, app: ASGIApp, token_paths: Sequence[str], *, private: bool) -> None:
        self._app = app
        self._token_paths = tuple(token_paths)
        self._private = private

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        inner = {**scope, "method": "GET"} if head else dict(scope)
        inner["state"] = {**scope.get("state", {})}

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._set_headers(inner, MutableHeaders(raw=message.setdefault("headers", [])))
            elif head:
                message = {**message, "body": b""}
            await send(message)

        await self._app(inner, receive, send_secured)

    def _set_headers(self, scope: Scope, headers: MutableHeaders) -> None:
        headers.update(_HEADERS)
        path: str = scope["path"]
        private = self._private or path.startswith(self._token_paths)
        if path.startswith("/static/") and "Cache-Control" in headers:
            return
        if private or scope["state"].get("private"):
            headers["Cache-Control"] = "no-store"
            headers["X-Robots-Tag"] = "noindex, nofollow"
        else:
            headers.setdefault("Cache-Control", "no-cache")


class AnswerErrors:
    """Answers what nothing further inside has answered: our own limits, and accidents."""

    def __init__(
        self,
        app: ASGIApp,
        answer: Callable[[Request, Exception], Response],
        token_paths: Sequence[str],
    ) -> None:
        self._app = app
        self._answer = answer
        self._token_paths = token_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def note_start(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, note_start)
        except Exception as error:
            if not isinstance(error, Problem):
                _log.error(
                    "http_request_failed",
                    method=scope["method"],
                    path=masked(scope["path"], self._token_paths),
                    error=type(error).__name__,
                    where=_where(error),
                )
            if started:
                raise
            await self._answer(Request(scope), error)(scope, receive, send)


def _where(error: Exception) -> list[str]:
    """The stack as places only: texts of errors, and values in it, may be somebody's data."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-_FRAMES:]]


class LimitBodies:
    """Refuses a body above the limit, by its announced length or while it is read."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > self._limit:
            raise _too_large()
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise _too_large()
            return message

        await self._app(scope, receive_limited, send)


def _too_large() -> Problem:
    return Problem(413, "web.content_too_large", "The body is larger than this address takes.")


class OwnFormsOnly:
    """Refuses forms that another site's page sends in a visitor's name (CSRF).

    Browsers say where a form comes from, in `Sec-Fetch-Site` or, over plain HTTP and in old ones,
    in `Origin`. `Origin: null` is what our own pages send, because they ask for no referrer. What
    says neither is no browser: a mail provider's one-click unsubscribe (RFC 8058), a script. It
    has no cookie of anybody's, and session cookies are `SameSite=Lax` besides. The API is left
    out: it takes a bearer token that no browser adds by itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_foreign(scope):
            raise Problem(403, "web.foreign_form", "This form was sent from another site.")
        await self._app(scope, receive, send)


def _is_foreign(scope: Scope) -> bool:
    if scope["method"] not in _UNSAFE or scope["path"].startswith("/api/"):
        return False
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin", "null")
    return origin != "null" and urlsplit(origin).netloc != headers.get("host", "")
