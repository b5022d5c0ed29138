"""The web application that `portal` and `admin` start from: safe headers, errors, static files."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from shared.kernel.errors import BrueckeError
from shared.web.middleware import (
    DEFAULT_BODY_LIMIT,
    TOKEN_PATHS,
    AccessLog,
    AnswerErrors,
    LimitBodies,
    OwnFormsOnly,
    SecureAnswers,
)
from shared.web.problems import PROBLEM_RESPONSES, ErrorAnswers
from shared.web.templating import Pages

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

_QUIET = ("/static/", "/healthz", "/readyz")


@dataclass(frozen=True, slots=True)
class WebLimits:
    """What an app may be asked to change about its surroundings.

    `trusted_proxies` are addresses or networks whose `X-Forwarded-For` and `-Proto` are believed;
    nobody's are by default. `private` marks every answer as one person's (no store, no index).
    """

    body_limit: int = DEFAULT_BODY_LIMIT
    trusted_proxies: Sequence[str] = ()
    token_paths: Sequence[str] = TOKEN_PATHS
    private: bool = False


@asynccontextmanager
async def _nothing(_app: FastAPI) -> AsyncIterator[None]:
    yield


def build_web_app(
    title: str,
    pages: Pages,
    *,
    limits: WebLimits | None = None,
    statuses: Mapping[str, int] | None = None,
    openapi_url: str | None = None,
    lifespan: Lifespan = _nothing,
) -> FastAPI:
    """Build an app with everything but its views.

    `statuses` maps codes of refusals to HTTP statuses (422 without). `openapi_url` is set by the
    app that has an outside API. FastAPI's own tracing is off: its spans would hold the tokens of
    mailed links.
    """
    limits = limits or WebLimits()
    app = FastAPI(
        title=title,
        openapi_url=openapi_url,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses=PROBLEM_RESPONSES,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    errors = ErrorAnswers(pages, statuses or {})
    for kind in (HTTPException, RequestValidationError, BrueckeError):
        app.add_exception_handler(kind, errors.handle)

    _surround(app, errors, limits)

    @app.get("/static/{version}/{name:path}", include_in_schema=False)
    async def static_file(request: Request, version: str, name: str) -> Response:
        return pages.static.respond(request, version, name)

    return app


def _surround(app: FastAPI, errors: ErrorAnswers, limits: WebLimits) -> None:
    """Add what stands around the views; the last one added is the outermost."""
    app.add_middleware(LimitBodies, limit=limits.body_limit)
    app.add_middleware(OwnFormsOnly)
    app.add_middleware(AnswerErrors, answer=errors.answer, token_paths=limits.token_paths)
    app.add_middleware(SecureAnswers, token_paths=limits.token_paths, private=limits.private)
    app.add_middleware(AccessLog, token_paths=limits.token_paths, quiet=_QUIET)
    if limits.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(limits.trusted_proxies))


def server_settings(app: FastAPI, *, host: str, port: int) -> uvicorn.Config:
    """How uvicorn runs our apps: its access log would write tokens down, so it is off.

    Forwarded headers are handled by the app, which believes configured proxies only; uvicorn by
    itself believes everything that comes from this machine.
    """
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=30,
    )
