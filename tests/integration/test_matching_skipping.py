"""Skipped dates of a series on real servers: the place, the linked request, and the way back."""

import asyncio

import pytest

from shared.contracts.matching import AssignVolunteer, SkipDate, UnskipDate
from shared.kernel.fields import Answer, Kind, Via
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from tests.integration.matching_scene import HOUR, MONDAY, a_need, a_scene, a_slot, an_opening

pytestmark = pytest.mark.integration

DATES = (a_slot(7), a_slot(14), a_slot(21))
DAY = 24 * HOUR


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


def a_wish(kind, invitation_id, date=DATES[1], **more):
    values = {"command_key": f"date:{new_id()}"} | more
    return kind(invitation_id=invitation_id, starts_at=date.starts_at, **values)


async def a_holder(scene, **series):
    """A series with one place, and who has it: request, volunteer, invitation."""
    request_id = await scene.open(kind=Kind.SERIES, slots=DATES, **series)
    (invitation_id, *_) = await scene.asked(request_id)
    await scene.say(invitation_id, Answer.YES)
    (volunteer_id,) = await scene.claims(request_id, "assigned")
    return request_id, volunteer_id, invitation_id


async def skips(scene, invitation_id, date=DATES[1]):
    """Skip a date; return the linked request's id."""
    reply = await scene.do(a_wish(SkipDate, invitation_id, date), scene.portal)
    (found,) = [one for one in reply.dates if one.starts_at == date.starts_at]
    return found.linked_request_id


async def opens_linked(scene, linked_id, date=DATES[1]):
    """`requests` opens the linked request of one date."""
    need = a_need(slots=(date,))
    await scene.publish(scene.requests, an_opening(linked_id, need=need))
    await scene.all_handled()


async def refused(scene, wish):
    with pytest.raises(WishRefused) as caught:
        await scene.do(wish, scene.portal)
    return caught.value.code


async def test_a_skipped_date_is_told_once_and_the_place_stays(scene):
    await scene.register(1)
    request_id, volunteer_id, invitation_id = await a_holder(scene)

    linked_id = await skips(scene, invitation_id)

    assert await skips(scene, invitation_id) == linked_id
    told = await scene.told_once("date_skipped", request_id=request_id)
    assert told["linked_request_id"] == str(linked_id)
    assert (told["volunteer_id"], told["invitation_id"]) == (
        str(volunteer_id),
        str(invitation_id),
    )
    assert await scene.claims(request_id, "assigned") == [volunteer_id]
    page = await scene.page(invitation_id)
    assert page.holds_place
    assert [(one.starts_at, one.taken) for one in page.skipped] == [(DATES[1].starts_at, False)]
    (shown,) = (await scene.board(request_id)).skips
    assert (shown.volunteer_id, shown.taken_by) == (volunteer_id, ())


async def test_only_who_has_the_place_skips_and_only_a_date_of_the_series(scene):
    await scene.register(2)
    request_id, _, invitation_id = await a_holder(scene, places=1)
    (other,) = set(await scene.asked(request_id, 2)) - {invitation_id}

    assert await refused(scene, a_wish(SkipDate, other)) == "matching.no_place_held"
    strange = a_wish(SkipDate, invitation_id, a_slot(8))
    assert await refused(scene, strange) == "matching.date_unknown"
    nobody = a_wish(SkipDate, new_id())
    assert await refused(scene, nobody) == "matching.invitation_unknown"
    assert await scene.told("date_skipped") == []


async def test_who_skips_is_not_asked_for_the_linked_request_and_the_reason_is_named(scene):
    await scene.register(1)
    _, volunteer_id, invitation_id = await a_holder(scene)
    (other,) = await scene.register(1)
    linked_id = await skips(scene, invitation_id)

    await opens_linked(scene, linked_id)

    await scene.asked(linked_id)
    asked = {row["volunteer_id"] for row in await scene.invitations(linked_id)}
    assert asked == {other}
    (left_out,) = [
        one
        for one in (await scene.board(linked_id)).excluded
        if one.volunteer_id == volunteer_id
    ]
    (reason,) = left_out.exclusions
    assert (reason.code, reason.details) == ("date_skipped", {"on": "2026-12-07"})


async def test_who_skips_may_take_something_else_at_that_time_and_then_not_come_back(scene):
    await scene.register(1)
    _, volunteer_id, invitation_id = await a_holder(scene)
    other_id = await scene.open(slots=(DATES[1],))
    agreed = AssignVolunteer(
        command_key=f"key-{new_id()}",
        request_id=other_id,
        volunteer_id=volunteer_id,
        reason="agreed_by_phone",
    )
    with pytest.raises(WishRefused, match="another place"):
        await scene.do(agreed)

    await skips(scene, invitation_id)
    await scene.do(agreed.model_copy(update={"command_key": f"key-{new_id()}"}))

    assert await scene.claims(other_id, "assigned") == [volunteer_id]
    back = a_wish(UnskipDate, invitation_id)
    assert await refused(scene, back) == "matching.overlapping_place"


async def test_a_skip_taken_back_ends_the_linked_request_at_once(scene):
    await scene.register(2)
    request_id, _, invitation_id = await a_holder(scene)
    linked_id = await skips(scene, invitation_id)
    await opens_linked(scene, linked_id)
    (asked,) = await scene.asked(linked_id)

    reply = await scene.do(a_wish(UnskipDate, invitation_id), scene.portal)

    assert reply.dates == ()
    told = await scene.told_once("date_unskipped", request_id=request_id)
    assert told["linked_request_id"] == str(linked_id)
    withdrawn = await scene.told_once("invitation_withdrawn", request_id=linked_id)
    assert withdrawn["invitation_id"] == str(asked)
    with pytest.raises(WishRefused, match="cancelled"):
        await scene.say(asked, Answer.YES)
    assert await skips(scene, invitation_id) != linked_id


async def test_a_linked_request_that_comes_after_its_end_asks_nobody(scene):
    await scene.register(2)
    _, _, invitation_id = await a_holder(scene)
    linked_id = await skips(scene, invitation_id)
    await scene.do(a_wish(UnskipDate, invitation_id), scene.portal)

    await opens_linked(scene, linked_id)
    await scene.at_rest()

    assert await scene.invitations(linked_id) == []


async def test_a_skip_stays_once_somebody_has_the_linked_place(scene):
    await scene.register(2)
    request_id, _, invitation_id = await a_holder(scene)
    linked_id = await skips(scene, invitation_id)
    await opens_linked(scene, linked_id)
    (asked,) = await scene.asked(linked_id)
    await scene.say(asked, Answer.YES)

    back = a_wish(UnskipDate, invitation_id)
    assert await refused(scene, back) == "matching.date_taken"
    (shown,) = (await scene.page(invitation_id)).skipped
    assert shown.taken
    (seen,) = (await scene.board(request_id)).skips
    assert seen.taken_by == tuple(await scene.claims(linked_id, "assigned"))


async def test_of_a_yes_and_a_way_back_at_once_only_one_comes_about(scene):
    await scene.register(2)
    _, _, invitation_id = await a_holder(scene)
    linked_id = await skips(scene, invitation_id)
    await opens_linked(scene, linked_id)
    (asked,) = await scene.asked(linked_id)

    back = a_wish(UnskipDate, invitation_id)
    _, said = await asyncio.gather(
        scene.do(back, scene.portal), scene.say(asked, Answer.YES), return_exceptions=True
    )

    skipped = (await scene.page(invitation_id)).skipped
    holders = await scene.claims(linked_id, "assigned")
    assert len(skipped) == len(holders)
    assert isinstance(said, WishRefused) == (not holders)


async def test_a_skipped_first_date_brings_no_reminder_and_the_next_one_does(scene):
    await scene.register(2)
    request_id, _, invitation_id = await a_holder(scene, places=2)
    (other,) = set(await scene.asked(request_id, 2)) - {invitation_id}
    await scene.say(other, Answer.YES)
    await skips(scene, invitation_id, DATES[0])

    await scene.jump(MONDAY + 6 * DAY + HOUR)
    near = await scene.told_once("assignment_near", request_id=request_id)
    assert near["invitation_id"] == str(other)
    await scene.at_rest()
    await scene.jump(MONDAY + 13 * DAY + HOUR)
    mine = await scene.told_once("assignment_near", invitation_id=invitation_id)

    assert mine["not_after"].startswith("2026-12-07T09:00")
    assert len(await scene.told("assignment_near", request_id=request_id)) == 2


async def test_what_a_coordinator_skips_on_the_telephone_is_written_down(scene):
    await scene.register(1)
    request_id, volunteer_id, invitation_id = await a_holder(scene)
    staff_id = new_id()

    await scene.do(a_wish(SkipDate, invitation_id, via=Via.PHONE, staff_id=staff_id))
    await scene.do(a_wish(UnskipDate, invitation_id, via=Via.PHONE, staff_id=staff_id))

    rows = await scene.district.sql(
        "SELECT deed, volunteer_id, staff_id FROM matching.decisions"
        " WHERE request_id = $1 ORDER BY decision_id",
        request_id,
    )
    assert [tuple(row) for row in rows] == [
        ("skip_date", volunteer_id, staff_id),
        ("unskip_date", volunteer_id, staff_id),
    ]
