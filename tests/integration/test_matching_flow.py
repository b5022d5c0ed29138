"""Matching on real servers, from an opened request to who comes: what people live to see."""

import pytest

from shared.contracts.matching import (
    AssignedOn,
    AssignedTo,
    DecideReservation,
    OpenDecisions,
    PlacesOf,
)
from shared.contracts.notifications import EmailFailed
from shared.contracts.values import Coordinates
from shared.kernel.fields import Answer, Kind
from shared.kernel.ids import new_id
from tests.integration.matching_scene import HOUR, MONDAY, a_scene, a_slot

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


async def test_nobody_left_is_told_once_and_somebody_new_is_asked_at_once(scene):
    await scene.register(1, radius_km=5)
    request_id = await scene.open(point=Coordinates(latitude=51.4, longitude=12.434))
    told = await scene.told_once("candidates_exhausted", request_id=request_id)
    assert (told["excluded"], told["free"]) == ({"too_far": 1}, 1)
    assert told["asked"] is False
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
