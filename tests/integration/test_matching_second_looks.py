"""Between what a coordinator saw and what is done, something happens: it is looked at again."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.matching import (
    AnswerInvitation,
    ApproveWave,
    AssignVolunteer,
    ExcludeVolunteer,
    InviteVolunteer,
    OpenDecisions,
)
from shared.contracts.notifications import EmailFailed
from shared.contracts.profiles import VolunteerErased, VolunteerPaused
from shared.contracts.requests import RequestCompleted
from shared.contracts.values import Dated, LanguageAsked
from shared.kernel.fields import Answer, Kind
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from tests.integration.matching_scene import HOUR, MONDAY, a_scene, a_slot
from tests.integration.test_matching_steering import (
    ask_more,
    asked_people,
    decisions,
    deed,
    hold_back,
    refusal,
)

pytestmark = pytest.mark.integration


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


async def a_planned_wave(scene):
    """A tandem whose wave waits for the office, and who is in it."""
    request_id = await scene.open(kind=Kind.TANDEM)
    await scene.asked(request_id, 1, state="planned")
    await scene.at_rest()
    return request_id, await planned_for(scene, request_id)


async def planned_for(scene, request_id):
    return [one.volunteer_id for one in (await scene.board(request_id)).invitations]


async def test_nobody_is_asked_for_a_place_that_is_taken_at_the_same_moment(scene):
    """Whichever is first: after the yes nobody else is asked."""
    await scene.register(9)
    request_id = await scene.open()
    (invitation, *_) = await scene.whole_wave(request_id)
    before = await asked_people(scene, request_id)

    asked, _ = await asyncio.gather(
        scene.do(ask_more(request_id, 2)), scene.say(invitation, Answer.YES),
        return_exceptions=True,
    )  # fmt: skip
    await scene.at_rest()

    if isinstance(asked, WishRefused):
        assert asked.code == "matching.no_free_place"
        assert await asked_people(scene, request_id) == before
    else:
        assigned = await scene.told_once("volunteer_assigned", request_id=request_id)
        issued = await scene.told("invitation_issued", request_id=request_id)
        # Event ids are made in the order of the events (UUIDv7).
        assert max(one["event_id"] for one in issued) < assigned["event_id"]


async def test_two_who_ask_more_at_once_both_get_other_people(scene):
    await scene.register(9)
    request_id = await scene.open()
    await scene.whole_wave(request_id)
    before = await asked_people(scene, request_id)

    await asyncio.gather(*(scene.do(ask_more(request_id, 1)) for _ in range(2)))

    assert len(await asked_people(scene, request_id) - before) == 2


async def test_a_page_that_shows_an_older_selection_decides_nothing(scene):
    await scene.register(8)
    request_id, first = await a_planned_wave(scene)
    for one in first:
        await scene.do(
            deed(ExcludeVolunteer, request_id, volunteer_id=one, reason="does_not_fit")
        )
    await scene.asked(request_id, 1, state="planned")
    await scene.at_rest()
    second = await planned_for(scene, request_id)

    stale = deed(ApproveWave, request_id, volunteer_ids=tuple(first))

    assert await refusal(scene, stale) == "matching.wave_has_changed"
    assert await planned_for(scene, request_id) == second


async def test_who_paused_since_they_were_proposed_is_not_asked(scene):
    await scene.register(8)
    request_id, (paused, *others) = await a_planned_wave(scene)
    entry = scene.entries[paused]
    scene.entries[paused] = entry.model_copy(update={"version": 2, "state": "paused"})
    word = VolunteerPaused(volunteer_id=paused, sequence=2, occurred_at=MONDAY)
    await scene.publish(scene.profiles, word)
    await scene.at_rest()

    approved = await scene.do(deed(ApproveWave, request_id, volunteer_ids=(paused, *others)))

    (left_out,) = approved.not_asked
    assert left_out.volunteer_id == paused
    assert [one.code for one in left_out.exclusions] == ["paused"]

    asked = {
        row["volunteer_id"]
        for row in await scene.invitations(request_id)
        if row["state"] in {"issued", "sent"}
    }
    assert asked == set(others)


async def test_a_filled_request_has_no_selection_to_approve_and_invites_nobody(scene):
    (*_, outsider) = await scene.register(8)
    request_id, (first, *others) = await a_planned_wave(scene)
    await scene.do(
        deed(AssignVolunteer, request_id, volunteer_id=first, reason="fits", via="phone")
    )
    await scene.at_rest()

    waiting = (await scene.ask(OpenDecisions())).decisions
    approve = deed(ApproveWave, request_id, volunteer_ids=tuple(others))
    invite = deed(InviteVolunteer, request_id, volunteer_id=outsider, reason="knows_them")

    assert not [one for one in waiting if one.what == "approve_wave"]
    for command in (approve, invite):
        assert await refusal(scene, command) == "matching.no_free_place"


async def test_what_was_approved_at_night_stays_when_the_request_filled_until_morning(scene):
    await scene.register(8)
    request_id = await scene.open()
    (invitation, *_) = await scene.whole_wave(request_id)
    sent = len(await scene.invitations(request_id))
    night = {"quiet_hours": "20:00-07:00"}
    await scene.jump(datetime(2026, 11, 23, 20, tzinfo=UTC), **night)
    await scene.do(ask_more(request_id, 2))
    await scene.say(invitation, Answer.YES)
    await scene.at_rest()

    await scene.jump(datetime(2026, 11, 24, 7, tzinfo=UTC), **night)
    await scene.at_rest()

    states = [row["state"] for row in await scene.invitations(request_id)]
    assert len([state for state in states if state in {"issued", "sent"}]) <= sent


async def test_who_said_later_on_the_telephone_and_got_no_mail_does_not_hold_up_others(scene):
    scene.mails_leave = None
    await scene.register(1)
    request_id = await scene.open()
    (invitation_id,) = await scene.asked(request_id, 1, state="issued")
    (row,) = await scene.invitations(request_id)
    about = {"invitation_id": invitation_id}
    answer = {"staff_id": new_id(), "via": "phone", "answer": Answer.LATER}
    await scene.do(AnswerInvitation(command_key=f"key-{new_id()}", **about, **answer))
    failed = EmailFailed(
        email_id=new_id(),
        template="offer",
        volunteer_id=row["volunteer_id"],
        request_id=request_id,
        occurred_at=MONDAY,
        reason="not_sent",
        **about,
    )
    await scene.publish(scene.notifications, failed)
    await scene.all_handled()
    (other,) = await scene.register(1)

    await scene.do(ask_more(request_id, 1))

    assert other in await asked_people(scene, request_id)


async def test_who_gave_many_dates_is_still_asked_where_nobody_else_is(scene):
    (person,) = await scene.register(1)
    weeks = tuple(a_slot(days=9 + 7 * week) for week in range(8))
    series = await scene.open(kind=Kind.SERIES, slots=weeks)
    (invitation,) = await scene.asked(series, 1)
    await scene.say(invitation, Answer.YES)
    await scene.at_rest()

    single = await scene.open(slots=(a_slot(days=12),))
    await scene.asked(single, 1)

    assert await asked_people(scene, single) == {person}


async def test_a_series_that_was_completed_early_binds_nobody(scene):
    (person,) = await scene.register(1)
    weeks = tuple(a_slot(days=1 + 7 * week) for week in range(3))
    series = await scene.open(kind=Kind.SERIES, slots=weeks)
    (invitation,) = await scene.asked(series, 1)
    await scene.say(invitation, Answer.YES)
    later = MONDAY + timedelta(days=2)
    await scene.jump(later)
    over = RequestCompleted(request_id=series, sequence=2, occurred_at=later)
    await scene.publish(scene.requests, over)
    await scene.all_handled()

    single = await scene.open(slots=(a_slot(days=8),))
    await scene.asked(single, 1)

    assert await asked_people(scene, single) == {person}


async def test_another_weekday_on_which_the_clock_is_changed_is_not_proposed(scene):
    await scene.register(1)
    start = datetime(2027, 3, 27, 1, tzinfo=UTC)  # 02:00 on the day before

    request_id = await scene.open(slots=(Dated(starts_at=start, ends_at=start + HOUR),))
    await scene.at_rest()

    assert (await scene.board(request_id)).found


async def test_a_request_that_cannot_be_planned_does_not_hold_up_the_others(scene):
    await scene.register(3)
    await scene.open(languages=(LanguageAsked(tag="??", level="B1"),))

    other = await scene.open()

    assert await scene.asked(other, 1)


async def test_an_erased_id_is_not_written_down_again(scene):
    (gone, _) = await scene.register(2, known=False)
    request_id = await scene.open()
    del scene.entries[gone]
    word = VolunteerErased(volunteer_id=gone, sequence=3, occurred_at=MONDAY)
    await scene.publish(scene.profiles, word)
    await scene.at_rest()

    leave_out = deed(ExcludeVolunteer, request_id, volunteer_id=gone, reason="does_not_fit")

    for command in (hold_back(request_id, gone), leave_out):
        assert await refusal(scene, command) == "matching.volunteer_unknown"
    assert not await decisions(scene)
