"""Answers that were stored while matching was away and refused when it came back."""

import asyncio
from datetime import timedelta

import pytest

from shared.contracts.matching import AnswerInvitation
from shared.contracts.requests import RequestCancelled
from shared.kernel.fields import Answer, Via
from shared.kernel.ids import new_id
from shared.messaging.asking import Received, WishRefused
from tests.example_service import answered
from tests.integration.matching_scene import MONDAY, a_scene, set_clock

pytestmark = pytest.mark.integration

TOO_LATE = "answer_came_too_late"


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


def an_answer(invitation_id, answer=Answer.YES, **more):
    return AnswerInvitation(
        command_key=f"answer:{new_id()}", invitation_id=invitation_id, answer=answer, **more
    )


async def sent_while_away(scene, *answers):
    """Store answers of the portal; none of them gets its reply."""
    await scene.stop()
    ends = await asyncio.gather(*(scene.portal.send(each) for each in answers))
    assert set(ends) == {Received()}


async def test_an_answer_to_a_task_that_began_meanwhile_is_told_once(scene):
    await scene.register(3)
    request_id = await scene.open(places=2)
    mine, typed, other = await scene.asked(request_id, 3)
    answered_at = scene.now()
    answer = an_answer(mine, answered_at=answered_at)
    by_phone = an_answer(typed, staff_id=new_id(), via=Via.PHONE)
    unknown = an_answer(new_id())

    await sent_while_away(scene, answer, answer, by_phone, unknown)
    set_clock(scene.district, MONDAY + timedelta(days=7, minutes=1))
    await scene.start()
    await scene.all_handled()
    with pytest.raises(WishRefused) as heard:
        await answered(scene.portal, an_answer(other))
    await scene.all_handled()

    # On a busy machine the other one's refusal may take so long that a mail has to say it.
    (told,) = (one for one in await scene.told(TOO_LATE) if one["invitation_id"] != str(other))
    (asked,) = [
        row for row in await scene.invitations(request_id) if row["invitation_id"] == mine
    ]
    assert (told["invitation_id"], told["request_id"]) == (str(mine), str(request_id))
    assert told["volunteer_id"] == str(asked["volunteer_id"])
    assert told["code"] == heard.value.code == "matching.request_started"
    assert told["answered_at"] == answered_at.isoformat().replace("+00:00", "Z")
    assert await scene.told("answer_received") == []


async def test_an_answer_to_a_request_that_was_cancelled_meanwhile_is_told_with_why(scene):
    await scene.register(1)
    request_id = await scene.open()
    (mine,) = await scene.asked(request_id)
    answered_at = scene.now()
    await scene.publish(
        scene.requests,
        RequestCancelled(request_id=request_id, sequence=2, occurred_at=scene.now()),
    )
    withdrawn = await scene.told_once("invitation_withdrawn")

    await sent_while_away(scene, an_answer(mine, answered_at=answered_at))
    await scene.start()
    await scene.all_handled()

    told = await scene.told_once(TOO_LATE)
    assert told["code"] == "matching.request_cancelled"
    assert told["answered_at"] < withdrawn["occurred_at"]


async def test_an_answer_that_is_taken_late_is_only_taken(scene):
    await scene.register(1)
    request_id = await scene.open()
    (mine,) = await scene.asked(request_id)

    await sent_while_away(scene, an_answer(mine))
    await scene.start()
    await scene.all_handled()

    assert len(await scene.told("volunteer_assigned", invitation_id=mine)) == 1
    assert await scene.told(TOO_LATE) == []
