"""The toy of volunteer notification: prices and plays that can be followed by hand."""

import numpy as np
import pytest

from infra.bench.simulating import most_completed
from services.matching.simulation.toy import Toy, make_toy, play_toy, prices_of


def a_toy(says_yes, *, periods=2, arrives=0.5, returns=0.1):
    likely = np.array(says_yes, dtype=float)
    return Toy(np.full((periods, likely.shape[1]), arrives), likely, returns)


def test_a_mail_costs_what_an_active_volunteer_is_worth_later_and_nothing_at_the_end():
    prices = prices_of(a_toy([[0.8], [0.2], [0.0]], periods=3), needed=0.5)

    last_but_one = 0.9 * (0.5 * np.array([0.4, 0.1, 0.0]))
    worth = 0.5 * (np.array([0.4, 0.1, 0.0]) - last_but_one) + last_but_one
    assert prices[2].tolist() == [0, 0, 0]
    assert prices[1] == pytest.approx(last_but_one)
    assert prices[0] == pytest.approx(0.9 * worth)


def test_who_is_back_at_once_costs_nothing():
    assert not prices_of(make_toy(1, returns=1.0), needed=1.0).any()


def test_the_first_certain_yes_is_enough():
    toy = a_toy([[1.0], [0.5]], periods=50, arrives=0.999, returns=1.0)

    played = play_toy(toy, prices_of(toy, 1.0), replications=20, seed=1)

    assert played.completed == played.arrived
    assert played.mails == played.arrived


def test_who_is_silent_for_long_is_kept_for_what_needs_them():
    """The only one who can do the second type is not spent on the first, which another can do."""
    likely = np.array([[0.9, 0.9], [0.85, 0.0]])
    arrives = np.array([[0.999, 0.0], [0.0, 0.999]])
    toy = Toy(arrives, likely, 0.01)

    priced = play_toy(toy, prices_of(toy, 1.0), replications=2000, seed=2)
    greedy = play_toy(toy, np.zeros((2, 2)), replications=2000, seed=2)

    assert priced.completed == pytest.approx(0.85 + 0.9, abs=0.05)
    assert greedy.completed == pytest.approx(0.985 + 0.01, abs=0.05)


def test_somebody_mailed_a_moment_ago_is_hardly_counted_on():
    """With one volunteer, each period's task is done only if they are back: a chain of two states."""
    toy = a_toy([[0.9]], periods=400, arrives=0.999, returns=0.25)

    played = play_toy(toy, np.zeros((400, 1)), replications=200, seed=3)

    assert played.completed / played.arrived == pytest.approx(0.9 * 0.25, abs=0.01)


def test_instances_are_made_by_their_seed():
    one, same, other = make_toy(4, 0.1), make_toy(4, 0.5), make_toy(5, 0.1)

    assert np.array_equal(one.says_yes, same.says_yes)
    assert not np.array_equal(one.says_yes, other.says_yes)
    assert one.arrives.sum(axis=1) == pytest.approx(np.full(60, 0.9))
    assert one.says_yes.max() <= 0.9
    assert np.mean(one.says_yes > 0) == pytest.approx(0.4, abs=0.1)


@pytest.mark.parametrize("returns", [0.02, 0.5])
def test_no_price_completes_more_than_the_bound(returns):
    toy = make_toy(11, returns, volunteers=5, types=3, periods=20)
    bound = most_completed(toy)

    for needed in (0.0, 0.5, 1.0):
        played = play_toy(toy, prices_of(toy, needed), replications=500, seed=7)
        assert 0 < played.completed <= bound
