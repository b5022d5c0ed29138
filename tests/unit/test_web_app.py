"""The web application's promises: safe headers, named errors, limits, a log without secrets."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from fastapi import Depends, FastAPI
from pydantic import BaseModel, EmailStr, Field
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from shared.kernel.errors import BrueckeError, Refusal
from shared.web.app import WebLimits, build_web_app
from shared.web.locales import ALL_TAGS
from shared.web.middleware import private_page
from shared.web.problems import Problem
from shared.web.static_files import StaticFiles
from shared.web.templating import Pages
from tests.browser.styleguide import SITE


class SlotInThePast(Refusal):
    code: ClassVar[str] = "requests.slot_in_the_past"


class NotFoundHere(Refusal):
    code: ClassVar[str] = "requests.not_found"


class BrokerAway(BrueckeError):
    code: ClassVar[str] = "messaging.away"


class Slot(BaseModel):
    starts_at: int
    to: Annotated[int, Field(alias="from", default=0)]


class Walk(BaseModel):
    way: Literal["walk"]


class Ride(BaseModel):
    way: Literal["ride"]


class Posted(BaseModel):
    travel: Annotated[Walk | Ride, Field(discriminator="way")] = Walk(way="walk")
    title: Annotated[str, Field(min_length=1, max_length=5)]
    email: EmailStr
    slots: list[Slot]


RAISED: dict[str, Exception] = {
    "past": SlotInThePast("The slot is over.", field="slots.0.ends_at"),
    "missing": NotFoundHere("No such request."),
    "away": BrokerAway("nats://user:password@host"),
    "gone": Problem(410, "portal.link_gone", "This link has ended."),
    "accident": KeyError("Ada Lovelace"),
}


def build(limits: WebLimits | None = None) -> FastAPI:
    pages = Pages(SITE, StaticFiles(), offered=ALL_TAGS)
    app = build_web_app(
        "Test",
        pages,
        limits=limits,
        statuses={"requests.not_found": 404},
        openapi_url="/api/v1/openapi.json",
    )

    @app.post("/api/v1/things")
    async def post_thing(body: Posted) -> dict[str, str]:
        return {"title": body.title}

    @app.get("/api/v1/fails/{how}")
    @app.get("/fails/{how}")
    async def fail(how: str) -> None:
        raise RAISED[how]

    @app.get("/things/{thing_id}")
    async def thing(thing_id: UUID, size: int = 1) -> Response:
        return PlainTextResponse(f"{thing_id} {size}")

    @app.post("/things")
    async def write(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    @app.get("/sign-in", dependencies=[Depends(private_page)])
    async def sign_in() -> Response:
        return PlainTextResponse("for you alone")

    @app.get("/a/{token}")
    async def token_page(token: str) -> Response:
        return PlainTextResponse(f"answer {len(token)}")

    @app.get("/who")
    async def who(request: Request) -> dict[str, Any]:
        client = request.client.host if request.client else None
        return {"client": client, "scheme": request.url.scheme}

    return app


def client_of(app: FastAPI, **options: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, **options)
    return httpx.AsyncClient(transport=transport, base_url="http://portal.example")


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(build()) as opened:
        yield opened


class TestHeaders:
    @pytest.mark.parametrize(
        "path",
        [
            "/sign-in",
            "/nowhere",
            "/fails/accident",
            "/fails/gone",
            "/api/v1/fails/past",
            "/api/v1/openapi.json",
            "/static/0/base.css",
        ],
    )
    async def test_every_answer_is_secured(self, client: httpx.AsyncClient, path: str) -> None:
        answer = await client.get(path)

        policy = answer.headers["content-security-policy"]
        for rule in ("default-src 'self'", "script-src 'self'", "frame-ancestors 'none'"):
            assert rule in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("path", ["/a/x", "/a/x/nowhere", "/u/x", "/me/x", "/sign-in"])
    async def test_nobody_stores_or_lists_a_private_page(
        self, client: httpx.AsyncClient, path: str
    ) -> None:
        answer = await client.get(path)

        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]

    async def test_a_public_page_may_be_listed(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/who")

        assert "x-robots-tag" not in answer.headers
        assert answer.headers["cache-control"] == "no-cache"

    async def test_a_private_app_marks_every_page(self) -> None:
        async with client_of(build(WebLimits(private=True))) as client:
            answer = await client.get("/who")

        assert answer.headers["cache-control"] == "no-store"

    async def test_head_is_get_without_its_body(self, client: httpx.AsyncClient) -> None:
        answer = await client.head("/a/x")

        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-length"] == str(len("answer 1"))


class TestStaticFiles:
    async def test_a_file_is_kept_for_a_year_under_its_hash(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.get(StaticFiles().url("base.css"))

        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert answer.headers["content-encoding"] == "gzip"
        assert ".site-header" in answer.text

    async def test_an_old_hash_is_answered_but_not_kept(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.get("/static/0123/base.css", headers={"accept-encoding": ""})

        assert answer.headers["cache-control"] == "public, max-age=60"
        assert "content-encoding" not in answer.headers

    async def test_nothing_outside_the_folder_is_served(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.get("/static/0/%2e%2e/templates/layout.html")

        assert answer.status_code == 404


class TestLimits:
    async def test_a_large_body_is_refused_by_its_announced_length(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.post("/api/v1/things", content=b"x" * (256 * 1024 + 1))

        assert (answer.status_code, answer.json()["code"]) == (413, "web.content_too_large")

    @pytest.mark.parametrize("path", ["/api/v1/things", "/things"])
    async def test_a_large_body_is_refused_while_it_is_read(
        self, client: httpx.AsyncClient, path: str
    ) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(300):
                yield b"x" * 1024

        headers = {"content-type": "application/json"}
        answer = await client.post(path, content=pieces(), headers=headers)

        assert answer.status_code == 413

    async def test_a_body_at_the_limit_passes(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/things", content=b"x" * (256 * 1024))

        assert answer.text == str(256 * 1024)


class TestForeignForms:
    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site", "origin": "http://portal.example"},
            {"origin": "https://evil.example"},
            {"origin": "http://portal.example.evil.example"},
        ],
    )
    async def test_another_sites_form_is_refused(
        self, client: httpx.AsyncClient, headers: dict[str, str]
    ) -> None:
        answer = await client.post("/things", headers=headers)

        assert answer.status_code == 403

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "same-origin", "origin": "null"},
            {"sec-fetch-site": "none"},
            {"origin": "http://portal.example"},
            {"origin": "null"},
            {},
        ],
    )
    async def test_our_own_forms_and_mail_providers_pass(
        self, client: httpx.AsyncClient, headers: dict[str, str]
    ) -> None:
        answer = await client.post("/things", headers=headers)

        assert answer.status_code == 200

    async def test_a_link_from_anywhere_opens(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/a/x", headers={"sec-fetch-site": "cross-site"})

        assert answer.status_code == 200


class TestProxies:
    FORWARDED: ClassVar = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}

    async def test_forwarded_headers_of_strangers_are_ignored(self) -> None:
        app = build(WebLimits(trusted_proxies=("10.0.0.0/8",)))
        async with client_of(app, client=("192.0.2.1", 1)) as client:
            answer = await client.get("/who", headers=self.FORWARDED)

        assert answer.json() == {"client": "192.0.2.1", "scheme": "http"}

    async def test_forwarded_headers_of_a_named_proxy_are_believed(self) -> None:
        app = build(WebLimits(trusted_proxies=("10.0.0.0/8",)))
        async with client_of(app, client=("10.1.2.3", 1)) as client:
            answer = await client.get("/who", headers=self.FORWARDED)

        assert answer.json() == {"client": "203.0.113.9", "scheme": "https"}
