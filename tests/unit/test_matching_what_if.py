from dataclasses import replace

import pytest

from services.matching.domain.agenda import lay_out
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.ranking import rank
from services.matching.domain.what_if import Change, Relief, what_if
from shared.kernel.fields import Check, Gender
from shared.kernel.languages import LanguageNeed, LanguageSkill, Level
from shared.kernel.places import Point
from shared.kernel.weeks import Week
from tests.unit.matching_builders import NOW, TUNING, a_need, a_person, a_slot

LEIPZIG = Point(51.34, 12.37)


def tried(need, people, met=None):
    pool = Pool.of(people)
    doings = Doings.of(pool, people, need.organisation_id)
    return what_if(lay_out(need, NOW, TUNING), pool, doings, met)


@pytest.mark.parametrize(
    ("need", "person", "relief"),
    [
        (
            {"languages": (LanguageNeed("ar", Level.B2),)},
            {"languages": (LanguageSkill("ar", Level.B1),)},
            Relief(Change.LOWER_LEVEL, {"tag": "ar", "asked": "B2", "instead": "B1"}, gained=1),
        ),
        (
            {},
            {"point": LEIPZIG, "radius_km": 36.0},
            Relief(Change.FARTHER, {"km": 5}, gained=1),
        ),
        (
            {"wished_gender": Gender.FEMALE},
            {"gender": Gender.MALE},
            Relief(Change.ANY_GENDER, {}, gained=1),
        ),
        (
            {"skills": frozenset({"chess", "swimming"})},
            {"skills": frozenset({"chess"})},
            Relief(Change.WITHOUT_SKILL, {"skill": "swimming"}, gained=1),
        ),
        (
            {},
            {"availability": Week.parse("thu 09:00-14:00")},
            Relief(Change.OTHER_WEEKDAY, {"weekday": 3}, gained=1),
        ),
    ],
)
def test_each_change_that_helps_says_how_many_more_could_be_asked(need, person, relief):
    found = tried(a_need(**need), [a_person(1, **person), a_person(2, gender=Gender.FEMALE)])

    assert relief in found


def test_what_helps_nobody_is_not_named_and_a_check_is_never_given_up():
    need = a_need(checks=frozenset({Check.CONDUCT_CERTIFICATE}))

    assert tried(need, [a_person(1), a_person(2)]) == ()


def test_the_most_helpful_change_comes_first_and_one_weekday_stands_for_all():
    people = [
        *(a_person(n, availability=Week.parse("tue 09:00-14:00")) for n in range(1, 4)),
        a_person(5, availability=Week.parse("wed 09:00-14:00")),
        a_person(6, point=LEIPZIG, radius_km=36.0),
    ]

    found = tried(a_need(), people)

    assert [(relief.change, relief.gained) for relief in found] == [
        (Change.OTHER_WEEKDAY, 3),
        (Change.FARTHER, 1),
        (Change.LIFT, 1),
    ]
    assert found[0].details == {"weekday": 1}


def test_a_date_tomorrow_is_not_moved_into_the_past():
    need = a_need(slots=(a_slot(1),))  # Tuesday; nobody is free but on a Monday
    only_mondays = a_person(1, availability=Week.parse("mon 09:00-14:00"))

    assert tried(need, [only_mondays]) == (
        Relief(Change.OTHER_WEEKDAY, {"weekday": 0}, gained=1),
    )
    moved = replace(need, slots=(a_slot(7),))
    assert rank(moved, [only_mondays], NOW, TUNING).fits == 1
