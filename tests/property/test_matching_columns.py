"""The columns say what the rules say, person by person, however the roster came about."""

import re

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.agenda import lay_out
from services.matching.domain.calendar_rules import clashes
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.question import put
from services.matching.domain.ranking import rank, rank_pool, worth_a_look
from services.matching.domain.rules import exclusions
from services.matching.domain.screening import screen
from services.matching.domain.sifting import sift
from shared.kernel.languages import LanguageNeed, LanguageSkill, Level
from tests.property.test_matching_ranking import LEVELS, NEEDS, PEOPLE, PERSONS, POINTS, TAGS
from tests.unit.matching_builders import NOW, TUNING, a_need, a_person


@given(NEEDS, PEOPLE)
def test_the_columns_name_the_reasons_that_the_rules_name(need, people):
    agenda = lay_out(need, NOW, TUNING)
    by_rules = {
        person.volunteer_id: tuple(found.reason for found in exclusions(agenda, person))
        for person in people
    }

    by_columns = rank(need, people, NOW, TUNING).excluded()

    assert by_columns == {who: reasons for who, reasons in by_rules.items() if reasons}


TONGUES = re.findall(
    r"\w+",
    "af am as az be bg bn br bs ca cs cy da el et eu fi fo fr fy ga gd gl gu ha he hi hu hy id ig"
    " is it ja jv ka kk km kn ko ku ky lb ln lo lt lv mg mk ml mn mr ms mt my nb ne nl om or pa"
    " ps pt rw sd si sk sl so sq sr sv sw ta te tg th tk tr tt ug ur uz vi wo xh yo zh zu",
)
CROWD = [
    a_person(
        number,
        skills=frozenset({f"skill_{number}"}),
        languages=(LanguageSkill(tongue, Level.B1),),
    )
    for number, tongue in enumerate(TONGUES, start=100)
]


def by_index(question, pool):
    """The rows that the index picks, as of a pool that is too large to look through."""
    return worth_a_look(question, pool, few=0)


@given(NEEDS, PEOPLE)
def test_sifting_leaves_those_whom_the_screen_leaves_clear(need, people):
    pool = Pool.of(people)
    doings = Doings.of(pool, people, need.organisation_id)
    question, rows = put(lay_out(need, NOW, TUNING), pool), pool.everybody()
    clear = rows[screen(question, pool, doings, rows) == 0]

    assert sift(question, pool, doings, None).rows.tolist() == clear.tolist()
    assert (
        sift(question, pool, doings, by_index(question, pool)).rows.tolist() == clear.tolist()
    )


SPEAKERS = st.lists(
    st.builds(
        a_person,
        st.integers(1, 40),
        languages=st.lists(st.builds(LanguageSkill, TAGS, LEVELS), max_size=2).map(tuple),
        point=POINTS,
        radius_km=st.none() | st.integers(1, 60).map(float),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda person: person.volunteer_id,
)
"""People of whom little but languages and places decides."""


@given(
    st.lists(st.builds(LanguageNeed, TAGS, LEVELS), max_size=2).map(tuple),
    st.none() | POINTS,
    SPEAKERS,
)
def test_the_lists_of_rare_languages_and_places_miss_nobody(languages, point, people):
    """In a crowd most languages are rare."""
    need = a_need(languages=languages, point=point)
    people = [*people, *CROWD]
    pool = Pool.of(people)
    question, rows = put(lay_out(need, NOW, TUNING), pool), pool.everybody()
    clear = rows[screen(question, pool, NOTHING, rows) == 0]

    assert (
        sift(question, pool, NOTHING, by_index(question, pool)).rows.tolist() == clear.tolist()
    )


NOTHING = Doings()


@given(NEEDS, PEOPLE)
def test_a_candidate_misses_the_dates_that_the_rules_say(need, people):
    agenda = lay_out(need, NOW, TUNING)
    known = {person.volunteer_id: person for person in people}

    for candidate in rank(need, people, NOW, TUNING).candidates:
        missed = clashes(agenda, known[candidate.volunteer_id])
        assert candidate.clashes == tuple(occasion.slot for occasion in missed)


@given(NEEDS, PEOPLE, st.lists(PERSONS, max_size=8), st.data())
def test_a_pool_that_changed_ranks_as_one_made_anew(need, people, changed, data):
    """Whoever is added, written anew or removed while an index is there counts at once."""
    pool = Pool.of(people)
    assert len(pool.index.recent) == 0
    now_there = {person.volunteer_id: person for person in people}
    for person in changed:
        pool.put([person])
        now_there[person.volunteer_id] = person
    gone = data.draw(st.sets(st.sampled_from(sorted(now_there)))) if now_there else set()
    pool.remove(gone)
    left = [person for who, person in now_there.items() if who not in gone]

    agenda, doings = lay_out(need, NOW, TUNING), Doings.of(pool, left, need.organisation_id)
    grown, anew = rank_pool(agenda, pool, doings), rank(need, left, NOW, TUNING)

    assert grown.candidates == anew.candidates
    assert grown.excluded() == anew.excluded()
    assert len(pool) == len(left)
    picked = sift(grown.question, pool, doings, by_index(grown.question, pool)).rows
    assert set(pool.ids(picked)) == {one.volunteer_id for one in anew.candidates}


@given(NEEDS, PEOPLE)
def test_more_languages_and_skills_than_a_word_holds_change_nothing(need, people):
    """Codes of others push the needed ones into the second word of 64."""
    pool = Pool.of(CROWD)
    pool.remove([person.volunteer_id for person in CROWD])
    pool.put(people)
    assert pool.columns.words("levels") == pool.columns.words("skills") == 2

    grown = rank_pool(
        lay_out(need, NOW, TUNING), pool, Doings.of(pool, people, need.organisation_id)
    )

    assert grown.candidates == rank(need, people, NOW, TUNING).candidates
