"""How coordinators change whom the engine asks, and what its report says of it; on real servers."""

from datetime import timedelta

import pytest

from shared.contracts.matching import (
    ApproveWave,
    AskMore,
    ExcludeVolunteer,
    HoldBackVolunteer,
    InviteVolunteer,
    OpenDecisions,
    ReadmitVolunteer,
    ResumeMatching,
    ShowEngineReport,
    StopMatching,
)
from shared.contracts.profiles import VolunteerProfileChanged
from shared.kernel.fields import Answer, Kind
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from tests.integration.matching_scene import MONDAY, a_scene

pytestmark = pytest.mark.integration

STAFF = new_id()


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


def deed(kind, request_id, **more):
    return kind(command_key=f"key-{new_id()}", staff_id=STAFF, request_id=request_id, **more)


def hold_back(request_id, volunteer_id, days=7):
    return deed(
        HoldBackVolunteer,
        request_id,
        volunteer_id=volunteer_id,
        days=days,
        reason="kept_for_other",
    )


def ask_more(request_id, people):
    return deed(AskMore, request_id, people=people, reason="urgent")


async def refusal(scene, command):
    with pytest.raises(WishRefused) as refused:
        await scene.do(command)
    return refused.value.code


async def decisions(scene):
    rows = await scene.district.sql(
        "SELECT deed, volunteer_id, reason, rank FROM matching.decisions"
        " ORDER BY decided_at, rank"
    )
    return [tuple(row) for row in rows]


async def asked_people(scene, request_id):
    return {row["volunteer_id"] for row in await scene.invitations(request_id)}


async def test_who_is_held_back_is_asked_only_after_the_days_are_over(scene):
    request_id = await scene.open()
    await scene.told_once("candidates_exhausted", request_id=request_id)
    (person,) = await scene.register(1, known=False)
    await scene.do(hold_back(request_id, person, days=2))
    known = {"version": 2, "known": True}
    scene.entries[person] = scene.entries[person].model_copy(update=known)
    told = VolunteerProfileChanged(volunteer_id=person, sequence=2, occurred_at=MONDAY)
    await scene.publish(scene.profiles, told)
    await scene.at_rest()

    (held,) = (await scene.board(request_id)).candidates
    assert {one.code for one in held.not_now} == {"held_back"}
    assert await asked_people(scene, request_id) == set()

    await scene.jump(MONDAY + timedelta(days=2, hours=1))
    await scene.asked(request_id, 1)
    assert await asked_people(scene, request_id) == {person}


async def test_more_are_asked_at_once_though_answers_are_awaited(scene):
    await scene.register(9)
    request_id = await scene.open()
    first = len(await scene.whole_wave(request_id))
    await scene.at_rest()
    candidates = (await scene.board(request_id)).candidates

    wish = ask_more(request_id, 2)
    changed, again = await scene.do(wish), await scene.do(wish)

    assert changed == again
    assert (changed.asked, changed.not_now) == (2, {})
    asked = await scene.asked(request_id, first + 2)
    assert len(asked) == first + 2
    later = [row for row in await scene.invitations(request_id) if row["staff_id"] == STAFF]
    assert {row["volunteer_id"] for row in later} == {
        one.volunteer_id for one in candidates[:2]
    }
    assert {row["wave"] for row in later} == {2}
    assert all(row["why"] and row["chance"] > 0 for row in later)
    assert ("ask_more", None, "urgent", None) in await decisions(scene)


async def test_when_nobody_is_left_to_ask_it_says_so(scene):
    await scene.register(1)
    request_id = await scene.open()
    await scene.asked(request_id, 1)

    assert await refusal(scene, ask_more(request_id, 3)) == "matching.nobody_to_ask"


async def test_a_full_request_asks_nobody_more(scene):
    await scene.register(4)
    request_id = await scene.open()
    (invitation, *_) = await scene.asked(request_id, 1)
    await scene.say(invitation, Answer.YES)
    await scene.at_rest()
    before = await asked_people(scene, request_id)

    assert await refusal(scene, ask_more(request_id, 3)) == "matching.no_free_place"
    assert await asked_people(scene, request_id) == before


async def test_holding_back_and_leaving_out_are_undone(scene):
    request_id = await scene.open()
    await scene.told_once("candidates_exhausted", request_id=request_id)
    (held, left_out) = await scene.register(2, known=False)
    await scene.do(hold_back(request_id, held))
    await scene.do(
        deed(ExcludeVolunteer, request_id, volunteer_id=left_out, reason="does_not_fit")
    )

    for person in (held, left_out):
        await scene.do(deed(ReadmitVolunteer, request_id, volunteer_id=person))

    for entry in (await scene.board(request_id)).excluded:
        assert {one.code for one in entry.exclusions} == {"not_known"}


async def test_who_was_asked_or_has_a_place_is_not_held_back(scene):
    (person,) = await scene.register(1)
    request_id = await scene.open()
    (invitation,) = await scene.asked(request_id, 1)
    assert await refusal(scene, hold_back(request_id, person)) == "matching.already_invited"

    await scene.say(invitation, Answer.YES)

    assert await refusal(scene, hold_back(request_id, person)) == "matching.place_held"


async def test_a_wave_laid_before_a_coordinator_keeps_who_was_passed_over(scene):
    await scene.register(6)
    request_id = await scene.open(kind=Kind.TANDEM)
    planned = await scene.asked(request_id, 2, state="planned")
    board = await scene.board(request_id)
    (chosen, *others) = [one.volunteer_id for one in board.invitations]
    assert len(planned) == len(others) + 1
    assert sorted(one.rank for one in board.invitations) == list(range(1, len(planned) + 1))

    await scene.do(deed(ApproveWave, request_id, volunteer_ids=(chosen,)))

    kept = await decisions(scene)
    assert [(what, who) for what, who, _, _ in kept if what == "approve_wave"] == [
        ("approve_wave", chosen)
    ]
    assert {who for what, who, _, _ in kept if what == "passed_over"} == set(others)
    assert sorted(rank for _, _, _, rank in kept) == list(range(1, len(planned) + 1))
    report = await scene.ask(ShowEngineReport())
    assert (report.waves, report.waves_unchanged) == (1, 0)
    assert sum(one.proposed for one in report.positions) == len(planned)
    assert sum(one.approved for one in report.positions) == 1


async def test_a_proposal_is_dropped_when_its_person_is_held_back(scene):
    await scene.register(6)
    request_id = await scene.open(kind=Kind.TANDEM)
    await scene.asked(request_id, 2, state="planned")
    (first, *_) = (await scene.board(request_id)).invitations

    await scene.do(hold_back(request_id, first.volunteer_id))

    board = await scene.board(request_id)
    assert first.volunteer_id not in {one.volunteer_id for one in board.invitations}


async def test_the_report_counts_answers_and_picks_by_hand(scene):
    await scene.register(14)
    request_id = await scene.open()
    invitations = await scene.asked(request_id, 2)
    await scene.at_rest()
    board = await scene.board(request_id)
    (pick, *_) = (one.volunteer_id for one in board.candidates)
    await scene.do(deed(InviteVolunteer, request_id, volunteer_id=pick, reason="knows_them"))
    by_hand = next(
        row["invitation_id"]
        for row in await scene.invitations(request_id)
        if row["volunteer_id"] == pick
    )
    await scene.say(invitations[1], Answer.NO)
    await scene.say(invitations[0], Answer.YES)
    await scene.say(by_hand, Answer.YES)

    early = await scene.ask(ShowEngineReport(days=2))
    assert early.by_engine.asks == 0, "a yes comes sooner than silence is a no"
    await scene.jump(MONDAY + timedelta(hours=25))
    report = await scene.ask(ShowEngineReport(days=2))

    assert (report.by_engine.asks, report.by_engine.came) == (2, 1)
    assert 0 < report.by_engine.expected < 2
    assert report.by_engine.brier_of_average == pytest.approx(0.25)
    assert (report.by_hand.asks, report.by_hand.came) == (1, 1)
    assert sum(band.asks for band in report.bands) == 2
    assert (report.hand_picks.picks, report.hand_picks.median_rank) == (1, 1)


async def test_a_request_for_which_few_are_left_is_a_coordinators_to_decide(scene):
    """First all are spared; then all are asked, and one who is tired will hardly say yes."""
    (tired,) = await scene.register(1, asks_per_week=2)
    await scene.district.sql(
        "INSERT INTO matching.boards (request_id, need, invite, confirm, request_state)"
        " SELECT gen_random_uuid(), NULL, 'auto', 'auto', 'cancelled' FROM generate_series(1, 5)"
    )
    for days in (8, 9, 10, 11, 12):
        await asked_before(scene, tired, days)
    request_id = await scene.open()
    board = await scene.board_when(
        request_id, lambda board: board.waits_for and board.waits_for.code == "sparing"
    )
    assert board.invitations == ()

    (decision,) = (await scene.ask(OpenDecisions())).decisions
    assert (decision.what, decision.request_id, decision.people) == (
        "all_spared",
        request_id,
        1,
    )
    (resting,) = await scene.register(1, known=False)
    await scene.do(hold_back(request_id, resting))
    known = {"version": 2, "known": True}
    scene.entries[resting] = scene.entries[resting].model_copy(update=known)
    told = VolunteerProfileChanged(volunteer_id=resting, sequence=2, occurred_at=MONDAY)
    await scene.publish(scene.profiles, told)
    await scene.at_rest()
    more = await scene.do(ask_more(request_id, 3))

    assert (more.asked, more.not_now) == (1, {"held_back": 1})
    await scene.asked(request_id, 1)
    await scene.at_rest()
    (decision,) = (await scene.ask(OpenDecisions())).decisions
    assert (decision.what, decision.people) == ("unlikely", 1)
    await scene.register(3)

    await scene.jump(MONDAY + timedelta(hours=4))
    await scene.asked(request_id, 2)
    await scene.at_rest()
    assert (await scene.ask(OpenDecisions())).decisions == ()


async def test_a_stopped_request_with_free_places_is_not_forgotten(scene):
    await scene.register(2)
    request_id = await scene.open(places=2)
    await scene.at_rest()
    await scene.do(deed(StopMatching, request_id, reason="clarifying"))

    (decision,) = (await scene.ask(OpenDecisions())).decisions
    await scene.do(deed(ResumeMatching, request_id))

    assert (decision.what, decision.request_id, decision.people) == ("stopped", request_id, 2)
    assert "stopped" not in {one.what for one in (await scene.ask(OpenDecisions())).decisions}


async def asked_before(scene, volunteer_id, days):
    """Somebody was asked for something else so many days ago, and that is over."""
    await scene.district.sql(
        "INSERT INTO matching.invitations (invitation_id, request_id, volunteer_id, state, wave,"
        " chance, answer_within, need_version, issued_at, sent_at, channel, purpose, why, counted)"
        " SELECT gen_random_uuid(), request_id, $1, 'expired', 1, 0.3, '1 day', 1, $2, $2,"
        " 'email', 'offer', '{}', false FROM matching.boards b WHERE request_state = 'cancelled'"
        " AND NOT EXISTS (SELECT 1 FROM matching.invitations i"
        " WHERE i.request_id = b.request_id) LIMIT 1",
        volunteer_id,
        MONDAY - timedelta(days=days),
    )
