"""Skipping a date of a series on the answer page, through matching, requests and the portal."""

from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from shared.kernel.slots import TIMEZONE
from shared.web.links import Purpose
from tests.people_builders import NOON
from tests.portal_scene import portal_scene, soup, text_of
from tests.servers import fresh_district

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

STARTS = [
    (NOON + timedelta(days=days)).astimezone(TIMEZONE).replace(hour=17) for days in (2, 9, 16)
]
SLOTS = [
    {"starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=2)).isoformat()}
    for at in STARTS
]
SECOND = "Mittwoch, 2. Dezember 2026, 17:00–19:00 Uhr"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(servers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("portal-dates")
    async with fresh_district(servers, folder) as district, portal_scene(district) as scene:
        yield scene


async def a_series(scene, language, *names):
    """A series for one: its organisation, its id, the people; the first has the place."""
    spoken = [{"tag": language, "level": "C1"}]
    people = [await scene.volunteer(name, languages=spoken) for name in names]
    ours = await scene.organisation()
    request_id = await scene.posted(
        ours, kind="series", slots=SLOTS, languages=[{"tag": language, "level": "B1"}]
    )
    invitations = await scene.invitations(request_id, len(people))
    link = scene.link(Purpose.ANSWER, invitations[people[0]])
    await scene.client.post(link, data={"choice": "yes"})
    return ours, request_id, people, link


async def act(scene, link, deed, number=1):
    """Press the button of one date."""
    page = soup(await scene.client.get(link))
    wanted = STARTS[number].astimezone(NOON.tzinfo).isoformat()
    for form in page.select(f'form[action="{link}/dates"]'):
        fields = {field["name"]: field["value"] for field in form.select("input")}
        if fields["deed"] == deed and fields["starts_at"] == wanted:
            return await scene.client.post(form["action"], data=fields)
    raise LookupError(f"no button to {deed} date {number}")


async def linked_to(scene, request_id, state="open"):
    """The linked request of a series, once it stands so."""

    async def found():
        rows = await scene.district.sql(
            "SELECT request_id FROM requests.requests WHERE linked_to = $1 AND state = $2",
            UUID(request_id),
            state,
        )
        return rows[0]["request_id"] if rows else None

    return await scene.district.until(found)


async def test_a_skipped_date_is_filled_by_somebody_else_and_both_see_it(scene):
    ours, request_id, (_, other), link = await a_series(scene, "tr", "Aylin", "Bela")

    answer = await act(scene, link, "skip")

    assert (answer.status_code, answer.headers["location"]) == (303, link)
    shown = text_of(await scene.client.get(link))
    assert "Sie haben einen Platz" in shown
    assert f"{SECOND} Sie setzen aus. Wir suchen jemand anderen." in shown
    linked_id = await linked_to(scene, request_id)
    invited = await scene.invitations(linked_id)
    assert set(invited) == {other}
    theirs = scene.link(Purpose.ANSWER, invited[other])
    offered = text_of(await scene.client.get(theirs))
    assert f"Wann {SECOND}" in offered
    await scene.client.post(theirs, data={"choice": "yes"})
    assert "Jemand anderes kommt für Sie" in text_of(await scene.client.get(link))

    stale = {"deed": "unskip", "starts_at": STARTS[1].isoformat()}
    refused = await scene.client.post(f"{link}/dates", data=stale)
    assert refused.status_code == 409
    assert "An diesem Tag kommt schon jemand anderes für Sie." in text_of(refused)
    assert [form["action"] for form in soup(refused).select("main form")][-1] == link
    back = await scene.client.get(f"{link}/dates")
    assert (back.status_code, back.headers["location"]) == (303, link)
    series = await scene.api("GET", f"/requests/{request_id}", ours)
    assert (series.json()["status"], series.json()["accepted"]) == ("filled", 1)


async def test_the_organisation_sees_both_requests_and_the_link_between_them(scene):
    ours, request_id, _, link = await a_series(scene, "fr", "Chloe")
    await act(scene, link, "skip")
    linked_id = await linked_to(scene, request_id)
    desk = scene.link(Purpose.ORGANISATION_PAGE, ours.organisation_id)

    series = await scene.client.get(f"{desk}/requests/{request_id}")
    single = await scene.client.get(f"{desk}/requests/{linked_id}")

    assert "an denen jemand aussetzt" in text_of(series)
    assert soup(series).select(f'a[href="{desk}/requests/{linked_id}"]')
    assert "Hier geht es um einen Tag aus einer Reihe" in text_of(single)
    assert soup(single).select(f'a[href="{desk}/requests/{request_id}"]')


async def test_a_date_taken_back_calls_the_linked_request_off(scene):
    ours, request_id, _, link = await a_series(scene, "es", "Diego")
    await act(scene, link, "skip", 2)
    linked_id = await linked_to(scene, request_id)

    answer = await act(scene, link, "unskip", 2)

    assert answer.status_code == 303
    assert "Sie setzen aus" not in text_of(await scene.client.get(link))
    assert await linked_to(scene, request_id, "cancelled") == linked_id
    desk = scene.link(Purpose.ORGANISATION_PAGE, ours.organisation_id)
    series = await scene.client.get(f"{desk}/requests/{request_id}")
    assert "an denen jemand aussetzt" not in text_of(series)


async def test_what_is_no_date_and_no_deed_is_sent_back(scene):
    _, _, _, link = await a_series(scene, "it", "Emilia")

    for data in ({}, {"deed": "skip"}, {"deed": "skip", "starts_at": "morgen"}):
        answer = await scene.client.post(f"{link}/dates", data=data)
        assert answer.status_code == 422
    strange = {"deed": "skip", "starts_at": (STARTS[0] + timedelta(hours=1)).isoformat()}
    answer = await scene.client.post(f"{link}/dates", data=strange)
    assert answer.status_code == 409
    assert "Diesen Termin gibt es nicht mehr." in text_of(answer)


async def test_who_would_skip_every_date_is_told_to_give_the_place_back(scene):
    _, _, _, link = await a_series(scene, "pt", "Flora")
    await act(scene, link, "skip", 0)
    await act(scene, link, "skip", 1)

    answer = await act(scene, link, "skip", 2)

    assert answer.status_code == 409
    assert "Bitte sagen Sie in diesem Fall ganz ab." in text_of(answer)
