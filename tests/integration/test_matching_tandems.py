"""Tandems on real servers: from the place through weeks to the end, whoever speaks and whatever dies."""

from datetime import timedelta
from importlib import import_module

import pytest

from services.matching.settings import MatchingSettings
from shared.contracts.matching import (
    AnswerTandem,
    AssignVolunteer,
    EndTandem,
    OpenDecisions,
    OpenPhoneTasks,
    ReleaseVolunteer,
    SettleTandem,
    ShowTandem,
    TandemsAt,
    TandemsOf,
)
from shared.contracts.profiles import VolunteerErased
from shared.contracts.requests import (
    RequestCancelled,
    RequestChanged,
    RequestCompleted,
    RequestHeld,
)
from shared.kernel.fields import Answer, Channel, Kind, Side, TandemAnswer, Via
from shared.kernel.ids import new_id
from shared.messaging.asking import Received, WishRefused
from tests.integration.matching_scene import (
    HOUR,
    MONDAY,
    ORGANISATION,
    a_need,
    a_scene,
    a_slot,
    an_opening,
    set_clock,
)
from tests.requests_builders import dies_at

pytestmark = pytest.mark.integration

WEEK = timedelta(weeks=1)
DATES = tuple(a_slot(7 * week) for week in range(1, 27))
FIRST = DATES[0].starts_at
VOLUNTEER, THEY = Side.VOLUNTEER, Side.ORGANISATION


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


async def a_pair(scene, volunteer_id=None, **need):
    """A tandem: its request, its volunteer, its id."""
    if volunteer_id is None:
        (volunteer_id,) = await scene.register(1)
    values = {"kind": Kind.TANDEM, "slots": DATES, "open_ended": True} | need
    request_id = await scene.open(**values)
    await scene.do(
        AssignVolunteer(
            command_key=f"key-{new_id()}",
            request_id=request_id,
            volunteer_id=volunteer_id,
            reason="agreed_by_phone",
        )
    )
    (row,) = await rows(scene, request_id)
    return request_id, volunteer_id, row["assignment_id"]


async def rows(scene, request_id):
    return await scene.district.sql(
        "SELECT * FROM matching.tandems WHERE request_id = $1 ORDER BY assignment_id",
        request_id,
    )


def weeks(number):
    """Noon of the day so many weeks after the first date."""
    return FIRST + number * WEEK + 3 * HOUR


async def comes_to(scene, moment, **settings):
    """It is that time, and everything due is done."""
    await scene.jump(moment, **settings)
    await scene.at_rest()


def an_answer(assignment_id, side=VOLUNTEER, said=TandemAnswer.FITS, question=1, **more):
    values = {"command_key": f"key-{new_id()}", "answer": said} | more
    return AnswerTandem(assignment_id=assignment_id, side=side, question=question, **values)


def an_end(assignment_id, side=VOLUNTEER, reason="moved_away", **more):
    values = {"command_key": f"key-{new_id()}", "reason": reason} | more
    return EndTandem(assignment_id=assignment_id, side=side, **values)


async def page(scene, assignment_id, side=VOLUNTEER):
    return await scene.portal.ask(ShowTandem(assignment_id=assignment_id, side=side))


async def shown(scene, request_id):
    (tandem,) = (await scene.ask(TandemsOf(request_id=request_id))).tandems
    return tandem


async def troubles(scene):
    found = await scene.ask(OpenDecisions())
    return [one for one in found.decisions if one.what == "tandem_trouble"]


async def asked(scene, assignment_id):
    """Which sides were asked or reminded of which question."""
    told = await scene.told("tandem_asked", assignment_id=assignment_id)
    return [(one["question"], one["what"], one["side"], one["again"]) for one in told]


async def refused(scene, wish, sender=None):
    with pytest.raises(WishRefused) as caught:
        await scene.do(wish, sender or scene.portal)
    return caught.value.code


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


async def test_a_place_given_back_in_the_usual_ways_ends_the_tandem_without_its_own_mails(
    scene,
):
    (first, second) = await scene.register(2)
    request_id, _, assignment_id = await a_pair(scene, first)
    other_id, _, other = await a_pair(scene, second)
    await comes_to(scene, weeks(2))
    (invitation,) = await scene.invitations(request_id)

    await scene.say(invitation["invitation_id"], Answer.NO)
    await scene.do(
        ReleaseVolunteer(
            command_key=f"key-{new_id()}",
            request_id=other_id,
            volunteer_id=second,
            reason="did_not_come",
        )
    )

    by_themselves = await scene.told_once("tandem_ended", assignment_id=assignment_id)
    assert (by_themselves["reason"], by_themselves["by"]) == ("not_said", "volunteer")
    by_office = await scene.told_once("tandem_ended", assignment_id=other)
    assert (by_office["reason"], by_office["by"]) == ("released", "coordinator")
    assert not by_themselves["announced"]
    assert not by_office["announced"]


async def test_before_the_first_date_an_end_is_an_ordinary_way_back(scene):
    request_id, _, assignment_id = await a_pair(scene)

    await scene.do(an_end(assignment_id, reason="no_time"), scene.portal)

    ended = await scene.told_once("tandem_ended", assignment_id=assignment_id)
    assert (ended["reason"], ended["begun"], ended["announced"]) == ("no_time", False, False)
    cancelled = await scene.told_once("assignment_cancelled", request_id=request_id)
    assert cancelled["reason"] == "answered"


ENDINGS = [
    lambda about: RequestCancelled(**about),
    lambda about: RequestCompleted(**about),
]


@pytest.mark.parametrize("make", ENDINGS)
async def test_what_ends_the_request_ends_the_tandem_once(scene, make):
    request_id, _, assignment_id = await a_pair(scene)
    await comes_to(scene, weeks(30))
    about = {"request_id": request_id, "sequence": 2, "occurred_at": scene.now()}

    await scene.publish(scene.requests, make(about))
    await scene.at_rest()
    once = await scene.everything()
    await scene.publish(scene.requests, make(about))
    await scene.at_rest()

    ended = await scene.told_once("tandem_ended", assignment_id=assignment_id)
    assert ended["by"] == "system"
    assert ended["announced"]
    assert await scene.everything() == once


async def test_while_the_request_is_held_nobody_is_asked_and_afterwards_they_are(scene):
    request_id, _, assignment_id = await a_pair(scene)
    _, _, other = await a_pair(scene)
    about = {"request_id": request_id, "sequence": 2, "occurred_at": MONDAY}
    await scene.publish(scene.requests, RequestHeld(**about))
    await scene.all_handled()
    await scene.jump(weeks(4))
    await scene.district.until(lambda: asked(scene, other))
    assert await asked(scene, assignment_id) == []

    need = a_need(kind=Kind.TANDEM, slots=DATES, open_ended=True)
    await scene.publish(scene.requests, an_opening(request_id, sequence=3, need=need))
    await scene.at_rest()

    assert await asked(scene, assignment_id) == TRIAL


async def test_dates_that_move_before_the_start_move_the_questions(scene):
    request_id, _, assignment_id = await a_pair(scene)
    later = tuple(a_slot(7 * week) for week in range(3, 15))
    await scene.publish(
        scene.requests,
        RequestChanged(
            request_id=request_id,
            sequence=2,
            occurred_at=MONDAY,
            organisation_id=ORGANISATION,
            need=a_need(kind=Kind.TANDEM, slots=later),
            material=True,
            facts_sequence=2,
        ),
    )
    await scene.at_rest()

    (row,) = await rows(scene, request_id)
    assert (row["first_at"], row["last_at"]) == (later[0].starts_at, later[-1].ends_at)
    await comes_to(scene, weeks(5))
    assert await asked(scene, assignment_id) == []


async def test_who_is_erased_leaves_hours_and_nothing_else(scene):
    request_id, volunteer_id, assignment_id = await a_pair(scene)
    await comes_to(scene, weeks(4))
    await comes_to(scene, weeks(6))
    needs_help = {"said": TandemAnswer.NEEDS_HELP, "question": 2}
    await scene.do(an_answer(assignment_id, hours=5, **needs_help), scene.portal)
    scene.entries.pop(volunteer_id)
    erased = VolunteerErased(volunteer_id=volunteer_id, occurred_at=scene.now())

    await scene.publish(scene.profiles, erased)
    await scene.at_rest()
    once = await scene.everything()
    await scene.publish(
        scene.profiles, VolunteerErased(volunteer_id=volunteer_id, occurred_at=scene.now())
    )
    await scene.at_rest()

    (row,) = await rows(scene, request_id)
    assert row["volunteer_id"] != volunteer_id
    assert (row["end_reason"], row["ended_by"]) == ("erased", "system")
    assert "needs_help" not in row["questions"]
    tandem = await shown(scene, request_id)
    assert (tandem.hours, tandem.trouble_at) == (5, None)
    assert await scene.everything() == once
    late = an_answer(assignment_id, **needs_help)
    assert await refused(scene, late) == "matching.tandem_over"


async def test_somebody_erased_long_after_the_planned_dates_is_forgotten_too(scene):
    request_id, volunteer_id, _ = await a_pair(scene)
    await comes_to(scene, weeks(40))
    scene.entries.pop(volunteer_id)

    await scene.publish(
        scene.profiles, VolunteerErased(volunteer_id=volunteer_id, occurred_at=scene.now())
    )
    await scene.at_rest()

    (row,) = await rows(scene, request_id)
    assert row["volunteer_id"] != volunteer_id
    assert row["end_reason"] == "erased"
    assert row["next_at"] is None


async def test_a_crash_while_asking_asks_once(scene):
    _, _, assignment_id = await a_pair(scene)
    await scene.at_rest()
    await scene.stop()
    set_clock(scene.district, weeks(4))
    await dies_at(scene.district, MatchingSettings, "matching.tandem_asked_not_committed")
    assert await asked(scene, assignment_id) == []

    await scene.start()
    await scene.at_rest()

    assert await asked(scene, assignment_id) == TRIAL


async def test_a_place_that_was_given_before_there_were_tandems_becomes_one(scene):
    request_id, volunteer_id, assignment_id = await a_pair(scene, open_ended=False)
    await scene.district.sql("DELETE FROM matching.tandems")
    await scene.register(1)
    migration = import_module("services.matching.migrations.versions.0002_tandems")

    await scene.district.sql(migration.GIVEN_BEFORE)

    (row,) = await rows(scene, request_id)
    assert (row["volunteer_id"], row["assignment_id"]) == (volunteer_id, assignment_id)
    assert (row["first_at"], row["last_at"]) == (FIRST, DATES[-1].ends_at)
    await comes_to(scene, weeks(4))
    assert await asked(scene, assignment_id) == TRIAL


POINTS = [
    "matching.tandem_ended_place_not_back",
    "matching__end_tandem_v1.in_transaction",
    "command.committed_not_replied",
]


@pytest.mark.parametrize("point", POINTS)
async def test_a_crash_while_ending_ends_once_with_the_place(scene, point):
    request_id, _, assignment_id = await a_pair(scene)
    await comes_to(scene, weeks(2))
    await scene.stop()
    wish = an_end(assignment_id, hours=4)
    assert await scene.portal.send(wish) == Received()

    await dies_at(scene.district, MatchingSettings, point)
    done = point == "command.committed_not_replied"
    assert len(await scene.told("tandem_ended")) == int(done)
    assert len(await scene.claims(request_id, "assigned")) == int(not done)

    await scene.start()
    await scene.at_rest()
    assert (await scene.do(wish, scene.portal)).outcome == "ended"
    await scene.told_once("tandem_ended", assignment_id=assignment_id)
    await scene.told_once("tandem_hours_told", assignment_id=assignment_id)
    assert await scene.claims(request_id, "assigned") == []
