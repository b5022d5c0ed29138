"""Errors speak: problem details to programs, a friendly page to people, never what was typed."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from tests.unit.test_web_app import build, client_of


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(build()) as opened:
        yield opened


class TestProblems:
    async def test_field_errors_use_outside_paths_and_repeat_no_input(
        self, client: httpx.AsyncClient
    ) -> None:
        body = {
            "title": "Ada Lovelace",
            "email": "ada at home",
            "slots": [{"from": "Lindenau"}],
            "travel": {"way": "Byron"},
        }
        answer = await client.post("/api/v1/things", json=body)

        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert (problem["status"], problem["code"]) == (422, "web.invalid_input")
        assert {error["field"]: error["code"] for error in problem["errors"]} == {
            "title": "string_too_long",
            "email": "email",
            "slots.0.starts_at": "missing",
            "slots.0.from": "int_parsing",
            "travel": "union_tag_invalid",
        }
        for word in ("Ada", "ada", "Lindenau", "Byron"):
            assert word not in answer.text

    @pytest.mark.parametrize(
        ("how", "status", "code"),
        [
            ("past", 422, "requests.slot_in_the_past"),
            ("missing", 404, "requests.not_found"),
            ("away", 503, "messaging.away"),
            ("gone", 410, "portal.link_gone"),
            ("accident", 500, "web.internal_error"),
        ],
    )
    async def test_errors_have_their_status_and_code(
        self, client: httpx.AsyncClient, how: str, status: int, code: str
    ) -> None:
        answer = await client.get(f"/api/v1/fails/{how}")

        problem = answer.json()
        assert answer.status_code == problem["status"] == status
        assert problem["code"] == code
        assert problem["type"] == f"urn:bruecke:problem:{code}"
        assert "Lovelace" not in answer.text
        assert "password" not in answer.text

    async def test_a_refusal_names_its_field(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/api/v1/fails/past")

        assert answer.json()["errors"] == [
            {
                "field": "slots.0.ends_at",
                "code": "requests.slot_in_the_past",
                "message": "The slot is over.",
            }
        ]

    async def test_what_is_not_json_is_said_so(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(
            "/api/v1/things", content=b"{", headers={"content-type": "application/json"}
        )

        assert (answer.status_code, answer.json()["code"]) == (400, "web.invalid_json")

    async def test_unknown_addresses_and_methods_are_problems(
        self, client: httpx.AsyncClient
    ) -> None:
        missing = await client.get("/api/v1/nowhere")
        wrong = await client.delete("/api/v1/things")

        assert (missing.status_code, missing.json()["code"]) == (404, "web.not_found")
        assert (wrong.status_code, wrong.json()["code"]) == (405, "web.method_not_allowed")
        assert wrong.headers["allow"] == "POST"

    async def test_openapi_promises_problems_and_not_fastapis_own_errors(
        self, client: httpx.AsyncClient
    ) -> None:
        paths = (await client.get("/api/v1/openapi.json")).json()["paths"]

        answers = paths["/api/v1/things"]["post"]["responses"]
        assert set(answers) == {"200", "4XX", "5XX"}
        assert list(answers["4XX"]["content"]) == ["application/problem+json"]


class TestErrorPages:
    @pytest.mark.parametrize(
        ("path", "status", "says"),
        [
            ("/nowhere", 404, "Diese Seite gibt es nicht"),
            ("/things/no-uuid", 404, "Diese Seite gibt es nicht"),
            (f"/things/{UUID(int=1)}?size=big", 422, "Das konnten wir nicht annehmen"),
            ("/fails/gone", 410, "Dieser Link gilt nicht mehr"),
            ("/fails/away", 503, "Das klappt gerade nicht"),
            ("/fails/accident", 500, "Bei uns ist etwas schiefgegangen"),
        ],
    )
    async def test_people_get_a_page_with_a_number_to_ring(
        self, client: httpx.AsyncClient, path: str, status: int, says: str
    ) -> None:
        answer = await client.get(path)

        assert answer.status_code == status
        assert says in answer.text
        assert 'href="tel:+493023125447"' in answer.text
        assert "Di 09:00–12:00, 13:00–18:00" in answer.text
        assert "Lovelace" not in answer.text

    async def test_a_wrong_method_gets_a_page_too(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/a/x")

        assert answer.status_code == 405
        assert "So lässt sich diese Seite nicht öffnen" in answer.text

    async def test_the_page_speaks_the_visitors_language(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.get("/nowhere", headers={"accept-language": "ar-SY,de;q=0.5"})

        assert '<html lang="ar" dir="rtl">' in answer.text
        assert "هذه الصفحة غير موجودة" in answer.text
