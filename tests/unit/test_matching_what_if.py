from dataclasses import replace

import pytest

from services.matching.domain.agenda import lay_out
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.differently import Change
from services.matching.domain.exclusions import Exclusion, Reason
from services.matching.domain.lacking import Gap, Lack, lacking
from services.matching.domain.ranking import rank, rank_pool
from services.matching.domain.roster import PersonState
from services.matching.domain.what_if import Relief, what_if
from shared.kernel.fields import Check, Field, Gender, Kind
from shared.kernel.languages import LanguageNeed, LanguageSkill, Level
from shared.kernel.places import Point
from shared.kernel.weeks import Week
from tests.unit.matching_builders import NOW, TUNING, a_need, a_person, a_slot, volunteer

LEIPZIG = Point(51.34, 12.37)


def tried(need, people, met=None):
    pool = Pool.of(people)
    doings = Doings.of(pool, people, need.organisation_id)
    return what_if(rank_pool(lay_out(need, NOW, TUNING), pool, doings, met))


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


def test_a_check_is_never_given_up_but_can_be_carried_out():
    need = a_need(checks=frozenset({Check.CONDUCT_CERTIFICATE}), minors_present=True)
    details = {"check": "conduct_certificate"}

    assert tried(need, [a_person(1), a_person(2)]) == (
        Relief(Change.CARRY_OUT_CHECK, details, gained=2),
    )


@pytest.mark.parametrize(
    "need",
    [
        {},
        {"kind": Kind.EVENT_HELP, "minors_present": True},
        {"kind": Kind.EVENT_HELP, "checks": frozenset({Check.FIRST_TALK})},
    ],
)
def test_strangers_are_never_asked_but_can_be_talked_to(need):
    found = tried(a_need(**need), [a_person(1, known=False), a_person(2, known=False)])

    assert found == (Relief(Change.FIRST_TALKS, {}, gained=2),)


ARABIC = (LanguageNeed("ar", Level.B2),)
GERMAN = {"languages": (LanguageSkill("de", Level.NATIVE),)}


def test_what_helps_nobody_is_not_named():
    assert tried(a_need(), [a_person(1, state=PersonState.UNCONFIRMED)]) == ()


def test_a_language_that_nobody_speaks_is_given_up():
    found = tried(a_need(languages=ARABIC), [a_person(1, **GERMAN)])

    assert found == (Relief(Change.WITHOUT_LANGUAGE, {"tag": "ar"}, gained=1),)


def test_a_language_is_given_up_only_for_more_people_than_a_lower_level_brings():
    speaks = {"languages": (LanguageSkill("ar", Level.B1),)}
    lower = Relief(Change.LOWER_LEVEL, {"tag": "ar", "asked": "B2", "instead": "B1"}, gained=1)

    assert tried(a_need(languages=ARABIC), [a_person(1, **speaks)]) == (lower,)
    assert tried(a_need(languages=ARABIC), [a_person(1, **speaks), a_person(2, **GERMAN)]) == (
        Relief(Change.WITHOUT_LANGUAGE, {"tag": "ar"}, gained=2),
        lower,
    )


def test_nobody_interprets_a_language_that_they_do_not_speak():
    need = a_need(kind=Kind.INTERPRETING, languages=ARABIC)

    assert tried(need, [a_person(1, **GERMAN)]) == ()


TUESDAYS = Week.parse("tue 09:00-14:00")


def test_where_no_single_change_helps_the_best_pairs_are_told():
    people = [
        *(a_person(n, availability=TUESDAYS, **GERMAN) for n in range(1, 4)),
        a_person(4, availability=Week.parse("wed 09:00-14:00"), **GERMAN),
        a_person(5, point=LEIPZIG, radius_km=36.0, **GERMAN),
    ]

    found = tried(a_need(languages=ARABIC), people)

    told = [(one.change, *(change for change, _ in one.also), one.gained) for one in found]
    assert told == [
        (Change.WITHOUT_LANGUAGE, Change.OTHER_WEEKDAY, 3),
        (Change.WITHOUT_LANGUAGE, Change.FARTHER, 1),
        (Change.WITHOUT_LANGUAGE, Change.LIFT, 1),
    ]
    assert found[0].also == ((Change.OTHER_WEEKDAY, {"weekday": 1}),)


def test_language_weekday_and_check_at_once_are_the_most_that_is_tried():
    people = [a_person(1, availability=TUESDAYS, **GERMAN)]
    need = a_need(languages=ARABIC, checks=frozenset({Check.TRAINING}))

    (found,) = tried(need, people)
    assert found == Relief(
        Change.WITHOUT_LANGUAGE,
        {"tag": "ar"},
        gained=1,
        also=(
            (Change.CARRY_OUT_CHECK, {"check": "training"}),
            (Change.OTHER_WEEKDAY, {"weekday": 1}),
        ),
    )
    assert tried(replace(need, wished_gender=Gender.FEMALE), people) == ()


@pytest.mark.parametrize(
    ("need", "people", "lacks"),
    [
        ({}, [], [Lack(Gap.NOBODY)]),
        ({}, [{"state": PersonState.UNCONFIRMED}], [Lack(Gap.NOBODY_CONFIRMED, {"people": 1})]),
        (
            {"languages": ARABIC, "kind": Kind.INTERPRETING},
            [GERMAN, {"state": PersonState.UNCONFIRMED}],
            [Lack(Gap.LANGUAGE, {"tag": "ar", "needed": "B2"})],
        ),
        (
            {"languages": (LanguageNeed("ar", Level.C1),), "kind": Kind.INTERPRETING},
            [GERMAN, {"languages": (LanguageSkill("ar", Level.B1),)}],
            [Lack(Gap.LEVEL, {"tag": "ar", "needed": "C1"})],
        ),
        (
            {"languages": ARABIC, "checks": frozenset({Check.TRAINING})},
            [GERMAN],
            [
                Lack(Gap.LANGUAGE, {"tag": "ar", "needed": "B2"}),
                Lack(Gap.CHECK, {"check": "training"}),
            ],
        ),
        (
            {"languages": ARABIC, "skills": frozenset({"chess"})},
            [{**GERMAN, "skills": frozenset({"swimming"}), "availability": TUESDAYS}],
            [
                Lack(Gap.LANGUAGE, {"tag": "ar", "needed": "B2"}),
                Lack(Gap.SKILL, {"skill": "chess"}),
                Lack(Gap.TIME),
            ],
        ),
        (
            {"wished_gender": Gender.FEMALE},
            [{"gender": Gender.MALE, "known": False, "point": LEIPZIG, "radius_km": 3.0}],
            [
                Lack(Gap.FIRST_TALK),
                Lack(Gap.GENDER, {"wished": "female"}),
                Lack(Gap.NEAR),
            ],
        ),
        (
            {},
            [{"fields": frozenset({Field.HEALTH})}],
            [Lack(Gap.FIELD, {"field": "education"})],
        ),
        (
            {"checks": frozenset({Check.TRAINING}), "wished_gender": Gender.FEMALE},
            [{"gender": Gender.FEMALE}, {"checks": {Check.TRAINING: None}}, {"asks_per_week": 0}],
            [],
        ),
        ({}, [{"asks_per_week": 0}], [Lack(Gap.RESTING)]),
        (
            {},
            [{"fields": frozenset({Field.HEALTH})}, {"point": LEIPZIG, "radius_km": 3.0, "asks_per_week": 0}],
            [Lack(Gap.IN_ONE_PERSON)],
        ),
    ],
)  # fmt: skip
def test_what_a_district_lacks_is_said_where_no_single_change_helps(need, people, lacks):
    listed = [a_person(number, **person) for number, person in enumerate(people)]

    ranking = rank(a_need(**need), listed, NOW, TUNING)

    assert list(lacking(ranking, what_if(ranking))) == lacks


def test_who_was_asked_already_is_not_wanting():
    met = {volunteer(1): Exclusion(Reason.ALREADY_ASKED, {})}

    assert lacking(rank(a_need(), [a_person(1)], NOW, TUNING, met)) == (Lack(Gap.ALL_ASKED),)
    assert lacking(rank(a_need(), [a_person(1)], NOW, TUNING)) == ()


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
