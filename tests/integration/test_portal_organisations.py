"""An organisation's way through the pages: in by a mailed link, a request from first to last."""

import json
from datetime import timedelta

import pytest
import pytest_asyncio

from shared.kernel.ids import new_id
from shared.web.links import Purpose
from tests.people_builders import NOON
from tests.portal_scene import fields_of, portal_scene, soup, text_of
from tests.servers import fresh_district

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

ON = (NOON + timedelta(days=9)).date().isoformat()
DATES = {"slots.0.on": ON, "slots.0.from": "17:00", "slots.0.to": "19:00"}
TYPED = {
    "title": "Beim Elternabend dolmetschen",
    "field": "education",
    "kind": "single",
    "places": "1",
    "postcode": "04600",
    "meeting_point": "Grundschule, Raum 3",
    "contact_name": "Frau Wolf",
    "contact_phone": "03447 111111",
    **DATES,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(servers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("portal-organisations")
    async with fresh_district(servers, folder) as district, portal_scene(district) as scene:
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def ours(scene):
    return await scene.organisation()


@pytest.fixture
def home(scene, ours):
    """The address of the organisation's page."""
    return scene.link(Purpose.ORGANISATION_PAGE, ours.organisation_id)


def summary(answer):
    links = soup(answer).select(".error-summary a")
    return {
        str(link["href"]).removeprefix("#field-"): link.get_text(strip=True) for link in links
    }


async def post(scene, home, **typed):
    """Post a request by form; gives the address of its page."""
    answer = await scene.post_form(f"{home}/new?task=", **(TYPED | typed))
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["location"].partition("?")[0]


async def content(scene, page):
    rows = await scene.district.sql(
        "SELECT content, version FROM requests.requests WHERE request_id = $1::uuid",
        page.rpartition("/")[2],
    )
    return json.loads(rows[0]["content"]) | {"version": rows[0]["version"]}


class TestComingIn:
    async def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(self, scene, ours):
        answers = [
            await scene.post_form("/organisation", email=email)
            for email in (ours.email, "nobody@example.org")
        ]

        assert [answer.headers["location"] for answer in answers] == [
            "/organisation/sent?what=link"
        ] * 2
        asked = await scene.district.sql(
            "SELECT payload ->> 'organisation_id' AS id FROM network.outbox"
            " WHERE subject LIKE '%organisation_link_requested%'"
        )
        assert str(ours.organisation_id) in {row["id"] for row in asked}

    async def test_an_organisation_registers_and_confirms(self, scene):
        refused = await scene.post_form("/organisation/register", email="kita")
        assert set(summary(refused)) == {
            "name",
            "contact_first_name",
            "contact_last_name",
            "email",
        }

        answer = await scene.post_form(
            "/organisation/register",
            name="Kita Sonnenschein",
            kind="school",
            contact_first_name="Eva",
            contact_last_name="Stern",
            email="kita@example.org",
        )

        assert answer.status_code == 303
        row = await scene.district.sql(
            "SELECT organisation_id FROM network.organisations WHERE email = 'kita@example.org'"
        )
        link = scene.link(Purpose.CONFIRM_ORGANISATION, row[0]["organisation_id"])
        assert (await scene.client.get(link)).status_code == 200
        assert "Adresse ist bestätigt" in text_of(await scene.client.post(link))
        page = scene.link(Purpose.ORGANISATION_PAGE, row[0]["organisation_id"])
        assert "noch nicht freigeschaltet" in text_of(await scene.client.get(page))

    async def test_the_page_of_nobody_is_gone(self, scene):
        page = scene.link(Purpose.ORGANISATION_PAGE, new_id())

        assert (await scene.client.get(page)).status_code == 410
        assert (await scene.client.get(f"{page}x")).status_code == 404


class TestPosting:
    async def test_a_request_is_posted_by_form_and_shown(self, scene, home):
        page = await post(scene, home)

        shown = text_of(await scene.client.get(f"{page}?done=posted"))
        for words in (
            "Ihre Anfrage ist gespeichert",
            "Beim Elternabend dolmetschen",
            "Mittwoch, 2. Dezember 2026, 17:00–19:00 Uhr",
            "Grundschule, Raum 3",
            "Frau Wolf +49 3447 111111",
            "0 von 1 Plätzen sind besetzt",
        ):
            assert words in shown
        listed = text_of(await scene.client.get(home))
        assert "Beim Elternabend dolmetschen" in listed
        assert "0 von 1" in listed

    async def test_a_typical_task_fills_the_form_in(self, scene, home):
        tasks = await scene.client.get(f"{home}/new")
        assert soup(tasks).select('a[href="?task=homework_help"]')

        filled = fields_of(soup(await scene.client.get(f"{home}/new?task=homework_help")))

        assert (filled["title"], filled["kind"]) == ("Hausaufgabenhilfe", "series")
        assert set(filled["checks"]) == {"conduct_certificate", "first_talk"}
        assert filled["minors_present"] == ["true"]

    async def test_regular_hours_are_laid_out(self, scene, home):
        page = await post(
            scene,
            home,
            **dict.fromkeys(DATES, ""),
            **{
                "kind": "series",
                "weekly.0.weekday": "2",
                "weekly.0.from": "18:00",
                "weekly.0.to": "20:00",
                "starts_on": "2026-12-01",
                "ends_on": "2027-03-31",
            },
        )

        assert "und 8 weitere Termine, bis Mittwoch, 31. März 2027" in text_of(
            await scene.client.get(page)
        )

    async def test_everything_that_is_wrong_is_said_at_its_field(self, scene, home):
        over = (NOON - timedelta(days=1)).date().isoformat()
        typed = {
            "title": "Ruf an: 03447 123456",
            "places": "0",
            "contact_phone": "12",
            "slots.2.on": over,
            "slots.2.from": "10:00",
            "slots.2.to": "12:00",
            "languages.1.tag": "ar",
        }
        page = soup(await scene.client.get(f"{home}/new?task="))

        answer = await scene.client.post(f"{home}/new", data=fields_of(page) | typed)

        assert answer.status_code == 422
        links = [str(link["href"])[1:] for link in soup(answer).select(".error-summary a")]
        there = [str(tag["id"]) for tag in soup(answer).select("[id^=field-]")]
        assert [name for name in links if name in there] == [
            name for name in there if name in links
        ]
        assert summary(answer) == {
            "places": "Wie viele Menschen?: Möglich sind 1 bis 500 Personen.",
            "contact_name": "Name: Zu der Nummer fehlt noch der Name.",
            "title": "Überschrift: Hier bitte keine Mailadresse und keine Telefonnummer. Die "
            "Ansprechperson hat ein eigenes Feld; wer Hilfe braucht, steht gar nicht in der "
            "Anfrage.",
            "field": "Bereich: Bitte füllen Sie dieses Feld aus.",
            "postcode": "Postleitzahl: Bitte geben Sie eine Postleitzahl an, oder dass es von "
            "überall geht.",
            "slots-0": "Termin 1: Diese Zeit ist schon vorbei.",
            "languages-0-level": "Sprache 1: Bitte wählen Sie eine der Antworten.",
        }
        kept = fields_of(soup(answer))
        assert (kept["slots.0.on"], kept["languages.0.tag"]) == (over, "ar")

    async def test_trying_keeps_nothing(self, scene, home):
        before = await scene.district.sql("SELECT count(*) FROM requests.requests")

        answer = await scene.post_form(f"{home}/new?task=", **TYPED, step="preview")

        assert answer.status_code == 200
        assert "Noch ist nichts gespeichert" in text_of(answer)
        assert fields_of(soup(answer))["title"] == TYPED["title"]
        assert await scene.district.sql("SELECT count(*) FROM requests.requests") == before

    async def test_pressing_twice_posts_once(self, scene, home):
        typed = fields_of(soup(await scene.client.get(f"{home}/new?task="))) | TYPED

        answers = [await scene.client.post(f"{home}/new", data=typed) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [303, 303]
        assert answers[0].headers["location"] == answers[1].headers["location"]


class TestChanging:
    async def test_the_form_shows_the_request_and_changes_only_what_is_changed(
        self, scene, home
    ):
        page = await post(scene, home)
        before = await content(scene, page)

        await scene.post_form(f"{page}/change")
        assert await content(scene, page) == before
        answer = await scene.post_form(f"{page}/change", places="3")

        assert answer.headers["location"] == f"{page}?done=changed"
        assert await content(scene, page) == before | {"places": 3, "version": 2}

    async def test_what_was_changed_meanwhile_is_not_overwritten_unseen(self, scene, home):
        page = await post(scene, home)
        form = fields_of(soup(await scene.client.get(f"{page}/change")))
        await scene.post_form(f"{page}/change", places="3")

        answer = await scene.client.post(f"{page}/change", data=form | {"title": "Neu"})

        assert answer.status_code == 409
        assert "inzwischen geändert" in text_of(answer)
        assert (await content(scene, page))["places"] == 3
        kept = fields_of(soup(answer))
        assert (kept["title"], kept["places"]) == ("Neu", "1")
        again = await scene.client.post(f"{page}/change", data=kept)
        assert again.status_code == 303
        assert (await content(scene, page))["title"] == "Neu"

    async def test_a_request_is_called_off_after_one_more_question(self, scene, home):
        page = await post(scene, home)

        assert (await scene.client.get(f"{page}/cancel")).status_code == 200
        assert (await content(scene, page))["version"] == 1
        answer = await scene.post_form(f"{page}/cancel")

        shown = text_of(await scene.client.get(answer.headers["location"]))
        assert "Die Anfrage ist abgesagt" in shown
        for over in ("cancel", "complete", "change"):
            asked = await scene.client.get(f"{page}/{over}")
            assert (asked.status_code, asked.headers.get("location")) == (303, page), over
        late = await scene.client.post(f"{page}/complete", data={})
        assert late.status_code == 409
        assert "schon abgeschlossen" in text_of(late)

    async def test_another_organisations_pages_show_nothing_of_it(self, scene, home):
        page = await post(scene, home)
        others = await scene.organisation()
        theirs = scene.link(Purpose.ORGANISATION_PAGE, others.organisation_id)
        request = page.rpartition("/")[2]

        for path in ("", "/change", "/cancel"):
            answer = await scene.client.get(f"{theirs}/requests/{request}{path}")
            assert answer.status_code == 404
        answer = await scene.client.post(f"{theirs}/requests/{request}/cancel", data={})
        assert answer.status_code == 404
        assert (await content(scene, page))["version"] == 1
        assert "Noch keine Anfragen" in text_of(await scene.client.get(theirs))


class TestWhoComes:
    async def test_only_what_was_shared_is_shown(self, scene, ours, home):
        volunteer_id = await scene.volunteer(
            "Cilek",
            languages=[{"tag": "tr", "level": "C1"}],
            phone="03447 222222",
            shares="phone",
        )
        request_id = await scene.posted(ours, languages=[{"tag": "tr", "level": "B1"}])
        invitations = await scene.invitations(request_id)
        page = f"{home}/requests/{request_id}"
        assert "Cilek" not in text_of(await scene.client.get(page))

        link = scene.link(Purpose.ANSWER, invitations[volunteer_id])
        await scene.client.post(link, data={"choice": "yes"})

        shown = text_of(await scene.client.get(page))
        assert "Cilek : +49 3447 222222" in shown
        assert "Haddad" not in shown
        assert "freiwillige.example" not in shown
