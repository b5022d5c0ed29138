"""Whatever happens at once, and however many copies run: places, people and asks are counted right."""

import asyncio
from collections import Counter

import pytest

from services.matching.domain.tuning import Tuning
from services.matching.loops.looking import Looker
from services.matching.loops.planning import LOCK, Planner
from services.matching.loops.tandems import TandemAsker
from services.matching.store.roster import Roster
from shared.contracts.matching import AssignVolunteer, InviteVolunteer, ReleaseVolunteer
from shared.kernel.fields import Answer
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from tests.integration.matching_scene import a_scene, a_slot, planner_elsewhere

pytestmark = pytest.mark.integration


@pytest.fixture
async def two_copies(district):
    async with a_scene(district, copies=2) as scene:
        yield scene


def by_hand(kind, request_id, volunteer_id):
    return kind(
        command_key=f"key-{new_id()}",
        request_id=request_id,
        volunteer_id=volunteer_id,
        reason="fits",
    )


@pytest.fixture
async def unplanned(district):
    """Two copies whose planners never look."""
    async with planner_elsewhere(district), a_scene(district, copies=2) as scene:
        yield scene


async def outcomes(*answers):
    """What became of answers that were given at once: outcomes, or codes of refusals."""

    async def one(answer):
        try:
            return (await answer).outcome
        except WishRefused as refused:
            return refused.code

    return await asyncio.gather(*map(one, answers))


async def test_thirty_yeses_at_once_for_three_places_make_three_assignments(two_copies):
    scene = two_copies
    people = await scene.register(30)
    request_id = await scene.open(places=3, urgent=True)
    await scene.asked(request_id, 12)
    wave = {row["volunteer_id"] for row in await scene.invitations(request_id)}
    for one in set(people) - wave:
        await scene.do(by_hand(InviteVolunteer, request_id, one))
    asked = await scene.asked(request_id, 30)

    said = await outcomes(*(scene.say(invitation, Answer.YES) for invitation in asked))

    assert Counter(said) == {"assigned": 3, "waitlisted": 27}
    assert len(await scene.claims(request_id, "assigned", "reserved")) == 3
    positions = [(await scene.page(invitation)).waiting_position for invitation in asked]
    assert sorted(filter(None, positions)) == list(range(1, 28))
    assert len(await scene.told("request_filled", request_id=request_id)) == 1
    counts = await scene.told("request_reopened", request_id=request_id)
    assert [event["sequence"] for event in counts] == [1, 2, *range(4, 31)]


async def test_one_person_who_says_yes_to_two_requests_at_the_same_time_gets_one_place(
    two_copies,
):
    scene = two_copies
    await scene.register(1)
    for week in range(1, 5):
        slot = a_slot(days=7 * week)
        requests, invitations = [], []
        for _ in range(2):  # one after the other: both at once would be too many mails
            requests.append(await scene.open(slots=(slot,), urgent=True))
            invitations += await scene.asked(requests[-1], 1)

        said = await outcomes(*(scene.say(one, Answer.YES) for one in invitations))

        assert sorted(said) == ["assigned", "matching.overlapping_place"]
        held = [await scene.claims(request, "assigned") for request in requests]
        assert sorted(map(len, held)) == [0, 1]


async def test_a_coordinator_and_a_volunteer_at_once_never_take_the_same_place(two_copies):
    scene = two_copies
    people = await scene.register(6)
    request_id = await scene.open(urgent=True)
    asked = await scene.asked(request_id, 4)
    rows = await scene.invitations(request_id)
    others = [one for one in people if one not in {row["volunteer_id"] for row in rows}]

    assign = [by_hand(AssignVolunteer, request_id, one) for one in others]
    await asyncio.gather(
        *(scene.say(one, Answer.YES) for one in asked),
        *(scene.do(command) for command in assign),
        return_exceptions=True,
    )

    assert len(await scene.claims(request_id, "assigned")) == 1


async def test_giving_back_and_saying_yes_at_once_leaves_no_place_empty(two_copies):
    scene = two_copies
    await scene.register(8)
    request_id = await scene.open(places=2, urgent=True)
    asked = await scene.asked(request_id, 6)
    for invitation in asked[:4]:
        await scene.say(invitation, Answer.YES)
    holders = await scene.claims(request_id, "assigned")

    await asyncio.gather(
        *(scene.do(by_hand(ReleaseVolunteer, request_id, one)) for one in holders),
        *(scene.say(one, Answer.YES) for one in asked[4:6]),
    )

    assert len(await scene.claims(request_id, "assigned")) == 2
    assert len(await scene.claims(request_id, "waiting")) == 2


def a_looker(app):
    return Looker(app.work, Roster(), Tuning())


async def opened(scene, count, places=1):
    """Requests on different days, each known to matching."""
    requests = [
        await scene.open(places=places, slots=(a_slot(days=7 + number),))
        for number in range(count)
    ]
    await scene.all_handled()
    return requests


async def test_two_planners_at_once_ask_nobody_twice_and_overspend_no_budget(unplanned):
    scene = unplanned
    people = await scene.register(12, asks_per_week=2)
    requests = await opened(scene, 10, places=2)
    planners = [
        Planner(app.database, a_looker(app), TandemAsker(app.work, Tuning()))
        for app in scene.matching
    ]

    while await asyncio.gather(*(planner.look_round() for planner in planners)) != [0, 0]:
        await scene.all_handled()

    rows = [row for request in requests for row in await scene.invitations(request)]
    assert len({(row["request_id"], row["volunteer_id"]) for row in rows}) == len(rows)
    asks = Counter(row["volunteer_id"] for row in rows)
    assert asks == dict.fromkeys(people, 2)


async def test_an_ask_that_another_planner_spent_meanwhile_is_not_spent_again(unplanned):
    scene = unplanned
    (person,) = await scene.register(1, asks_per_week=1)
    requests = await opened(scene, 2)
    lookers = [a_looker(app) for app in scene.matching]
    looked = [
        await looker.pass_time(request)
        for looker, request in zip(lookers, requests, strict=True)
    ]
    planned = [
        await looker.plan(board.board) for looker, board in zip(lookers, looked, strict=True)
    ]
    assert [list(plan.chosen) for plan in planned] == [[person], [person]]

    await asyncio.gather(
        *(
            looker.carry_out(board, plan)
            for looker, board, plan in zip(lookers, looked, planned, strict=True)
        )
    )

    asked = [len(await scene.invitations(request)) for request in requests]
    assert sorted(asked) == [0, 1]


async def test_another_copy_takes_over_when_the_active_planner_dies(two_copies):
    scene = two_copies
    await scene.register(9)
    first = await scene.open()
    await scene.asked(first, 2)

    await scene.district.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND (classid::bigint << 32 | objid::bigint) = hashtextextended($1, 0)",
        LOCK,
    )
    second = await scene.open()
    await scene.asked(second, 2)
    leader, *rest = scene.matching
    await scene.district.stop(leader)
    scene.matching[:] = rest
    third = await scene.open()

    await scene.asked(third, 2)
    for request in (first, second, third):
        asked = await scene.invitations(request)
        assert {row["wave"] for row in asked} == {1}
        assert len({row["volunteer_id"] for row in asked}) == len(asked)


async def test_a_wave_that_was_planned_before_somebody_answered_is_planned_anew(unplanned):
    scene = unplanned
    await scene.register(8)
    (request_id,) = await opened(scene, 1)
    looker = a_looker(scene.matching[0])
    await looker.look_at(request_id)
    first, second, *_ = asked = await scene.whole_wave(request_id)
    await scene.say(first, Answer.NO)
    looked = await looker.pass_time(request_id)
    planned = await looker.plan(looked.board)
    assert len(planned.chosen) == 1

    await scene.say(second, Answer.YES)
    await scene.say(second, Answer.NO)
    await looker.carry_out(looked, planned)
    assert len(await scene.invitations(request_id)) == len(asked)
    await looker.look_at(request_id)

    assert len(await scene.invitations(request_id)) > len(asked) + 1
