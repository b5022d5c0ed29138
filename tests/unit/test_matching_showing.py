from collections import Counter

from services.matching.domain.board import Board
from services.matching.domain.roster import PersonState
from services.matching.handlers.showing import MOST_EXCLUDED, OF_EACH_REASON, ranking_shown
from tests.unit.matching_builders import NOW, TUNING, a_need, a_person


def test_some_people_of_each_reason_are_named_however_many_others_are_nearer():
    many = [a_person(number, known=False) for number in range(MOST_EXCLUDED + 50)]
    few = [
        a_person(1000 + number, known=False, state=PersonState.PAUSED) for number in range(3)
    ]

    _, shown, counts = ranking_shown(Board(a_need()), [*many, *few], NOW, TUNING, 30)

    named = Counter(entry.exclusions[0].code for entry in shown)
    assert counts == {"not_known": MOST_EXCLUDED + 50, "paused": 3}
    assert named["paused"] == 3
    assert named["not_known"] >= OF_EACH_REASON
    assert len(shown) == MOST_EXCLUDED


def test_who_cannot_be_asked_just_now_is_named_beside_the_reason_too():
    tired = a_person(1, asks_per_week=0)

    candidates, shown, counts = ranking_shown(Board(a_need()), [tired], NOW, TUNING, 30)

    assert [one.not_now[0].code for one in candidates] == ["ask_budget_used_up"]
    assert [one.volunteer_id for one in shown] == [tired.volunteer_id]
    assert counts == {"ask_budget_used_up": 1}
