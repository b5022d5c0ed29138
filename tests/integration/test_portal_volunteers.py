"""A volunteer's way through the pages: registering, confirming, a pause, the own page, erasure."""

import json

import pytest
import pytest_asyncio

from shared.contracts.messages import Service
from shared.contracts.notifications import Disclosures, DisclosureShown, DisclosuresOf
from shared.contracts.profiles import ExportVolunteer
from shared.kernel.ids import new_id
from shared.web.links import Purpose
from tests.example_service import running
from tests.people_builders import NOON
from tests.portal_scene import fields_of, one, portal_scene, soup, text_of
from tests.servers import fresh_district

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(servers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("portal-volunteers")
    async with fresh_district(servers, folder) as district, portal_scene(district) as scene:
        yield scene


async def stored(scene, email):
    rows = await scene.district.sql("SELECT * FROM profiles.volunteers WHERE email = $1", email)
    return rows[0] if rows else None


async def state(scene, volunteer_id):
    rows = await scene.district.sql(
        "SELECT state, paused_until FROM profiles.volunteers WHERE volunteer_id = $1",
        volunteer_id,
    )
    return tuple(rows[0]) if rows else None


def summary(answer):
    """The errors on top of a page: what they say, by the field that they lead to."""
    links = soup(answer).select(".error-summary a")
    return {
        str(link["href"]).removeprefix("#field-"): link.get_text(strip=True) for link in links
    }


class TestLanguages:
    @pytest.mark.parametrize(
        ("cookie", "notice"),
        [
            ("ar", "هذه الصفحة غير متوفرة بهذه اللغة بعد."),
            ("de-simple", "Diese Seite gibt es noch nicht in Einfacher Sprache."),
            ("en", None),
            ("de", None),
        ],
    )
    async def test_a_page_that_lacks_the_chosen_language_says_so_in_it(
        self, scene, cookie, notice
    ):
        page = soup(await scene.client.get("/help", headers={"Cookie": f"lang={cookie}"}))

        told = page.select_one("main > p[dir]")
        assert (told and told.get_text()) == notice
        if told:
            assert told["lang"] == cookie

    async def test_a_page_in_every_language_says_nothing(self, scene):
        page = soup(await scene.client.get("/", headers={"Cookie": "lang=ar"}))
        assert page.select_one("main > p[dir]") is None


class TestRegistering:
    async def test_a_few_words_are_enough(self, scene):
        typed = {
            "first_name": "Nadja",
            "email": "nadja@example.org",
            "postcode": "04600",
            "consent": "true",
        }

        answer = await scene.post_form("/help", **typed)

        assert (answer.status_code, answer.headers["location"]) == (
            303,
            "/help/received?by=email",
        )
        assert "Postfach" in text_of(await scene.client.get(answer.headers["location"]))
        volunteer = await stored(scene, "nadja@example.org")
        assert volunteer["state"] == "unconfirmed"
        assert (volunteer["shares"], volunteer["channel"]) == ("coordinator", "email")

    async def test_everything_that_is_said_is_kept(self, scene):
        typed = {
            "first_name": "Omar",
            "email": "omar@example.org",
            "phone": "03447 123456",
            "postcode": "04639",
            "languages.0.tag": "ar",
            "languages.0.level": "native",
            "languages.2.tag": "de",
            "languages.2.level": "B1",
            "fields": ["language", "work"],
            "days": ["1", "3"],
            "parts": ["morning", "afternoon"],
            "channel": "phone",
            "shares": "phone",
            "locale": "ar",
            "consent": "true",
        }

        assert (await scene.post_form("/help", **typed)).status_code == 303

        volunteer = await stored(scene, "omar@example.org")
        profile = json.loads(volunteer["profile"])
        assert [one["tag"] for one in profile["languages"]] == ["ar", "de"]
        assert profile["fields"] == ["language", "work"]
        assert profile["availability"] == [
            {"weekday": day, "from": "08:00", "to": "17:00"} for day in (1, 3)
        ]
        assert (volunteer["channel"], volunteer["shares"], volunteer["locale"]) == (
            "phone",
            "phone",
            "ar",
        )

    async def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(self, scene):
        typed = {
            "first_name": "",
            "email": "pia at home",
            "postcode": "",
            "languages.1.tag": "uk",
            "shares": "phone",
        }

        answer = await scene.post_form("/help", **typed)

        assert answer.status_code == 422
        assert set(summary(answer)) == {
            "first_name",
            "email",
            "postcode",
            "languages-0-level",
            "shares",
            "consent",
        }
        assert summary(answer)["postcode"].endswith("Bitte füllen Sie dieses Feld aus.")
        assert "Einverständnis" in summary(answer)["consent"]
        kept = fields_of(soup(answer))
        assert (kept["email"], kept["languages.0.tag"]) == ("pia at home", "uk")
        described = str(one(soup(answer), "#field-email")["aria-describedby"])
        assert "field-email-error" in described

    async def test_the_errors_of_an_empty_form_are_told_once_in_the_page_s_order(self, scene):
        page = soup(await scene.post_form("/help", channel="email"))

        told = [str(link["href"])[1:] for link in page.select(".error-summary a")]
        there = [str(tag["id"]) for tag in page.select("[id^=field-]")]
        assert told == [name for name in there if name in told]
        assert told == ["field-first_name", "field-email", "field-postcode", "field-consent"]

    async def test_what_is_put_right_is_taken(self, scene):
        typed = {"first_name": "Quirin", "email": "quirin", "postcode": "04600"}
        refused = await scene.post_form("/help", **typed)

        better = fields_of(soup(refused)) | {"email": "quirin@example.org", "consent": "true"}
        answer = await scene.client.post("/help", data=better)

        assert answer.status_code == 303, text_of(answer)
        assert await stored(scene, "quirin@example.org") is not None

    async def test_pressing_twice_registers_once(self, scene):
        page = soup(await scene.client.get("/help"))
        typed = fields_of(page) | {
            "first_name": "Rosa",
            "email": "rosa@example.org",
            "postcode": "04600",
            "consent": "true",
        }

        answers = [await scene.client.post("/help", data=typed) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [303, 303]
        told = await scene.district.sql(
            "SELECT repeated_at FROM profiles.volunteers WHERE email = 'rosa@example.org'"
        )
        assert told[0]["repeated_at"] is None

    async def test_a_telephone_number_is_enough(self, scene):
        typed = {
            "first_name": "Samira",
            "phone": "03447 555555",
            "channel": "phone",
            "postcode": "04600",
            "consent": "true",
        }

        answer = await scene.post_form("/help", **typed)

        assert answer.headers["location"] == "/help/received?by=phone"


class TestConfirming:
    async def test_looking_confirms_nothing_and_the_button_does(self, scene):
        await scene.post_form(
            "/help",
            first_name="Tom",
            email="tom@example.org",
            postcode="04600",
            consent="true",
        )
        volunteer_id = (await stored(scene, "tom@example.org"))["volunteer_id"]
        link = scene.link(Purpose.CONFIRM_VOLUNTEER, volunteer_id)

        for method in ("GET", "HEAD"):
            assert (await scene.client.request(method, link)).status_code == 200
        assert (await state(scene, volunteer_id))[0] == "unconfirmed"
        for _ in range(2):
            answer = await scene.client.post(link)
            assert "Adresse ist bestätigt" in text_of(answer)
        assert (await state(scene, volunteer_id))[0] == "active"


class TestPausing:
    async def test_a_mail_program_stops_offers_with_one_post(self, scene):
        """RFC 8058: no cookie, no origin, no page before it, and no redirect after."""
        volunteer_id = await scene.volunteer("Uta")
        link = scene.link(Purpose.UNSUBSCRIBE, volunteer_id)

        for _ in range(2):
            answer = await scene.client.post(link, data={"List-Unsubscribe": "One-Click"})
            assert answer.status_code == 200

        assert await state(scene, volunteer_id) == ("paused", None)
        paused = await scene.district.sql(
            "SELECT count(*) AS n FROM profiles.outbox WHERE subject LIKE '%volunteer_paused%'"
            " AND payload ->> 'volunteer_id' = $1",
            str(volunteer_id),
        )
        assert paused[0]["n"] == 1

    async def test_looking_stops_nothing(self, scene):
        volunteer_id = await scene.volunteer("Vera")
        link = scene.link(Purpose.UNSUBSCRIBE, volunteer_id)

        for method in ("GET", "HEAD"):
            assert (await scene.client.request(method, link)).status_code == 200

        assert await state(scene, volunteer_id) == ("active", None)

    @pytest.mark.parametrize(
        ("choice", "says"),
        [("weeks", "Die Pause dauert bis Montag, 21. Dezember 2026."), ("stop", None)],
    )
    async def test_opened_again_it_says_how_it_stands_and_offers_the_way_back(
        self, scene, choice, says
    ):
        volunteer_id = await scene.volunteer(f"Vincent-{choice}")
        link = scene.link(Purpose.UNSUBSCRIBE, volunteer_id)

        done = await scene.client.post(link, data={"choice": choice})
        again = await scene.client.get(link)

        for page in (done, again):
            assert [button["value"] for button in soup(page).select("main form button")] == [
                "resume"
            ]
            assert "Wieder dabei sein" in text_of(page)
            assert (says or "Sie bekommen keine Anfragen mehr") in text_of(page)

        await scene.client.post(link, data={"choice": "resume"})
        assert "Wieder dabei sein" not in text_of(await scene.client.get(link))

    async def test_a_pause_can_be_taken_back(self, scene):
        volunteer_id = await scene.volunteer("Wanda")
        link = scene.link(Purpose.UNSUBSCRIBE, volunteer_id)

        await scene.client.post(link, data={"choice": "weeks"})
        paused = await state(scene, volunteer_id)
        answer = await scene.client.post(link, data={"choice": "resume"})

        assert paused[0] == "paused"
        assert (paused[1] - NOON).days == 28
        assert await state(scene, volunteer_id) == ("active", None)
        assert "wieder dabei" in text_of(answer)


class TestOwnPage:
    async def test_it_says_what_is_known_in_words(self, scene):
        volunteer_id = await scene.volunteer(
            "Xenia",
            languages=[{"tag": "uk", "level": "native"}],
            fields=["education"],
            availability=[{"weekday": 2, "from": "17:00", "to": "20:00"}],
            phone="03447 999999",
            shares="phone",
        )

        shown = text_of(
            await scene.client.get(scene.link(Purpose.VOLUNTEER_PAGE, volunteer_id))
        )

        for words in (
            "Xenia",
            "+49 3447 999999",
            "Ukrainisch: Muttersprache",
            "Bildung",
            "Mi 17:00–20:00",
            "Meinen Vornamen und meine Telefonnummer",
            "Erstgespräch",
        ):
            assert words in shown

    async def test_a_pause_begins_and_ends_there(self, scene):
        volunteer_id = await scene.volunteer("Yuri")
        link = scene.link(Purpose.VOLUNTEER_PAGE, volunteer_id)

        answer = await scene.post_form(link, choice="stop")
        assert (answer.status_code, answer.headers["location"]) == (303, link)
        assert (await state(scene, volunteer_id))[0] == "paused"
        await scene.post_form(link, choice="resume")
        assert (await state(scene, volunteer_id))[0] == "active"

    async def test_the_data_can_be_taken_along(self, scene):
        volunteer_id = await scene.volunteer("Zora")
        link = scene.link(Purpose.VOLUNTEER_PAGE, volunteer_id)

        school = (await scene.organisation()).organisation_id
        request_id = new_id()

        def told_before(notifications):
            @notifications.seam.query(DisclosuresOf)
            async def on_disclosures_of(query, _session):
                assert query.volunteer_id == volunteer_id
                gone = told.model_copy(
                    update={"organisation_id": new_id(), "what": "first_name"}
                )
                return Disclosures(disclosures=(told, gone))

        told = DisclosureShown(
            organisation_id=school, request_id=request_id, what="phone", disclosed_at=NOON
        )
        assert (await scene.client.get(f"{link}/export")).status_code == 503
        async with running(scene.district, Service.NOTIFICATIONS, told_before):
            answer = await scene.client.get(f"{link}/export")

        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["volunteer"]["first_name"] == "Zora"
        to_school, to_somebody_gone = answer.json()["disclosures"]
        assert to_school == {
            "given": ["first_name", "phone"],
            "organisation": "Begegnungscafé Lucka e. V.",
            "request_id": str(request_id),
            "at": NOON.isoformat(),
        }
        assert (to_somebody_gone["given"], to_somebody_gone["organisation"]) == (
            ["first_name"],
            None,
        )

    async def test_erasing_is_asked_once_more_and_then_done(self, scene):
        volunteer_id = await scene.volunteer("Anton")
        link = scene.link(Purpose.VOLUNTEER_PAGE, volunteer_id)

        asked = await scene.client.get(f"{link}/erase")
        assert asked.status_code == 200
        unticked = await scene.post_form(f"{link}/erase")
        assert unticked.status_code == 422
        assert (await state(scene, volunteer_id))[0] == "active"
        done = await scene.post_form(f"{link}/erase", sure="true")

        assert "Alles ist gelöscht" in text_of(done)
        assert not (await scene.operator.ask(ExportVolunteer(volunteer_id=volunteer_id))).found
        assert (await scene.client.get(link)).status_code == 410
        unsubscribed = await scene.client.post(
            scene.link(Purpose.UNSUBSCRIBE, volunteer_id),
            data={"List-Unsubscribe": "One-Click"},
        )
        assert unsubscribed.status_code == 200

    async def test_another_links_token_does_not_open_it(self, scene):
        volunteer_id = await scene.volunteer("Bela")
        token = scene.link(Purpose.UNSUBSCRIBE, volunteer_id).removeprefix("/u/")

        for path in ("", "/export", "/erase"):
            assert (await scene.client.get(f"/me/{token}{path}")).status_code == 404
