"""Matching on real servers, from an opened request to who comes: what people live to see."""

from uuid import UUID

import pytest

from shared.contracts.matching import (
    AnswerInvitation,
    ApproveWave,
    AssignedOn,
    AssignedTo,
    DecideReservation,
    InviteVolunteer,
    OpenDecisions,
    OpenPhoneTasks,
    PlacesOf,
    ReleaseVolunteer,
    StopMatching,
)
from shared.contracts.matching import ResumeMatching as Resume
from shared.contracts.notifications import EmailFailed
from shared.contracts.values import Coordinates
from shared.kernel.fields import Answer, Channel, Kind, Via
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from tests.integration.matching_scene import HOUR, MONDAY, ORGANISATION, a_scene, a_slot

pytestmark = pytest.mark.integration


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


async def test_an_opened_request_is_offered_answered_and_filled(scene):
    people = await scene.register(2)
    request_id = await scene.open()
    (first, _) = await scene.asked(request_id, 2)

    taken = await scene.say(first, Answer.YES)

    assert taken.outcome == "assigned"
    filled = await scene.told_once("request_filled", request_id=request_id)
    assert (filled["places"], filled["assigned"], filled["reserved"]) == (1, 1, 0)
    (holder,) = await scene.claims(request_id, "assigned")
    assert holder in people
    comes = await scene.portal.ask(AssignedOn(request_id=request_id))
    assert (comes.volunteer_ids, comes.places) == ((holder,), 1)
    counted = await scene.portal.ask(PlacesOf(request_ids=(request_id, new_id())))
    assert [(p.invited, p.assigned) for p in counted.places] == [(2, 1)]
    assert (await scene.portal.ask(AssignedTo(volunteer_id=holder))).places == counted.places
    page = await scene.page(first)
    assert (page.holds_place, page.hand_over, page.version) == (True, True, 1)


async def test_who_says_yes_second_waits_and_moves_up_when_the_first_gives_the_place_back(
    scene,
):
    await scene.register(2)
    request_id = await scene.open()
    first, second = await scene.asked(request_id, 2)

    assert (await scene.say(first, Answer.YES)).outcome == "assigned"
    waits = await scene.say(second, Answer.YES)
    assert (waits.outcome, waits.waiting_position) == ("waitlisted", 1)
    assert (await scene.page(second)).waiting_position == 1
    assert (await scene.say(first, Answer.NO)).outcome == "released"

    page = await scene.page(second)
    assert (page.holds_place, page.purpose) == (True, "move_up")
    moved = (await scene.told("volunteer_assigned", request_id=request_id))[-1]
    assert (moved["invitation_id"], moved["moved_up"]) == (str(second), True)
    counts = [
        (event["sequence"], event["assigned"], event["waitlisted"])
        for name in ("request_filled", "request_reopened")
        for event in await scene.told(name, request_id=request_id)
    ]
    assert sorted(counts) == [(1, 1, 0), (2, 1, 1), (3, 1, 0)]
    # The organisation hears who comes now, once, and not of the waiting list.
    filled = await scene.told("request_filled", request_id=request_id)
    assert [event["again"] for event in filled] == [False, True]
    assert await scene.told("who_comes_changed") == []


async def test_where_a_coordinator_confirms_a_yes_reserves_until_it_is_decided(scene):
    await scene.register(2)
    request_id = await scene.open(kind=Kind.INTERPRETING)
    first, second = await scene.asked(request_id, 2)
    assert (await scene.page(first)).confirmed_by_coordinator

    assert (await scene.say(first, Answer.YES)).outcome == "reserved"
    assert (await scene.say(second, Answer.YES)).outcome == "waitlisted"
    (waiting,) = (await scene.ask(OpenDecisions())).decisions
    assert (waiting.what, waiting.request_id) == ("decide_reservation", request_id)
    decide = {"request_id": request_id, "staff_id": new_id(), "reason": "no_time"}
    await scene.do(
        DecideReservation(
            command_key=f"key-{new_id()}",
            volunteer_id=waiting.volunteer_id,
            confirm=False,
            **decide,
        )
    )
    declined = await scene.told_once("reservation_declined", request_id=request_id)
    assert declined["invitation_id"] == str(first)
    (moved_up,) = await scene.claims(request_id, "reserved")
    changed = await scene.do(
        DecideReservation(
            command_key=f"key-{new_id()}", volunteer_id=moved_up, confirm=True, **decide
        )
    )

    assert changed.places.assigned == 1
    assert (await scene.page(first)).state == "withdrawn"
    assert await scene.claims(request_id, "assigned") == [moved_up]
    assert (await scene.ask(OpenDecisions())).total == 0
    deeds = await scene.district.sql("SELECT * FROM matching.decisions ORDER BY decided_at")
    assert [(row["deed"], row["reason"], row["staff_id"]) for row in deeds] == [
        ("decline", "no_time", decide["staff_id"]),
        ("confirm", "no_time", decide["staff_id"]),
    ]


async def test_an_unknown_volunteer_is_asked_for_event_help_only_and_waits_for_a_coordinator(
    scene,
):
    await scene.register(1, known=False)
    lesson = await scene.open()
    party = await scene.open(kind=Kind.EVENT_HELP)

    (asked,) = await scene.asked(party)
    assert (await scene.say(asked, Answer.YES)).outcome == "reserved"

    page = await scene.page(asked)
    assert (page.reserved, page.holds_place, page.hand_over) == (True, False, False)
    assert await scene.invitations(lesson) == []
    told = await scene.told_once("candidates_exhausted", request_id=lesson)
    assert told["excluded"] == {"not_known": 1}


async def test_later_brings_one_reminder_half_way_and_holds_no_place(scene):
    await scene.register(1)
    request_id = await scene.open()
    (asked,) = await scene.asked(request_id)

    assert (await scene.say(asked, Answer.LATER)).outcome == "later"
    assert await scene.claims(request_id, "assigned", "waiting") == []
    await scene.jump(MONDAY + 13 * HOUR)
    reminded = await scene.told_once("invitation_reminded", invitation_id=asked)

    assert reminded["not_after"] == (await scene.page(asked)).deadline.isoformat().replace(
        "+00:00", "Z"
    )
    await scene.look_again(request_id)
    assert len(await scene.told("invitation_reminded", invitation_id=asked)) == 1
    await scene.jump(MONDAY + 25 * HOUR)
    await scene.asked(request_id, 1, state="expired")


async def test_a_deadline_that_passes_brings_the_next_wave_and_closes_nothing(scene):
    await scene.register(5)
    request_id = await scene.open()
    first_wave = await scene.whole_wave(request_id)
    assert len(await scene.invitations(request_id)) == len(first_wave)

    await scene.jump(MONDAY + 25 * HOUR)
    await scene.asked(request_id, 1)

    expired = await scene.asked(request_id, len(first_wave), state="expired")
    assert sorted(expired) == sorted(first_wave)
    told = await scene.told("invitation_expired", request_id=request_id)
    assert len(told) == len(first_wave)
    assert (await scene.say(first_wave[0], Answer.YES)).outcome == "assigned"


async def test_a_stop_withdraws_what_is_open_and_a_resume_asks_others(scene):
    await scene.register(5)
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
    assert refused.value.code == "matching.invitation_withdrawn"
    await scene.do(Resume(command_key=f"key-{new_id()}", **command))
    others = await scene.asked(request_id, 1)
    assert not set(others) & set(asked)

    withdrawn = next(i for i in board.invitations if i.invitation_id == asked[0])
    left_out = {
        e.volunteer_id: e.exclusions[0].code for e in (await scene.board(request_id)).excluded
    }
    assert left_out[withdrawn.volunteer_id] == "invitation_withdrawn"
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


async def test_nobody_left_is_told_once_and_somebody_new_is_asked_at_once(scene):
    await scene.register(1, radius_km=5)
    request_id = await scene.open(point=Coordinates(latitude=51.4, longitude=12.434))
    told = await scene.told_once("candidates_exhausted", request_id=request_id)
    assert (told["excluded"], told["free"]) == ({"too_far": 1}, 1)
    (decision,) = (await scene.ask(OpenDecisions())).decisions
    assert (decision.what, decision.people) == ("nobody_left", 1)

    await scene.register(1)

    await scene.asked(request_id, 1)
    await scene.board_when(request_id, lambda board: board.waits_for.code != "exhausted")
    assert len(await scene.told("candidates_exhausted", request_id=request_id)) == 1


async def test_an_offer_that_bounced_takes_no_ask_and_is_not_made_again_at_once(scene):
    scene.mails_leave = False
    (person,) = await scene.register(1, asks_per_week=1)
    bounced = await scene.open()
    await scene.asked(bounced, 1, state="not_sent")
    await scene.at_rest()
    (candidate,) = (await scene.board(bounced)).candidates
    assert (candidate.volunteer_id, candidate.not_now[0].code) == (person, "held_back")

    scene.mails_leave = True
    other = await scene.open()

    await scene.asked(other, 1)
    assert len(await scene.told("invitation_issued", request_id=bounced)) == 1
    counted = await scene.portal.ask(PlacesOf(request_ids=(bounced,)))
    assert counted.places[0].invited == 0


async def test_the_assigned_are_reminded_once_on_the_day_before(scene):
    await scene.register(2)
    request_id = await scene.open()
    (first, *_) = await scene.asked(request_id, 2)
    await scene.say(first, Answer.YES)

    await scene.jump(MONDAY + 6 * 24 * HOUR - HOUR)
    await scene.board_when(request_id, lambda board: board.next_look_at > scene.now())
    assert await scene.told("assignment_near") == []
    await scene.jump(MONDAY + 6 * 24 * HOUR + HOUR)

    near = await scene.told_once("assignment_near", request_id=request_id)
    assert near["invitation_id"] == str(first)
    await scene.look_again(request_id)
    assert len(await scene.told("assignment_near")) == 1


async def test_the_organisation_hears_the_day_before_who_comes_and_then_what_changes(scene):
    await scene.register(1)
    request_id = await scene.open(places=2)
    (first,) = await scene.asked(request_id, 1)
    await scene.say(first, Answer.YES)

    await scene.jump(MONDAY + 6 * 24 * HOUR - HOUR)
    await scene.board_when(request_id, lambda board: board.next_look_at > scene.now())
    assert await scene.told("request_near") == []
    await scene.jump(MONDAY + 6 * 24 * HOUR + HOUR)

    near = await scene.told_once("request_near", request_id=request_id)
    assert (near["organisation_id"], near["looking"]) == (str(ORGANISATION), True)
    await scene.look_again(request_id)
    assert len(await scene.told("request_near")) == 1
    await scene.say(first, Answer.NO)
    changed = await scene.told_once("who_comes_changed", request_id=request_id)
    assert (changed["given_back"], changed["looking"]) == (True, True)
    assert changed["sequence"] > near["sequence"]
    await scene.look_again(request_id)
    assert len(await scene.told("who_comes_changed")) == 1


async def test_a_place_taken_and_kept_free_is_told_to_the_organisation_without_a_promise(scene):
    await scene.register(2)
    request_id = await scene.open()
    (first, *_) = await scene.asked(request_id, 2)
    await scene.say(first, Answer.YES)
    (holder,) = await scene.claims(request_id, "assigned")

    await scene.do(
        ReleaseVolunteer(
            command_key=f"key-{new_id()}",
            request_id=request_id,
            volunteer_id=holder,
            staff_id=new_id(),
            reason="fewer_places",
            refill=False,
        )
    )

    changed = await scene.told_once("who_comes_changed", request_id=request_id)
    assert (changed["given_back"], changed["looking"]) == (True, False)


async def test_an_offer_that_was_needless_by_then_counts_as_never_asked(scene):
    scene.mails_leave = None
    await scene.register(1, asks_per_week=1)
    request_id = await scene.open()
    (first,) = await scene.asked(request_id, 1, state="issued")
    (issued,) = await scene.told("invitation_issued")

    stale = EmailFailed(
        email_id=new_id(),
        template="offer",
        volunteer_id=issued["volunteer_id"],
        invitation_id=first,
        request_id=request_id,
        reason="stale",
        occurred_at=MONDAY,
    )
    await scene.publish(scene.notifications, stale)

    async def asked_anew():
        return len(await scene.told("invitation_issued", request_id=request_id)) == 2

    await scene.district.until(asked_anew)
    await scene.at_rest()
    (second,) = await scene.invitations(request_id)
    assert (second["state"], second["volunteer_id"]) == ("issued", stale.volunteer_id)
    assert second["invitation_id"] != first
    (row,) = await scene.district.sql("SELECT asked FROM matching.volunteers")
    assert row["asked"] == 0


async def test_who_is_assigned_on_the_day_itself_has_the_receipt_and_no_reminder(scene):
    await scene.register(2)
    request_id = await scene.open(slots=(a_slot(days=0.5),))
    (first, *_) = await scene.asked(request_id, 2)

    await scene.say(first, Answer.YES)

    await scene.board_when(request_id, lambda board: board.waits_for.code == "full")
    assert await scene.told("assignment_near") == []


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


async def test_a_place_that_comes_free_just_before_the_start_is_offered_to_the_waiting_first(
    scene,
):
    await scene.register(2)
    request_id = await scene.open(slots=(a_slot(days=0.5),))
    first, second = await scene.asked(request_id, 2)
    await scene.say(first, Answer.YES)
    await scene.say(second, Answer.YES)

    await scene.say(first, Answer.NO)

    assert await scene.claims(request_id, "assigned") == []
    offered = (await scene.told("invitation_issued", invitation_id=second))[-1]
    assert offered["holdable"] is False
    page = await scene.page(second)
    assert (page.purpose, page.answer, page.waiting_position) == ("move_up", None, 1)
    assert (await scene.say(second, Answer.YES)).outcome == "assigned"
