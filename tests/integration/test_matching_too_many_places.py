"""A request for far more people than there are: all who fit are asked at once, and the office is told."""

from collections import Counter

import pytest

from shared.contracts.matching import OpenDecisions
from shared.kernel.fields import Answer
from tests.integration.matching_scene import HOUR, MONDAY, a_scene

pytestmark = pytest.mark.integration

PLACES, PEOPLE = 500, 30


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


async def waiting_for_the_office(scene):
    found = await scene.ask(OpenDecisions())
    return [(one.what, one.request_id, one.people) for one in found.decisions]


async def test_five_hundred_places_for_thirty_people_ask_each_once_and_tell_the_office(scene):
    people = await scene.register(PEOPLE)
    request_id = await scene.open(places=PLACES)
    asked = await scene.asked(request_id, PEOPLE)
    await scene.at_rest()

    assert await waiting_for_the_office(scene) == [("unlikely", request_id, PLACES)]

    yes, *others = asked
    await scene.say(yes, Answer.YES)
    for invitation_id in others[:2]:
        await scene.say(invitation_id, Answer.NO)
    for hours in (4, 30):  # after a look at who is silent, and after the deadlines
        await scene.jump(MONDAY + hours * HOUR)
        await scene.look_again(request_id)

    rows = await scene.invitations(request_id)
    told = await scene.told("invitation_issued", request_id=request_id)
    assert Counter(row["volunteer_id"] for row in rows) == dict.fromkeys(people, 1)
    assert len(told) == PEOPLE
    assert {row["wave"] for row in rows} == {1}
    await scene.told_once("candidates_exhausted", request_id=request_id)
    assert await waiting_for_the_office(scene) == [("nobody_left", request_id, PLACES - 1)]
