from collections import Counter

from services.matching.domain.agenda import lay_out
from services.matching.domain.board import Board
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.roster import PersonState
from services.matching.handlers.overview import (
    MOST_EXCLUDED,
    OF_EACH_REASON,
    look_over,
)
from services.matching.handlers.showing import ranking_shown
from tests.unit.matching_builders import NOW, TUNING, a_need, a_person


def shown_of(people, about=None):
    """Candidates and excluded as a coordinator sees them, and the counts."""
    board, agenda = Board(a_need()), lay_out(a_need(), NOW, TUNING)
    pool = Pool.of(people)
    doings = Doings.of(pool, people, board.need.organisation_id)
    looked = look_over(board, agenda, 30, pool, doings, about=about)
    known = {person.volunteer_id: person for person in people}
    return *ranking_shown(board, agenda, looked, known), looked.counts


def test_some_people_of_each_reason_are_named_however_many_others_are_nearer():
    many = [a_person(number, known=False) for number in range(MOST_EXCLUDED + 50)]
    few = [
        a_person(1000 + number, known=False, state=PersonState.PAUSED) for number in range(3)
    ]

    _, shown, counts = shown_of([*many, *few])

    named = Counter(entry.exclusions[0].code for entry in shown)
    assert counts == {"not_known": MOST_EXCLUDED + 50, "paused": 3}
    assert named["paused"] == 3
    assert named["not_known"] >= OF_EACH_REASON
    assert len(shown) == MOST_EXCLUDED


def test_somebody_asked_about_is_named_however_many_others_are_nearer():
    many = [a_person(number, known=False) for number in range(MOST_EXCLUDED)]
    last = a_person(5000, known=False, state=PersonState.PAUSED)
    others = [
        a_person(1000 + number, known=False, state=PersonState.PAUSED)
        for number in range(OF_EACH_REASON + 1)
    ]
    people = [*many, *others, last]

    def named(about):
        return {entry.volunteer_id for entry in shown_of(people, about)[1]}

    assert last.volunteer_id not in named(None)
    assert last.volunteer_id in named(last.volunteer_id)


def test_who_cannot_be_asked_just_now_is_named_beside_the_reason_too():
    tired = a_person(1, asks_per_week=0)

    candidates, shown, counts = shown_of([tired])

    assert [one.not_now[0].code for one in candidates] == ["ask_budget_used_up"]
    assert [one.volunteer_id for one in shown] == [tired.volunteer_id]
    assert counts == {"ask_budget_used_up": 1}
