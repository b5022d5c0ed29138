"""The bound of the toy is the one of the paper, and the priced greedy reaches its bars."""

import numpy as np
import pytest
from scipy.optimize import linprog

from infra.bench.simulating import (
    BARS,
    REPORTED_ON,
    TUNED_ON,
    most_completed,
    volunteer_notification,
)
from services.matching.simulation.toy import make_toy


def as_in_the_paper(toy):
    """The same programme with dense rows, and sums over all earlier periods."""
    periods, types = toy.arrives.shape
    people = len(toy.says_yes)
    notified = np.arange(people * types * periods).reshape(people, types, periods)
    completed = notified.size + np.arange(types * periods).reshape(types, periods)
    rows = np.zeros((types * periods + people * periods, notified.size + completed.size))
    for row, (kind, period) in enumerate(np.ndindex(types, periods)):
        rows[row, completed[kind, period]] = 1
        rows[row, notified[:, kind, period]] = -toy.says_yes[:, kind]
    for row, (person, period) in enumerate(np.ndindex(people, periods), types * periods):
        for earlier in range(period + 1):
            still_away = (1 - toy.returns) ** (period - earlier)
            rows[row, notified[person, :, earlier]] = toy.arrives[earlier] * still_away
    limits = np.repeat([0.0, 1.0], [types * periods, people * periods])
    worth = np.concatenate([np.zeros(notified.size), -toy.arrives.T.ravel()])
    return -linprog(worth, A_ub=rows, b_ub=limits, bounds=(0, 1)).fun


@pytest.mark.parametrize("returns", [0.05, 0.3, 0.9])
def test_the_sparse_programme_is_that_of_the_paper(returns):
    toy = make_toy(3, returns, volunteers=3, types=3, periods=12)

    assert most_completed(toy) == pytest.approx(as_in_the_paper(toy))
    assert most_completed(toy) < toy.arrives.sum()


def test_the_bound_of_the_studied_instance_is_found_again():
    assert most_completed(make_toy(0, 0.02)) == pytest.approx(42.46, abs=0.005)


def test_the_priced_greedy_reaches_its_bars_on_instances_it_was_not_tuned_on():
    assert not set(TUNED_ON) & set(REPORTED_ON)

    found = volunteer_notification(TUNED_ON[:1], REPORTED_ON[:3], replications=100)

    assert {one.returns: one.bar for one in found} == BARS
    for one in found:
        assert one.ratio >= one.bar, one
        assert one.ratio <= 1, one
