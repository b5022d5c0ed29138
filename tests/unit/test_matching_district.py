"""Stories of the plan of the district: who is kept for whom, and why somebody is not planned."""

from dataclasses import replace

import pytest

from services.matching.domain.board import Board
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.district import open_district, plan_district
from services.matching.domain.flow.forcing import Answer
from services.matching.domain.ranking import rank
from services.matching.domain.waves import Next, plan_wave
from shared.kernel.ids import RequestId
from shared.kernel.languages import LanguageNeed, LanguageSkill, Level
from tests.unit.matching_builders import (
    NOW,
    TUNING,
    a_need,
    a_person,
    a_slot,
    an_id,
    asked,
    volunteer,
)

TIGRINYA = LanguageNeed("ti", Level.B1)
ARABIC = LanguageNeed("ar", Level.B1)
BOTH = (LanguageSkill("ti", Level.NATIVE), LanguageSkill("ar", Level.NATIVE))
ONLY_ARABIC = (LanguageSkill("ar", Level.B1),)
A, B = (RequestId(an_id(number)) for number in (71_001, 71_002))
PEOPLE = [a_person(1, languages=BOTH), a_person(2, languages=ONLY_ARABIC)]


def needs():
    """A needs Tigrinya, which only the first speaks; B, on the same day, needs Arabic."""
    in_tigrinya = a_need(request_id=A, languages=(TIGRINYA,))
    return in_tigrinya, a_need(request_id=B, languages=(ARABIC,))


def ranked(need, people=PEOPLE, board=None):
    return rank(need, people, NOW, TUNING, (board or Board(need)).exclusions(NOW))


def opened(boards, people=PEOPLE):
    pool = Pool.of(people)
    doings = Doings.of(pool, people, needs()[0].organisation_id)
    return open_district(boards, NOW, TUNING, pool, doings)


def planned(boards, people=PEOPLE):
    return plan_district(opened(boards, people))


def test_the_only_one_who_speaks_a_language_is_kept_for_who_needs_it():
    boards = [Board(need) for need in needs()]
    plan = planned(boards)

    alone = plan_wave(boards[1], ranked(boards[1].need), NOW, TUNING)
    with_plan = plan_wave(boards[1], ranked(boards[1].need), NOW, TUNING, plan.scarcity(B))

    assert volunteer(1) in {ask.volunteer_id for ask in alone.invite}
    assert [ask.volunteer_id for ask in with_plan.invite] == [volunteer(2)]
    assert plan.scarcity(B)[volunteer(1)] == 1.0
    assert plan.scarcity(A) == {}


def test_why_not_names_who_would_move_and_who_would_lose():
    plan = planned([Board(need) for need in needs()])

    found = plan.why_not(B, volunteer(1))

    assert found is not None
    assert found.answer is Answer.COSTS
    assert plan.volunteer(found.moves[0].volunteer) == volunteer(1)
    assert plan.requests[found.loses] == A
    assert plan.why_not(A, volunteer(1)).answer is Answer.PLANNED
    assert plan.why_not(A, volunteer(2)).answer is Answer.NO_PAIR
    assert plan.why_not(A, volunteer(9)) is None


def test_the_plan_is_the_same_whatever_the_order_of_the_requests():
    boards = [Board(need) for need in needs()]

    one, other = planned(boards), planned(boards[::-1])
    assert one.requests == other.requests
    assert [one.scarcity(each) for each in (A, B)] == [other.scarcity(each) for each in (A, B)]


def test_yeses_to_be_expected_take_places_off_the_plan():
    need = needs()[0]
    board = asked(Board(replace(need, places=2)), 1, chance=0.9)
    people = [PEOPLE[0], a_person(3, languages=BOTH)]

    (awaited,) = opened([board], people).requests

    assert awaited.places == 2  # 1.1 places are still short
    sure = asked(Board(need), 1, 3, chance=0.9)
    assert opened([sure], people).requests[0].places == 0


def test_the_nearer_the_time_the_more_a_place_counts():
    soon = a_need(request_id=A, slots=(a_slot(0.5),), languages=(ARABIC,))
    later = a_need(request_id=B, languages=(ARABIC,))

    urgencies = [
        one.urgency for one in opened([Board(need) for need in (later, soon)]).requests
    ]

    assert urgencies == [4, 1]


def test_nothing_open_is_no_error_and_nobody_is_spared_for_nothing():
    assert planned([]).scarcity(A) == {}
    nobody = planned([Board(needs()[0])], people=[])
    assert nobody.scarcity(A) == {}
    assert plan_wave(Board(needs()[0]), ranked(needs()[0], []), NOW, TUNING, {}).next is (
        Next.EXHAUSTED
    )


@pytest.mark.parametrize("hours", [None, 0.5, 8])
def test_who_fits_can_be_planned_however_few_hours_they_state(hours):
    need = a_need(request_id=A)
    person = a_person(1, hours_per_week=hours)
    asked_of = opened([Board(need)], [person])
    fits = hours is None or hours >= 2
    assert (asked_of.contenders.capacity >= 1).tolist() == ([True] if fits else [])
