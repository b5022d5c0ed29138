"""What volunteers change on their own page: their description, their absences, and the way back in."""

from datetime import date

import pytest
import pytest_asyncio

from services.profiles.main import create_app as create_profiles
from services.profiles.settings import ProfilesSettings
from shared.contracts.profiles import RosterOf, ShowVolunteer
from shared.web.links import Purpose
from tests.people_builders import a_change, events
from tests.portal_scene import fields_of, one, portal_scene, soup, text_of
from tests.servers import fresh_district

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(servers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("portal-own-details")
    async with fresh_district(servers, folder) as district, portal_scene(district) as scene:
        yield scene


async def shown(scene, volunteer_id):
    portal = await scene.district.asker("portal")
    return await portal.ask(ShowVolunteer(volunteer_id=volunteer_id))


async def roster_entry(scene, volunteer_id):
    matching = await scene.district.asker("matching")
    return (await matching.ask(RosterOf(volunteer_ids=(volunteer_id,)))).entries[0]


async def matching_knows(scene, volunteer_id, version):
    """Wait until matching has read this version of the volunteer."""

    async def known():
        rows = await scene.district.sql(
            "SELECT entry FROM matching.volunteers WHERE volunteer_id = $1 AND version = $2",
            volunteer_id,
            version,
        )
        return rows[0]["entry"] if rows else None

    return await scene.district.until(known)


def details_of(scene, volunteer_id):
    return scene.link(Purpose.VOLUNTEER_PAGE, volunteer_id) + "/details"


def summary(answer):
    links = soup(answer).select(".error-summary a")
    return {str(link["href"]).removeprefix("#field-") for link in links}


class TestDetails:
    async def test_the_form_shows_what_is_known_and_sent_back_it_changes_nothing(self, scene):
        said = {
            "phone": "03447 586123",
            "channel": "phone",
            "shares": "phone",
            "languages": [
                {"tag": "ar", "level": "C2", "modes": ["interpret", "talk"]},
                {"tag": "sw", "level": "B1"},
            ],
            "fields": ["work"],
            "skills": ["baking"],
            "travel": ["bicycle"],
            "availability": [{"weekday": 2, "from": "17:00", "to": "20:30"}],
            "absences": [{"from_on": "2026-12-20", "to_on": "2027-01-06"}],
            "gender": "female",
            "hours_per_week": 4,
        }
        volunteer_id = await scene.volunteer("Clara", **said)
        before = await shown(scene, volunteer_id)

        page = await scene.client.get(details_of(scene, volunteer_id))
        answer = await scene.post_form(details_of(scene, volunteer_id))

        assert "So lassen: Mi 17:00–20:30" in text_of(page)
        assert answer.status_code == 303, text_of(answer)
        assert await shown(scene, volunteer_id) == before

    async def test_what_is_changed_reaches_matching_and_what_is_withdrawn_is_gone(self, scene):
        volunteer_id = await scene.volunteer(
            "Dana",
            languages=[
                {"tag": "uk", "level": "native", "modes": ["interpret"]},
                {"tag": "ru", "level": "C1"},
            ],
            availability=[{"weekday": 2, "from": "17:00", "to": "20:30"}],
        )
        typed = {
            "languages.1.tag": "",
            "languages.1.level": "",
            "days": ["1", "3"],
            "parts": ["evening"],
            "asks_per_week": "1",
            "radius_km": "",
        }

        answer = await scene.post_form(details_of(scene, volunteer_id), **typed)

        assert answer.status_code == 303, text_of(answer)
        assert "Gespeichert" in text_of(await scene.client.get(answer.headers["location"]))
        entry = await matching_knows(scene, volunteer_id, 2)
        assert '"ru"' not in entry
        now = await roster_entry(scene, volunteer_id)
        assert [(one.tag, one.modes) for one in now.languages] == [("uk", ("interpret",))]
        assert [(one.weekday, one.from_) for one in now.availability] == [
            (1, "17:00"),
            (3, "17:00"),
        ]
        assert (now.asks_per_week, now.radius_km) == (1, None)

    async def test_looking_changes_nothing(self, scene):
        volunteer_id = await scene.volunteer("Emil")

        for method in ("GET", "HEAD"):
            answer = await scene.client.request(method, details_of(scene, volunteer_id))
            assert answer.status_code == 200

        assert (await shown(scene, volunteer_id)).version == 1

    async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(self, scene):
        volunteer_id = await scene.volunteer("Fatma")
        typed = {
            "first_name": "",
            "postcode": "99999",
            "languages.0.tag": "ar",
            "channel": "phone",
            "municipality": "Meuselwitz-Dorf",
        }

        answer = await scene.post_form(details_of(scene, volunteer_id), **typed)

        assert answer.status_code == 422
        assert summary(answer) == {"first_name", "postcode", "languages-0-level", "phone"}
        assert fields_of(soup(answer))["municipality"] == "Meuselwitz-Dorf"
        assert (await shown(scene, volunteer_id)).version == 1

    async def test_who_has_no_address_cannot_be_asked_by_mail_and_the_page_says_where(
        self, scene
    ):
        volunteer_id = await scene.volunteer("Gero", email=None, phone="03447 444444")

        answer = await scene.post_form(details_of(scene, volunteer_id), channel="email")

        assert answer.status_code == 422
        assert summary(answer) == {"channel"}

    async def test_an_older_form_is_refused_once_and_says_so(self, scene):
        volunteer_id = await scene.volunteer("Hala")
        path = details_of(scene, volunteer_id)
        page = fields_of(soup(await scene.client.get(path))) | {"radius_km": "12"}
        email = (await shown(scene, volunteer_id)).description.email
        portal = await scene.district.asker("portal")
        await portal.ask(a_change(volunteer_id, 1, first_name="Hala", email=email))

        refused = await scene.client.post(path, data=page)
        again = await scene.client.post(path, data=fields_of(soup(refused)))

        assert refused.status_code == 409
        assert "inzwischen" in text_of(refused)
        assert fields_of(soup(refused))["radius_km"] == "12"
        assert again.status_code == 303, text_of(again)
        assert (await shown(scene, volunteer_id)).description.radius_km == 12

    async def test_pressing_twice_changes_once(self, scene):
        volunteer_id = await scene.volunteer("Igor")
        path = details_of(scene, volunteer_id)
        typed = fields_of(soup(await scene.client.get(path))) | {"radius_km": "7"}

        answers = [await scene.client.post(path, data=typed) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [303, 303]
        assert (await shown(scene, volunteer_id)).version == 2

    async def test_another_links_token_does_not_open_it(self, scene):
        volunteer_id = await scene.volunteer("Jan")
        token = scene.link(Purpose.UNSUBSCRIBE, volunteer_id).removeprefix("/u/")

        for path in ("details", "absences"):
            for method in ("GET", "POST"):
                answer = await scene.client.request(method, f"/me/{token}/{path}")
                assert answer.status_code == 404


class TestAbsences:
    async def test_two_dates_are_enough_and_can_be_taken_back(self, scene):
        volunteer_id = await scene.volunteer("Kira", skills=["baking"])
        link = scene.link(Purpose.VOLUNTEER_PAGE, volunteer_id)
        away = {"from_on": "2026-12-20", "to_on": "2027-01-06"}

        added = [await scene.client.post(f"{link}/absences", data=away) for _ in range(2)]

        assert [answer.status_code for answer in added] == [303, 303]
        page = text_of(await scene.client.get(added[0].headers["location"]))
        assert "20.12.2026" in page
        assert "06.01.2027" in page
        entry = await roster_entry(scene, volunteer_id)
        assert [(one.from_on, one.to_on) for one in entry.absences] == [
            (date(2026, 12, 20), date(2027, 1, 6))
        ]
        assert (entry.version, entry.skills) == (2, ("baking",))
        await matching_knows(scene, volunteer_id, 2)

        for _ in range(2):
            taken = await scene.client.post(f"{link}/absences", data=away | {"deed": "remove"})
            assert taken.status_code == 303
        assert (await roster_entry(scene, volunteer_id)).absences == ()

    async def test_a_single_day_needs_one_date(self, scene):
        volunteer_id = await scene.volunteer("Lena")
        link = scene.link(Purpose.VOLUNTEER_PAGE, volunteer_id)

        await scene.client.post(f"{link}/absences", data={"from_on": "2026-12-24"})

        (absence,) = (await shown(scene, volunteer_id)).description.absences
        assert absence.from_on == absence.to_on == date(2026, 12, 24)

    @pytest.mark.parametrize(
        ("typed", "at"),
        [
            ({"from_on": "2026-12-24", "to_on": "2026-12-20"}, "to_on"),
            ({"from_on": "2026-11-01", "to_on": "2026-11-20"}, "to_on"),
            ({"from_on": "2026-11-20"}, "from_on"),
            ({"to_on": "2026-12-20"}, "from_on"),
            ({"from_on": "bald"}, "from_on"),
        ],
    )
    async def test_dates_that_cannot_be_are_said_at_their_field_and_stay(
        self, scene, typed, at
    ):
        volunteer_id = await scene.volunteer("Mira")
        link = scene.link(Purpose.VOLUNTEER_PAGE, volunteer_id)

        answer = await scene.client.post(f"{link}/absences", data=typed)

        assert answer.status_code == 422
        assert summary(answer) == {at}
        kept = fields_of(soup(answer))
        assert {name: kept[name] for name in typed} == typed
        assert (await shown(scene, volunteer_id)).version == 1


class TestLink:
    async def test_a_known_and_an_unknown_address_get_the_same_answer_and_one_gets_a_mail(
        self, scene
    ):
        volunteer_id = await scene.volunteer("Nora", email="nora@freiwillige.example")

        answers = [
            await scene.post_form("/me", email=email)
            for email in ("nora@freiwillige.example", "nobody@freiwillige.example")
        ]

        assert [answer.headers["location"] for answer in answers] == ["/me/sent"] * 2
        assert "Postfach" in text_of(await scene.client.get("/me/sent"))

        async def asked():
            return await events(scene.district, "volunteer_link_requested")

        (link,) = await scene.district.until(asked)
        assert link["volunteer_id"] == str(volunteer_id)

    async def test_an_address_that_is_none_is_said_at_its_field(self, scene):
        answer = await scene.post_form("/me", email="nora at home")

        assert answer.status_code == 422
        assert summary(answer) == {"email"}
        assert one(soup(answer), "#field-email")["value"] == "nora at home"


class TestOutage:
    """Last: `profiles` goes away and comes back."""

    async def test_what_was_typed_survives_and_can_be_sent_again(self, scene):
        volunteer_id = await scene.volunteer(
            "Olga", availability=[{"weekday": 2, "from": "17:00", "to": "20:30"}]
        )
        path = details_of(scene, volunteer_id)
        link = scene.link(Purpose.VOLUNTEER_PAGE, volunteer_id)
        typed = fields_of(soup(await scene.client.get(path))) | {"radius_km": "9"}
        away = {"from_on": "2026-12-20", "to_on": "2027-01-06"}
        await scene.district.stop(scene.services["profiles"])

        details = await scene.client.post(path, data=typed)
        absence = await scene.client.post(f"{link}/absences", data=away)
        asked = await scene.client.post("/me", data={"email": "olga@freiwillige.example"})

        assert [answer.status_code for answer in (details, absence, asked)] == [503] * 3
        assert fields_of(soup(details)) == typed
        assert "So lassen: Mi 17:00–20:30" in text_of(details)
        assert fields_of(soup(absence)) | away == fields_of(soup(absence))
        assert fields_of(soup(asked))["email"] == "olga@freiwillige.example"

        scene.services["profiles"] = await scene.district.start(
            create_profiles, ProfilesSettings
        )
        again = [
            await scene.client.post(path, data=fields_of(soup(details))),
            await scene.client.post(f"{link}/absences", data=fields_of(soup(absence))),
        ]
        assert [answer.status_code for answer in again] == [303, 303]
        known = (await shown(scene, volunteer_id)).description
        assert (known.radius_km, len(known.absences)) == (9, 1)
        assert known.availability[0].to == "20:30"
