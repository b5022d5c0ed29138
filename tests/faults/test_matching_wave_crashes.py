"""Matching dies in the middle of a wave: each is asked once, within their wish, and no place is given twice."""

from collections import Counter

import pytest

from services.matching.settings import MatchingSettings
from shared.kernel.fields import Answer
from tests.example_service import stored
from tests.integration.matching_scene import a_scene, a_slot, planner_elsewhere
from tests.requests_builders import dies_at

pytestmark = pytest.mark.integration

PLACES = 2
BEFORE_THE_COMMIT = ["matching.plan_not_saved", "matching.plan_saved_not_committed"]
AFTER_THE_COMMIT = [
    "matching.plan_committed",
    "relay.before_publish",
    "relay.published_not_marked",
]


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


async def about_to_be_planned(scene):
    """Two requests for the same people, known to a matching that stands still; nothing is under way."""
    await scene.stop()
    async with planner_elsewhere(scene.district):
        await scene.start()
        requests = [
            await scene.open(places=PLACES, slots=(a_slot(days=day),)) for day in (7, 8)
        ]
        await scene.all_handled()
        await scene.district.until(lambda: all_told(scene))
        await scene.stop()
    return requests


async def all_told(scene):
    """Whether all that matching committed is in the stream."""
    waiting = "SELECT 1 FROM matching.outbox WHERE published_at IS NULL"
    return not await scene.district.sql(waiting)


async def issued_in_stream(scene):
    messages = await stored(scene.district, "EVENTS", "event.matching.invitation_issued.v1")
    return len(messages)


async def assert_each_is_asked_once(scene, requests, people):
    """By rows, by events, by messages and by mails; nobody more often than they want."""
    rows = [row for one in requests for row in await scene.invitations(one)]
    asks = Counter(row["volunteer_id"] for row in rows)
    told = await scene.told("invitation_issued")
    mails = await scene.district.sql("SELECT payload FROM notifications.outbox")
    assert set(asks) <= set(people)
    assert set(asks.values()) == {1}
    assert Counter(event["volunteer_id"] for event in told) == {str(one): 1 for one in asks}
    assert await issued_in_stream(scene) == len(mails) == len(rows)
    assert {row["wave"] for row in rows} == {1}


@pytest.mark.parametrize("point", BEFORE_THE_COMMIT + AFTER_THE_COMMIT)
async def test_a_crash_in_the_middle_of_a_wave_asks_each_once_and_gives_no_place_twice(
    scene, point
):
    people = await scene.register(14, asks_per_week=1)
    requests = await about_to_be_planned(scene)
    await dies_at(scene.district, MatchingSettings, point)
    waves = [len(await scene.invitations(one)) for one in requests]
    assert any(waves) == (point in AFTER_THE_COMMIT)

    await scene.start()
    for request_id in requests:
        await scene.whole_wave(request_id)
    await scene.at_rest()
    await scene.district.until(lambda: all_told(scene))

    await assert_each_is_asked_once(scene, requests, people)
    for request_id in requests:
        board = await scene.board(request_id)
        asked = await scene.whole_wave(request_id)
        assert (board.state, board.waits_for.code) == ("open", "awaiting_answers")
        assert board.waits_for.details["awaited"] == len(asked) > PLACES
        assert board.next_look_at > scene.now()
        for invitation_id in asked:
            await scene.say(invitation_id, Answer.YES)
        assert len(await scene.claims(request_id, "assigned", "reserved")) == PLACES
        assert len(await scene.claims(request_id, "waiting")) == len(asked) - PLACES
