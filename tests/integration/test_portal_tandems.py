"""A tandem's pages: either side by its own link, on real services and in front of stand-ins."""

from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from shared.contracts.matching import AnswerTandem, AssignVolunteer, EndTandem
from shared.contracts.messages import Refused, Service
from shared.kernel.fields import Kind, Side, TandemAnswer
from shared.messaging.asking import WishRefused
from shared.web.links import Purpose, masked
from tests.people_builders import NOON, a_key
from tests.portal_samples import TANDEM, a_shown, a_tandem, some_words
from tests.portal_scene import fields_of, one, portal_scene, soup, text_of
from tests.portal_stand_ins import portal_stage
from tests.servers import fresh_district

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

VOLUNTEER, THEY = Side.VOLUNTEER, Side.ORGANISATION
WEEKLY = {
    "slots": [],
    "weekly": [{"weekday": 2, "from": "17:00", "to": "18:30"}],
    "starts_on": (NOON + timedelta(days=2)).date().isoformat(),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(servers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("portal-tandems")
    async with fresh_district(servers, folder) as district, portal_scene(district) as scene:
        yield scene


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(servers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("portal-tandem-stage")
    async with fresh_district(servers, folder) as district, portal_stage(district) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="module")
async def cast(stage):
    """What the owners answer, as at first."""
    stage.cast.tandem, stage.cast.refuses = a_tandem(), None
    stage.cast.words, stage.cast.shown = some_words(), a_shown()
    stage.cast.heard.clear()
    stage.cast.may_answer.set()
    return stage.cast


async def a_pair(scene, name):
    """A tandem that began four weeks ago, and was just asked: organisation, request, tandem."""
    volunteer_id = await scene.volunteer(name)
    ours = await scene.organisation()
    request_id = await scene.posted(ours, kind="tandem", **WEEKLY)
    admin = await scene.district.asker("admin")

    async def given():
        try:
            await admin.send(
                AssignVolunteer(
                    command_key=a_key(),
                    request_id=UUID(request_id),
                    volunteer_id=volunteer_id,
                    reason="agreed_by_phone",
                )
            )
        except WishRefused:
            return None  # matching has not heard of the request yet
        return await stored(scene, request_id)

    row = await scene.district.until(given)
    await scene.district.sql(
        "UPDATE matching.tandems SET first_at = first_at - interval '31 days', next_at = $2"
        " WHERE assignment_id = $1",
        row["assignment_id"],
        NOON,
    )

    async def asked():
        return "trial" in (await stored(scene, request_id))["questions"]

    await scene.district.until(asked)
    return ours, request_id, row["assignment_id"]


async def stored(scene, request_id):
    rows = await scene.district.sql(
        "SELECT * FROM matching.tandems WHERE request_id = $1", UUID(request_id)
    )
    return rows[0] if rows else None


async def test_both_answer_by_their_own_link_and_change_it_and_see_only_their_own(scene):
    ours, request_id, assignment_id = await a_pair(scene, "Aylin")
    mine, theirs = (scene.tandem_link(assignment_id, side) for side in (VOLUNTEER, THEY))
    page = await scene.client.get(mine)
    assert "Passt es?" in text_of(page)
    assert (await scene.client.head(mine)).status_code == 200

    said = await scene.client.post(
        mine, data=fields_of(soup(page)) | {"answer": "does_not_fit"}
    )

    assert (said.status_code, said.headers["location"]) == (303, mine)
    shown = await scene.client.get(mine)
    assert "Danke, dass Sie es sagen." in text_of(shown)
    assert fields_of(soup(shown))["answer"] == "does_not_fit"
    other = await scene.client.get(theirs)
    assert "Danke" not in text_of(other)
    assert "answer" not in fields_of(soup(other))
    assert "Mit Aylin" in text_of(other)
    await scene.client.post(mine, data=fields_of(soup(shown)) | {"answer": "fits"})
    assert "Danke für Ihre Antwort!" in text_of(await scene.client.get(mine))

    desk = scene.link(Purpose.ORGANISATION_PAGE, ours.organisation_id)
    request = await scene.client.get(f"{desk}/requests/{request_id}")
    here = f"{desk}/tandems/{assignment_id}"
    assert "Frage beantworten" in text_of(request)
    assert soup(request).select(f'a[href="{here}"]')
    form = fields_of(soup(await scene.client.get(here)))
    answered = await scene.client.post(here, data=form | {"answer": "fits"})
    assert answered.headers["location"] == here
    assert "Danke für Ihre Antwort!" in text_of(await scene.client.get(theirs))


async def test_the_volunteer_ends_it_with_a_tick_and_the_request_is_done(scene):
    ours, request_id, assignment_id = await a_pair(scene, "Bela")
    mine = scene.tandem_link(assignment_id, VOLUNTEER)
    ending = {"reason": "goal_reached", "last_hours": "9"}

    unsure = await scene.client.post(f"{mine}/end", data=ending)
    assert unsure.status_code == 422
    assert "Bitte setzen Sie das Häkchen" in text_of(unsure)
    assert one(soup(unsure), "#field-last_hours")["value"] == "9"
    assert (await scene.client.get(f"{mine}/end")).headers["location"] == mine
    sure = await scene.client.post(f"{mine}/end", data=ending | {"really": "true"})

    assert sure.status_code == 303
    over = await scene.client.get(mine)
    assert "Dieses Tandem ist beendet" in text_of(over)
    assert soup(over).select("main form") == []
    theirs = text_of(await scene.client.get(scene.tandem_link(assignment_id, THEY)))
    assert "Dieses Tandem ist beendet" in theirs
    assert "Ziel" not in theirs

    async def done():
        state = await scene.api("GET", f"/requests/{request_id}", ours)
        return state.json()["status"] == "done"

    await scene.district.until(done)
    late = await scene.client.post(mine, data={"question": "1", "answer": "fits"})
    assert late.status_code == 410
    assert "Dieses Tandem ist beendet" in text_of(late)


async def test_an_organisation_s_end_is_a_wish_and_another_organisation_sees_nothing(scene):
    _, request_id, assignment_id = await a_pair(scene, "Chloe")
    theirs = scene.tandem_link(assignment_id, THEY)

    wished = await scene.client.post(
        f"{theirs}/end", data={"reason": "moved_away", "really": "true"}
    )

    assert wished.status_code == 303
    assert "Wir melden uns bei Ihnen." in text_of(await scene.client.get(theirs))
    assert (await stored(scene, request_id))["ended_at"] is None
    mine = await scene.client.get(scene.tandem_link(assignment_id, VOLUNTEER))
    assert "Wir melden uns bei Ihnen." not in text_of(mine)
    stranger = await scene.organisation()
    desk = scene.link(Purpose.ORGANISATION_PAGE, stranger.organisation_id)
    for method in ("GET", "POST"):
        strange = await scene.client.request(
            method,
            f"{desk}/tandems/{assignment_id}",
            data={"question": "1", "answer": "fits"} if method == "POST" else None,
        )
        assert strange.status_code == 404, method


async def test_a_check_in_sends_hours_and_what_is_no_number_stays_typed(stage, cast):
    cast.tandem = a_tandem(question=2, what="check_in")
    link = stage.tandem()
    page = await stage.client.get(link)
    assert "vom Montag, 26. Oktober 2026 bis zum Sonntag, 22. November 2026" in text_of(page)
    fields = fields_of(soup(page))

    for wrong in ("viele", "-1", "1000", "2,5"):
        answer = await stage.client.post(
            link, data=fields | {"answer": "goes_well", "hours": wrong}
        )
        assert answer.status_code == 422, wrong
        assert one(soup(answer), "#field-hours")["value"] == wrong
    nothing = await stage.client.post(link, data=fields)
    assert nothing.status_code == 422
    assert cast.heard == []
    await stage.client.post(link, data=fields | {"answer": "goes_well", "hours": "12"})

    (wish,) = cast.heard
    assert isinstance(wish, AnswerTandem)
    assert (wish.assignment_id, wish.side, wish.question) == (TANDEM, VOLUNTEER, 2)
    assert (wish.answer, wish.hours, wish.staff_id) == (TandemAnswer.GOES_WELL, 12, None)
    assert wish.answered_at is not None


async def test_the_link_says_which_side_speaks_and_no_form_can(stage, cast):
    said = {"question": "1", "answer": "fits", "side": "volunteer", "staff_id": str(TANDEM)}
    await stage.client.post(stage.tandem(THEY), data=said)
    ended = {"reason": "other", "really": "true", "side": "volunteer"}
    await stage.client.post(f"{stage.tandem(THEY)}/end", data=ended)

    answered, wished = cast.heard
    assert (answered.side, answered.staff_id) == (THEY, None)
    assert isinstance(wished, EndTandem)
    assert (wished.side, wished.staff_id) == (THEY, None)


async def test_a_word_that_is_only_stored_is_said_to_be_safe(stage, cast):
    cast.may_answer.clear()

    answer = await stage.client.post(stage.tandem(), data={"question": "1", "answer": "fits"})

    cast.may_answer.set()
    assert answer.status_code == 202
    assert "Ihre Antwort ist angekommen" in text_of(answer)


async def test_a_refusal_is_told_on_the_page(stage, cast):
    refused = Refused(code="matching.question_over", message="No.")
    cast.refuses = WishRefused(refused)

    answer = await stage.client.post(stage.tandem(), data={"question": "1", "answer": "fits"})

    assert answer.status_code == 409
    assert "Inzwischen haben wir etwas Neues gefragt." in text_of(answer)


async def test_a_link_of_another_kind_opens_no_tandem_and_its_token_is_in_no_log(stage, cast):
    assert cast.tandem.found
    pause = stage.pause.removeprefix("/u/")
    assert (await stage.client.get(f"/t/{pause}")).status_code == 404
    assert (await stage.client.get(f"{stage.tandem()}x")).status_code == 404
    assert masked(f"GET {stage.tandem()} 200") == "GET /t/… 200"
    cast.tandem = a_tandem(found=False)
    assert (await stage.client.get(stage.tandem())).status_code == 410


async def test_the_page_works_while_others_are_away(stage, cast):
    cast.shown = a_shown(words=some_words(kind=Kind.TANDEM))
    await stage.leaves(Service.NETWORK)

    assert "Passt es?" in text_of(await stage.client.get(stage.tandem()))
    assert "Passt es?" in text_of(await stage.client.get(stage.tandem(THEY)))
