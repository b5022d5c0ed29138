"""Deeds in an order that nobody plans: what was sent stays counted, and each reply says what is so."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.matching import (
    ApproveWave,
    AssignVolunteer,
    ExcludeVolunteer,
    InviteVolunteer,
    OpenDecisions,
    PlacesOf,
    ReadmitVolunteer,
    ResumeMatching,
    ShowEngineReport,
    StopMatching,
)
from shared.contracts.notifications import EmailSent
from shared.contracts.profiles import VolunteerErased
from shared.contracts.requests import RequestChanged
from shared.contracts.values import Dated
from shared.kernel.fields import Answer, Kind
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from tests.integration.matching_scene import HOUR, MONDAY, ORGANISATION, a_need, a_scene, a_slot
from tests.integration.test_matching_steering import (
    ask_more,
    asked_people,
    decisions,
    deed,
    hold_back,
    refusal,
)

pytestmark = pytest.mark.integration

NIGHT = {"quiet_hours": "20:00-07:00"}
EVENING = datetime(2026, 11, 23, 21, tzinfo=UTC)


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


def leave_out(request_id, person):
    return deed(ExcludeVolunteer, request_id, volunteer_id=person, reason="does_not_fit")


def readmit(request_id, person):
    return deed(ReadmitVolunteer, request_id, volunteer_id=person)


def invite(request_id, person):
    return deed(InviteVolunteer, request_id, volunteer_id=person, reason="knows_them")


def an_offer_left(invitation_id, person, request_id):
    return EmailSent(
        email_id=new_id(),
        template="offer",
        volunteer_id=person,
        request_id=request_id,
        invitation_id=invitation_id,
        occurred_at=MONDAY,
    )


async def budget_used(scene, person):
    """How many asks count for somebody, as another request sees it."""
    request_id = await scene.open(slots=(a_slot(days=20),))
    await scene.at_rest()
    (shown,) = [
        one for one in (await scene.board(request_id)).candidates if one.volunteer_id == person
    ]
    (reason,) = shown.not_now
    assert reason.code == "ask_budget_used_up"
    return reason.details["used"]


async def asked_anew(scene):
    """Somebody asked, left out, let in and asked again: who, for what, and the first invitation."""
    (person,) = await scene.register(1, asks_per_week=2)
    request_id = await scene.open()
    (first,) = await scene.asked(request_id, 1)
    await scene.do(leave_out(request_id, person))
    await scene.do(readmit(request_id, person))
    await scene.do(invite(request_id, person))
    await scene.at_rest()
    return person, request_id, first


async def test_a_mail_stays_counted_though_its_invitation_was_replaced(scene):
    person, request_id, first = await asked_anew(scene)

    assert first not in await scene.asked(request_id, 1)
    assert await budget_used(scene, person) == 2


async def test_a_mail_stays_counted_though_the_second_invitation_never_left(scene):
    (person,) = await scene.register(1, asks_per_week=1)
    request_id = await scene.open()
    await scene.asked(request_id, 1)
    await scene.jump(EVENING, **NIGHT)
    await scene.do(leave_out(request_id, person))
    await scene.do(readmit(request_id, person))
    await scene.do(invite(request_id, person))
    await scene.do(leave_out(request_id, person))

    assert await scene.invitations(request_id) == []
    assert await budget_used(scene, person) == 1


async def test_a_mail_of_which_the_word_comes_after_its_invitation_was_replaced_counts(scene):
    scene.mails_leave = None
    (person,) = await scene.register(1, asks_per_week=1)
    request_id = await scene.open()
    (first,) = await scene.asked(request_id, 1, state="issued")
    await scene.do(deed(StopMatching, request_id, reason="clarifying"))
    await scene.do(deed(ResumeMatching, request_id))
    (second,) = await scene.asked(request_id, 1, state="issued")
    assert first != second

    for invitation_id in (first, first, second):
        word = an_offer_left(invitation_id, person, request_id)
        await scene.publish(scene.notifications, word)
    await scene.all_handled()

    assert await budget_used(scene, person) == 2


@pytest.mark.parametrize(("budget", "asked_anew"), [(2, True), (1, False)])
async def test_whom_a_stop_cut_short_is_asked_anew_within_their_budget(
    scene, budget, *, asked_anew
):
    (person,) = await scene.register(1, asks_per_week=budget)
    request_id = await scene.open()
    (first,) = await scene.asked(request_id, 1)
    await scene.do(deed(StopMatching, request_id, reason="clarifying"))
    assert (await scene.page(first)).state == "withdrawn"

    await scene.do(deed(ResumeMatching, request_id))
    await scene.at_rest()

    issued = await scene.told("invitation_issued", request_id=request_id)
    assert len(issued) == 1 + asked_anew
    assert await asked_people(scene, request_id) == {person}
    assert await budget_used(scene, person) == 1 + asked_anew
    assert (await scene.page(first)).found != asked_anew


async def test_the_link_of_a_replaced_invitation_shows_and_answers_the_newer(scene):
    _, request_id, first = await asked_anew(scene)
    (second,) = await scene.asked(request_id, 1)

    shown = await scene.page(first, newest=True)

    assert (await scene.page(first)).found is False
    assert (shown.invitation_id, shown.state, shown.answer) == (second, "sent", None)
    assert (await scene.say(first, Answer.YES)).outcome == "assigned"
    (answered,) = await scene.told("answer_received")
    assert answered["invitation_id"] == str(second)
    assert (await scene.page(first, newest=True)).holds_place


async def test_a_replaced_invitation_is_withdrawn_until_anybody_hears_of_another(scene):
    """A newer one waits for the morning, or was dropped before it left."""
    (person,) = await scene.register(1, asks_per_week=2)
    request_id = await scene.open()
    (first,) = await scene.asked(request_id, 1)
    await scene.jump(EVENING, **NIGHT)
    await scene.do(leave_out(request_id, person))
    await scene.do(readmit(request_id, person))
    await scene.do(invite(request_id, person))
    for to_come in (True, False):
        shown = await scene.page(first, newest=True)

        assert (shown.state, shown.only_stopped) == ("withdrawn", to_come)
        assert (shown.request_id, shown.volunteer_id) == (request_id, person)
        with pytest.raises(WishRefused) as refused:
            await scene.say(first, Answer.YES)
        assert (
            refused.value.code == f"matching.invitation_{'stopped' if to_come else 'withdrawn'}"
        )
        await scene.do(leave_out(request_id, person))


async def test_of_an_erased_person_no_replaced_ask_is_kept_nor_written_down_again(scene):
    person, request_id, first = await asked_anew(scene)
    assert await scene.district.sql("SELECT 1 FROM matching.replaced_asks")

    del scene.entries[person]
    gone = VolunteerErased(volunteer_id=person, sequence=3, occurred_at=MONDAY)
    await scene.publish(scene.profiles, gone)
    await scene.all_handled()
    await scene.publish(scene.notifications, an_offer_left(first, person, request_id))
    await scene.all_handled()

    assert await scene.district.sql("SELECT 1 FROM matching.replaced_asks") == []


async def test_nobody_is_said_to_be_asked_when_the_quiet_hours_last_until_the_start(scene):
    (outsider, *_) = await scene.register(8)
    early = Dated(starts_at=EVENING + 9 * HOUR, ends_at=EVENING + 10 * HOUR)
    await scene.jump(EVENING, **NIGHT)
    request_id = await scene.open(slots=(early,), urgent=True)
    await scene.at_rest()

    for command in (ask_more(request_id, 2), invite(request_id, outsider)):
        assert await refusal(scene, command) == "matching.no_time_left"
    assert await scene.invitations(request_id) == []
    assert (await scene.board(request_id)).waits_for.code == "no_time_left"


async def test_a_selection_that_can_no_longer_be_asked_is_not_approved_but_may_be_dropped(
    scene,
):
    await scene.register(4)
    early = Dated(starts_at=EVENING + 9 * HOUR, ends_at=EVENING + 10 * HOUR)
    request_id = await scene.open(kind=Kind.TANDEM, slots=(early,))
    await scene.asked(request_id, 1, state="planned")
    await scene.jump(EVENING, **NIGHT)

    assert await refusal(scene, deed(ApproveWave, request_id)) == "matching.no_time_left"
    await scene.do(deed(ApproveWave, request_id, volunteer_ids=()))

    assert await scene.invitations(request_id) == []


async def test_a_deed_done_twice_is_one_decision(scene):
    people = await scene.register(20)
    request_id = await scene.open(places=3)
    await scene.whole_wave(request_id)
    await scene.at_rest()
    (left_out, held, *_) = [
        who for who in people if who not in await asked_people(scene, request_id)
    ]
    (placed, *_) = await asked_people(scene, request_id)
    for _ in range(2):
        await scene.do(leave_out(request_id, left_out))
        await scene.do(hold_back(request_id, held))
        await scene.do(
            deed(AssignVolunteer, request_id, volunteer_id=placed, reason="fits", via="phone")
        )

    report = (await scene.ask(ShowEngineReport())).hand_picks

    assert report.picks == 1
    assert report.left_out == {"does_not_fit": 1, "kept_for_other": 1}
    assert [what for what, *_ in await decisions(scene)].count("assign") == 1


async def test_a_place_for_somebody_whose_only_ask_was_this_one_breaks_no_rule(scene):
    (person,) = await scene.register(1, asks_per_week=1)
    request_id = await scene.open()
    await scene.asked(request_id, 1)

    await scene.do(
        deed(AssignVolunteer, request_id, volunteer_id=person, reason="fits", via="phone")
    )

    report = (await scene.ask(ShowEngineReport())).hand_picks
    assert (report.picks, report.median_rank, report.against_rules) == (1, 1, {})


async def test_a_place_against_what_a_coordinator_decided_before_is_against_a_rule(scene):
    (*_, person) = await scene.register(9)
    request_id = await scene.open()
    await scene.at_rest()
    await scene.do(leave_out(request_id, person))

    await scene.do(
        deed(AssignVolunteer, request_id, volunteer_id=person, reason="knows_them", via="phone")
    )

    report = (await scene.ask(ShowEngineReport())).hand_picks
    assert (report.picks, report.against_rules) == (0, {"knows_them": 1})


async def test_when_the_time_to_answer_is_over_a_request_without_people_is_looked_at_again(
    scene,
):
    """Who has been asked enough has room again before the start, though not before `answer_by`."""
    (person,) = await scene.register(1, asks_per_week=1)
    other = await scene.open()
    await scene.asked(other, 1)
    answer_by = MONDAY + timedelta(days=6)
    request_id = await scene.open(slots=(a_slot(days=9),), answer_by=answer_by)
    await scene.at_rest()
    board = await scene.board(request_id)
    assert board.waits_for.code == "exhausted"
    await scene.told_once("candidates_exhausted", request_id=request_id)

    await scene.jump(answer_by)
    await scene.at_rest()

    board = await scene.board(request_id)
    assert board.waits_for.code == "budgets_used_up"
    waiting = (await scene.ask(OpenDecisions())).decisions
    assert request_id not in {one.request_id for one in waiting}
    await scene.jump(MONDAY + timedelta(days=7, hours=1))
    await scene.asked(request_id, 1)
    assert await asked_people(scene, request_id) == {person}


async def nobody_left(scene, request_id):
    (places,) = (await scene.portal.ask(PlacesOf(request_ids=(request_id,)))).places
    return places.nobody_left


async def test_nobody_left_is_said_no_more_once_somebody_new_is_asked(scene):
    request_id = await scene.open()
    await scene.told_once("candidates_exhausted", request_id=request_id)
    await scene.at_rest()
    (decision,) = (await scene.ask(OpenDecisions())).decisions
    assert (decision.what, decision.request_id) == ("nobody_left", request_id)
    assert await nobody_left(scene, request_id)

    await scene.register(1)
    (invitation,) = await scene.asked(request_id, 1)
    await scene.at_rest()
    assert (await scene.ask(OpenDecisions())).decisions == ()
    assert not await nobody_left(scene, request_id), "its organisation reads the same"

    await scene.say(invitation, Answer.NO)
    await scene.at_rest()
    (decision,) = (await scene.ask(OpenDecisions())).decisions
    assert decision.what == "nobody_left"
    assert await nobody_left(scene, request_id)
    await scene.told_once("candidates_exhausted", request_id=request_id)


async def test_what_was_approved_at_night_for_a_date_that_comes_nearer_is_too_late(scene):
    await scene.register(4)
    await scene.jump(EVENING, **NIGHT)
    request_id = await scene.open()
    await scene.at_rest()
    await scene.do(ask_more(request_id, 1))
    early = Dated(starts_at=EVENING + 9 * HOUR, ends_at=EVENING + 10 * HOUR)
    moved = RequestChanged(
        request_id=request_id,
        sequence=2,
        organisation_id=ORGANISATION,
        need=a_need(slots=(early,)),
        material=True,
        facts_sequence=2,
        occurred_at=EVENING,
    )
    await scene.publish(scene.requests, moved)
    await scene.at_rest()

    assert (await scene.board(request_id)).waits_for.code == "no_time_left"
