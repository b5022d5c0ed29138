"""Tandems on the coordinators' pages: what is seen, what is written down, and what is decided."""

import pytest
import pytest_asyncio
from bs4 import BeautifulSoup

from shared.contracts import matching
from shared.contracts.messages import Service
from shared.kernel.fields import Side, TandemAnswer, Via
from shared.kernel.ids import new_id
from tests.admin_district import ANDREAS, REQUEST, TANDEM, TITLES, VERENA, has_tandem, tandem
from tests.admin_stage import NOW
from tests.admin_stand_ins import open_stage
from tests.portal_scene import one
from tests.servers import fresh_district

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

HERE = f"/requests/{REQUEST}/tandems/{TANDEM}"


@pytest_asyncio.fixture(loop_scope="module")
async def stage(stage):
    has_tandem(stage)
    return stage


def plain(page):
    """The words of a page."""
    return " ".join(BeautifulSoup(page, "html.parser").get_text(" ").split())


async def test_the_request_shows_how_its_tandem_stands(karin):
    page = plain(await karin.open(f"/requests/{REQUEST}"))

    for told in (
        "Tandems Verena Großmann-Heidenreich", "Läuft", "Bitte mit beiden sprechen",
        "Stunden: 12", "Nächste Frage:", "Passt (im Netz,", "Passt nicht (im Netz,",
    ):  # fmt: skip
        assert told in page, told


async def test_its_own_page_shows_both_answers_and_whom_to_ring(karin):
    page = await karin.open(HERE)

    for told in (
        "Tandem mit Verena", "Bitte sprechen Sie mit beiden Seiten", "Passt nicht",
        "Grundschule „Martin Luther“ Altenburg", "tel:+49", "Stunden bisher",
    ):  # fmt: skip
        assert told in page, told
    assert "Zum Vorlesen" not in page


async def test_who_is_to_be_rung_gets_a_script(stage, karin):
    has_tandem(stage, tandem(to_ring=True, trouble_at=None))

    page = plain(await karin.open(HERE))

    assert "Zum Vorlesen" in page
    assert "etwa wie viele Stunden waren es vom" in page
    assert "erfährt die Organisation nicht von uns" in page


async def test_today_and_the_list_of_calls_lead_to_the_tandem(stage, karin):
    about = {"request_id": REQUEST, "assignment_id": TANDEM}
    call = matching.PhoneTask(
        invitation_id=new_id(), volunteer_id=ANDREAS, purpose="trial", **about
    )
    trouble = matching.Decision(
        what="tandem_trouble", volunteer_id=VERENA, decide_by=NOW, **about
    )
    stage.answers |= {
        matching.OpenPhoneTasks: lambda _: matching.PhoneTasks(tasks=(call,)),
        matching.OpenDecisions: lambda _: matching.Decisions(decisions=(trouble,), total=1),
    }

    today = await karin.open("/")
    calls = await karin.open("/phone")

    assert "1 Tandem, bei dem etwas hakt" in today
    assert today.count(f'href="{HERE}"') == 2
    assert f'href="{HERE}"' in calls
    assert "Tandem: Passt es?" in calls
    waiting = await karin.open("/requests?waits=tandem_trouble")
    assert TITLES[REQUEST] in waiting


async def test_an_answer_by_telephone_is_written_down_for_the_side_that_rang(stage, karin):
    answer = await karin.send(
        HERE, deed="answer", question="2", side="organisation", answer="needs_help", hours="9"
    )

    assert answer.headers["location"] == f"{HERE}?note=tandem_answered"
    (wish,) = stage.sent(matching.AnswerTandem)
    assert (wish.assignment_id, wish.side, wish.question) == (TANDEM, Side.ORGANISATION, 2)
    assert (wish.answer, wish.hours, wish.via) == (TandemAnswer.NEEDS_HELP, 9, Via.PHONE)
    assert wish.staff_id is not None
    (row,) = await stage.district.sql("SELECT * FROM admin.deeds")
    assert (row["deed"], row["outcome"], row["detail"]) == (
        "answer_tandem",
        "done",
        "needs_help",
    )
    assert (row["about_id"], row["volunteer_id"]) == (REQUEST, VERENA)
    told = plain(await karin.open(f"/requests/{REQUEST}"))
    assert "hat beim Tandem mit Verena Großmann-Heidenreich eine Antwort eingetragen" in told


async def test_hours_alone_are_corrected(stage, karin):
    await karin.send(HERE, deed="answer", question="2", side="volunteer", hours="8")

    (wish,) = stage.sent(matching.AnswerTandem)
    assert (wish.answer, wish.hours) == (None, 8)


async def test_ending_wants_a_reason_and_a_tick_and_a_correction_no_tick(stage, karin):
    for typed in ({"reason": "no_time"}, {"really": "true"}, {}):
        refused = await karin.send(HERE, deed="end", **typed)
        assert refused.status_code == 422
    assert stage.sent(matching.EndTandem) == []

    await karin.send(HERE, deed="end", reason="did_not_fit", really="true", last_hours="3")
    has_tandem(
        stage, tandem(state="ended", ended_at=NOW, reason="did_not_fit", trouble_at=None)
    )
    over = await karin.open(HERE)
    await karin.send(HERE, deed="end", reason="moved_away")

    assert "Grund berichtigen" in over
    assert one(BeautifulSoup(over, "html.parser"), "select[name=reason]")
    assert "Es hat nicht gepasst" in over
    first, corrected = stage.sent(matching.EndTandem)
    assert (first.reason, first.hours, first.via) == ("did_not_fit", 3, Via.OFFICE)
    assert corrected.reason == "moved_away"


async def test_what_was_talked_over_is_settled(stage, karin):
    answer = await karin.send(HERE, deed="settle")

    assert answer.headers["location"] == f"{HERE}?note=tandem_settled"
    (wish,) = stage.sent(matching.SettleTandem)
    assert wish.assignment_id == TANDEM


@pytest.mark.parametrize(
    "typed",
    [
        {"question": "2", "side": "volunteer"},
        {"side": "volunteer", "answer": "fits"},
        {"question": "2", "answer": "goes_well"},
        {"question": "2", "side": "volunteer", "hours": "viele"},
        {"question": "2", "side": "nobody", "hours": "1"},
    ],
)
async def test_what_is_no_answer_stays_in_the_form(stage, karin, typed):
    refused = await karin.send(HERE, deed="answer", **typed)

    assert refused.status_code == 422
    assert stage.taken == []
    assert 'class="kern-alert kern-alert--danger error-summary"' in refused.text


async def test_a_refusal_is_told_and_a_strange_tandem_is_not_found(stage, karin):
    stage.refuse(matching.SettleTandem, "matching.tandem_unknown")

    refused = await karin.send(HERE, deed="settle")

    assert refused.status_code == 409
    assert "Dieses Tandem gibt es nicht mehr." in refused.text
    await karin.open(f"/requests/{REQUEST}/tandems/{new_id()}", 404)


async def test_without_matching_the_page_says_what_it_lacks(servers, tmp_path):
    async with (
        fresh_district(servers, tmp_path) as district,
        open_stage(district) as stage,
        stage.signed_in() as visitor,
    ):
        has_tandem(stage)
        await stage.stop(Service.MATCHING)
        page = await visitor.open(HERE)
        assert "Vorschläge, Einladungen und Plätze" in page
