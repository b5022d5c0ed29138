"""Many requests at once find what a look for each alone finds."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.agenda import lay_out
from services.matching.domain.board import Board
from services.matching.domain.candidates import laid_out
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.district import BEST_OF_EACH, open_district
from services.matching.domain.exclusions import Exclusion, Reason
from services.matching.domain.question import put
from services.matching.domain.ranking import rank_pool, shortlist
from services.matching.domain.roster import Absence
from services.matching.domain.together import NEAR, best_of_each
from services.matching.domain.ways import Ways
from shared.kernel.fields import Check, Field, Gender, Kind
from shared.kernel.ids import RequestId
from shared.kernel.languages import LanguageNeed, LanguageSkill, Level, Mode
from shared.kernel.places import Point
from shared.kernel.weeks import Week
from tests.property.test_matching_ranking import NEEDS, PEOPLE
from tests.unit.matching_builders import NOW, TUNING, a_need, a_person, a_slot, an_id

KINDS = [Kind.SINGLE, Kind.SINGLE, Kind.SERIES, Kind.INTERPRETING, Kind.EVENT_HELP]


def a_place(random: Random) -> Point:
    return Point(51.0 + random.uniform(-0.15, 0.15), 12.4 + random.uniform(-0.2, 0.2))


def anywhere(random: Random) -> Point:
    return Point(random.uniform(-80, 80), random.uniform(-180, 180))


def some_people(random: Random, count: int = 60):
    """People of whom most fit something, and each rule keeps out some."""

    def one(number: int):
        days = [(NOW + timedelta(days=random.randint(1, 12))).date() for _ in range(2)]
        spoken = random.sample(["ar", "de", "ti", "uk"], random.randint(0, 3))
        return a_person(
            number,
            known=random.random() < 0.9,
            paused_until=None,
            point=a_place(random) if random.random() < 0.9 else None,
            radius_km=random.choice([None, 3.0, 10.0, 25.0]),
            languages=tuple(
                LanguageSkill(
                    tag, random.choice(list(Level)), frozenset(random.choices(list(Mode)))
                )
                for tag in spoken
            ),
            fields=frozenset(random.sample(list(Field), random.choice([0, 0, 5]))),
            skills=random.choice([frozenset(), frozenset({"chess"}), frozenset({"swimming"})]),
            availability=random.choice(
                [
                    None,
                    Week.parse("mon 08:00-20:00;tue 08:00-20:00"),
                    Week.parse("mon 08:00-14:00"),
                ]
            ),
            absences=tuple(
                Absence(day, day) for day in sorted(days)[: random.choice([0, 0, 1, 2])]
            ),
            checks={Check.FIRST_TALK: None, random.choice(list(Check)): days[0]},
            gender=random.choice([None, *Gender]),
            hours_per_week=random.choice([None, 2.0, 3.0, 10.0]),
            held=(a_slot(random.randint(1, 12), 3),) if random.random() < 0.4 else (),
            skipped=(a_slot(random.randint(1, 12), 3),) if random.random() < 0.1 else (),
            asked_at=tuple(
                NOW - timedelta(days=random.randint(1, 20))
                for _ in range(random.choice([0, 0, 1]))
            ),
        )

    return [one(number) for number in range(1, count + 1)]


def some_needs(random: Random, count: int = 25):
    """Requests that want the same few things, each another mixture of them."""

    def one(number: int):
        kind = random.choice(KINDS)
        evenings = [[7], [1], [2, 8], [1, 2, 7, 9], [3], [random.randint(1, 12)]]
        tags = random.sample(["ar", "de", "uk"], random.choice([0, 1, 1, 2]))
        return a_need(
            request_id=RequestId(an_id(80_000 + number)),
            kind=kind,
            field=random.choice(list(Field)[:3]),
            slots=tuple(a_slot(day, random.choice([1, 2])) for day in random.choice(evenings)),
            point=random.choice([None, a_place(random), a_place(random), a_place(random)]),
            languages=tuple(
                LanguageNeed(tag, random.choice([Level.A1, Level.B1])) for tag in tags
            ),
            skills=random.choice([frozenset(), frozenset(), frozenset({"chess"})]),
            checks=random.choice(
                [frozenset(), frozenset(), frozenset(random.choices(list(Check)))]
            ),
            wished_gender=random.choice([None, None, None, *Gender]),
            lift_offered=random.random() < 0.2,
        )

    return [one(number) for number in range(count)]


def alone(needs, pool, doings, mets, most):
    return [
        (number, candidate.volunteer_id, candidate.score)
        for number, (need, met) in enumerate(zip(needs, mets, strict=True))
        for candidate in rank_pool(
            lay_out(need, NOW, TUNING), pool, doings, met, most
        ).candidates
    ]


def together(needs, pool, doings, mets, most):
    questions = [put(lay_out(need, NOW, TUNING), pool) for need in needs]
    found = best_of_each(questions, pool, doings, mets, most)
    return list(zip(found.of.tolist(), pool.ids(found.rows), found.scores.each(), strict=True))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("most", [3, 50])
def test_the_best_of_a_district_are_those_of_each_request(seed, most):
    random = Random(seed)  # noqa: S311 - people made up, the same each time
    people, needs = some_people(random), some_needs(random)
    pool = Pool.of(people)
    doings = Doings.of(pool, people, needs[0].organisation_id)
    mets = [
        {
            who: Exclusion(Reason.ALREADY_ASKED, {})
            for who in random.sample(sorted(pool.row_of), 3)
        }
        for _ in needs
    ]
    expected = alone(needs, pool, doings, mets, most)
    assert len({number for number, *_ in expected}) > len(needs) / 2

    assert together(needs, pool, doings, mets, most) == expected


def test_they_are_also_where_pairs_are_looked_at_by_parts():
    random = Random(0)  # noqa: S311 - people made up, the same each time
    people, needs = some_people(random, 600), some_needs(random, 1 + NEAR // 600)
    pool = Pool.of(people)
    doings, mets = Doings.of(pool, people, needs[0].organisation_id), [{} for _ in needs]

    assert together(needs, pool, doings, mets, 3) == alone(needs, pool, doings, mets, 3)


@pytest.mark.parametrize("seed", range(12))
def test_they_are_also_where_a_way_straight_through_the_earth_is_much_shorter(seed):
    random = Random(seed)  # noqa: S311 - people made up, the same each time
    people = [
        a_person(number, point=anywhere(random), radius_km=random.uniform(2_000, 20_000))
        for number in range(1, 200)
    ]
    needs = [
        a_need(request_id=RequestId(an_id(number)), point=anywhere(random))
        for number in range(30)
    ]
    pool = Pool.of(people)
    doings = Doings.of(pool, people, needs[0].organisation_id)
    mets = [{} for _ in needs]

    expected = alone(needs, pool, doings, mets, 40)
    assert len(expected) == 40 * len(needs)
    assert together(needs, pool, doings, mets, 40) == expected


@pytest.mark.parametrize("spread", [0.0, 1e-5, 0.2, 38.0])
def test_short_numbers_say_no_way_is_longer_than_it_is_and_seldom_much_shorter(spread):
    random = Random(str(spread))  # noqa: S311 - places made up, the same each time
    places = [
        Point(51.0 + spread * random.uniform(-1, 1), 12.4 + spread * random.uniform(-1, 1))
        for _ in range(60)
    ]
    pool = Pool.of([a_person(number, point=place) for number, place in enumerate(places, 1)])
    ways = Ways.between([*places, Point(-51.0, -167.6)], pool.columns, np.arange(len(pool)))

    least = ways.least_km(slice(None))
    really = ways.km(*np.divmod(np.arange(least.size), len(pool))).reshape(least.shape)

    assert (least <= really).all()
    assert (least[:-1] >= 0.85 * really[:-1] - 0.2).all()


@given(st.lists(NEEDS, max_size=5), PEOPLE, st.integers(0, 4))
def test_the_best_of_many_requests_are_those_of_each(needs, people, most):
    needs = [
        replace(need, request_id=RequestId(an_id(number))) for number, need in enumerate(needs)
    ]
    pool = Pool.of(people)
    doings, mets = Doings.of(pool, people, a_need().organisation_id), [{} for _ in needs]

    assert together(needs, pool, doings, mets, most) == alone(needs, pool, doings, mets, most)


def test_the_chances_of_a_district_are_those_of_each_request():
    random = Random(1)  # noqa: S311 - people made up, the same each time
    people, needs = some_people(random), some_needs(random)
    pool = Pool.of(people)
    doings = Doings.of(pool, people, needs[0].organisation_id)

    found = open_district([Board(need) for need in needs], NOW, TUNING, pool, doings)

    expected = []
    for need in sorted(needs, key=lambda need: need.request_id):
        each = shortlist(lay_out(need, NOW, TUNING), pool, doings, most=BEST_OF_EACH)
        expected += [one.chance for one in laid_out(each.question, pool, doings, each.best)]
    assert found.contenders.chance.tolist() == expected
