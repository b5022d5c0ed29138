"""Matching on real servers: stops, selections and calls, what the office decides and when it is due."""

from uuid import UUID

import pytest

from shared.contracts.matching import (
    AnswerInvitation,
    ApproveWave,
    InviteVolunteer,
    OpenDecisions,
    OpenPhoneTasks,
    PlacesOf,
    ReleaseVolunteer,
    StopMatching,
)
from shared.contracts.matching import ResumeMatching as Resume
from shared.kernel.fields import Answer, Channel, Kind, Via
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from tests.integration.matching_scene import HOUR, MONDAY, a_scene, a_slot

pytestmark = pytest.mark.integration


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


async def test_a_stop_withdraws_what_is_open_and_a_resume_asks_the_rested_first(scene):
    await scene.register(12)
    request_id = await scene.open()
    asked = await scene.whole_wave(request_id)
    command = {"request_id": request_id, "staff_id": new_id()}

    await scene.do(StopMatching(command_key=f"key-{new_id()}", reason="enough", **command))

    board = await scene.board(request_id)
    assert (board.state, {i.state for i in board.invitations}) == ("stopped", {"withdrawn"})
    withdrawn_ones = await scene.told("invitation_withdrawn", reason="request_stopped")
    assert len(withdrawn_ones) == len(asked)
    with pytest.raises(WishRefused) as refused:
        await scene.say(asked[0], Answer.YES)
    assert refused.value.code == "matching.invitation_stopped"
    assert (await scene.page(asked[0])).only_stopped
    await scene.do(Resume(command_key=f"key-{new_id()}", **command))
    others = await scene.asked(request_id, 1)
    assert not set(others) & set(asked)

    withdrawn = next(i for i in board.invitations if i.invitation_id == asked[0])
    board = await scene.board(request_id)
    now_asked = {one.volunteer_id for one in board.invitations if one.state == "sent"}
    assert withdrawn.volunteer_id not in now_asked
    assert withdrawn.volunteer_id in {one.volunteer_id for one in board.candidates}
    await scene.do(
        InviteVolunteer(
            command_key=f"key-{new_id()}",
            volunteer_id=withdrawn.volunteer_id,
            reason="knows_them",
            **command,
        )
    )
    again = {
        one["invitation_id"]: one
        for one in await scene.told("invitation_issued", volunteer_id=withdrawn.volunteer_id)
    }
    assert len(again) == 2
    (new,) = again.keys() - {str(asked[0])}
    assert (await scene.say(UUID(new), Answer.YES)).outcome == "assigned"


async def test_a_stop_is_told_with_the_counts_until_the_asking_goes_on(scene):
    (person,) = await scene.register(1)
    request_id = await scene.open()
    (invitation,) = await scene.asked(request_id, 1)
    await scene.say(invitation, Answer.YES)
    about = {"request_id": request_id, "staff_id": new_id()}

    async def told():
        (counts,) = (await scene.portal.ask(PlacesOf(request_ids=(request_id,)))).places
        board = await scene.board(request_id)
        assert board.places.stopped is counts.stopped is (board.state == "stopped")
        return counts.stopped

    async def do(kind, **more):
        await scene.do(kind(command_key=f"key-{new_id()}", **about, **more))

    assert await told() is False
    await do(StopMatching, reason="enough")
    assert await told() is True
    await do(Resume)
    assert await told() is False
    await do(ReleaseVolunteer, volunteer_id=person, reason="too_many", refill=False)
    assert await told() is True, "a place that is kept free is given to nobody else, either"


async def test_a_stop_and_a_resume_are_written_down_once_though_two_people_press(scene):
    await scene.register(3)
    request_id = await scene.open()
    await scene.whole_wave(request_id)
    await scene.at_rest()
    about = {"request_id": request_id, "staff_id": new_id()}

    async def press(kind, **more):
        return await scene.do(kind(command_key=f"key-{new_id()}", **about, **more))

    stops = [await press(StopMatching, reason=why) for why in ("enough", "clarifying")]
    resumes = [await press(Resume), await press(Resume)]

    assert [one.already for one in (*stops, *resumes)] == [False, True, False, True]
    kept = await scene.district.sql(
        "SELECT deed, reason FROM matching.decisions ORDER BY decided_at"
    )
    assert [tuple(row) for row in kept] == [("stop", "enough"), ("resume", None)]
    assert not (await press(StopMatching, reason="enough")).already, "it went on meanwhile"


async def test_who_was_only_proposed_before_a_stop_is_proposed_again_and_nobody_is_told_a_lack(
    scene,
):
    people = await scene.register(2)
    request_id = await scene.open(kind=Kind.TANDEM, places=3)
    await scene.asked(request_id, 2, state="planned")
    command = {"request_id": request_id, "staff_id": new_id()}

    await scene.do(StopMatching(command_key=f"key-{new_id()}", reason="enough", **command))
    assert await scene.invitations(request_id) == []
    await scene.do(Resume(command_key=f"key-{new_id()}", **command))

    await scene.asked(request_id, 2, state="planned")
    again = {row["volunteer_id"] for row in await scene.invitations(request_id)}
    await scene.look_again(request_id)
    assert again == set(people)
    assert await scene.told("candidates_exhausted", request_id=request_id) == []


async def test_a_wave_under_review_goes_out_when_it_is_approved_in_part_or_whole(scene):
    await scene.register(2)
    request_id = await scene.open(kind=Kind.TANDEM)
    planned = await scene.asked(request_id, 2, state="planned")
    (decision,) = (await scene.ask(OpenDecisions())).decisions
    assert (decision.what, decision.people) == ("approve_wave", 2)
    assert (await scene.page(planned[0])).state == "planned"
    chosen, passed_over = (row["volunteer_id"] for row in await scene.invitations(request_id))

    await scene.do(
        ApproveWave(
            command_key=f"key-{new_id()}", request_id=request_id, volunteer_ids=(chosen,)
        )
    )

    await scene.asked(request_id, 1)
    assert [row["volunteer_id"] for row in await scene.invitations(request_id)] == [chosen]
    board = await scene.board(request_id)
    (reason,) = [e.exclusions[0] for e in board.excluded if e.volunteer_id == passed_over]
    assert reason.code == "excluded_by_coordinator"


async def test_somebody_without_mail_is_a_task_for_the_telephone_until_they_answered(scene):
    (person,) = await scene.register(1, channel=Channel.PHONE, version=1)
    request_id = await scene.open()
    (asked,) = await scene.asked(request_id)
    (row,) = await scene.invitations(request_id)

    (task,) = (await scene.ask(OpenPhoneTasks())).tasks
    assert (task.invitation_id, task.volunteer_id, task.purpose) == (asked, person, "offer")
    assert (row["sent_at"], task.deadline) == (row["issued_at"], row["issued_at"] + 24 * HOUR)
    staff_id = new_id()
    rung = AnswerInvitation(
        command_key=f"key-{new_id()}",
        invitation_id=asked,
        answer=Answer.YES,
        via=Via.PHONE,
        staff_id=staff_id,
    )
    assert (await scene.do(rung)).outcome == "assigned"

    assert (await scene.ask(OpenPhoneTasks())).tasks == ()
    (answered,) = await scene.told("answer_received", invitation_id=asked)
    assert (answered["answer"], answered["via"]) == ("yes", "phone")
    (deed,) = await scene.district.sql("SELECT deed, staff_id FROM matching.decisions")
    assert tuple(deed) == ("answer_yes", staff_id)


async def test_what_waits_for_the_office_is_due_while_somebody_is_there(scene):
    await scene.jump(MONDAY + 77 * HOUR)  # Thursday, three o'clock
    await scene.register(3, channel=Channel.PHONE)
    reviewed = await scene.open(kind=Kind.TANDEM, slots=(a_slot(20),))
    by_itself = await scene.open(slots=(a_slot(20),))
    await scene.asked(reviewed, 1, state="planned")
    await scene.asked(by_itself, 1)

    closing = MONDAY + 97 * HOUR  # Friday, eleven o'clock
    for request_id, moment in ((reviewed, "decide_by"), (by_itself, "deadline")):
        assert {row[moment] for row in await scene.invitations(request_id)} == {closing}


async def test_a_call_that_nobody_made_in_time_stays_a_task_while_a_place_is_free(scene):
    await scene.register(1, channel=Channel.PHONE)
    request_id = await scene.open()
    (asked,) = await scene.asked(request_id)
    await scene.jump(MONDAY + 48 * HOUR)
    await scene.asked(request_id, 1, state="expired")
    (late,) = await scene.register(1, channel=Channel.PHONE)
    (other,) = await scene.asked(request_id, 1)

    due, missed = (await scene.ask(OpenPhoneTasks())).tasks
    assert (due.invitation_id, due.volunteer_id, due.missed) == (other, late, False)
    assert (missed.invitation_id, missed.missed) == (asked, True)
    assert missed.deadline < scene.now()
    assert len((await scene.ask(OpenPhoneTasks(limit=1))).tasks) == 1

    assert (await scene.say(other, Answer.YES)).outcome == "assigned"
    assert (await scene.ask(OpenPhoneTasks())).tasks == (), "nobody is rung for nothing"
    await scene.say(other, Answer.NO)
    (missed,) = (await scene.ask(OpenPhoneTasks())).tasks
    assert missed.missed
    assert (await scene.say(asked, Answer.YES)).outcome == "assigned"

    assert (await scene.ask(OpenPhoneTasks())).tasks == ()


async def test_who_moves_up_and_has_no_mail_is_rung_to_ask_whether_it_still_suits(scene):
    await scene.register(2, channel=Channel.PHONE)
    request_id = await scene.open()
    first, second = await scene.asked(request_id, 2)
    await scene.say(first, Answer.YES)
    await scene.say(second, Answer.YES)

    await scene.say(first, Answer.NO)

    (task,) = (await scene.ask(OpenPhoneTasks())).tasks
    assert (task.invitation_id, task.purpose) == (second, "move_up")
    await scene.say(second, Answer.YES)
    assert (await scene.ask(OpenPhoneTasks())).tasks == ()


async def test_a_district_decides_by_kind_what_goes_by_itself_but_for_minors(scene):
    await scene.register(4)
    by_hand = {"single": {"confirm": "coordinator"}, "series": {"invite": "auto"}}
    await scene.jump(MONDAY, automation=by_hand)
    single = await scene.open()
    lessons = await scene.open(
        kind=Kind.SERIES, minors_present=True, slots=(a_slot(3), a_slot(10))
    )

    (asked, *_) = await scene.asked(single, 2)

    assert (await scene.say(asked, Answer.YES)).outcome == "reserved"
    await scene.asked(lessons, 1, state="planned")


async def test_what_was_approved_in_quiet_hours_waits_for_the_morning_and_for_nobody_s_approval(
    scene,
):
    night = {"quiet_hours": "20:00-07:00"}
    await scene.register(2)
    request_id = await scene.open(kind=Kind.TANDEM)
    await scene.asked(request_id, 2, state="planned")
    assert (await scene.board(request_id)).waits_for.code == "awaiting_approval"
    await scene.jump(MONDAY + 12 * HOUR, **night)

    await scene.do(ApproveWave(command_key=f"key-{new_id()}", request_id=request_id))
    assert (await scene.board(request_id)).waits_for.code == "quiet_hours"
    await scene.look_again(request_id)
    assert (await scene.board(request_id)).waits_for.code == "quiet_hours"


async def test_in_quiet_hours_a_wave_waits_for_the_morning(scene):
    night = {"quiet_hours": "20:00-07:00"}
    await scene.register(2)
    await scene.jump(MONDAY + 12 * HOUR, **night)
    request_id = await scene.open()

    board = await scene.board_when(request_id, lambda board: board.waits_for is not None)
    assert board.waits_for.code == "quiet_hours"
    assert board.next_look_at == MONDAY + 21 * HOUR
    assert await scene.invitations(request_id) == []
    await scene.jump(MONDAY + 21 * HOUR, **night)
    await scene.asked(request_id, 2)
