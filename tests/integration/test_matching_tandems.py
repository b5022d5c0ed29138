"""Tandems on real servers: what both sides are asked, and what they say."""

import pytest

from shared.contracts.matching import (
    OpenPhoneTasks,
    SettleTandem,
    TandemsAt,
)
from shared.kernel.fields import Channel, TandemAnswer, Via
from shared.kernel.ids import new_id
from tests.integration.matching_scene import (
    HOUR,
    ORGANISATION,
    a_scene,
)
from tests.integration.tandem_scene import (
    THEY,
    a_pair,
    an_answer,
    an_end,
    asked,
    comes_to,
    page,
    refused,
    shown,
    troubles,
    weeks,
)

pytestmark = pytest.mark.integration


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


TRIAL = [(1, "trial", "volunteer", False), (1, "trial", "organisation", False)]


async def test_both_sides_are_asked_after_four_weeks_by_one_of_several_planners(district):
    async with a_scene(district, copies=2) as scene:
        _, volunteer_id, assignment_id = await a_pair(scene)
        await scene.stop()
        await comes_to(scene, weeks(4) - 24 * HOUR)
        assert await asked(scene, assignment_id) == []

        await scene.jump(weeks(4))
        await scene.start()
        await scene.at_rest()

        assert await asked(scene, assignment_id) == TRIAL
        (told, _) = await scene.told("tandem_asked")
        assert told["volunteer_id"] == str(volunteer_id)
        assert told["organisation_id"] == str(ORGANISATION)
        assert told["channel"] == "email"


async def test_the_length_of_the_trial_is_a_setting(scene):
    _, _, assignment_id = await a_pair(scene)

    await comes_to(scene, weeks(4), tandem_trial_weeks=5)
    assert await asked(scene, assignment_id) == []
    await comes_to(scene, weeks(5), tandem_trial_weeks=5)

    assert await asked(scene, assignment_id) == TRIAL


async def test_the_silent_are_reminded_once_and_asked_again_after_six_weeks(scene):
    request_id, _, assignment_id = await a_pair(scene)
    await comes_to(scene, weeks(4))
    await scene.do(an_answer(assignment_id), scene.portal)

    await comes_to(scene, weeks(5))
    await comes_to(scene, weeks(5) + 2 * HOUR)

    assert await asked(scene, assignment_id) == [*TRIAL, (1, "trial", "organisation", True)]
    await comes_to(scene, weeks(6))
    assert await asked(scene, assignment_id) == [
        *TRIAL,
        (1, "trial", "organisation", True),
        (2, "check_in", "volunteer", False),
        (2, "check_in", "organisation", False),
    ]
    assert (await shown(scene, request_id)).state == "running"


async def test_hours_are_told_once_a_period_and_the_newest_word_holds(scene):
    request_id, _, assignment_id = await a_pair(scene)
    await comes_to(scene, weeks(4))
    await comes_to(scene, weeks(6))
    well = {"said": TandemAnswer.GOES_WELL, "question": 2}

    await scene.do(an_answer(assignment_id, hours=12, **well), scene.portal)
    await scene.do(an_answer(assignment_id, hours=12, **well), scene.portal)
    await scene.do(an_answer(assignment_id, THEY, hours=9, **well), scene.portal)

    told = await scene.told("tandem_hours_told", assignment_id=assignment_id)
    assert [(one["question"], one["hours"]) for one in told] == [(2, 12), (2, 9)]
    assert (told[0]["from_on"], told[0]["to_on"]) == ("2026-11-30", "2027-01-10")
    assert told[0]["sequence"] < told[1]["sequence"]
    tandem = await shown(scene, request_id)
    assert tandem.hours == 9
    assert [one.hours for one in tandem.questions] == [None, 9]


async def test_neither_side_sees_what_the_other_said(scene):
    request_id, _, assignment_id = await a_pair(scene)
    await comes_to(scene, weeks(4))
    await scene.do(an_answer(assignment_id, said=TandemAnswer.DOES_NOT_FIT), scene.portal)

    theirs = await page(scene, assignment_id, THEY)
    assert (theirs.answer, theirs.question) == (None, 1)
    assert "does_not_fit" not in theirs.model_dump_json()
    (listed,) = (await scene.portal.ask(TandemsAt(request_id=request_id))).tandems
    assert listed == theirs
    assert (await page(scene, assignment_id)).answer is TandemAnswer.DOES_NOT_FIT


async def test_does_not_fit_is_a_task_and_the_place_stays_until_a_coordinator_ends_it(scene):
    request_id, volunteer_id, assignment_id = await a_pair(scene)
    await comes_to(scene, weeks(4))

    await scene.do(an_answer(assignment_id, said=TandemAnswer.FITS), scene.portal)
    await scene.do(an_answer(assignment_id, THEY, said=TandemAnswer.DOES_NOT_FIT), scene.portal)

    (task,) = await troubles(scene)
    assert (task.request_id, task.volunteer_id, task.assignment_id) == (
        request_id,
        volunteer_id,
        assignment_id,
    )
    assert await scene.claims(request_id, "assigned") == [volunteer_id]
    (question,) = (await shown(scene, request_id)).questions
    assert question.volunteer.said is TandemAnswer.FITS
    assert question.organisation.said is TandemAnswer.DOES_NOT_FIT

    staff_id = new_id()
    await scene.do(an_end(assignment_id, reason="did_not_fit", staff_id=staff_id))

    assert await troubles(scene) == []
    assert await scene.claims(request_id, "assigned") == []
    ended = await scene.told_once("tandem_ended", assignment_id=assignment_id)
    assert (ended["reason"], ended["by"], ended["left"]) == ("did_not_fit", "coordinator", 0)
    assert ended["announced"]
    assert not ended["completes"]
    cancelled = await scene.told_once("assignment_cancelled", assignment_id=assignment_id)
    assert cancelled["reason"] == "tandem_ended"
    assert ended["place_sequence"] == cancelled["sequence"]
    assert await scene.told("who_comes_changed", request_id=request_id) == []
    (decision,) = await scene.district.sql(
        "SELECT * FROM matching.decisions WHERE deed = 'end_tandem'"
    )
    assert (decision["staff_id"], decision["reason"]) == (staff_id, "did_not_fit")


async def test_a_settled_trouble_is_no_task_any_more(scene):
    request_id, _, assignment_id = await a_pair(scene)
    await comes_to(scene, weeks(4))
    await scene.do(an_answer(assignment_id, said=TandemAnswer.DOES_NOT_FIT), scene.portal)
    settling = SettleTandem(
        command_key=f"key-{new_id()}", assignment_id=assignment_id, staff_id=new_id()
    )

    await scene.do(settling)
    once = await scene.everything()
    await scene.do(settling)

    assert await troubles(scene) == []
    assert await scene.everything() == once
    assert (await shown(scene, request_id)).trouble_at is None


async def test_a_volunteer_ends_it_and_tells_the_last_hours(scene):
    request_id, volunteer_id, assignment_id = await a_pair(scene)
    await comes_to(scene, weeks(3))
    wish = an_end(assignment_id, reason="goal_reached", hours=7)

    await scene.do(wish, scene.portal)
    once = await scene.everything()
    await scene.do(wish, scene.portal)
    await scene.do(an_end(assignment_id, hours=8), scene.portal)

    ended = await scene.told_once("tandem_ended", assignment_id=assignment_id)
    assert (ended["by"], ended["completes"]) == ("volunteer", True)
    (told, corrected) = await scene.told("tandem_hours_told")
    assert (told["hours"], corrected["hours"]) == (7, 8)
    assert (told["from_on"], told["to_on"]) == ("2026-11-30", "2026-12-21")
    assert await scene.claims(request_id, "assigned") == []
    assert len(await scene.everything()) == len(once)
    mine = await page(scene, assignment_id)
    assert (mine.state, mine.ended_by_you, mine.next_on) == ("ended", True, None)
    assert not (await page(scene, assignment_id, THEY)).ended_by_you
    assert await refused(scene, an_answer(assignment_id)) == "matching.tandem_over"
    await comes_to(scene, weeks(12))
    assert await asked(scene, assignment_id) == []
    assert volunteer_id not in (await scene.board(request_id)).assigned


async def test_an_organisation_s_end_is_a_wish_and_takes_no_place(scene):
    request_id, volunteer_id, assignment_id = await a_pair(scene)
    await comes_to(scene, weeks(2))

    reply = await scene.do(an_end(assignment_id, THEY), scene.portal)

    assert reply.outcome == "wished"
    assert await scene.claims(request_id, "assigned") == [volunteer_id]
    assert [one.assignment_id for one in await troubles(scene)] == [assignment_id]
    assert (await page(scene, assignment_id, THEY)).end_wished == "moved_away"
    assert (await page(scene, assignment_id)).end_wished is None
    wished = await scene.told_once("tandem_end_wished", assignment_id=assignment_id)
    assert wished["reason"] == "moved_away"
    assert await scene.told("tandem_ended") == []


async def test_who_is_rung_is_a_phone_task_and_the_coordinator_writes_the_answer_down(scene):
    (volunteer_id,) = await scene.register(1, channel=Channel.PHONE)
    request_id, _, assignment_id = await a_pair(scene, volunteer_id)
    await comes_to(scene, weeks(4))

    (call,) = (await scene.ask(OpenPhoneTasks())).tasks
    assert (call.assignment_id, call.purpose) == (assignment_id, "trial")
    assert (await shown(scene, request_id)).to_ring
    channels = {one["side"]: one["channel"] for one in await scene.told("tandem_asked")}
    assert channels == {"volunteer": "phone", "organisation": "email"}
    staff_id = new_id()
    await scene.do(an_answer(assignment_id, via=Via.PHONE, staff_id=staff_id))

    assert (await scene.ask(OpenPhoneTasks())).tasks == ()
    (told,) = await scene.told("tandem_answered")
    assert (told["via"], told["said"]) == ("phone", "fits")
    (decision,) = await scene.district.sql(
        "SELECT * FROM matching.decisions WHERE deed LIKE 'tandem_answer%'"
    )
    assert decision["staff_id"] == staff_id
    await comes_to(scene, weeks(5))
    assert [one for one in await asked(scene, assignment_id) if one[3]] == [
        (1, "trial", "organisation", True)
    ]


async def test_a_word_of_an_old_question_counts_by_when_it_was_said(scene):
    _, _, assignment_id = await a_pair(scene)
    await comes_to(scene, weeks(4))
    said_at = scene.now()
    await comes_to(scene, weeks(6))

    assert await refused(scene, an_answer(assignment_id)) == "matching.question_over"
    await scene.do(an_answer(assignment_id, answered_at=said_at), scene.portal)

    (told,) = await scene.told("tandem_answered")
    assert (told["question"], told["said"]) == (1, "fits")


async def test_what_cannot_be_is_refused_by_its_name(scene):
    _, _, assignment_id = await a_pair(scene)
    await comes_to(scene, weeks(4))

    well = an_answer(assignment_id, said=TandemAnswer.GOES_WELL)
    assert await refused(scene, well) == "matching.answer_unfitting"
    assert await refused(scene, an_answer(new_id())) == "matching.tandem_unknown"
    assert await refused(scene, an_end(new_id())) == "matching.tandem_unknown"
    strange = an_end(assignment_id, reason="no_idea")
    assert await refused(scene, strange) == "matching.end_reason_unknown"
