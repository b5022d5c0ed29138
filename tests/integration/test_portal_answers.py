"""The answer page in front of the real services: it shows on GET, acts on POST, and nothing is lost."""

from datetime import timedelta

import pytest
import pytest_asyncio

from shared.contracts.matching import (
    ResumeMatching,
    ShowInvitation,
    StopMatching,
)
from shared.kernel.ids import new_id
from shared.kernel.slots import TIMEZONE
from shared.web.links import Purpose
from tests.example_service import answered
from tests.people_builders import NOON, a_key
from tests.portal_scene import fields_of, one, portal_scene, soup, text_of
from tests.servers import fresh_district

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(servers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("portal-answers")
    async with fresh_district(servers, folder) as district, portal_scene(district) as scene:
        yield scene


async def asked(scene, language, *names, **changes):
    """A request that only these people can be asked for: its organisation, its id, their links."""
    people = {
        name: await scene.volunteer(name, languages=[{"tag": language, "level": "C1"}])
        for name in names
    }
    ours = await scene.organisation()
    needed = [{"tag": language, "level": "B1"}]
    request_id = await scene.posted(ours, languages=needed, **changes)
    invitations = await scene.invitations(request_id, len(people))
    links = [
        scene.link(Purpose.ANSWER, invitations[volunteer_id])
        for volunteer_id in people.values()
    ]
    return ours, request_id, links


async def state(scene, ours, request_id):
    return (await scene.api("GET", f"/requests/{request_id}", ours)).json()


async def counts(scene, ours, request_id):
    now = await state(scene, ours, request_id)
    return {name: now[name] for name in ("accepted", "reserved", "waitlisted")}


async def test_looking_changes_nothing(scene):
    ours, request_id, [link] = await asked(scene, "tr", "Aylin")

    for method in ("GET", "HEAD", "GET"):
        answer = await scene.client.request(method, link)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"

    assert await counts(scene, ours, request_id) == dict.fromkeys(
        ("accepted", "reserved", "waitlisted"), 0
    )
    shown = text_of(await scene.client.get(link))
    assert "Jana Richter" not in shown
    assert "Stadtbibliothek" not in shown


async def test_a_yes_brings_a_place_and_where_to_go(scene):
    ours, request_id, [link] = await asked(scene, "fr", "Bela")

    answer = await scene.client.post(link, data={"choice": "yes"})

    assert (answer.status_code, answer.headers["location"]) == (303, link)
    shown = text_of(await scene.client.get(link))
    assert "Sie haben einen Platz" in shown
    assert "Jana Richter +49 3447 800800" in shown
    assert "Stadtbibliothek" in shown
    assert (await counts(scene, ours, request_id))["accepted"] == 1


async def test_without_a_meeting_point_a_yes_shows_who_tells_it(scene):
    nowhere = {"meeting_point": None, "contact_phone": None}
    _, _, [named] = await asked(scene, "it", "Chiara", **nowhere)
    _, _, [nobody] = await asked(scene, "el", "Nikos", **nowhere, contact_name=None)

    for link in (named, nobody):
        await scene.client.post(link, data={"choice": "yes"})
    of_named, of_nobody = [await scene.client.get(link) for link in (named, nobody)]

    assert "Den Treffpunkt erfahren Sie von der Ansprechperson." in text_of(of_named)
    assert "Ansprechperson" not in text_of(of_nobody)
    assert "Den Treffpunkt erfahren Sie von uns. Rufen Sie uns bitte an:" in text_of(of_nobody)
    facts = one(soup(of_nobody), "dl.facts")
    assert facts.select_one('a[href^="tel:"]') is not None, "the office's number stands beside"


async def test_the_page_says_before_the_yes_what_will_be_shared(scene):
    _, _, [link] = await asked(scene, "es", "Carmen")

    shown = text_of(await scene.client.get(link))

    assert "bekommt die Organisation nur Ihren Vornamen" in shown


async def test_an_answer_can_be_changed_on_one_page_as_often_as_one_likes(scene):
    ours, request_id, [link] = await asked(scene, "vi", "Duc")
    typed = fields_of(soup(await scene.client.get(link)))

    taken = []
    for choice in ("yes", "no", "yes", "yes", "no", "later", "yes"):
        answer = await scene.client.post(link, data=typed | {"choice": choice})
        assert answer.status_code == 303, text_of(answer)
        taken.append((await counts(scene, ours, request_id))["accepted"])

    assert taken == [1, 0, 1, 1, 0, 0, 1]


async def test_a_later_from_a_page_that_was_open_before_the_yes_keeps_the_place(scene):
    ours, request_id, [link] = await asked(scene, "hy", "Ani")
    await scene.client.post(link, data={"choice": "yes"})

    answer = await scene.client.post(link, data={"choice": "later"})

    assert answer.status_code == 409
    said = text_of(answer)
    assert "Ihre Antwort von vorhin gilt weiter." in said
    assert "Sie haben einen Platz" in said
    assert (await counts(scene, ours, request_id))["accepted"] == 1


async def test_the_link_of_the_first_mail_shows_what_was_asked_after_a_stop(scene):
    """Whichever mail of a request somebody finds: it says how it stands, and takes the answer."""
    ours, request_id, [link] = await asked(scene, "mn", "Bat")
    [first] = (await scene.invitations(request_id)).values()
    await scene.district.sql(
        "UPDATE matching.invitations SET state = 'sent', sent_at = $2 WHERE invitation_id = $1",
        first,
        NOON,
    )
    office = await scene.district.asker("admin")

    async def decide(deed, **more):
        about = {"request_id": request_id, "staff_id": new_id(), "command_key": a_key()}
        await answered(office, deed(**about, **more))

    await decide(StopMatching, reason="clarifying")
    stopped = text_of(await scene.client.get(link))
    refused = await scene.client.post(link, data={"choice": "yes"})
    during = await state(scene, ours, request_id)
    await decide(ResumeMatching)
    [newer] = (await scene.invitations(request_id)).values()
    anew = text_of(await scene.client.get(link))
    await scene.client.post(link, data={"choice": "yes"})

    assert "Im Moment fragen wir dafür niemanden mehr" in stopped
    assert "fragen wir Sie vielleicht noch einmal" in stopped
    assert (refused.status_code, text_of(refused)) == (410, stopped)
    assert newer != first
    assert [now["stopped"] for now in (during, await state(scene, ours, request_id))] == [
        True,
        False,
    ]
    assert "Ja, ich helfe gern" in anew
    assert "Sie haben einen Platz" in text_of(await scene.client.get(link))
    assert (await counts(scene, ours, request_id))["accepted"] == 1


async def test_the_second_yes_waits_and_moves_up(scene):
    ours, request_id, [first, second] = await asked(scene, "so", "Elmi", "Faduma")
    await scene.client.post(first, data={"choice": "yes"})
    full = text_of(await scene.client.get(second))

    await scene.client.post(second, data={"choice": "yes"})
    waiting = text_of(await scene.client.get(second))
    await scene.client.post(first, data={"choice": "no"})
    moved = text_of(await scene.client.get(second))

    assert "Im Moment sind alle Plätze vergeben" in full
    assert "Ihr Platz auf der Liste: 1" in waiting
    assert "Sie haben einen Platz" in moved
    assert await counts(scene, ours, request_id) == {
        "accepted": 1,
        "reserved": 0,
        "waitlisted": 0,
    }


@pytest.mark.parametrize(("choice", "language"), [("later", "am"), ("no", "ti")])
async def test_who_said_later_or_no_reads_that_a_yes_now_waits(scene, choice, language):
    _, _, [first, second] = await asked(scene, language, "Hana", "Kebede")
    told = ("Im Moment sind alle Plätze vergeben", "Ja, auf die Warteliste")
    await scene.client.post(second, data={"choice": choice})
    free = text_of(await scene.client.get(second))

    await scene.client.post(first, data={"choice": "yes"})

    full = text_of(await scene.client.get(second))
    assert [[text in shown for text in told] for shown in (free, full)] == [
        [False, False],
        [True, True],
    ]


@pytest.mark.parametrize(("kind", "language"), [("series", "sr"), ("event_help", "hr")])
async def test_only_of_a_series_it_is_said_that_single_dates_can_be_cancelled(
    scene, kind, language
):
    starts = [(NOON + timedelta(days=days)).isoformat() for days in (3, 10)]
    ends = [(NOON + timedelta(days=days, hours=2)).isoformat() for days in (3, 10)]
    slots = [
        {"starts_at": one, "ends_at": other} for one, other in zip(starts, ends, strict=True)
    ]
    _, _, [link] = await asked(scene, language, "Mira", kind=kind, slots=slots)

    shown = text_of(await scene.client.get(link))

    assert "Wer zusagt, ist bei allen Terminen eingeplant." in shown
    assert ("Einzelne Termine können Sie später absagen." in shown) is (kind == "series")


async def test_an_answer_to_what_has_changed_shows_it_and_asks_again(scene):
    ours, request_id, [link] = await asked(scene, "ka", "Giorgi")
    page = soup(await scene.client.get(link))
    later = (NOON + timedelta(days=3)).astimezone(TIMEZONE).replace(hour=9)
    slot = {
        "starts_at": later.isoformat(),
        "ends_at": (later + timedelta(hours=2)).isoformat(),
    }
    await scene.api("PATCH", f"/requests/{request_id}", ours, json={"slots": [slot]})
    [invitation_id] = (await scene.invitations(request_id)).values()

    async def matching_knows():
        shown = await scene.portal.asker.ask(ShowInvitation(invitation_id=invitation_id))
        return shown.version == 2

    await scene.district.until(matching_knows)

    answer = await scene.client.post(link, data=fields_of(page) | {"choice": "yes"})

    assert answer.status_code == 409
    assert "hat sich etwas geändert" in text_of(answer)
    assert "Donnerstag, 26. November 2026, 09:00–11:00 Uhr" in text_of(answer)
    assert (await counts(scene, ours, request_id))["accepted"] == 0
    again = fields_of(soup(answer)) | {"choice": "yes"}
    assert (await scene.client.post(link, data=again)).status_code == 303


async def test_a_cancelled_task_takes_no_answer_and_shows_nothing_more(scene):
    ours, request_id, [link] = await asked(scene, "hy", "Hayk")
    await scene.api("POST", f"/requests/{request_id}/cancel", ours)

    async def refused():
        answer = await scene.client.post(link, data={"choice": "yes"})
        return answer if answer.status_code == 410 else None

    answer = await scene.district.until(refused)

    for shown in (answer, await scene.client.get(link)):
        assert "wurde abgesagt" in text_of(shown)
        assert "Sprachcafé" not in text_of(shown)
        assert soup(shown).select("main form") == []


async def test_an_answer_that_is_none_is_sent_back(scene):
    ours, request_id, [link] = await asked(scene, "ti", "Ibsa")

    for data in ({}, {"choice": "maybe"}):
        answer = await scene.client.post(link, data=data)
        assert answer.status_code == 422
        assert one(soup(answer), "main form")
    assert (await counts(scene, ours, request_id))["accepted"] == 0


async def test_a_link_that_is_forged_or_cut_off_opens_nothing(scene):
    _, _, [link] = await asked(scene, "ur", "Junaid")
    other_purpose = scene.link(Purpose.UNSUBSCRIBE, new_id()).removeprefix("/u/")

    for wrong in (f"{link}x", link[:-3], f"/a/{other_purpose}", "/a/x"):
        for method in ("GET", "POST"):
            answer = await scene.client.request(method, wrong)
            assert answer.status_code == 404
            assert "nicht vollständig" in text_of(answer)


async def test_an_invitation_that_is_gone_says_so(scene):
    link = scene.link(Purpose.ANSWER, new_id())

    assert (await scene.client.get(link)).status_code == 410
    answer = await scene.client.post(link, data={"choice": "yes"})
    assert answer.status_code == 410
    assert "gibt es nicht mehr" in text_of(answer)


async def test_another_sites_form_answers_nothing(scene):
    ours, request_id, [link] = await asked(scene, "bg", "Kiril")

    answer = await scene.client.post(
        link, data={"choice": "yes"}, headers={"Origin": "https://elsewhere.example"}
    )

    assert answer.status_code == 403
    assert (await counts(scene, ours, request_id))["accepted"] == 0


@pytest.mark.parametrize(
    ("language", "says"), [("ar", "نعم، يسعدني أن أساعد"), ("uk", "Так, я охоче допоможу")]
)
async def test_the_page_speaks_the_volunteers_language(scene, language, says):
    _, _, [link] = await asked(scene, {"ar": "am", "uk": "az"}[language], "Liya")

    answer = await scene.client.get(link, params={"lang": language})

    assert says in text_of(answer)
    assert "Sprachcafé begleiten" in text_of(answer)
    scene.client.cookies.clear()
