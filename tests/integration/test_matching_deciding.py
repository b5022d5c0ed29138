"""What coordinators decide by hand and see, on real servers."""

import asyncio
import json
from datetime import date

import pytest

from shared.contracts.matching import (
    AssignVolunteer,
    ExcludeVolunteer,
    InviteVolunteer,
    PreviewMatching,
    ReleaseVolunteer,
    ResumeMatching,
)
from shared.contracts.profiles import VolunteerErased, VolunteerProfileChanged
from shared.contracts.requests import RequestChanged
from shared.contracts.values import Coordinates, HeldCheck, LanguageAsked, LanguageOf, Times
from shared.kernel.fields import Answer, Check, Field, Kind
from shared.kernel.ids import new_id
from shared.messaging.asking import Received, WishRefused
from tests.integration.matching_scene import (
    MONDAY,
    ORGANISATION,
    a_need,
    a_scene,
    a_slot,
    an_entry,
)

pytestmark = pytest.mark.integration

FAR_AWAY = Coordinates(latitude=51.4, longitude=12.434)
STAFF = new_id()


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


def by_hand(kind, request_id, volunteer_id, reason="fits", **more):
    return kind(
        command_key=f"key-{new_id()}",
        staff_id=STAFF,
        request_id=request_id,
        volunteer_id=volunteer_id,
        reason=reason,
        **more,
    )


async def refusal(scene, command):
    with pytest.raises(WishRefused) as refused:
        await scene.do(command)
    return refused.value.code


async def decisions(scene):
    rows = await scene.district.sql(
        "SELECT deed, volunteer_id, staff_id, reason FROM matching.decisions ORDER BY decided_at"
    )
    return [tuple(row) for row in rows]


async def test_inviting_against_a_rule_needs_a_reason_that_is_kept(scene):
    (person,) = await scene.register(1, radius_km=5)
    request_id = await scene.open(point=FAR_AWAY)
    await scene.told_once("candidates_exhausted", request_id=request_id)

    refused = await refusal(scene, by_hand(InviteVolunteer, request_id, person))
    changed = await scene.do(by_hand(InviteVolunteer, request_id, person, "gets_a_lift"))

    assert refused == "matching.override_needed"
    assert changed.places.invited == 1
    (shown,) = (await scene.board(request_id)).invitations
    assert (shown.by_staff_id, shown.override_reason) == (STAFF, "gets_a_lift")
    (rule,) = shown.against
    assert (rule.code, rule.details) == ("too_far", {"distance_km": 47, "radius_km": 5})
    assert shown.unmet == (rule,)
    assert await decisions(scene) == [("invite", person, STAFF, "gets_a_lift")]
    told = await scene.told_once("invitation_issued", request_id=request_id)
    assert (told["wave"], told["by_hand"]) == (1, True)
    again = by_hand(InviteVolunteer, request_id, person, "gets_a_lift")
    assert await refusal(scene, again) == "matching.already_invited"


async def test_a_coordinator_assigns_who_agreed_though_their_asks_are_used_up(scene):
    (person,) = await scene.register(1, asks_per_week=0)
    request_id = await scene.open()
    wish = by_hand(AssignVolunteer, request_id, person)

    first, again = await scene.do(wish), await scene.do(wish)

    assert first == again
    assert first.places.assigned == 1
    (row,) = await scene.invitations(request_id)
    assert (row["state"], row["answer"], row["via"]) == ("direct", "yes", "web")
    assert await decisions(scene) == [("assign", person, STAFF, "fits")]
    assert (await scene.say(row["invitation_id"], Answer.NO)).outcome == "released"


async def test_the_rule_that_a_place_went_against_is_told_until_it_is_met(scene):
    (person,) = await scene.register(1)
    request_id = await scene.open(checks=(Check.CONDUCT_CERTIFICATE,))
    await scene.told_once("candidates_exhausted", request_id=request_id)
    await scene.do(by_hand(InviteVolunteer, request_id, person, "knows_them"))
    (asked,) = await scene.asked(request_id, 1)
    await scene.say(asked, Answer.YES)

    (shown,) = (await scene.board(request_id)).invitations
    assert shown.override_reason == "knows_them"
    assert [one.details for one in shown.unmet] == [{"check": "conduct_certificate"}]

    held = HeldCheck(check=Check.CONDUCT_CERTIFICATE, valid_until=date(2030, 1, 1))
    newer = {"version": 2, "checks": (held,)}
    scene.entries[person] = scene.entries[person].model_copy(update=newer)
    brought = VolunteerProfileChanged(volunteer_id=person, sequence=2, occurred_at=MONDAY)
    await scene.publish(scene.profiles, brought)
    await scene.at_rest()

    (shown,) = (await scene.board(request_id)).invitations
    assert [one.code for one in shown.against] == ["check_missing"]
    assert shown.unmet == ()


async def test_who_was_asked_before_and_gets_a_place_against_a_rule_keeps_both(scene):
    (person,) = await scene.register(1, radius_km=5)
    request_id = await scene.open()
    await scene.asked(request_id, 1)
    far = a_need(point=FAR_AWAY)
    moved = RequestChanged(
        request_id=request_id,
        sequence=2,
        organisation_id=ORGANISATION,
        need=far,
        material=True,
        facts_sequence=2,
        occurred_at=MONDAY,
    )
    await scene.publish(scene.requests, moved)
    await scene.all_handled()
    assert await refusal(scene, by_hand(AssignVolunteer, request_id, person)) == (
        "matching.override_needed"
    )

    await scene.do(by_hand(AssignVolunteer, request_id, person, "agreed_by_phone"))

    (shown,) = (await scene.board(request_id)).invitations
    assert shown.override_reason == "agreed_by_phone"
    assert [one.code for one in shown.against] == ["too_far"]
    assert "near" in {one.code for one in shown.reasons}, "why they were asked stays"


async def test_nobody_unknown_is_assigned_before_the_first_talk_and_at_once_after_it(scene):
    (person,) = await scene.register(1, known=False)
    request_id = await scene.open()
    wish = by_hand(AssignVolunteer, request_id, person, "i_know_them")
    await scene.told_once("candidates_exhausted", request_id=request_id)
    assert await refusal(scene, wish) == "matching.first_talk_missing"

    # The profile is newer than what matching holds, and the answer takes a moment.
    profiles = scene.entries.pop(person)
    ticked = VolunteerProfileChanged(volunteer_id=person, sequence=2, occurred_at=MONDAY)
    scene.entries[person] = profiles.model_copy(update={"version": 2, "known": True})
    await scene.publish(scene.profiles, ticked)
    await scene.all_handled()

    changed = await scene.do(by_hand(AssignVolunteer, request_id, person, "i_know_them"))
    assert changed.places.assigned == 1


async def test_who_is_not_known_here_can_be_neither_asked_nor_assigned(scene):
    request_id = await scene.open()
    await scene.told_once("candidates_exhausted", request_id=request_id)

    for kind in (InviteVolunteer, AssignVolunteer):
        assert (
            await refusal(scene, by_hand(kind, request_id, new_id()))
            == "matching.volunteer_unknown"
        )
        assert (
            await refusal(scene, by_hand(kind, new_id(), new_id()))
            == "matching.request_unknown"
        )
    assert await decisions(scene) == []


async def with_somebody_waiting(scene):
    """A request with two places taken and one person waiting."""
    await scene.register(3)
    request_id = await scene.open(places=2)
    for invitation in await scene.asked(request_id, 3):
        await scene.say(invitation, Answer.YES)
    return request_id, await scene.claims(request_id, "assigned")


async def test_a_released_place_goes_to_the_waiting_list(scene):
    request_id, (holder, _) = await with_somebody_waiting(scene)

    changed = await scene.do(by_hand(ReleaseVolunteer, request_id, holder, "fell_ill"))

    assert (changed.places.assigned, changed.places.waitlisted) == (2, 0)
    assert holder not in await scene.claims(request_id, "assigned")


async def test_a_place_that_is_kept_free_stays_so_until_there_are_fewer(scene):
    request_id, (holder, other) = await with_somebody_waiting(scene)

    released = by_hand(ReleaseVolunteer, request_id, holder, "too_many", refill=False)
    assert (await scene.do(released)).places.assigned == 1
    await scene.look_again(request_id)
    board = await scene.board(request_id)
    assert (board.state, board.places.assigned, board.places.waitlisted) == ("stopped", 1, 1)
    fewer = RequestChanged(
        request_id=request_id,
        sequence=2,
        organisation_id=ORGANISATION,
        need=a_need(places=1),
        material=False,
        facts_sequence=1,
        occurred_at=MONDAY,
    )
    await scene.publish(scene.requests, fewer)

    board = await scene.board_when(request_id, lambda board: board.state == "open")
    assert (board.places.places, board.assigned) == (1, (other,))


async def test_a_place_that_was_kept_free_is_given_on_when_matching_is_resumed(scene):
    request_id, (holder, _) = await with_somebody_waiting(scene)
    released = by_hand(ReleaseVolunteer, request_id, holder, "too_many", refill=False)
    await scene.do(released)

    await scene.do(
        ResumeMatching(command_key=f"key-{new_id()}", staff_id=STAFF, request_id=request_id)
    )

    await scene.board_when(request_id, lambda board: board.places.assigned == 2)


async def test_who_is_excluded_is_not_asked_unless_by_hand_with_a_reason(scene):
    first, second = await scene.register(2)
    request_id = await scene.open(kind=Kind.TANDEM)
    await scene.asked(request_id, 2, state="planned")

    await scene.do(by_hand(ExcludeVolunteer, request_id, first, "knows_the_family"))

    (left,) = await scene.invitations(request_id)
    assert left["volunteer_id"] == second
    wish = by_hand(InviteVolunteer, request_id, first)
    assert await refusal(scene, wish) == "matching.override_needed"
    await scene.do(by_hand(InviteVolunteer, request_id, first, "asked_for_it"))
    board = await scene.board(request_id)
    assert {i.volunteer_id: i.override_reason for i in board.invitations}[
        first
    ] == "asked_for_it"
    assert board.excluded[0].exclusions[0].code == "already_asked"


async def test_the_board_shows_the_parts_that_were_used_and_why_others_are_left_out(scene):
    arabic = LanguageOf(tag="ar", level="C1")
    evenings = Times(weekday=0, from_="08:00", to="22:00")
    (best,) = await scene.register(
        1,
        languages=(arabic,),
        fields=(Field.EDUCATION,),
        availability=(evenings,),
        point=Coordinates(latitude=51.0, longitude=12.45),
        radius_km=20,
    )
    (plain,) = await scene.register(1)
    (tired,) = await scene.register(1, asks_per_week=0)
    (elsewhere,) = await scene.register(1, fields=(Field.HOUSING,), radius_km=1)
    request_id = await scene.open(
        languages=(LanguageAsked(tag="ar", level="B1"),), point=FAR_AWAY, lift_offered=True
    )

    await scene.asked(request_id, 1)
    await scene.at_rest()
    board = await scene.board(request_id)

    (invited,) = board.invitations
    assert invited.volunteer_id == best
    assert {part.name: part.at_most for part in invited.parts} == {
        "fit": 300,
        "nearness": 200,
        "slack": 150,
        "continuity": 150,
        "rest": 200,
    }
    codes = {reason.code: reason.details for reason in invited.reasons}
    assert codes == {
        "speaks": {"tags": "ar"},
        "near": {"km": 44, "radius_km": 20},
        "free_then": {},
        "chosen_field": {},
    }
    record, weighed = invited.record, invited.weighed
    assert (record.asked, record.yes, record.chance, record.fatigue) == (0, 0, 0.25, 0)
    score = sum(part.points for part in invited.parts)
    assert weighed.fit == pytest.approx(0.1 * score / 1000)
    assert weighed.value == pytest.approx(invited.chance + weighed.fit, abs=1e-4)
    assert (weighed.short, weighed.lost, weighed.weariness) == (1, 0, 1), "asked first, alone"
    assert weighed.gain == pytest.approx(invited.chance - weighed.price, abs=1e-4)
    assert board.candidates[0].record.chance == 0.25
    assert (await scene.page(invited.invitation_id)).reasons == invited.reasons
    assert [c.volunteer_id for c in board.candidates] == [plain, tired]
    assert [c.rank for c in board.candidates] == [1, 2]
    assert board.candidates[0].score == sum(part.points for part in board.candidates[0].parts)
    assert board.candidates[1].not_now[0].code == "ask_budget_used_up"
    left_out = {e.volunteer_id: [r.code for r in e.exclusions] for e in board.excluded}
    assert left_out == {
        best: ["already_asked"],
        elsewhere: ["field_declined"],
        tired: ["ask_budget_used_up"],
    }
    assert board.excluded_counts == {
        "already_asked": 1,
        "field_declined": 1,
        "ask_budget_used_up": 1,
    }


async def test_a_series_names_the_dates_at_which_somebody_cannot_come(scene):
    mondays = Times(weekday=0, from_="08:00", to="22:00")
    await scene.register(1, availability=(mondays,))
    tuesday = a_slot(8)
    weeks = tuple(a_slot(7 * week) for week in range(1, 6))
    request_id = await scene.open(kind=Kind.SERIES, slots=(*weeks, tuesday))

    (asked,) = await scene.asked(request_id, 1)

    assert (await scene.page(asked)).clashes == (tuesday,)
    (row,) = await scene.invitations(request_id)
    assert len(json.loads(row["why"])["clashes"]) == 1


async def test_the_dry_run_counts_without_asking_anybody(scene):
    await scene.register(2)
    await scene.register(1, radius_km=1)
    await scene.register(1, asks_per_week=0)

    tried = await scene.portal.ask(PreviewMatching(need=a_need(point=FAR_AWAY)))

    assert (tried.fitting, tried.free_then) == (3, 3)
    assert tried.excluded == {"too_far": 1, "ask_budget_used_up": 1}
    assert tried.first_mail_at is not None
    assert await scene.told("invitation_issued") == []
    with pytest.raises(WishRefused) as refused:
        await scene.portal.ask(PreviewMatching(need=a_need(slots=())))
    assert refused.value.code == "matching.need_unclear"


async def test_a_deed_about_a_profile_that_is_on_its_way_waits_for_it(scene):
    (person,) = await scene.register(1, known=False)
    request_id = await scene.open()
    await scene.told_once("candidates_exhausted", request_id=request_id)
    await scene.profiles.stop()  # `profiles` is away
    entry = scene.entries[person]
    scene.entries[person] = an_entry(person, version=2, known=True, channel=entry.channel)
    await scene.district.sql(
        "UPDATE matching.volunteers SET wanted = 2 WHERE volunteer_id = $1", person
    )
    wish = by_hand(AssignVolunteer, request_id, person, "i_know_them")

    assert await scene.admin.send(wish) == Received()

    assert await scene.claims(request_id, "assigned") == []


async def test_an_erased_volunteer_cannot_be_assigned_in_the_same_moment(scene):
    (person,) = await scene.register(1)
    request_id = await scene.open()
    await scene.asked(request_id, 1)
    del scene.entries[person]

    erased = VolunteerErased(volunteer_id=person, occurred_at=MONDAY)
    results = await asyncio.gather(
        scene.publish(scene.profiles, erased),
        scene.admin.send(by_hand(AssignVolunteer, request_id, person)),
        return_exceptions=True,
    )
    await scene.all_handled()

    if isinstance(results[1], WishRefused):
        assert results[1].code == "matching.volunteer_unknown"
    assert await scene.claims(request_id, "assigned") == []
    assert await scene.district.sql("SELECT 1 FROM matching.volunteers") == []
