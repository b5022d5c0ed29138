"""What other services' events mean for a board: changed, held, cancelled, erased; in any order."""

import itertools

import pytest

from services.matching.domain.tuning import Tuning
from services.matching.handlers.requests import (
    cancel_request,
    expire_request,
    take_need,
    take_state,
)
from shared.contracts.profiles import VolunteerErased, VolunteerProfileChanged
from shared.contracts.requests import (
    RequestCancelled,
    RequestChanged,
    RequestCompleted,
    RequestExpired,
    RequestHeld,
    RequestOpened,
)
from shared.kernel.fields import Answer, Kind
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from tests.integration.matching_scene import (
    HOUR,
    MONDAY,
    ORGANISATION,
    a_need,
    a_scene,
    a_slot,
    an_entry,
    an_opening,
)
from tests.people_builders import everything_in

pytestmark = pytest.mark.integration


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


def a_change(request_id, sequence=2, *, material=True, facts=None, **need):
    return RequestChanged(
        request_id=request_id,
        sequence=sequence,
        organisation_id=ORGANISATION,
        need=a_need(**need),
        material=material,
        facts_sequence=facts or (sequence if material else 1),
        occurred_at=MONDAY,
    )


def about(request_id, sequence):
    return {"request_id": request_id, "sequence": sequence, "occurred_at": MONDAY}


async def filled(scene, places=1, **need):
    """A request whose places are taken by the first who were asked; and all invitations."""
    await scene.register(4)
    request_id = await scene.open(places=places, **need)
    asked = await scene.asked(request_id, places + 1)
    for invitation in asked[:places]:
        await scene.say(invitation, Answer.YES)
    return request_id, asked


async def test_a_changed_time_asks_the_assigned_again_and_refuses_answers_to_the_old_one(scene):
    request_id, (holder, other, *_) = await filled(scene)

    await scene.publish(scene.requests, a_change(request_id, slots=(a_slot(8),)))

    again = await scene.told_once("assigned_asked_again", request_id=request_id)
    assert (again["invitation_id"], again["version"]) == (str(holder), 2)
    assigned = await scene.told_once("volunteer_assigned", request_id=request_id)
    assert again["sequence"] > assigned["sequence"]
    page = await scene.page(holder)
    assert (page.purpose, page.version, page.holds_place) == ("changed", 2, True)
    with pytest.raises(WishRefused) as refused:
        await scene.say(other, Answer.YES, version=1)
    assert refused.value.code == "matching.request_changed"
    assert (await scene.say(other, Answer.YES, version=2)).outcome == "waitlisted"
    assert (await scene.say(holder, Answer.YES, version=2)).outcome == "assigned"
    assert (await scene.page(holder)).purpose == "offer"


async def test_a_change_of_words_asks_nobody_and_old_answers_count(scene):
    request_id, (_, other, *_) = await filled(scene)

    await scene.publish(scene.requests, a_change(request_id, material=False))
    await scene.all_handled()

    assert await scene.told("assigned_asked_again") == []
    assert (await scene.page(other)).version == 2
    assert (await scene.say(other, Answer.YES, version=1)).outcome == "waitlisted"


async def test_a_place_more_moves_the_waiting_list_up(scene):
    request_id, (_, other, *_) = await filled(scene)
    await scene.say(other, Answer.YES)

    await scene.publish(scene.requests, a_change(request_id, material=False, places=2))

    await scene.board_when(request_id, lambda board: board.places.assigned == 2)
    assert (await scene.told("request_filled", request_id=request_id))[-1]["places"] == 2


async def test_fewer_places_than_were_taken_at_that_moment_keep_everybody_and_ask_nobody(scene):
    request_id, (first, second, third, *_) = await filled(scene, places=2)
    await scene.say(third, Answer.YES)

    await scene.publish(scene.requests, a_change(request_id, material=False, places=1))
    await scene.all_handled()

    assert len(await scene.claims(request_id, "assigned")) == 2
    assert (await scene.say(third, Answer.YES)).outcome == "waitlisted"
    assert (await scene.say(first, Answer.NO)).outcome == "released"
    board = await scene.board(request_id)
    assert (board.places.places, board.places.assigned, board.places.waitlisted) == (1, 1, 1)
    assert (await scene.told("request_filled", request_id=request_id))[-1]["places"] == 1
    assert (await scene.say(second, Answer.NO)).outcome == "released"
    assert (await scene.page(third)).holds_place


async def test_while_a_request_is_held_nobody_else_is_asked_and_places_stay(scene):
    request_id, _ = await filled(scene, places=2)
    held = RequestHeld(**about(request_id, 2))
    await scene.publish(scene.requests, held)
    await scene.board_when(request_id, lambda board: board.state == "held")
    before = len(await scene.invitations(request_id))

    await scene.jump(MONDAY + 30 * HOUR)
    await scene.board_when(request_id, lambda board: board.waits_for.code == "closed")

    assert len(await scene.invitations(request_id)) == before
    assert len(await scene.claims(request_id, "assigned")) == 2


async def test_a_request_that_is_opened_again_goes_on_asking(scene):
    await scene.register(6)
    request_id = await scene.open()
    await scene.asked(request_id, 2)
    await scene.publish(scene.requests, RequestHeld(**about(request_id, 2)))
    await scene.board_when(request_id, lambda board: board.state == "held")
    await scene.jump(MONDAY + 30 * HOUR)
    await scene.asked(request_id, 2, state="expired")

    again = an_opening(request_id, sequence=3, need=a_need(), facts_sequence=1)
    await scene.publish(scene.requests, again)

    await scene.asked(request_id, 1)
    assert (await scene.board(request_id)).state == "open"


async def test_a_cancelled_request_tells_everybody_and_takes_no_answer(scene):
    request_id, (holder, other, *_) = await filled(scene)

    await scene.publish(scene.requests, RequestCancelled(**about(request_id, 2)))

    cancelled = await scene.told_once("assignment_cancelled", request_id=request_id)
    assert (cancelled["invitation_id"], cancelled["reason"]) == (
        str(holder),
        "request_cancelled",
    )
    withdrawn = await scene.told_once("invitation_withdrawn", invitation_id=other)
    assert withdrawn["reason"] == "request_cancelled"
    assert (await scene.told("request_reopened", request_id=request_id))[-1]["assigned"] == 0
    assert (await scene.page(holder)).state == "withdrawn"
    with pytest.raises(WishRefused) as refused:
        await scene.say(other, Answer.YES)
    assert refused.value.code == "matching.request_cancelled"


async def test_a_request_that_expired_with_nobody_gives_its_reservations_back(scene):
    await scene.register(2)
    request_id = await scene.open(kind=Kind.INTERPRETING)
    (asked, *_) = await scene.asked(request_id, 2)
    await scene.say(asked, Answer.YES)

    await scene.publish(
        scene.requests,
        RequestExpired(organisation_id=ORGANISATION, **about(request_id, 2)),
    )

    lost = await scene.told_once("assignment_cancelled", request_id=request_id)
    assert lost["reason"] == "request_expired"
    assert (await scene.board(request_id)).state == "expired"


async def test_an_expiry_that_crosses_an_assignment_changes_nothing(scene):
    request_id, (holder, *_) = await filled(scene)

    await scene.publish(
        scene.requests,
        RequestExpired(organisation_id=ORGANISATION, **about(request_id, 2)),
    )
    await scene.all_handled()

    assert (await scene.page(holder)).holds_place
    assert (await scene.board(request_id)).state == "open"
    assert (await scene.told("request_reopened", request_id=request_id))[-1]["assigned"] == 1


async def test_of_an_erased_volunteer_nothing_is_left_and_the_waiting_list_moves_up(scene):
    request_id, (first, second, *_) = await filled(scene)
    await scene.say(second, Answer.YES)
    (person,) = await scene.claims(request_id, "assigned")
    del scene.entries[person]

    erased = VolunteerErased(volunteer_id=person, occurred_at=MONDAY)
    await scene.publish(scene.profiles, erased)

    await scene.told_once("assignment_cancelled", request_id=request_id, reason="erased")
    assert (await scene.page(second)).holds_place
    assert not (await scene.page(first)).found

    async def forgotten():
        return str(person) not in await everything_in(scene.district, "matching")

    await scene.district.until(forgotten)
    late = VolunteerProfileChanged(volunteer_id=person, sequence=9, occurred_at=MONDAY)
    await scene.publish(scene.profiles, late)
    await scene.all_handled()
    await scene.district.until(forgotten)


async def test_of_a_task_that_took_place_the_figures_stay_without_the_person(scene):
    request_id, _ = await filled(scene)
    (person,) = await scene.claims(request_id, "assigned")
    await scene.jump(MONDAY + 8 * 24 * HOUR)

    erased = VolunteerErased(volunteer_id=person, occurred_at=MONDAY)
    await scene.publish(scene.profiles, erased)
    await scene.all_handled()

    async def forgotten():
        return str(person) not in await everything_in(scene.district, "matching")

    await scene.district.until(forgotten)
    assert (await scene.board(request_id)).places.assigned == 1
    (row,) = [
        row
        for row in await scene.invitations(request_id)
        if [row["volunteer_id"]] == await scene.claims(request_id, "assigned")
    ]
    assert row["why"] == "{}"


async def test_a_paused_volunteer_is_not_asked_and_a_newer_profile_counts(scene):
    (person,) = await scene.register(1)
    scene.entries[person] = an_entry(person, version=2, state="paused")
    changed = VolunteerProfileChanged(volunteer_id=person, sequence=2, occurred_at=MONDAY)
    await scene.publish(scene.profiles, changed)
    await scene.all_handled()
    await scene.district.until(lambda: scene.knows([person]))

    request_id = await scene.open()
    board = await scene.board_when(request_id, lambda board: board.waits_for is not None)
    assert (board.waits_for.code, board.candidates[0].not_now[0].code) == (
        "exhausted",
        "paused",
    )


RULES = Tuning()
HANDLERS = {
    RequestOpened: lambda event, work: take_need(event, work, RULES, {}),
    RequestChanged: lambda event, work: take_need(event, work, RULES, {}),
    RequestHeld: lambda event, work: take_state(event, work, "held", RULES),
    RequestCompleted: lambda event, work: take_state(event, work, "completed", RULES),
    RequestCancelled: lambda event, work: cancel_request(event, work, RULES),
    RequestExpired: lambda event, work: expire_request(event, work, RULES),
}


async def handled_in_order(scene, events):
    """What a board's row says after these events, each handled in this order."""
    for event in events:
        async with scene.matching[0].work() as work:
            await HANDLERS[type(event)](event, work)
    (row,) = await scene.district.sql(
        "SELECT request_state, sequence, need_version, facts_version, need->>'places' AS places"
        " FROM matching.boards WHERE request_id = $1",
        events[0].request_id,
    )
    return tuple(row)


async def every_order(scene, make_events):
    """The outcomes of all orders, with each event once more in the opposite order."""
    found = set()
    for order in itertools.permutations(range(len(make_events(new_id())))):
        events = make_events(new_id())
        ordered = [events[position] for position in order]
        found.add(await handled_in_order(scene, [*ordered, *reversed(ordered)]))
    return found


async def test_events_of_a_request_in_any_order_and_twice_end_in_the_newest_state(scene):
    def events(request_id):
        return [
            an_opening(request_id, sequence=1, need=a_need()),
            RequestHeld(**about(request_id, 2)),
            an_opening(request_id, sequence=3, need=a_need(), facts_sequence=1),
            a_change(request_id, sequence=4, places=2, slots=(a_slot(8),)),
        ]

    assert await every_order(scene, events) == {("open", 4, 4, 4, "2")}


async def test_a_held_request_is_held_whenever_its_opening_comes(scene):
    def events(request_id):
        return [
            an_opening(request_id, sequence=1, need=a_need()),
            a_change(request_id, sequence=2, material=False, places=2),
            RequestHeld(**about(request_id, 3)),
        ]

    assert await every_order(scene, events) == {("held", 3, 2, 1, "2")}


async def test_a_cancelled_request_stays_cancelled_whatever_comes_when(scene):
    def events(request_id):
        return [
            an_opening(request_id, sequence=1, need=a_need()),
            RequestCancelled(**about(request_id, 2)),
            an_opening(request_id, sequence=3, need=a_need()),
            RequestExpired(organisation_id=ORGANISATION, **about(request_id, 4)),
        ]

    assert {outcome[0] for outcome in await every_order(scene, events)} == {"cancelled"}


async def test_an_expiry_that_was_taken_back_lets_the_request_run_on(scene):
    def events(request_id):
        return [
            an_opening(request_id, sequence=1, need=a_need()),
            RequestExpired(organisation_id=ORGANISATION, **about(request_id, 2)),
            an_opening(request_id, sequence=3, need=a_need(), facts_sequence=1),
        ]

    assert await every_order(scene, events) == {("open", 3, 3, 1, "1")}
