"""The JSON API in front of the real services: what it takes, and how it refuses the rest."""

import json
from datetime import timedelta

import pytest
import pytest_asyncio

from tests.people_builders import NOON
from tests.portal_scene import a_body, errors_of, portal_scene
from tests.servers import fresh_district

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(servers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("portal-api")
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


class TestPosting:
    async def test_a_request_is_created_and_shown(self, scene, ours):
        answer = await scene.api("POST", "/requests", ours, json=a_body(places=2))

        assert answer.status_code == 201
        posted = answer.json()
        assert set(posted) == {"request_id", "reference", "status", "version"}
        assert (posted["status"], posted["version"]) == ("open", 1)
        assert answer.headers["location"] == f"/api/v1/requests/{posted['request_id']}"
        shown = await state(scene, ours, posted["request_id"])
        assert posted.items() <= shown.items()
        assert {"places": 2, "accepted": 0, "reserved": 0, "waitlisted": 0}.items() <= (
            shown.items()
        )
        assert isinstance(shown["invited"], int)
        assert shown["stopped"] is False

    async def test_a_request_of_an_unknown_organisation_waits_for_review(self, scene):
        stranger = await scene.organisation(verified=False)

        answer = await scene.api("POST", "/requests", stranger, json=a_body())

        assert (answer.status_code, answer.json()["status"]) == (201, "review")

    async def test_people_stay_out_of_the_request(self, scene, ours):
        await scene.posted(ours, contact_name="Ottilie Sonderbar", contact_phone="034471 9999")

        stored = await scene.district.sql("SELECT content::text AS text FROM requests.requests")
        names = await scene.district.sql("SELECT name, phone FROM network.handover_contacts")
        assert not any("Sonderbar" in row["text"] for row in stored)
        assert ("Ottilie Sonderbar", "+49 34471 9999") in {tuple(row.values()) for row in names}

    async def test_a_typical_task_gives_what_is_left_out(self, scene, ours):
        body = a_body(task="language_cafe", weekly=[], title=None, kind=None, field=None)

        answer = await scene.api("POST", "/requests", ours, json=body)

        assert answer.status_code == 201

    async def test_every_field_at_fault_is_named_at_once(self, scene, ours):
        body = a_body(
            kind=None,
            title=" ",
            places=None,
            postcode="99999",
            skills=["flying"],
            languages=[{"tag": "xx", "level": "B9"}],
            slots=[{"starts_at": at(-1), "ends_at": at(-1, 2)}],
            contact_phone="12",
        )

        answer = await scene.api("POST", "/requests", ours, json=body)

        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert errors_of(answer) == {
            "contact_phone": "people.phone_unclear",
            "kind": "requests.required",
            "title": "text.missing",
            "places": "requests.required",
            "postcode": "district.postcode_unknown",
            "skills.0": "requests.skill_unknown",
            "languages.0.tag": "languages.unknown",
            "languages.0.level": "languages.level_unknown",
            "slots.0.starts_at": "requests.slot_in_the_past",
        }

    async def test_a_number_without_a_name_names_the_name(self, scene, ours):
        answer = await scene.api("POST", "/requests", ours, json=a_body(contact_name=None))

        assert (answer.status_code, errors_of(answer)) == (
            422,
            {"contact_name": "portal.contact_name_missing"},
        )

    @pytest.mark.parametrize(
        ("changes", "errors"),
        [
            (
                {"slots": [{"starts_at": "2026-12-02T18:00:00", "ends_at": at(9)}]},
                {"slots.0.starts_at": "timezone_aware"},
            ),
            (
                {"slots": [{"starts_at": 1766000000, "ends_at": at(9)}]},
                {"slots.0.starts_at": "datetime_parsing"},
            ),
            ({"colour": "red"}, {"colour": "extra_forbidden"}),
            ({"places": "2"}, {"places": "int_type"}),
            ({"places": 0}, {"places": "greater_than_equal"}),
            ({"remote": "no"}, {"remote": "bool_type"}),
            ({"kind": "party"}, {"kind": "enum"}),
            ({"starts_on": "tomorrow"}, {"starts_on": "date_parsing"}),
            (
                {"weekly": [{"weekday": 7, "from": "25:00", "to": "8"}]},
                {
                    "weekly.0.weekday": "less_than_equal",
                    "weekly.0.from": "time_parsing",
                    "weekly.0.to": "time_parsing",
                },
            ),
            ({"title": "half a letter: \ud800"}, {"title": "string_unicode"}),
        ],
        ids=lambda value: next(iter(value)),
    )
    async def test_bad_input_names_its_field(self, scene, ours, changes, errors):
        body = json.dumps(a_body(**changes)).encode()
        answer = await scene.api(
            "POST",
            "/requests",
            ours,
            content=body,
            headers={"content-type": "application/json"},
        )

        assert (answer.status_code, errors_of(answer)) == (422, errors)

    async def test_what_is_too_large_or_no_json_is_said_so(self, scene, ours):
        large = await scene.api(
            "POST", "/requests", ours, json=a_body(description="x" * 1_000_000)
        )
        broken = await scene.api(
            "POST",
            "/requests",
            ours,
            content=b"{",
            headers={"content-type": "application/json"},
        )

        assert (large.status_code, large.json()["code"]) == (413, "web.content_too_large")
        assert (broken.status_code, broken.json()["code"]) == (400, "web.invalid_json")


class TestDryRun:
    async def test_a_preview_counts_and_keeps_nothing(self, scene, ours):
        await scene.volunteer("Selma")
        before = await scene.district.sql("SELECT count(*) FROM requests.requests")

        answer = await scene.api("POST", "/requests/preview", ours, json=a_body())

        assert answer.status_code == 200
        shown = answer.json()
        assert set(shown) == {"fitting", "free_then", "first_mail_at", "excluded"}
        assert shown["fitting"] >= 1
        assert await scene.district.sql("SELECT count(*) FROM requests.requests") == before

    async def test_a_preview_is_checked_like_a_request(self, scene, ours):
        body = a_body(slots=[{"starts_at": at(-1), "ends_at": at(-1, 2)}])

        answer = await scene.api("POST", "/requests/preview", ours, json=body)

        assert answer.status_code == 422
        assert errors_of(answer) == {"slots.0.starts_at": "requests.slot_in_the_past"}


VOLUNTEER = {
    "first_name": "Amal",
    "email": "amal@example.org",
    "postcode": "04600",
    "consent_version": "2026-11",
}


class TestRegistering:
    async def test_the_answer_is_the_same_for_a_known_address(self, scene):
        answers = [await scene.api("POST", "/volunteers", json=VOLUNTEER) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [202, 202]
        assert [answer.json()["status"] for answer in answers] == ["unconfirmed"] * 2
        ids = {answer.json()["volunteer_id"] for answer in answers}
        stored = await scene.district.sql(
            "SELECT volunteer_id FROM profiles.volunteers WHERE email = 'amal@example.org'"
        )
        assert len(ids) == 2
        assert len(stored) == 1

    async def test_a_volunteer_may_say_everything(self, scene):
        body = VOLUNTEER | {
            "first_name": "Bilal",
            "last_name": "Feld",
            "phone": "03447 123456",
            "channel": "phone",
            "locale": "ar",
            "municipality": "Altenburg",
            "radius_km": 15,
            "travel": ["bicycle"],
            "languages": [{"tag": "ar", "level": "native", "modes": ["interpret"]}],
            "fields": ["work"],
            "skills": ["baking"],
            "availability": [{"weekday": 0, "from": "18:00", "to": "24:00"}],
            "absences": [{"from_on": "2026-12-20", "to_on": "2027-01-06"}],
            "asks_per_week": 3,
            "hours_per_week": 5,
            "gender": "male",
            "shares": "email",
        }

        assert (await scene.api("POST", "/volunteers", json=body)).status_code == 202

    async def test_every_field_at_fault_is_named(self, scene):
        body = VOLUNTEER | {"email": "amal at home", "postcode": "1", "locale": "xx"}

        answer = await scene.api("POST", "/volunteers", json=body)

        assert answer.status_code == 422
        assert errors_of(answer) == {
            "email": "people.email_unclear",
            "postcode": "district.postcode_unknown",
            "locale": "people.locale_unknown",
        }
        assert "at home" not in answer.text

    async def test_missing_fields_are_named(self, scene):
        answer = await scene.api("POST", "/volunteers", json={})

        assert errors_of(answer) == dict.fromkeys(
            ("first_name", "postcode", "consent_version"), "missing"
        )

    async def test_an_organisation_registers(self, scene):
        body = {
            "name": "Chor Gößnitz e. V.",
            "kind": "association",
            "contact_first_name": "Jana",
            "contact_last_name": "Richter",
            "email": "chor@example.org",
        }
        key = {"Idempotency-Key": "chor"}

        first = await scene.api("POST", "/organisations", json=body, headers=key)
        second = await scene.api("POST", "/organisations", json=body, headers=key)
        other = await scene.api(
            "POST", "/organisations", json=body | {"name": "Anderer"}, headers=key
        )

        assert (first.status_code, first.json()["status"]) == (202, "unverified")
        assert second.json() == first.json()
        assert other.status_code == 409
