"""Matching on real servers: what those who come, and the organisation, are told."""

import pytest

from shared.contracts.matching import (
    ReleaseVolunteer,
)
from shared.kernel.fields import Answer
from shared.kernel.ids import new_id
from tests.integration.matching_scene import HOUR, MONDAY, ORGANISATION, a_scene, a_slot

pytestmark = pytest.mark.integration


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


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


async def test_who_is_assigned_on_the_day_itself_has_the_receipt_and_no_reminder(scene):
    await scene.register(2)
    request_id = await scene.open(slots=(a_slot(days=0.5),))
    (first, *_) = await scene.asked(request_id, 2)

    await scene.say(first, Answer.YES)

    await scene.board_when(request_id, lambda board: board.waits_for.code == "full")
    assert await scene.told("assignment_near") == []
