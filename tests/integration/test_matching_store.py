"""What matching stores is what it loads; what it keeps in memory is what the database says."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from services.matching.domain.answering import Reply, answer
from services.matching.domain.board import Board, Standing
from services.matching.domain.coordinating import assign, exclude, hold_back, release
from services.matching.domain.inviting import issue, propose
from services.matching.domain.need import Automation
from services.matching.domain.refusals import MatchingRefusal
from services.matching.domain.sending import email_sent, not_sent, pass_time
from services.matching.loops.looking import Looker
from services.matching.store.boards import lock_board
from services.matching.store.codes import need_from
from services.matching.store.people import touch
from services.matching.store.roster import Roster
from services.matching.store.saving import Beside, save_board
from shared.contracts.matching import AssignVolunteer, InviteVolunteer
from shared.contracts.profiles import VolunteerProfileChanged
from shared.contracts.values import LanguageOf
from shared.kernel.fields import Answer, Via
from shared.kernel.ids import (
    AssignmentId,
    InvitationId,
    OrganisationId,
    RequestId,
    VolunteerId,
    new_id,
)
from tests.integration.matching_scene import (
    HOUR,
    MONDAY,
    a_need,
    a_scene,
    an_entry,
    planner_elsewhere,
)
from tests.unit.matching_builders import TUNING, an_ask

pytestmark = pytest.mark.integration


@pytest.fixture
async def scene(district):
    async with planner_elsewhere(district), a_scene(district) as scene:
        yield scene


def some_step(rng, board, people, now):
    """One change of a board, as often as not an impossible one."""
    who = rng.choice(people)
    standing = {one: Standing(known=True) for one in people}
    if rng.random() < 0.4:
        return by_hand(rng, board, who, standing, now)
    invitation = board.invitation_of(who)
    if invitation is None:
        return asked(rng, board, who, now)
    identity = invitation.invitation_id
    if rng.random() < 0.5:
        said, new = rng.choice(list(Answer)), AssignmentId(new_id())
        reply = Reply(identity, said, Via.EMAIL, board.need.version, new)
        return answer(board, reply, standing, now=now, tuning=TUNING)
    if rng.random() < 0.5:
        return email_sent(board, identity, sent_at=now, tuning=TUNING)
    return not_sent(board, identity, failed_at=now)


def asked(rng, board, who, now):
    ask = replace(an_ask(1, chance=rng.random()), volunteer_id=who)
    ids = [InvitationId(new_id())]
    if rng.random() < 0.5:
        return issue(board, [ask], ids, now=now, tuning=TUNING)
    return propose(board, [ask], ids, decide_by=now + HOUR, now=now)


def by_hand(rng, board, who, standing, now):
    match rng.randrange(4):
        case 0:
            return exclude(board, who, now=now)
        case 1:
            return hold_back(board, who, now + HOUR)
        case 2:
            return release(board, who, standing, now=now, tuning=TUNING)
        case _:
            return assign(
                board,
                who,
                standing[who],
                (),
                invitation_id=InvitationId(new_id()),
                assignment_id=AssignmentId(new_id()),
                override=rng.choice([None, "knows_the_family"]),
                via=Via.PHONE,
                now=now,
            )


@pytest.mark.parametrize("seed", range(3))
async def test_a_board_is_loaded_as_it_was_saved_after_any_steps(scene, seed):
    rng = random.Random(seed)  # noqa: S311  a walk that can be taken again
    people = [VolunteerId(one) for one in await scene.register(6)]
    request_id = await scene.open(places=2)
    await scene.all_handled()
    (app,) = scene.matching
    steps = 0
    for number in range(60):
        now = MONDAY + timedelta(hours=number, microseconds=rng.randrange(1_000_000))
        async with app.work() as work:
            locked = await lock_board(work.session, request_id, people, now=now)
            try:
                after, _ = some_step(rng, locked.board, people, now)
                if rng.random() < 0.2:
                    after, _ = pass_time(after, locked.people, now=now, tuning=TUNING)
            except MatchingRefusal:
                continue
            await save_board(work.session, locked, after, Beside(), now)
        async with app.work() as work:
            again = await lock_board(work.session, request_id, now=now)
        assert in_order(again.board) == in_order(after)
        steps += after != locked.board
    assert steps > 20


def in_order(board: Board) -> Board:
    """Only the order of the claims, that of the yeses, means something."""
    return replace(
        board,
        invitations=tuple(sorted(board.invitations, key=lambda i: i.invitation_id)),
        held_back=tuple(sorted(board.held_back)),
    )


async def counted(scene, *people):
    """How often asked and how often a yes, of these people."""
    rows = await scene.district.sql("SELECT volunteer_id, asked, yes FROM matching.volunteers")
    found = {
        row["volunteer_id"]: (round(row["asked"], 3), round(row["yes"], 3)) for row in rows
    }
    return [found[person] for person in people]


async def invited(scene, count):
    """A request for which so many people were asked by hand; by volunteer, the invitations."""
    request_id = await scene.open(places=count)
    await scene.all_handled()
    for person in await scene.register(count):
        await scene.do(
            InviteVolunteer(
                command_key=f"key-{new_id()}",
                request_id=request_id,
                volunteer_id=person,
                reason="fits",
            )
        )
    await scene.asked(request_id, count)
    rows = await scene.invitations(request_id)
    return request_id, {row["volunteer_id"]: row["invitation_id"] for row in rows}


async def test_an_ask_counts_once_in_the_history_of_who_was_asked(scene):
    histories = {
        ("yes",): (1, 1),
        ("no",): (1, 0),
        ("later",): (0, 0),
        ("yes", "no"): (1, 1),
        ("no", "yes", "no"): (1, 1),
        ("yes", "yes"): (1, 1),
    }
    _, asked = await invited(scene, len(histories))

    for invitation_id, said in zip(asked.values(), histories, strict=True):
        for word in said:
            await scene.say(invitation_id, Answer(word))

    assert await counted(scene, *asked) == list(histories.values())


async def test_silence_counts_as_no_until_a_yes_comes_after_all(scene):
    request_id, asked = await invited(scene, 1)
    ((person, invitation_id),) = asked.items()
    (app,) = scene.matching
    await scene.district.sql("UPDATE matching.invitations SET deadline = $1", MONDAY - HOUR)

    await Looker(app.work, Roster(), TUNING).pass_time(request_id)
    silent = await counted(scene, person)
    await scene.say(invitation_id, Answer.YES)

    assert (silent, await counted(scene, person)) == ([(1, 0)], [(1, 1)])


async def test_a_direct_assignment_says_nothing_about_the_chance_of_a_yes(scene):
    (person,) = await scene.register(1)
    request_id = await scene.open()
    await scene.all_handled()
    wish = AssignVolunteer(
        command_key=f"key-{new_id()}", request_id=request_id, volunteer_id=person, reason="fits"
    )

    await scene.do(wish)

    assert await counted(scene, person) == [(0, 0)]


async def ids_in(app, roster):
    need = need_from(
        a_need(),
        request_id=RequestId(new_id()),
        organisation_id=OrganisationId(new_id()),
        version=1,
        facts_version=1,
        automation=Automation(),
    )
    async with app.database.transaction() as session:
        return await roster.look(
            session, need, MONDAY, lambda pool, _doings: set(pool.ids(pool.everybody()))
        )


async def test_a_ranking_sees_who_came_changed_or_went_since_the_last_one(scene):
    (app,) = scene.matching
    roster = Roster()
    first, second = await scene.register(2)
    assert await ids_in(app, roster) == {first, second}
    seen = roster.changes
    assert await ids_in(app, roster) == {first, second}
    assert roster.changes == seen

    (third,) = await scene.register(1)
    await scene.district.sql("DELETE FROM matching.volunteers WHERE volunteer_id = $1", first)

    assert await ids_in(app, roster) == {second, third}
    assert roster.changes > seen


async def test_the_first_reading_says_how_far_it_has_come_and_later_ones_say_nothing(
    scene,
):
    (app,) = scene.matching
    people = await scene.register(5)
    roster = Roster(batch=2)

    with capture_logs() as logs:
        assert await ids_in(app, roster) == set(people)
    with capture_logs() as later:
        assert await ids_in(app, roster) == set(people)

    told = [(log["event"], log["people"], log.get("of")) for log in logs if "people" in log]
    assert told == [
        ("roster.reading", 2, 5),
        ("roster.reading", 4, 5),
        ("roster.read", 5, None),
    ]
    assert not [log for log in later if log["event"] == "roster.read"]


async def test_what_an_older_transaction_commits_later_is_not_missed(scene):
    (app,) = scene.matching
    roster = Roster()
    first, second = await scene.register(2)
    await ids_in(app, roster)
    seen = roster.changes

    async with app.work() as older:
        await touch(older.session, [first])
        async with app.work() as newer:
            await touch(newer.session, [second])
        await ids_in(app, roster)
        assert roster.changes == seen + 1
    await ids_in(app, roster)

    assert roster.changes == seen + 2


async def test_an_entry_that_no_ranking_can_read_hurts_nobody_else(scene):
    (app,) = scene.matching
    (good,) = await scene.register(1)
    (odd,) = await scene.register(1, languages=(LanguageOf(tag="de", level="fluent"),))

    assert await ids_in(app, Roster()) == {good}
    assert odd != good


async def test_who_is_missing_in_the_answer_of_profiles_is_gone_here(scene):
    (person,) = await scene.register(1)
    del scene.entries[person]

    changed = VolunteerProfileChanged(volunteer_id=person, sequence=2, occurred_at=MONDAY)
    await scene.publish(scene.profiles, changed)

    async def gone():
        return not await scene.district.sql("SELECT 1 FROM matching.volunteers")

    await scene.district.until(gone)


async def test_an_older_answer_of_profiles_does_not_replace_a_newer_one(scene):
    (person,) = await scene.register(1, version=5, radius_km=7)
    scene.entries[person] = an_entry(person, version=4, radius_km=30)

    changed = VolunteerProfileChanged(volunteer_id=person, sequence=6, occurred_at=MONDAY)
    await scene.publish(scene.profiles, changed)
    await scene.all_handled()
    await scene.district.until(lambda: scene.knows([person]))

    (row,) = await scene.district.sql(
        "SELECT version, entry->>'radius_km' AS radius FROM matching.volunteers"
    )
    assert tuple(row) == (5, "7")
