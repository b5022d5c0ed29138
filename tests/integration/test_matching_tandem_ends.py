"""Tandems on real servers: how they end or move, whoever wants it and whatever dies."""

from importlib import import_module

import pytest

from services.matching.settings import MatchingSettings
from shared.contracts.matching import (
    ReleaseVolunteer,
)
from shared.contracts.profiles import VolunteerErased
from shared.contracts.requests import (
    RequestCancelled,
    RequestChanged,
    RequestCompleted,
    RequestHeld,
)
from shared.kernel.fields import Answer, Kind, TandemAnswer
from shared.kernel.ids import new_id
from shared.messaging.asking import Received
from tests.integration.matching_scene import (
    MONDAY,
    ORGANISATION,
    a_need,
    a_scene,
    a_slot,
    an_opening,
    set_clock,
)
from tests.integration.tandem_scene import (
    DATES,
    FIRST,
    a_pair,
    an_answer,
    an_end,
    asked,
    comes_to,
    refused,
    rows,
    shown,
    weeks,
)
from tests.redelivery import comes_again
from tests.requests_builders import dies_at

pytestmark = pytest.mark.integration


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


TRIAL = [(1, "trial", "volunteer", False), (1, "trial", "organisation", False)]


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
    await comes_again(await scene.district.jetstream(), "matching")
    await scene.at_rest()
    assert (await scene.do(wish, scene.portal)).outcome == "ended"
    await scene.told_once("tandem_ended", assignment_id=assignment_id)
    await scene.told_once("tandem_hours_told", assignment_id=assignment_id)
    assert await scene.claims(request_id, "assigned") == []
