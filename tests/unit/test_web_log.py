"""The log says what was asked and answered, and holds no token and nobody's data."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
import structlog

from tests.unit.test_web_app import build, client_of

SECRET = "eyJhbGciOiJ0b2tlbi1vZi1zb21lYm9keSJ9"


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(build()) as opened:
        yield opened


class TestLog:
    @pytest.mark.parametrize(
        "path",
        [
            f"/a/{SECRET}",
            f"/me/{SECRET}/pause",
            f"/organisation/{SECRET}",
            f"/a{SECRET}",
            f"/de/a/{SECRET}",
            f"/who?t={SECRET}",
        ],
    )
    async def test_no_line_holds_a_token(self, client: httpx.AsyncClient, path: str) -> None:
        with structlog.testing.capture_logs() as lines:
            await client.get(path)

        assert [line["event"] for line in lines] == ["http_request"]
        assert SECRET not in str(lines)

    async def test_a_line_says_what_was_asked_and_answered(
        self, client: httpx.AsyncClient
    ) -> None:
        with structlog.testing.capture_logs() as lines:
            await client.get(f"/things/{UUID(int=7)}")

        (line,) = lines
        assert line["path"] == f"/things/{UUID(int=7)}"
        assert (line["method"], line["status"]) == ("GET", 200)

    async def test_an_accident_is_logged_by_place_and_not_by_its_text(
        self, client: httpx.AsyncClient
    ) -> None:
        with structlog.testing.capture_logs() as lines:
            await client.get("/fails/accident")

        failure = lines[0]
        assert (failure["event"], failure["error"]) == ("http_request_failed", "KeyError")
        assert any("test_web_app.py" in place for place in failure["where"])
        assert "Lovelace" not in str(lines)

    async def test_static_files_and_health_make_no_noise(
        self, client: httpx.AsyncClient
    ) -> None:
        with structlog.testing.capture_logs() as lines:
            await client.get("/static/0/base.css")
            await client.get("/healthz")

        assert lines == []
