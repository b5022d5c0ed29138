"""The cookie of a session: one name, safe attributes, the same way to set and to clear it."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

_PLAIN = "session"
# Browsers keep a cookie of this name only if it is Secure, for `/` and for this very host.
_OVER_TLS = "__Host-session"


def set_session(request: Request, response: Response, value: str, lasts: timedelta) -> None:
    """Give the visitor a session. Lax: another site's form does not bring it along."""
    secure = _is_secure(request)
    response.set_cookie(
        _name(secure=secure),
        value,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def session_of(request: Request) -> str | None:
    """What `set_session` gave, or None."""
    return request.cookies.get(_name(secure=_is_secure(request)))


def clear_session(request: Request, response: Response) -> None:
    secure = _is_secure(request)
    response.delete_cookie(_name(secure=secure), httponly=True, samesite="lax", secure=secure)


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _name(*, secure: bool) -> str:
    return _OVER_TLS if secure else _PLAIN
