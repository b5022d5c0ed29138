from collections import Counter
from dataclasses import fields, replace
from datetime import timedelta
from itertools import product
from math import prod

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain import score as points
from services.matching.domain.chance import AnswerHistory, chance_of_yes
from services.matching.domain.exclusions import Reason
from services.matching.domain.odds import chance_of_enough
from services.matching.domain.ranking import rank
from services.matching.domain.roster import Absence, Person, PersonState
from services.matching.domain.score import Score
from shared.kernel.fields import Check, Field, Gender, Kind, Travel
from shared.kernel.ids import OrganisationId
from shared.kernel.languages import LanguageNeed, LanguageSkill, Level
from shared.kernel.places import Point
from shared.kernel.weeks import Week
from tests.unit.matching_builders import (
    ALTENBURG,
    NOW,
    TUNING,
    a_date,
    a_need,
    a_slot,
    an_id,
    volunteer,
)

LIMITS = {
    "fit": points.FIT,
    "nearness": points.NEARNESS,
    "slack": points.SLACK,
    "continuity": points.CONTINUITY,
    "rest": points.REST,
}
LEVELS = st.sampled_from(Level)
TAGS = st.sampled_from(["ar", "de", "ti", "uk"])
POINTS = st.sampled_from([ALTENBURG, Point(51.05, 12.5), Point(51.34, 12.37)])
CHECKS = st.sampled_from(Check)
SLOTS = st.builds(a_slot, st.integers(1, 12), st.integers(1, 4))
WEEKS = st.sampled_from(
    [Week(), Week.parse("mon 08:00-20:00;tue 10:00-12:00"), Week.parse("sat 09:00-12:00")]
)


def maybe(strategy):
    return st.none() | strategy


def some(strategy):
    return st.frozensets(strategy, max_size=3)


PERSONS = st.builds(
    Person,
    volunteer_id=st.integers(1, 40).map(volunteer),
    version=st.just(1),
    state=st.sampled_from([PersonState.ACTIVE] * 6 + list(PersonState)),
    paused_until=maybe(st.integers(-5, 20).map(lambda days: NOW + timedelta(days=days))),
    known=st.sampled_from([True, True, True, False]),
    point=maybe(POINTS),
    radius_km=maybe(st.integers(1, 60).map(float)),
    travel=some(st.sampled_from(Travel)),
    languages=st.lists(st.builds(LanguageSkill, TAGS, LEVELS), max_size=3).map(tuple),
    fields=some(st.sampled_from(Field)),
    skills=some(st.sampled_from(["swimming", "chess"])),
    availability=maybe(WEEKS),
    absences=st.lists(
        st.sampled_from(["2026-03-03", "2026-03-09", "2026-03-12"]).map(
            lambda day: Absence(a_date(day), a_date(day))
        ),
        max_size=2,
    ).map(tuple),
    checks=st.dictionaries(
        CHECKS, maybe(st.sampled_from([a_date("2026-03-04"), a_date("2027-01-01")]))
    ),
    gender=maybe(st.sampled_from(Gender)),
    asks_per_week=maybe(st.integers(0, 3)),
    hours_per_week=maybe(st.integers(1, 20).map(float)),
    held=st.lists(SLOTS, max_size=2).map(tuple),
    asked_at=st.lists(
        st.integers(0, 20).map(lambda days: NOW - timedelta(days=days)), max_size=3
    ).map(tuple),
    open_asks=st.integers(0, 1),
    history=st.builds(AnswerHistory, st.integers(5, 9), st.integers(0, 5), st.just(NOW)),
    worked_with=some(st.just(OrganisationId(an_id(90_002)))),
)
PEOPLE = st.lists(PERSONS, max_size=12, unique_by=lambda person: person.volunteer_id)
NEEDS = st.builds(
    a_need,
    kind=st.sampled_from(Kind),
    places=st.integers(1, 4),
    slots=st.lists(SLOTS, min_size=1, max_size=6).map(tuple),
    point=maybe(POINTS),
    languages=st.lists(st.builds(LanguageNeed, TAGS, LEVELS), max_size=1).map(tuple),
    skills=st.frozensets(st.just("swimming"), max_size=1),
    checks=st.frozensets(CHECKS, max_size=1),
    minors_present=st.booleans(),
    wished_gender=maybe(st.sampled_from(Gender)),
    lift_offered=st.booleans(),
)


@given(NEEDS, PEOPLE, st.data())
def test_the_ranking_is_the_same_whatever_the_order_of_the_people(need, people, data):
    shuffled = data.draw(st.permutations(people))

    one, other = (rank(need, order, NOW, TUNING) for order in (shuffled, people))
    assert one.candidates == other.candidates
    assert one.excluded() == other.excluded()


@given(NEEDS, PEOPLE, PERSONS)
def test_one_more_volunteer_takes_no_candidate_away_and_changes_no_order(need, people, more):
    others = [person for person in people if person.volunteer_id != more.volunteer_id]

    before = rank(need, others, NOW, TUNING)
    after = rank(need, [*others, more], NOW, TUNING)

    assert before.candidates == tuple(
        candidate
        for candidate in after.candidates
        if candidate.volunteer_id != more.volunteer_id
    )


@given(NEEDS, PEOPLE)
def test_everybody_is_either_a_candidate_or_excluded_by_a_named_reason(need, people):
    ranking = rank(need, people, NOW, TUNING)

    sides = [*(one.volunteer_id for one in ranking.candidates), *ranking.excluded()]
    assert Counter(sides) == Counter(person.volunteer_id for person in people)
    assert all(ranking.excluded().values())
    assert sum(ranking.excluded_by_reason().values()) == len(ranking.excluded())
    assert len(ranking.candidates) <= ranking.free_then() <= ranking.fitting() <= len(people)


@given(NEEDS, PEOPLE)
def test_the_points_stay_within_their_parts_and_candidates_come_best_first(need, people):
    candidates = rank(need, people, NOW, TUNING).candidates

    places = [(bool(candidate.unstated), -candidate.score.total) for candidate in candidates]
    assert places == sorted(places)
    for candidate in candidates:
        for part in fields(Score):
            assert 0 <= getattr(candidate.score, part.name) <= LIMITS[part.name]
    assert sum(LIMITS.values()) == 1000


@given(NEEDS, PERSONS)
def test_what_is_not_stated_excludes_only_for_a_check_or_a_wished_gender(need, person):
    silent = Person(person.volunteer_id, version=1, known=True)

    (reasons,) = rank(need, [silent], NOW, TUNING).against([silent.volunteer_id]).values()

    assert set(reasons) <= {Reason.CHECK_MISSING, Reason.WISHED_GENDER}


@given(NEEDS, PEOPLE, st.sampled_from(Reason))
def test_giving_up_a_rule_gains_as_many_candidates_as_was_said(need, people, reason):
    """Checked for the rules that a need can really give up."""
    relaxed = {
        Reason.CHECK_MISSING: {"checks": frozenset()},
        Reason.WISHED_GENDER: {"wished_gender": None},
        Reason.TOO_FAR: {"lift_offered": True},
        Reason.SKILL_MISSING: {"skills": frozenset()},
    }
    if reason not in relaxed:
        reason = Reason.TOO_FAR
    if reason is Reason.CHECK_MISSING:
        people = [replace(person, checks=dict.fromkeys(person.checks)) for person in people]

    strict = rank(need, people, NOW, TUNING)
    loose = rank(replace(need, **relaxed[reason]), people, NOW, TUNING)

    assert len(loose.candidates) == len(strict.candidates) + strict.gained_without(reason)


CHANCES = st.lists(st.floats(0, 1), max_size=9)


@given(CHANCES, st.integers(0, 5))
def test_the_odds_equal_the_sum_over_all_outcomes(chances, wanted):
    exactly = sum(
        prod(p if said else 1 - p for p, said in zip(chances, outcome, strict=True))
        for outcome in product([False, True], repeat=len(chances))
        if sum(outcome) >= wanted
    )

    assert abs(chance_of_enough(wanted, chances) - exactly) < 1e-9


@given(CHANCES, st.integers(1, 5), st.floats(0, 1))
def test_one_more_ask_never_lowers_the_odds(chances, wanted, more):
    before, after = (chance_of_enough(wanted, asked) for asked in (chances, [*chances, more]))

    assert after >= before - 1e-12


@given(
    st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=20), st.integers(0, 400)
)
def test_a_chance_is_never_certain_never_impossible_and_rises_with_a_yes(outcomes, day):
    history = AnswerHistory()
    for days, said_yes in sorted(outcomes):
        history = history.with_outcome(NOW + timedelta(days=days), said_yes=said_yes)
    later = NOW + timedelta(days=400 + day)

    chance = chance_of_yes(history, later)

    assert 0.02 <= chance <= 0.9
    assert history.yes <= history.asked
    assert chance_of_yes(history.with_outcome(later, said_yes=True), later) >= chance
    assert chance_of_yes(history.with_outcome(later, said_yes=False), later) <= chance
