"""What happens between two looks of the planner is not missed, and nobody is asked for what was."""

from datetime import UTC, datetime, timedelta

import pytest

from services.matching.domain.tuning import Tuning
from services.matching.loops.looking import Looker
from services.matching.store.roster import Roster
from shared.contracts.matching import (
    ApproveWave,
    AssignVolunteer,
    InviteVolunteer,
    PreviewMatching,
    ResumeMatching,
    StopMatching,
)
from shared.contracts.profiles import VolunteerActivated, VolunteerPaused
from shared.contracts.requests import RequestChanged, RequestCompleted
from shared.contracts.values import Coordinates
from shared.kernel.fields import Answer, Kind
from shared.kernel.ids import new_id
from shared.kernel.quiet_hours import QuietHours
from tests.integration.matching_scene import (
    MONDAY,
    ORGANISATION,
    a_need,
    a_scene,
    a_slot,
    planner_elsewhere,
)
from tests.integration.test_matching_steering import ask_more, asked_people, deed, hold_back

pytestmark = pytest.mark.integration

NIGHT = {"quiet_hours": "20:00-07:00"}
EVENING = datetime(2026, 11, 23, 21, tzinfo=UTC)
FAR_AWAY = Coordinates(latitude=51.4, longitude=12.434)
MORNING = datetime(2026, 11, 24, 7, tzinfo=UTC)


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


async def test_who_paused_in_the_night_is_not_asked_in_the_morning(scene):
    (paused,) = await scene.register(1)
    await scene.jump(EVENING, **NIGHT)
    request_id = await scene.open()
    await scene.at_rest()
    await scene.do(ask_more(request_id, 1))
    assert await asked_people(scene, request_id) == {paused}
    entry = scene.entries[paused]
    scene.entries[paused] = entry.model_copy(update={"version": 2, "state": "paused"})
    word = VolunteerPaused(volunteer_id=paused, sequence=2, occurred_at=EVENING)
    await scene.publish(scene.profiles, word)
    await scene.at_rest()

    await scene.jump(MORNING, **NIGHT)
    await scene.at_rest()

    assert await scene.told("invitation_issued", request_id=request_id) == []
    assert await scene.invitations(request_id) == []
    (dropped,) = await scene.told("invitation_withdrawn", request_id=request_id)
    assert (dropped["volunteer_id"], dropped["rule"]) == (str(paused), "paused")


async def invited_at_night(scene, person):
    """A coordinator has gone against a rule; the invitation waits for the morning."""
    await scene.jump(EVENING, **NIGHT)
    request_id = await scene.open(point=FAR_AWAY)
    await scene.at_rest()
    about = {"volunteer_id": person, "reason": "gets_a_lift"}
    await scene.do(deed(InviteVolunteer, request_id, **about))
    return request_id


async def pauses(scene, person, sequence, **more):
    entry = scene.entries[person]
    known = {"version": sequence, "state": "paused", **more}
    scene.entries[person] = entry.model_copy(update=known)
    word = VolunteerPaused(volunteer_id=person, sequence=sequence, occurred_at=EVENING)
    await scene.publish(scene.profiles, word)
    await scene.at_rest()


@pytest.mark.parametrize("paused", [True, False])
async def test_a_pause_stated_after_a_coordinator_went_against_a_rule_wins(scene, *, paused):
    (person,) = await scene.register(1, radius_km=5)
    request_id = await invited_at_night(scene, person)
    if paused:
        await pauses(scene, person, 2)

    await scene.jump(MORNING, **NIGHT)
    await scene.at_rest()

    told = await scene.told("invitation_issued", request_id=request_id)
    assert len(told) == (0 if paused else 1)
    dropped = await scene.told("invitation_withdrawn", request_id=request_id)
    told_why = [(one["reason"], one["rule"]) for one in dropped]
    assert told_why == ([("rule_came_up", "paused")] if paused else [])


async def test_who_of_an_approved_selection_is_dropped_in_the_morning_is_told_of(scene):
    people = await scene.register(2)
    request_id = await scene.open(kind=Kind.TANDEM)
    await scene.asked(request_id, 2, state="planned")
    await scene.jump(EVENING, **NIGHT)
    await scene.do(deed(ApproveWave, request_id))
    await pauses(scene, people[0], 2)

    await scene.jump(MORNING, **NIGHT)
    await scene.at_rest()

    (issued,) = await scene.told("invitation_issued", request_id=request_id)
    (dropped,) = await scene.told("invitation_withdrawn", request_id=request_id)
    assert issued["volunteer_id"] == str(people[1])
    assert dropped["volunteer_id"] == str(people[0])
    assert (dropped["reason"], dropped["rule"]) == ("rule_came_up", "paused")


@pytest.mark.parametrize("again", [True, False])
async def test_the_pause_that_a_coordinator_went_against_counts_only_if_stated_anew(
    scene, *, again
):
    (person,) = await scene.register(1)
    await pauses(scene, person, 2, paused_until=EVENING + timedelta(days=2))
    request_id = await invited_at_night(scene, person)
    if again:
        await pauses(scene, person, 3, paused_until=EVENING + timedelta(days=9))

    await scene.jump(MORNING, **NIGHT)
    await scene.at_rest()

    told = await scene.told("invitation_issued", request_id=request_id)
    assert len(told) == (0 if again else 1)


async def test_who_has_taken_another_place_in_the_night_is_not_asked_for_the_same_time(scene):
    (person,) = await scene.register(1)
    other = await scene.open()
    (invitation,) = await scene.asked(other, 1)
    await scene.jump(EVENING, **NIGHT)
    request_id = await scene.open()
    await scene.at_rest()
    await scene.do(ask_more(request_id, 1))
    assert await asked_people(scene, request_id) == {person}
    await scene.say(invitation, Answer.YES)

    await scene.jump(MORNING, **NIGHT)
    await scene.at_rest()

    assert await scene.told("invitation_issued", request_id=request_id) == []


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


async def test_a_lack_of_which_nobody_is_told_yet_is_looked_at_again(district):
    """A profile is on its way, and it may turn out that there is none."""
    async with planner_elsewhere(district), a_scene(district) as scene:
        request_id = await scene.open()
        scene.entries = NoAnswer()
        word = VolunteerActivated(volunteer_id=new_id(), sequence=1, occurred_at=MONDAY)
        await scene.publish(scene.profiles, word)
        await scene.all_handled()

        await a_looker(scene).look_at(request_id)

        assert await scene.told("candidates_exhausted") == []
        (row,) = await scene.district.sql("SELECT next_look_at FROM matching.boards")
        assert row["next_look_at"] is not None
        assert row["next_look_at"] > scene.now()


class NoAnswer(dict):
    """Profiles that cannot be had."""

    def get(self, *_):
        raise TimeoutError


async def test_the_dry_run_promises_no_mail_where_nobody_is_left(scene):
    need = a_need(answer_by=MONDAY + timedelta(days=3))

    tried = await scene.portal.ask(PreviewMatching(need=need))

    assert (tried.fitting, tried.first_mail_at) == (0, None)


async def test_what_becomes_due_while_the_planner_looks_is_due_at_once(district):
    """The quiet hours end between the look at the board and the saving of what was planned."""
    async with planner_elsewhere(district), a_scene(district) as scene:
        await scene.register(4)
        await scene.jump(EVENING, **NIGHT)
        request_id = await scene.open()
        await scene.all_handled()
        await scene.do(ask_more(request_id, 1))
        looker = a_looker(scene)
        looked = await looker.pass_time(request_id)
        planned = await looker.plan(looked.board)

        await scene.jump(MORNING, **NIGHT)
        await a_looker(scene).carry_out(looked, planned)

        (row,) = await scene.district.sql("SELECT next_look_at FROM matching.boards")
        assert row["next_look_at"] is not None
        assert row["next_look_at"] <= scene.now()


async def test_stopped_says_so_before_the_planner_looks_again(district):
    async with planner_elsewhere(district), a_scene(district) as scene:
        await scene.register(2)
        request_id = await scene.open()
        await scene.all_handled()
        await a_looker(scene).look_at(request_id)
        assert (await scene.board(request_id)).waits_for.code == "awaiting_answers"

        await scene.do(deed(StopMatching, request_id, reason="clarifying"))

        assert (await scene.board(request_id)).waits_for.code == "closed"


async def test_who_is_asked_between_two_looks_is_awaited_at_once(district):
    async with planner_elsewhere(district), a_scene(district) as scene:
        await scene.register(9)
        request_id = await scene.open()
        await scene.all_handled()
        await a_looker(scene).look_at(request_id)
        before = (await scene.board(request_id)).waits_for.details

        await scene.do(ask_more(request_id, 2))

        after = (await scene.board(request_id)).waits_for.details
        assert after["awaited"] == before["awaited"] + 2
        assert after["expected"] > before["expected"]
        assert after["chance"] > before["chance"]
        await a_looker(scene).look_at(request_id)
        assert (await scene.board(request_id)).waits_for.details["awaited"] == after["awaited"]

        one = (await scene.board(request_id)).invitations[0]
        await scene.say(one.invitation_id, Answer.NO)
        left = (await scene.board(request_id)).waits_for.details
        assert left["awaited"] == after["awaited"] - 1


async def test_a_proposal_waits_for_nobody_while_all_places_are_given(district):
    """A place is given by hand beside it, so nobody could approve it now."""
    async with planner_elsewhere(district), a_scene(district) as scene:
        await scene.register(3)
        request_id = await scene.open(kind=Kind.TANDEM)
        await scene.all_handled()
        await a_looker(scene).look_at(request_id)
        board = await scene.board(request_id)
        assert board.waits_for.code == "awaiting_approval"
        proposed = [one.volunteer_id for one in board.invitations]

        given = deed(
            AssignVolunteer, request_id, volunteer_id=proposed[0], reason="agreed_by_phone"
        )
        await scene.do(given)
        await a_looker(scene).look_at(request_id)

        board = await scene.board(request_id)
        assert board.waits_for.code == "full"
        left = {one.volunteer_id for one in board.invitations if one.state == "planned"}
        assert left == set(proposed[1:])


def a_looker(scene):
    (app,) = scene.matching
    tuning = Tuning(quiet_hours=QuietHours.parse("20:00-07:00"))
    return Looker(app.work, Roster(), tuning)


async def test_whose_offer_was_stopped_before_it_left_may_be_kept_for_something_else(scene):
    scene.mails_leave = None
    (person,) = await scene.register(1)
    request_id = await scene.open()
    await scene.asked(request_id, 1, state="issued")
    await scene.do(deed(StopMatching, request_id, reason="clarifying"))

    await scene.do(hold_back(request_id, person))
    await scene.do(deed(ResumeMatching, request_id))
    await scene.at_rest()

    (shown,) = (await scene.board(request_id)).candidates
    assert {one.code for one in shown.not_now} == {"held_back"}
