"""The plan of the district, story by story."""

from itertools import pairwise

import numpy as np
import pytest

from services.matching.domain.flow.forcing import Answer, Move, WhyNot, why_not
from services.matching.domain.flow.plan import solve
from services.matching.domain.flow.pricing import gains, pair_prices, price_for, prices
from services.matching.domain.flow.weights import FILL, load_cost, pair_weights, total_load
from tests.flow_builders import a_problem

MONDAY, TUESDAY, WEDNESDAY = 740_001, 740_002, 740_003


class TestTheOnlyTigrinyaSpeaker:
    """A needs Tigrinya, which only Amal speaks; B, posted first, Arabic: Amal better than Basim."""

    B, A = 0, 1
    AMAL, BASIM = 0, 1

    def plan(self):
        pairs = [
            (self.B, self.AMAL, MONDAY, FILL + 900),
            (self.B, self.BASIM, MONDAY, FILL + 700),
            (self.A, self.AMAL, MONDAY, FILL + 400),
        ]
        return solve(a_problem([1, 1], [2, 1], pairs))

    def test_is_kept_for_who_has_nobody_else(self):
        plan = self.plan()
        assert plan.chosen.tolist() == [1, 2]
        assert plan.filled.tolist() == [1, 1]
        assert plan.value == plan.objective == 2 * FILL + 1100

    def test_costs_the_others_that_request(self):
        plan = self.plan()
        assert price_for(plan, self.B, self.AMAL) == FILL + 400
        assert price_for(plan, self.A, self.AMAL) == 0
        assert price_for(plan, self.B, self.BASIM) == 0

    def test_is_free_for_them_on_another_day(self):
        assert prices(self.plan())[self.AMAL] == 0

    def test_could_go_to_b_at_a_loss_that_names_a(self):
        assert why_not(self.plan(), self.B, self.AMAL) == WhyNot(
            Answer.COSTS,
            loss=FILL + 200,
            moves=(
                Move(self.AMAL, leaves=self.A, takes=self.B),
                Move(self.BASIM, leaves=self.B, takes=None),
            ),
            loses=self.A,
        )

    def test_has_no_pair_with_what_she_does_not_fit(self):
        told = why_not(self.plan(), self.A, self.BASIM)
        assert told == WhyNot(Answer.NO_PAIR)


def test_a_request_that_is_only_expected_keeps_people_free_like_any_other():
    today = [(0, 0, MONDAY, FILL + 500), (0, 1, MONDAY, FILL + 300)]
    expected = (1, 0, TUESDAY, FILL)
    without = solve(a_problem([1, 0], [1, 1], [*today, expected]))
    with_phantom = solve(a_problem([1, 1], [1, 1], [*today, expected]))
    assert without.chosen.tolist() == [0]
    assert with_phantom.chosen.tolist() == [1, 2]
    assert prices(with_phantom)[0] == FILL


def test_a_chain_of_moves_is_told_from_the_asked_to_who_loses():
    pairs = [
        (0, 0, MONDAY, FILL + 500),
        (1, 0, MONDAY, FILL + 100),
        (1, 1, MONDAY, FILL + 500),
        (2, 1, MONDAY, FILL + 200),
        (2, 2, MONDAY, FILL + 300),
        (0, 3, MONDAY, FILL + 100),
    ]
    plan = solve(a_problem([1, 1, 1], [1, 1, 1, 1], pairs))
    assert why_not(plan, 2, 1).moves == (
        Move(1, leaves=1, takes=2),
        Move(0, leaves=0, takes=1),
        Move(3, leaves=None, takes=0),
        Move(2, leaves=2, takes=None),
    )


def test_tasks_are_shared_out_before_anybody_gets_a_second_one():
    pairs = [(r, v, MONDAY + r, FILL + 10 * v) for r in range(4) for v in range(2)]
    shared = solve(a_problem([1] * 4, [4, 4], pairs, load_step=100))
    piled = solve(a_problem([1] * 4, [4, 4], pairs))
    assert shared.problem.volunteer[shared.chosen].tolist().count(0) == 2
    assert piled.problem.volunteer[piled.chosen].tolist() == [1, 1, 1, 1]
    assert shared.objective == shared.value - 2 * 100


def test_who_holds_tasks_already_is_spared():
    pairs = [(0, 0, MONDAY, FILL + 50), (0, 1, MONDAY, FILL)]
    plan = solve(a_problem([1], [1, 1], pairs, held=[2, 0], load_step=30))
    assert plan.chosen.tolist() == [1]
    assert prices(plan).tolist() == [90, 40], "one more load; the other takes over, at 90 - 50"


def test_a_place_stays_open_rather_than_cost_more_than_it_is_worth():
    plan = solve(a_problem([1], [1], [(0, 0, MONDAY, 500)], held=[3], load_step=100))
    assert plan.chosen.tolist() == []
    assert plan.objective == 0
    assert why_not(plan, 0, 0) == WhyNot(
        Answer.COSTS, loss=100, moves=(Move(0, leaves=None, takes=0),), fills=0
    )


def test_nobody_gets_two_tasks_on_one_day():
    pairs = [(0, 0, MONDAY, FILL), (1, 0, MONDAY, FILL + 1), (2, 0, TUESDAY, FILL)]
    plan = solve(a_problem([1, 1, 1], [3], pairs))
    assert plan.chosen.tolist() == [1, 2]
    assert gains(plan).tolist() == [0], "more hours would not help: it is the day that is full"
    assert pair_prices(plan).tolist() == [FILL + 1, 0, 0]


def test_who_could_fill_a_place_with_one_task_more_is_asked_for_more():
    pairs = [(0, 0, MONDAY, FILL), (1, 0, TUESDAY, FILL + 300), (1, 1, TUESDAY, FILL)]
    plan = solve(a_problem([1, 1], [1, 0], pairs))
    assert plan.chosen.tolist() == [1]
    assert gains(plan).tolist() == [FILL, FILL - 300]
    assert why_not(plan, 1, 1) == WhyNot(Answer.NO_ROOM)


def test_with_nothing_open_nothing_is_planned():
    plan = solve(a_problem([], [], []))
    assert (plan.objective, plan.chosen.tolist(), plan.filled.tolist()) == (0, [], [])
    assert prices(plan).tolist() == gains(plan).tolist() == pair_prices(plan).tolist() == []


def test_with_nobody_who_fits_all_places_stay_open():
    plan = solve(a_problem([2, 1], [1, 1], [], held=[0, 2], load_step=10))
    assert (plan.objective, plan.filled.tolist()) == (0, [0, 0])
    assert prices(plan).tolist() == [0, 30]
    assert gains(plan).tolist() == [0, 0]
    assert price_for(plan, 0, 1) == 30
    assert why_not(plan, 0, 0).answer is Answer.NO_PAIR


def test_one_request_may_have_500_places():
    pairs = [(0, person, MONDAY, FILL + person) for person in range(600)]
    plan = solve(a_problem([500], [1] * 600, pairs))
    assert plan.filled.tolist() == [500]
    assert plan.chosen.tolist() == [*range(100, 600)]
    assert set(prices(plan)[100:].tolist()) == {*range(1, 501)}, "the hundredth takes over"
    assert why_not(plan, 0, 99).loss == 1


def test_without_capacity_nobody_is_planned_and_nothing_lost():
    pairs = [(0, 0, MONDAY, FILL), (1, 1, MONDAY, FILL)]
    plan = solve(a_problem([1, 0], [0, 1], pairs))
    assert plan.chosen.tolist() == []
    assert gains(plan).tolist() == [FILL, 0]
    assert prices(plan).tolist() == [0, 0]
    assert [why_not(plan, row, row).answer for row in (0, 1)] == [Answer.NO_ROOM] * 2


def test_among_equals_the_keys_decide_and_not_who_came_first():
    pairs = [(0, person, MONDAY, FILL) for person in range(3)]
    chosen = {
        keys: solve(
            a_problem([1], [1, 1, 1], pairs, keys=(None, np.array(keys)))
        ).chosen.tolist()
        for keys in [(1, 2, 3), (3, 1, 2), (2, 3, 1)]
    }
    first = (1, 2, 3)[chosen[1, 2, 3][0]]
    assert all(keys[only] == first for keys, (only,) in chosen.items())


def test_keys_may_be_hashes():
    pairs = [(0, person, MONDAY, FILL) for person in range(2)]
    keys = np.array([b"\x02" * 16, b"\x01" * 16])
    hashed = solve(a_problem([1], [1, 1], pairs, keys=(None, keys)))
    numbered = solve(a_problem([1], [1, 1], pairs, keys=(None, np.array([2, 1]))))
    assert hashed.chosen.tolist() == numbered.chosen.tolist()


ONE = (0, 0, MONDAY, FILL)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"pairs": [(0, 0, MONDAY, float("nan"))]}, r"weight\[0\] = nan is not a number"),
        ({"pairs": [ONE, (0, 1, MONDAY, float("inf"))]}, r"weight\[1\] = inf is not between"),
        ({"pairs": [(0, 0, MONDAY, 0.5)]}, r"weight\[0\] = 0.5 is not a whole number"),
        ({"pairs": [(0, 0, MONDAY, 2**31)]}, r"weight\[0\] = 2147483648 is not between"),
        ({"pairs": [ONE, ONE]}, "request 0 has volunteer 0 twice"),
        ({"pairs": [(1, 0, MONDAY, 1)]}, r"request\[0\] = 1 is not in 0\.\.0"),
        ({"pairs": [(0, -1, MONDAY, 1)]}, r"volunteer\[0\] = -1 is not in 0\.\.1"),
        ({"places": [-1]}, r"places\[0\] = -1 is not in"),
        ({"places": [[1]]}, r"places must be one row of numbers, not of shape \(1, 1\)"),
        ({"capacity": [1, "two"]}, "capacity must hold whole numbers, not <U"),
        ({"held": [1]}, r"held must have 2 entries, not shape \(1,\)"),
        ({"held": [0, 1_000_000]}, r"held\[1\] = 1000000 is not in"),
        ({"load_step": -1}, "load_step = -1 is negative"),
        (
            {"load_step": 10**9, "held": [9, 0]},
            "load_step = 1000000000 with 10 tasks is beyond",
        ),
        ({"keys": (np.array([1, 2]), None)}, r"request_keys must have 1 entries"),
        ({"keys": (np.array([0.5]), None)}, "request_keys must be whole numbers or bytes"),
    ],
)
def test_what_is_no_problem_is_refused_by_name(wrong, told):
    right = {"places": [1], "capacity": [1, 1], "pairs": [ONE]}
    a_problem(**right)
    with pytest.raises(ValueError, match=told):
        a_problem(**(right | wrong))


def test_a_pair_is_worth_its_urgency_and_what_can_be_hoped_for():
    weights = pair_weights(
        np.array([1, 2, 1]), np.array([0.5, 0.25, 1]), np.array([800, 3, 1000])
    )
    assert weights.tolist() == [FILL + 4000, 2 * FILL + 8, 2 * FILL - 1]


@pytest.mark.parametrize(
    ("urgency", "chance", "points", "told"),
    [
        (1, float("nan"), 5, "chance of pair 0 is nan"),
        (1, 1.5, 5, "chance of pair 0 is 1.5, not in 0..1"),
        (0, 0.5, 5, "urgency of pair 0 is 0"),
        (1, 0.5, 1001, "points of pair 0 is 1001"),
    ],
)
def test_what_is_no_chance_or_score_is_refused(urgency, chance, points, told):
    with pytest.raises(ValueError, match=told):
        pair_weights(np.array([urgency]), np.array([chance]), np.array([points]))
    with pytest.raises(ValueError, match="one entry a pair"):
        pair_weights(np.array([1]), np.array([0.5, 0.5]), np.array([1]))


def test_each_further_task_costs_more():
    costs = load_cost(100, np.arange(6)).tolist()
    assert costs == [0, 100, 300, 600, 1000, 1500]
    steps = [later - earlier for earlier, later in pairwise(costs)]
    assert steps == sorted(steps)
    assert total_load(100, np.array([0, 2]), np.array([3, 2])) == 400 + 900
