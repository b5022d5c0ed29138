"""A session's cookie is safe over TLS, works without it at home, and goes away when asked."""

from datetime import timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response

from shared.web.sessions import clear_session, session_of, set_session


def a_request(scheme: str, cookie: str = "") -> Request:
    headers = [(b"cookie", cookie.encode())]
    scope = {"type": "http", "scheme": scheme, "path": "/", "headers": headers}
    return Request({**scope, "server": ("admin.example", 443)})


def given_cookie(scheme: str) -> str:
    response = Response()
    set_session(a_request(scheme), response, "secret", timedelta(hours=8))
    return response.headers["set-cookie"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_script_and_no_foreign_form_gets_the_session(scheme: str) -> None:
    attributes = given_cookie(scheme).split("; ")

    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=28800"} <= set(attributes)
    assert not [attribute for attribute in attributes if attribute.startswith("Domain")]


def test_over_tls_the_cookie_belongs_to_this_host_and_to_tls_alone() -> None:
    cookie = given_cookie("https")

    assert cookie.startswith("__Host-session=secret;")
    assert "Secure" in cookie


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_session_is_read_back_and_cleared(scheme: str) -> None:
    pair = given_cookie(scheme).split(";")[0]
    request = a_request(scheme, pair)
    response = Response()

    clear_session(request, response)

    assert session_of(request) == "secret"
    assert session_of(a_request(scheme)) is None
    assert response.headers["set-cookie"].startswith(pair.split("=")[0] + '="";')
    assert "Max-Age=0" in response.headers["set-cookie"]


def test_a_cookie_set_without_tls_is_no_session_over_tls() -> None:
    assert session_of(a_request("https", "session=planted")) is None
