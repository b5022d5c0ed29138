"""The JSON API in front of the real services: wishes sent twice, changed, and by the wrong people."""

from datetime import timedelta

import pytest
import pytest_asyncio

from tests.people_builders import NOON
from tests.portal_scene import a_body, errors_of, portal_scene
from tests.servers import fresh_district

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(servers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("portal-wishes")
    async with fresh_district(servers, folder) as district, portal_scene(district) as scene:
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def ours(scene):
    return await scene.organisation()


def at(days, hours=0):
    return (NOON + timedelta(days=days, hours=hours)).isoformat()


async def state(scene, ours, request_id):
    answer = await scene.api("GET", f"/requests/{request_id}", ours)
    assert answer.status_code == 200
    return answer.json()


class TestRepeating:
    async def test_the_same_key_and_body_get_the_same_answer(self, scene, ours):
        key = {"Idempotency-Key": "the café of December".encode()}

        first = await scene.api("POST", "/requests", ours, json=a_body(), headers=key)
        second = await scene.api("POST", "/requests", ours, json=a_body(), headers=key)

        assert first.status_code == second.status_code == 201
        assert first.json() == second.json()

    @pytest.mark.parametrize(
        "other", [{"places": 3}, {"contact_phone": "034471 123456"}], ids=["words", "people"]
    )
    async def test_another_body_is_refused(self, scene, ours, other):
        key = {"Idempotency-Key": "one"}
        await scene.api("POST", "/requests", ours, json=a_body(), headers=key)

        answer = await scene.api("POST", "/requests", ours, json=a_body(**other), headers=key)

        assert (answer.status_code, answer.json()["code"]) == (409, "messaging.key_reused")

    async def test_keys_are_an_organisations_own(self, scene, ours):
        others = await scene.organisation()
        key = {"Idempotency-Key": "monday"}

        first = await scene.api("POST", "/requests", ours, json=a_body(), headers=key)
        second = await scene.api(
            "POST", "/requests", others, json=a_body(places=5), headers=key
        )

        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json()["request_id"] != second.json()["request_id"]

    async def test_without_a_key_each_call_is_another_wish(self, scene, ours):
        assert await scene.posted(ours) != await scene.posted(ours)

    @pytest.mark.parametrize("key", ["", " ", "x" * 121, "a\tb"])
    async def test_a_key_that_is_none_is_refused(self, scene, ours, key):
        answer = await scene.api(
            "POST", "/requests", ours, json=a_body(), headers={"Idempotency-Key": key}
        )

        assert answer.status_code == 400
        assert answer.json()["code"] == "portal.idempotency_key_unusable"

    @pytest.mark.parametrize("length", [1, 120])
    async def test_a_key_may_be_short_or_long(self, scene, ours, length):
        key = {"Idempotency-Key": "k" * length}
        request_id = (
            await scene.api("POST", "/requests", ours, json=a_body(), headers=key)
        ).json()["request_id"]

        for deed in ("cancel", "cancel"):
            path = f"/requests/{request_id}/{deed}"
            answer = await scene.api("POST", path, ours, headers=key)
            assert answer.status_code == 200


class TestAccess:
    @pytest.mark.parametrize(
        "header", [{}, {"Authorization": "Bearer brk_nobody"}, {"Authorization": "Basic eDp5"}]
    )
    async def test_who_has_no_token_gets_nothing(self, scene, header):
        for method, path in (
            ("POST", "/requests"),
            ("GET", "/requests/00000000-0000-0000-0000-000000000001"),
            ("PATCH", "/requests/00000000-0000-0000-0000-000000000001"),
        ):
            answer = await scene.api(method, path, headers=header)
            assert (answer.status_code, answer.json()["code"]) == (401, "portal.token_missing")
            assert answer.headers["www-authenticate"] == "Bearer"

    async def test_what_is_no_id_is_no_request(self, scene, ours):
        answer = await scene.api("GET", "/requests/nonsense", ours)

        assert (answer.status_code, answer.json()["code"]) == (404, "web.not_found")

    async def test_anothers_request_looks_like_one_that_does_not_exist(self, scene, ours):
        request_id = await scene.posted(ours)
        others = await scene.organisation()
        nobodys = "00000000-0000-0000-0000-000000000001"

        for method, path, body in (
            ("GET", "", None),
            ("PATCH", "", {"places": 2}),
            ("POST", "/cancel", None),
            ("POST", "/complete", None),
        ):
            answers = [
                await scene.api(method, f"/requests/{known}{path}", others, json=body)
                for known in (request_id, nobodys)
            ]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].json() == answers[1].json()
        assert (await state(scene, ours, request_id))["version"] == 1


class TestChanging:
    async def test_what_is_not_sent_stays(self, scene, ours):
        request_id = await scene.posted(ours)

        answer = await scene.api("PATCH", f"/requests/{request_id}", ours, json={"places": 4})

        assert answer.status_code == 200
        assert {"version": 2, "places": 4}.items() <= answer.json().items()
        row = await scene.district.sql(
            "SELECT content FROM requests.requests WHERE request_id = $1::uuid", request_id
        )
        assert '"Stadtbibliothek"' in row[0]["content"]
        assert '"contact_id": null' not in row[0]["content"]

    async def test_a_change_to_an_older_version_is_refused(self, scene, ours):
        request_id = await scene.posted(ours)
        path = f"/requests/{request_id}"
        await scene.api("PATCH", path, ours, json={"places": 2, "version": 1})

        answer = await scene.api("PATCH", path, ours, json={"places": 3, "version": 1})

        assert (answer.status_code, answer.json()["code"]) == (409, "requests.version_outdated")
        assert errors_of(answer) == {"version": "requests.version_outdated"}
        assert (await state(scene, ours, request_id))["places"] == 2

    @pytest.mark.parametrize("version", [{}, {"version": 1}])
    async def test_a_change_that_is_sent_twice_is_one_change(self, scene, ours, version):
        request_id = await scene.posted(ours)
        body = {"places": 2, "contact_phone": "034471 123456", **version}
        key = {"Idempotency-Key": "twice"}
        path = f"/requests/{request_id}"

        first = await scene.api("PATCH", path, ours, json=body, headers=key)
        second = await scene.api("PATCH", path, ours, json=body, headers=key)
        other = await scene.api("PATCH", path, ours, json=body | {"places": 5}, headers=key)

        assert (first.status_code, second.status_code) == (200, 200)
        assert first.json()["version"] == second.json()["version"] == 2
        assert other.status_code == 409

    async def test_new_dates_of_one_sort_replace_the_other(self, scene, ours):
        request_id = await scene.posted(ours, kind="series")
        path = f"/requests/{request_id}"
        weekly = {
            "weekly": [{"weekday": 2, "from": "18:00", "to": "20:00"}],
            "starts_on": "2026-12-01",
            "ends_on": "2027-01-31",
        }

        assert (await scene.api("PATCH", path, ours, json=weekly)).status_code == 200
        slots = {"slots": [{"starts_at": at(5), "ends_at": at(5, 1)}]}
        assert (await scene.api("PATCH", path, ours, json=slots)).status_code == 200

    async def test_only_the_number_of_the_contact_can_change(self, scene, ours):
        request_id = await scene.posted(ours, contact_name="Hanna Nur")

        answer = await scene.api(
            "PATCH", f"/requests/{request_id}", ours, json={"contact_phone": "034471 777777"}
        )

        assert answer.status_code == 200
        kept = await scene.district.sql(
            "SELECT phone FROM network.handover_contacts WHERE name = 'Hanna Nur'"
        )
        assert {row["phone"] for row in kept} == {"+49 3447 800800", "+49 34471 777777"}

    async def test_a_request_is_called_off_once(self, scene, ours):
        request_id = await scene.posted(ours)

        for _ in range(2):
            answer = await scene.api("POST", f"/requests/{request_id}/cancel", ours)
            assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
        late = await scene.api("PATCH", f"/requests/{request_id}", ours, json={"places": 2})
        assert (late.status_code, late.json()["code"]) == (409, "requests.closed")

    async def test_what_has_not_begun_cannot_have_taken_place(self, scene, ours):
        request_id = await scene.posted(ours)

        answer = await scene.api("POST", f"/requests/{request_id}/complete", ours)

        assert (answer.status_code, answer.json()["code"]) == (409, "requests.not_started")
