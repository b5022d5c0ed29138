"""Between the plan of a wave and its carrying out somebody's profile changes: they are not asked by the old one."""

import pytest

from shared.contracts.profiles import (
    VolunteerErased,
    VolunteerPaused,
    VolunteerProfileChanged,
)
from shared.contracts.values import LanguageAsked, LanguageOf
from tests.integration.matching_scene import MONDAY, a_scene, planner_elsewhere
from tests.integration.test_matching_concurrency import a_looker
from tests.requests_builders import happen

pytestmark = pytest.mark.integration

TIGRINYA = (LanguageOf(tag="ti", level="native"),)
GERMAN = (LanguageOf(tag="de", level="native"),)


@pytest.fixture
async def unplanned(district):
    """The planner never looks: a test looks by itself."""
    async with planner_elsewhere(district), a_scene(district) as scene:
        yield scene


async def planned_for(scene, people, **need):
    """A request with a plan to ask all of these, not carried out yet."""
    request_id = await scene.open(**need)
    await scene.all_handled()
    looker = a_looker(scene.matching[0])
    looked = await looker.pass_time(request_id)
    planned = await looker.plan(looked.board)
    assert set(planned.chosen) == set(people)
    return looker, looked, planned


async def asks_after_all(scene, looker, looked, planned):
    """Carry out a plan that is outdated, so that it asks nobody, and look anew: who is asked."""
    request_id = looked.request_id
    await looker.carry_out(looked, planned)
    assert await scene.invitations(request_id) == []
    await looker.look_at(request_id)
    return [row["volunteer_id"] for row in await scene.invitations(request_id)]


async def test_who_is_erased_after_the_plan_was_made_is_not_asked(unplanned):
    scene = unplanned
    people = await scene.register(2)
    plan = await planned_for(scene, people)
    del scene.entries[people[0]]
    erased = VolunteerErased(volunteer_id=people[0], occurred_at=MONDAY)
    await scene.publish(scene.profiles, erased)
    await scene.all_handled()

    assert await asks_after_all(scene, *plan) == [people[1]]


@pytest.mark.parametrize(
    ("word", "change"),
    [
        (VolunteerPaused, {"state": "paused"}),
        (VolunteerProfileChanged, {"languages": GERMAN}),
        (VolunteerProfileChanged, {"asks_per_week": 0}),
    ],
)
async def test_who_changed_after_the_plan_was_made_is_not_asked(unplanned, word, change):
    scene = unplanned
    people = await scene.register(2, languages=TIGRINYA)
    plan = await planned_for(scene, people, languages=(LanguageAsked(tag="ti", level="B1"),))
    entry = scene.entries[people[0]]
    scene.entries[people[0]] = entry.model_copy(update={"version": 2, **change})
    told = word(volunteer_id=people[0], sequence=2, occurred_at=MONDAY)
    await scene.publish(scene.profiles, told)
    await scene.all_handled()
    await scene.district.until(lambda: scene.knows(people))

    assert await asks_after_all(scene, *plan) == [people[1]]


@pytest.mark.parametrize("others", [0, 1])
async def test_whose_newer_profile_is_not_here_yet_is_not_asked_and_holds_nobody_up(
    unplanned, others
):
    scene = unplanned
    people = await scene.register(1 + others)
    looker, looked, planned = await planned_for(scene, people)
    await scene.profiles.stop()
    told = VolunteerPaused(volunteer_id=people[0], sequence=2, occurred_at=MONDAY)
    await happen(scene.district, "matching", told)

    await looker.carry_out(looked, planned)

    rows = await scene.invitations(looked.request_id)
    assert [row["volunteer_id"] for row in rows] == people[1:]
    assert (await scene.board(looked.request_id)).next_look_at > scene.now()
