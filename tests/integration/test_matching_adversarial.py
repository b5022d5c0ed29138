"""Ten instances on which simpler engines fail, played through the service.

(1) the only speaker of a rare language, (2) one person for two requests at one time, (3) no second
mail while the yeses awaited cover the need, (4) a yes after all is filled, (5) a cancellation three
hours before the start, (6) a certificate that ends before the date, (7) the day on which the clocks
change (its night: `test_matching_clock_change`), (8) the agreeable volunteer, (9) events twice and
in any order (the whole log: `test_matching_replay`), (10) a wished gender that nobody stated.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.matching.domain.tuning import Tuning
from services.matching.loops.looking import Looker
from services.matching.loops.planning import Planner
from services.matching.loops.tandems import TandemAsker
from services.matching.store.roster import Roster
from shared.contracts.matching import WhyNotPlanned
from shared.contracts.values import Dated, HeldCheck, LanguageAsked, LanguageOf, Times
from shared.kernel.fields import Answer, Check, Gender
from shared.messaging.asking import WishRefused
from tests.integration.matching_scene import (
    HOUR,
    MONDAY,
    a_need,
    a_scene,
    a_slot,
    an_opening,
    planner_elsewhere,
)

pytestmark = pytest.mark.integration


@pytest.fixture
async def scene(district):
    async with a_scene(district) as found:
        yield found


@pytest.fixture
async def unplanned(district):
    """The planner never looks: a test looks by itself."""
    async with planner_elsewhere(district), a_scene(district) as found:
        yield found


async def planned(scene):
    """Look at everything that is due, as the planner does."""
    (app,) = scene.matching
    await scene.all_handled()
    looker = Looker(app.work, Roster(), Tuning())
    planner = Planner(app.database, looker, TandemAsker(app.work, Tuning()))
    while await planner.look_round():
        await scene.all_handled()


async def who_is_asked(scene, request_id):
    return {row["volunteer_id"] for row in await scene.invitations(request_id)}


async def agreeable(scene, *, asked, yes):
    """Everybody has been asked so often and has said yes so often."""
    await scene.district.sql(
        "UPDATE matching.volunteers SET asked = $1, yes = $2, counted_at = $3",
        asked,
        yes,
        MONDAY,
    )


def speaks(*tags):
    return tuple(LanguageOf(tag=tag, level="native") for tag in tags)


def asks(tag, level="B1"):
    return (LanguageAsked(tag=tag, level=level),)


async def test_1_the_only_speaker_of_a_rare_language_is_kept_for_who_needs_it(unplanned):
    scene = unplanned
    (rare,) = await scene.register(1, languages=speaks("ti", "ar"), fields=("education",))
    (other,) = await scene.register(1, languages=speaks("ar"))
    in_arabic = await scene.open(languages=asks("ar"))
    in_tigrinya = await scene.open(languages=asks("ti"))

    await planned(scene)

    assert await who_is_asked(scene, in_arabic) == {other}
    assert await who_is_asked(scene, in_tigrinya) == {rare}


async def test_1_the_plan_says_who_would_lose_the_only_speaker(unplanned):
    scene = unplanned
    (rare,) = await scene.register(1, languages=speaks("ti", "ar"))
    await scene.register(1, languages=speaks("ar"))
    in_arabic = await scene.open(languages=asks("ar"))
    in_tigrinya = await scene.open(languages=asks("ti"))
    await scene.all_handled()

    told = await scene.ask(WhyNotPlanned(request_id=in_arabic, volunteer_id=rare))
    here = await scene.ask(WhyNotPlanned(request_id=in_tigrinya, volunteer_id=rare))

    assert (told.answer, told.loses) == ("costs", in_tigrinya)
    assert told.loss > 0.9
    assert told.swaps[0].volunteer_id == rare
    assert here.answer == "planned"


async def test_2_nobody_is_confirmed_twice_at_one_time(scene):
    (person,) = await scene.register(1)
    first = await scene.open(urgent=True)
    (one,) = await scene.asked(first)
    second = await scene.open(urgent=True)  # both at once would be too many mails
    (other,) = await scene.asked(second)

    assert (await scene.say(one, Answer.YES)).outcome == "assigned"
    with pytest.raises(WishRefused) as refused:
        await scene.say(other, Answer.YES)

    assert refused.value.code == "matching.overlapping_place"
    assert await scene.claims(first, "assigned") == [person]
    assert await scene.claims(second, "assigned") == []


async def test_3_no_second_mail_while_the_yeses_awaited_cover_the_need(unplanned):
    scene = unplanned
    people = set(await scene.register(12))
    await agreeable(scene, asked=500, yes=500)
    request_id = await scene.open(places=10)
    await planned(scene)
    first = await who_is_asked(scene, request_id)
    assert len(first) == 11

    *yeses, second_last, last = await scene.whole_wave(request_id)
    for invitation_id in yeses:
        await scene.say(invitation_id, Answer.YES)
    await scene.jump(MONDAY + 4 * HOUR)  # when they have been left in peace long enough
    await planned(scene)
    assert await who_is_asked(scene, request_id) == first

    for invitation_id in (second_last, last):
        await scene.say(invitation_id, Answer.NO)
    await planned(scene)
    assert await who_is_asked(scene, request_id) == people


async def test_4_a_yes_after_all_is_filled_waits_and_is_never_refused(scene):
    await scene.register(6)
    request_id = await scene.open(urgent=True)
    one, other, *_ = await scene.asked(request_id, 2)

    assert (await scene.say(one, Answer.YES)).outcome == "assigned"
    assert (await scene.say(other, Answer.YES)).outcome == "waitlisted"


async def test_5_three_hours_before_the_start_the_waiting_list_is_asked_first_and_then_others(
    scene,
):
    await scene.register(12)
    request_id = await scene.open(slots=(a_slot(days=3 / 24),))
    one, other, *_ = await scene.whole_wave(request_id)
    first = await who_is_asked(scene, request_id)
    await scene.say(one, Answer.YES)
    await scene.say(other, Answer.YES)
    (waiting,) = await scene.claims(request_id, "waiting")

    await scene.say(one, Answer.NO)
    await scene.at_rest()

    page = await scene.page(other)
    assert (page.purpose, page.waiting_position) == ("move_up", 1)
    assert await scene.claims(request_id, "waiting") == [waiting]
    assert await scene.claims(request_id, "assigned") == []
    assert await who_is_asked(scene, request_id) == first

    await scene.say(other, Answer.NO)
    await scene.at_rest()

    assert await who_is_asked(scene, request_id) > first
    assert await scene.claims(request_id, "assigned", "waiting") == []


async def test_6_a_certificate_that_ends_before_the_date_excludes(scene):
    held = HeldCheck(check=Check.CONDUCT_CERTIFICATE, valid_until=date(2026, 11, 25))
    (person,) = await scene.register(1, checks=(held,))
    request_id = await scene.open(checks=(Check.CONDUCT_CERTIFICATE,))

    board = await scene.board_when(request_id, lambda found: found.excluded)

    (excluded,) = board.excluded
    assert (excluded.volunteer_id, excluded.exclusions[0].code) == (person, "check_expired")
    assert excluded.exclusions[0].details["needed_on"] == "2026-11-30"


async def test_7_times_are_meant_by_the_wall_clock_when_the_clocks_change(scene):
    evening = Times(weekday=6, **{"from": "18:00", "to": "20:00"})
    (person,) = await scene.register(1, availability=(evening,))
    evenings = (
        datetime(2027, 3, 28, 16, tzinfo=UTC),  # 18:00 on the day of the change
        datetime(2027, 3, 21, 17, tzinfo=UTC),  # and on the Sunday before
        datetime(2027, 10, 31, 17, tzinfo=UTC),
        datetime(2027, 10, 24, 16, tzinfo=UTC),
    )
    for start in evenings:
        slot = Dated(starts_at=start, ends_at=start + 2 * HOUR)
        request_id = await scene.open(slots=(slot,))
        await scene.asked(request_id)
        assert await who_is_asked(scene, request_id) == {person}


async def test_8_the_agreeable_volunteer_is_not_asked_more_than_they_want(unplanned):
    scene = unplanned
    (person,) = await scene.register(1, asks_per_week=2)
    await agreeable(scene, asked=20, yes=18)
    requests = [await scene.open(slots=(a_slot(days=7 + n),)) for n in range(5)]

    await planned(scene)

    asked = [one for one in requests if await who_is_asked(scene, one) == {person}]
    assert len(asked) == 2


async def test_9_openings_twice_and_in_any_order_end_the_same(scene):
    await scene.register(3)
    request_id = await scene.open(sequence=3)
    await scene.asked(request_id, 1)
    await scene.at_rest()
    before = await scene.everything()

    for sequence in (3, 1, 3):
        again = an_opening(request_id, sequence=sequence, need=a_need())
        await scene.publish(scene.requests, again)
        await scene.at_rest()

    assert await scene.everything() == before


async def test_10_a_wished_gender_that_nobody_stated_excludes_and_says_so(scene):
    await scene.register(1)
    (woman,) = await scene.register(1, gender=Gender.FEMALE)
    request_id = await scene.open(wished_gender=Gender.FEMALE)

    await scene.asked(request_id)
    board = await scene.board(request_id)

    assert await who_is_asked(scene, request_id) == {woman}
    (unknown,) = [one for one in board.excluded if one.volunteer_id != woman]
    assert unknown.exclusions[0].code == "wished_gender"
    assert unknown.exclusions[0].details["stated"] is False


async def test_a_request_that_nobody_can_meet_costs_no_mail_and_says_what_would_help(scene):
    weekdays = tuple(Times(weekday=day, **{"from": "09:00", "to": "12:00"}) for day in (1, 2))
    await scene.register(3, languages=speaks("de"), availability=weekdays)
    impossible = await scene.open(languages=asks("ti", "C2"), checks=(Check.TRAINING,))
    another_day = await scene.open()

    told = await scene.told_once("candidates_exhausted", request_id=another_day)
    never = await scene.told_once("candidates_exhausted", request_id=impossible)
    await scene.at_rest()
    board, in_vain = await scene.board(another_day), await scene.board(impossible)

    assert told["excluded"] == {"not_free": 3}
    assert never["excluded"] == {"language_missing": 3}
    for nobody in (impossible, another_day):
        assert await scene.invitations(nobody) == []
        assert await scene.told("invitation_issued", request_id=nobody) == []
    (relief,) = board.reliefs
    assert (relief.code, relief.gained, relief.also) == ("other_weekday", 3, ())
    assert relief.details["weekday"] in {1, 2}
    assert board.lacks == ()
    (all_at_once,) = in_vain.reliefs
    assert (all_at_once.code, all_at_once.gained) == ("without_language", 3)
    assert [one.code for one in all_at_once.also] == ["carry_out_check", "other_weekday"]
    assert [(one.code, *one.details.values()) for one in in_vain.lacks] == [
        ("language", "ti", "C2"),
        ("check", "training"),
        ("time",),
    ]
    assert timedelta(0) <= scene.now() - MONDAY < timedelta(hours=1)
