from datetime import timedelta

import pytest

from services.matching.domain.agenda import lay_out
from services.matching.domain.exclusions import Reason
from services.matching.domain.ranking import rank
from services.matching.domain.roster import Absence, PersonState
from services.matching.domain.rules import exclusions
from shared.kernel.fields import Check, Field, Gender, Kind
from shared.kernel.languages import LanguageNeed, LanguageSkill, Level
from shared.kernel.places import Point
from shared.kernel.weeks import Week
from tests.unit.matching_builders import (
    ALTENBURG,
    NOW,
    TUNING,
    a_date,
    a_need,
    a_person,
    a_slot,
)

LEIPZIG = Point(51.34, 12.37)
ARABIC_B1 = LanguageNeed("ar", Level.B1)


def reasons(need, person, now=NOW):
    return {e.reason for e in exclusions(lay_out(need, now, TUNING), person)}


def the_exclusion(need, person, now=NOW):
    (found,) = exclusions(lay_out(need, now, TUNING), person)
    return found


@pytest.mark.parametrize(
    ("need", "person", "reason"),
    [
        ({}, {"state": PersonState.UNCONFIRMED}, Reason.NOT_ACTIVE),
        ({}, {"state": PersonState.PAUSED}, Reason.PAUSED),
        ({}, {"known": False}, Reason.NOT_KNOWN),
        ({}, {"fields": frozenset({Field.WORK})}, Reason.FIELD_DECLINED),
        (
            {"languages": (ARABIC_B1,)},
            {"languages": (LanguageSkill("de", Level.NATIVE),)},
            Reason.LANGUAGE_MISSING,
        ),
        (
            {"languages": (ARABIC_B1,)},
            {"languages": (LanguageSkill("ar", Level.A2),)},
            Reason.LANGUAGE_TOO_LOW,
        ),
        (
            {"skills": frozenset({"swimming"})},
            {"skills": frozenset({"chess"})},
            Reason.SKILL_MISSING,
        ),
        (
            {"wished_gender": Gender.FEMALE},
            {"gender": Gender.MALE},
            Reason.WISHED_GENDER,
        ),
        ({"checks": frozenset({Check.TRAINING})}, {}, Reason.CHECK_MISSING),
        ({}, {"point": LEIPZIG, "radius_km": 10}, Reason.TOO_FAR),
        (
            {},
            {"absences": (Absence(a_date("2026-03-09"), a_date("2026-03-09")),)},
            Reason.ABSENT,
        ),
        ({}, {"availability": Week.parse("tue 08:00-20:00")}, Reason.NOT_FREE),
        ({}, {"held": (a_slot(hours=1),)}, Reason.OVERLAPPING_PLACE),
        ({}, {"hours_per_week": 1.5}, Reason.HOURS_USED_UP),
        ({}, {"asked_at": (NOW, NOW - timedelta(days=6))}, Reason.ASK_BUDGET_USED_UP),
    ],
)
def test_each_rule_names_why_somebody_does_not_fit(need, person, reason):
    assert reasons(a_need(**need), a_person(**person)) == {reason}


def test_somebody_who_has_stated_nothing_fits_whatever_is_asked_but_checks_and_gender():
    need = a_need(
        languages=(ARABIC_B1,),
        skills=frozenset({"swimming"}),
        wished_gender=Gender.FEMALE,
        checks=frozenset({Check.TRAINING}),
    )

    found = reasons(need, a_person(point=None))

    assert found == {Reason.WISHED_GENDER, Reason.CHECK_MISSING}


def test_the_facts_of_an_exclusion_are_codes_and_numbers_for_a_sentence():
    need = a_need(languages=(ARABIC_B1,))

    found = the_exclusion(need, a_person(languages=(LanguageSkill("ar", Level.A2),)))

    assert found.details == {"tag": "ar", "needed": "B1", "stated": "A2"}


def test_woman_only_excludes_an_unknown_gender_and_says_so():
    found = the_exclusion(a_need(wished_gender=Gender.FEMALE), a_person())

    assert found.reason is Reason.WISHED_GENDER
    assert found.details == {"wished": "female", "stated": False}
    assert reasons(a_need(wished_gender=Gender.FEMALE), a_person(gender=Gender.FEMALE)) == set()


def test_the_first_talk_as_a_check_is_met_by_whoever_a_coordinator_knows():
    need = a_need(kind=Kind.EVENT_HELP, checks=frozenset({Check.FIRST_TALK}))

    assert reasons(need, a_person()) == set()
    assert reasons(need, a_person(known=False)) == {Reason.CHECK_MISSING}


def test_strangers_are_asked_to_help_at_events_without_minors_only():
    stranger = a_person(known=False)

    assert reasons(a_need(kind=Kind.EVENT_HELP), stranger) == set()
    assert reasons(a_need(kind=Kind.EVENT_HELP, minors_present=True), stranger) == {
        Reason.NOT_KNOWN
    }
    for kind in set(Kind) - {Kind.EVENT_HELP}:
        assert Reason.NOT_KNOWN in reasons(a_need(kind=kind), stranger)


def test_a_pause_ends_by_itself_and_is_temporary():
    paused = a_person(state=PersonState.PAUSED, paused_until=NOW + timedelta(days=2))

    found = the_exclusion(a_need(), paused)

    assert found.temporary
    assert found.until == NOW + timedelta(days=2)
    assert reasons(a_need(), paused, now=NOW + timedelta(days=2)) == set()


@pytest.mark.parametrize("need", [{"point": None}, {"lift_offered": True}])
def test_a_remote_task_or_a_lift_makes_the_way_no_matter(need):
    far_away = a_person(point=LEIPZIG, radius_km=5)

    assert reasons(a_need(**need), far_away) == set()


def test_the_distance_named_is_never_within_the_radius_named():
    found = the_exclusion(a_need(), a_person(point=LEIPZIG, radius_km=39.6))

    assert found.details["distance_km"] > found.details["radius_km"]


def test_the_ask_budget_is_a_rolling_week_and_says_when_there_is_room():
    asked_twice = a_person(asked_at=(NOW - timedelta(days=3), NOW - timedelta(days=5)))

    found = the_exclusion(a_need(), asked_twice)

    assert found.temporary
    assert found.until == NOW + timedelta(days=2)
    assert reasons(a_need(), asked_twice, now=found.until) == set()
    assert reasons(a_need(), asked_twice, now=found.until - timedelta(seconds=1)) != set()


def test_room_comes_when_so_many_asks_have_grown_old_that_fewer_than_the_budget_count():
    days = [timedelta(days=day) for day in (1, 2, 4, 6)]
    asked_four_times = a_person(asked_at=tuple(NOW - day for day in days))

    assert the_exclusion(a_need(), asked_four_times).until == NOW + timedelta(days=5)


@pytest.mark.parametrize(
    ("budget", "asked", "open_asks", "excluded"),
    [
        (None, 1, 0, False),
        (None, 1, 1, True),
        (3, 2, 0, False),
        (0, 0, 0, True),
        (1, 0, 1, True),
    ],
)
def test_the_volunteer_chooses_the_budget_and_open_asks_count(
    budget, asked, open_asks, excluded
):
    person = a_person(
        asks_per_week=budget, asked_at=(NOW - timedelta(days=1),) * asked, open_asks=open_asks
    )

    assert reasons(a_need(), person) == ({Reason.ASK_BUDGET_USED_UP} if excluded else set())


def test_every_reason_is_found_and_the_first_counts_in_the_summary():
    people = [
        a_person(1, known=False, point=LEIPZIG, radius_km=1),
        a_person(2, point=LEIPZIG, radius_km=1),
        a_person(3),
    ]

    ranking = rank(a_need(), people, NOW, TUNING)

    assert ranking.excluded_by_reason() == {Reason.NOT_KNOWN: 1, Reason.TOO_FAR: 1}
    assert [len(found) for found in ranking.excluded().values()] == [2, 1]
    assert ranking.gained_without(Reason.TOO_FAR) == 1
    assert ranking.gained_without(Reason.NOT_KNOWN) == 0


def test_the_preview_counts_who_fits_and_who_is_free_then():
    people = [
        a_person(1),
        a_person(2, availability=Week.parse("tue 08:00-10:00")),
        a_person(3, asks_per_week=0),
        a_person(4, fields=frozenset({Field.WORK})),
    ]

    ranking = rank(a_need(), people, NOW, TUNING)

    assert (ranking.fitting(), ranking.free_then(), len(ranking.candidates)) == (3, 2, 1)


def test_near_is_measured_from_where_the_volunteer_lives():
    assert reasons(a_need(), a_person(point=ALTENBURG, radius_km=0.5)) == set()
