from datetime import timedelta

import pytest

from services.matching.domain.agenda import lay_out
from services.matching.domain.columns.pool import Pool
from services.matching.domain.ranking import as_candidate, rank
from services.matching.domain.score import Score, salt_of, tie_break
from shared.kernel.fields import Field, Kind, Travel
from shared.kernel.ids import RequestId
from shared.kernel.languages import LanguageNeed, LanguageSkill, Level, Mode
from shared.kernel.places import Point
from shared.kernel.weeks import Week
from tests.unit.matching_builders import (
    NOW,
    TUNING,
    a_need,
    a_person,
    a_slot,
    an_id,
)

TEN_KM_NORTH = Point(51.075, 12.434)
ARABIC_B1 = LanguageNeed("ar", Level.B1)


def points(person, **need) -> Score:
    return as_candidate(lay_out(a_need(**need), NOW, TUNING), person).score


def test_somebody_who_fits_in_every_way_has_all_thousand_points():
    ideal = a_person(
        fields=frozenset({Field.EDUCATION}),
        availability=Week.parse("mon 08:00-20:00;tue 08:00-20:00"),
        worked_with=frozenset({a_need().organisation_id}),
    )

    assert points(ideal) == Score(fit=300, nearness=200, slack=150, continuity=150, rest=200)
    assert points(ideal).total == 1000


def test_a_stated_fit_is_worth_more_than_an_unknown_one():
    speaker = a_person(languages=(LanguageSkill("ar", Level.B1),))
    unknown = a_person()

    gap = (
        points(speaker, languages=(ARABIC_B1,)).fit
        - points(unknown, languages=(ARABIC_B1,)).fit
    )

    assert gap == 60


@pytest.mark.parametrize("better", [Level.B2, Level.C1, Level.C2, Level.NATIVE])
def test_more_of_a_language_than_needed_is_worth_more(better):
    just = points(a_person(languages=(LanguageSkill("ar", Level.B1),)), languages=(ARABIC_B1,))
    more = points(a_person(languages=(LanguageSkill("ar", better),)), languages=(ARABIC_B1,))

    assert more.fit > just.fit


def test_who_says_that_they_interpret_comes_first_where_it_is_asked():
    interprets = a_person(
        languages=(LanguageSkill("ar", Level.B2, frozenset({Mode.INTERPRET})),)
    )
    talks = a_person(languages=(LanguageSkill("ar", Level.B2, frozenset({Mode.TALK})),))
    need = {"languages": (ARABIC_B1,)}

    assert (
        points(interprets, kind=Kind.INTERPRETING, **need).fit
        > points(talks, kind=Kind.INTERPRETING, **need).fit
    )
    assert points(interprets, **need) == points(talks, **need)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({"point": TEN_KM_NORTH, "radius_km": 20}, 100),
        ({"point": TEN_KM_NORTH, "radius_km": 40}, 150),
        ({"point": TEN_KM_NORTH, "travel": frozenset({Travel.FOOT})}, 0),
        ({"point": TEN_KM_NORTH, "travel": frozenset({Travel.FOOT, Travel.CAR})}, 120),
        ({"point": TEN_KM_NORTH}, 67),
        ({"point": None}, 100),
    ],
)
def test_nearness_is_the_share_of_the_way_that_the_volunteer_would_go(person, expected):
    assert points(a_person(**person)).nearness == pytest.approx(expected, abs=1)


def test_a_remote_task_is_near_to_everybody():
    assert points(a_person(point=TEN_KM_NORTH, radius_km=1), point=None).nearness == 200


@pytest.mark.parametrize(
    ("week", "expected"),
    [("mon 10:00-12:00", 0), ("mon 08:00-15:00", 75), ("mon 08:00-20:00", 150)],
)
def test_slack_counts_free_hours_beyond_those_needed(week, expected):
    assert points(a_person(availability=Week.parse(week))).slack == expected


def test_unknown_times_are_worth_half_the_slack():
    assert points(a_person()).slack == 75


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({}, 200),
        ({"asked_at": (NOW - timedelta(days=90), NOW - timedelta(days=7))}, 125),
        ({"asked_at": (NOW,)}, 100),
        ({"open_asks": 1}, 100),
        ({"held": (a_slot(1), a_slot(2))}, 150),
        ({"held": (a_slot(-2), a_slot(40))}, 200),
        ({"asked_at": (NOW,), "held": tuple(a_slot(day) for day in range(1, 9))}, 0),
    ],
)
def test_rest_falls_with_recent_asks_and_with_what_is_promised(person, expected):
    assert points(a_person(**person)).rest == expected


def test_equals_are_ordered_anew_for_each_request_and_never_by_id():
    people = [a_person(number) for number in range(1, 9)]

    orders = {
        tuple(
            c.volunteer_id
            for c in rank(
                a_need(request_id=RequestId(an_id(request))), people, NOW, TUNING
            ).candidates
        )
        for request in range(1, 21)
    }

    assert len(orders) > 15
    assert len({order[0] for order in orders}) > 3


def test_the_tie_break_is_the_same_every_time():
    pool = Pool.of([a_person(1), a_person(2)])

    def ties(request):
        return tie_break(
            salt_of(RequestId(an_id(request))), pool.columns, pool.everybody()
        ).tolist()

    assert ties(1) == ties(1)
    assert len({*ties(1), *ties(2)}) == 4
