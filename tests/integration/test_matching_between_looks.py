"""What happens between two looks of the planner is not missed, and nobody is asked for what was."""

from datetime import UTC, datetime, timedelta

import pytest

from services.matching.domain.tuning import Tuning
from services.matching.loops.looking import Looker
from services.matching.store.roster import Roster
from shared.contracts.matching import PreviewMatching
from shared.contracts.requests import RequestChanged, RequestCompleted
from shared.kernel.fields import Answer, Kind
from shared.kernel.quiet_hours import QuietHours
from tests.integration.matching_scene import (
    MONDAY,
    ORGANISATION,
    a_need,
    a_scene,
    a_slot,
)
from tests.integration.test_matching_steering import asked_people

pytestmark = pytest.mark.integration

NIGHT = {"quiet_hours": "20:00-07:00"}
EVENING = datetime(2026, 11, 23, 21, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 7, tzinfo=UTC)


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


async def test_who_is_free_again_because_a_series_ended_early_is_asked(scene):
    (person,) = await scene.register(1)
    weeks = tuple(a_slot(days=1 + 7 * week) for week in range(3))
    series = await scene.open(kind=Kind.SERIES, slots=weeks)
    (invitation,) = await scene.asked(series, 1)
    await scene.say(invitation, Answer.YES)
    single = await scene.open(slots=(a_slot(days=8),))
    await scene.told_once("candidates_exhausted", request_id=single)
    later = MONDAY + timedelta(days=2)
    await scene.jump(later)
    await scene.at_rest()
    assert await asked_people(scene, single) == set()

    over = RequestCompleted(request_id=series, sequence=2, occurred_at=later)
    await scene.publish(scene.requests, over)

    await scene.asked(single, 1)
    assert await asked_people(scene, single) == {person}


async def test_who_is_free_again_because_a_date_was_moved_is_asked(scene):
    (person,) = await scene.register(1)
    first = await scene.open()
    (invitation,) = await scene.asked(first, 1)
    await scene.say(invitation, Answer.YES)
    second = await scene.open()
    await scene.told_once("candidates_exhausted", request_id=second)
    await scene.jump(MONDAY + timedelta(hours=1))
    await scene.at_rest()
    assert await asked_people(scene, second) == set()

    moved = RequestChanged(
        request_id=first,
        sequence=2,
        organisation_id=ORGANISATION,
        need=a_need(slots=(a_slot(days=9),)),
        material=True,
        facts_sequence=2,
        occurred_at=MONDAY,
    )
    await scene.publish(scene.requests, moved)

    await scene.asked(second, 1)
    assert await asked_people(scene, second) == {person}


async def test_the_dry_run_promises_no_mail_where_nobody_is_left(scene):
    need = a_need(answer_by=MONDAY + timedelta(days=3))

    tried = await scene.portal.ask(PreviewMatching(need=need))

    assert (tried.fitting, tried.first_mail_at) == (0, None)


def a_looker(scene):
    (app,) = scene.matching
    tuning = Tuning(quiet_hours=QuietHours.parse("20:00-07:00"))
    return Looker(app.work, Roster(), tuning)
