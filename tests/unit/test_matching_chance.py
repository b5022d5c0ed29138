from datetime import timedelta

import pytest

from services.matching.domain.chance import (
    AnswerHistory,
    chance_of_yes,
    chance_still_open,
    replied_within,
)
from services.matching.domain.odds import chance_of_enough
from tests.unit.matching_builders import NOW


def test_a_newcomer_is_trusted_with_the_average():
    assert chance_of_yes(AnswerHistory(), NOW) == 0.25


@pytest.mark.parametrize(
    ("asked", "said_yes", "expected"),
    [(2, 2, 3.5 / 8), (2, 0, 1.5 / 8), (30, 30, 31.5 / 36), (30, 0, 1.5 / 36)],
)
def test_the_record_is_shrunk_towards_the_average(asked, said_yes, expected):
    history = AnswerHistory(asked, said_yes, NOW)

    assert chance_of_yes(history, NOW) == pytest.approx(expected)


def test_no_record_makes_a_yes_certain_or_impossible():
    assert chance_of_yes(AnswerHistory(1000, 1000, NOW), NOW) == 0.9
    assert chance_of_yes(AnswerHistory(1000, 0, NOW), NOW) == 0.02


def test_an_old_record_fades_to_the_average():
    eager = AnswerHistory(20, 20, NOW)

    chances = [chance_of_yes(eager, NOW + timedelta(weeks=weeks)) for weeks in (0, 34, 500)]

    assert chances == sorted(chances, reverse=True)
    assert chances[2] == pytest.approx(0.25, abs=0.01)


def test_outcomes_are_counted_after_fading_what_was_there():
    history = AnswerHistory().with_outcome(NOW, said_yes=True)
    later = history.with_outcome(NOW + timedelta(weeks=1), said_yes=False)

    assert (history.asked, history.yes) == (1, 1)
    assert (later.asked, later.yes) == pytest.approx((1.98, 0.98))


def test_half_of_the_replies_come_within_five_hours_and_nine_of_ten_within_a_day():
    assert replied_within(timedelta(0)) == 0
    assert replied_within(timedelta(hours=5)) == pytest.approx(0.5)
    assert replied_within(timedelta(days=1)) == pytest.approx(0.9, abs=0.01)


def test_silence_lowers_the_chance_of_a_yes():
    hours = [0, 1, 5, 24, 72]

    chances = [chance_still_open(0.25, timedelta(hours=hour)) for hour in hours]

    assert chances[0] == pytest.approx(0.25)
    assert chances == sorted(chances, reverse=True)
    assert chances[2] == pytest.approx(0.125 / (0.125 + 0.15 + 0.45))
    assert chances[4] < 0.02


@pytest.mark.parametrize(
    ("chance", "wanted", "for_80_percent", "for_95_percent"),
    [(0.1, 1, 16, 29), (0.2, 2, 14, 22), (0.3, 5, 21, 28), (0.3, 10, 40, 49)],
)
def test_so_many_must_be_asked_for_enough_yeses(chance, wanted, for_80_percent, for_95_percent):
    """The table of the first reference, computed there with exact binomials."""
    for goal, asked in ((0.8, for_80_percent), (0.95, for_95_percent)):
        assert chance_of_enough(wanted, [chance] * asked) >= goal
        assert chance_of_enough(wanted, [chance] * (asked - 1)) < goal


def test_no_yes_is_needed_for_no_place():
    assert chance_of_enough(0, []) == 1.0
    assert chance_of_enough(1, []) == 0.0
