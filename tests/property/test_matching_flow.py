"""The plan of the district against a second solver, and each figure against solving anew."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.matching.domain.flow.exchange import exchange
from services.matching.domain.flow.forcing import Answer, why_not
from services.matching.domain.flow.labels import FAR, settle
from services.matching.domain.flow.plan import solve
from services.matching.domain.flow.pricing import gains, pair_prices, price_for, prices
from services.matching.domain.flow.standing import stand
from services.matching.domain.flow.weights import FILL, pair_weights
from tests.flow_builders import (
    PROBLEMS,
    Change,
    a_problem,
    a_random_problem,
    best,
    changed,
    load,
    pairs_of,
)

SHORTLISTS = st.sampled_from([0, 1, 12])


def objective_of(problem, chosen):
    """What these pairs are worth, and that no capacity is exceeded."""
    pairs = [pairs_of(problem)[pair] for pair in chosen]
    of_request = Counter(request for request, *_ in pairs)
    of_volunteer = Counter(volunteer for _, volunteer, *_ in pairs)
    of_day = Counter((volunteer, day) for _, volunteer, day, _ in pairs)
    assert all(count <= problem.places[request] for request, count in of_request.items())
    assert all(count <= problem.capacity[one] for one, count in of_volunteer.items())
    assert all(count == 1 for count in of_day.values())
    costs = [
        load(problem, one, more) for one, count in of_volunteer.items() for more in range(count)
    ]
    return sum(weight for *_, weight in pairs) - sum(costs)


@given(PROBLEMS, SHORTLISTS)
def test_no_other_plan_is_worth_more(problem, shortlist):
    assert solve(problem, shortlist=shortlist).objective == best(problem)


def test_a_thousand_plans_are_worth_what_the_second_solver_finds():
    differ = [
        seed
        for seed in range(1000)
        if solve(a_random_problem(seed), shortlist=seed % 3).objective
        != best(a_random_problem(seed))
    ]
    assert differ == []


@given(PROBLEMS, SHORTLISTS)
def test_a_plan_keeps_places_capacities_and_days(problem, shortlist):
    plan = solve(problem, shortlist=shortlist)
    chosen = plan.chosen.tolist()
    assert len(set(chosen)) == len(chosen)
    assert objective_of(problem, chosen) == plan.objective
    assert plan.value == sum(problem.weight[chosen].tolist())
    filled = Counter(problem.request[chosen].tolist())
    assert plan.filled.tolist() == [filled[row] for row in range(len(problem.places))]


@given(PROBLEMS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(problem, chance):
    requests, volunteers = len(problem.places), len(problem.capacity)
    # Distinct, and in another order than the rows.
    keys = np.arange(requests) * 7 % 11, np.arange(volunteers) * 5 % 11
    rows, people = [*range(requests)], [*range(volunteers)]
    pairs = pairs_of(problem)
    one = a_problem(
        problem.places,
        problem.capacity,
        pairs,
        held=problem.held,
        load_step=problem.load_step,
        keys=keys,
    )
    chance.shuffle(rows)
    chance.shuffle(people)
    mixed = [(rows.index(r), people.index(v), day, weight) for r, v, day, weight in pairs]
    chance.shuffle(mixed)
    other = a_problem(
        problem.places[rows],
        problem.capacity[people],
        mixed,
        held=problem.held[people],
        load_step=problem.load_step,
        keys=(keys[0][rows], keys[1][people]),
    )
    first, second = solve(one), solve(other)
    assert first.objective == second.objective
    assert {pairs[pair][:2] for pair in first.chosen} == {
        (rows[mixed[pair][0]], people[mixed[pair][1]]) for pair in second.chosen
    }
    assert first.filled[rows].tolist() == second.filled.tolist()
    assert prices(first)[people].tolist() == prices(second).tolist()
    assert gains(first)[people].tolist() == gains(second).tolist()
    for request, volunteer, *_ in mixed[:3]:
        here = why_not(second, request, volunteer)
        there = why_not(first, rows[request], people[volunteer])
        assert [people[move.volunteer] for move in here.moves] == [
            move.volunteer for move in there.moves
        ]


@given(PROBLEMS, st.data())
def test_one_volunteer_more_never_lowers_the_optimum(problem, data):
    some = data.draw(st.lists(st.integers(0, len(problem.places) - 1), unique=True))
    more = [(r, len(problem.capacity), 0, data.draw(st.integers(-3, 30_000))) for r in some]
    richer = a_problem(
        problem.places,
        [*problem.capacity, 2],
        [*pairs_of(problem), *more],
        held=[*problem.held, 0],
        load_step=problem.load_step,
    )
    assert solve(richer).objective >= solve(problem).objective


@given(PROBLEMS, SHORTLISTS)
def test_a_price_is_what_is_lost_when_a_task_goes_elsewhere(problem, shortlist):
    plan = solve(problem, shortlist=shortlist)
    found = prices(plan)
    for volunteer in range(len(problem.capacity)):
        elsewhere = best(changed(problem, volunteer, Change(capacity=-1, held=1)))
        assert found[volunteer] == plan.objective - elsewhere + load(problem, volunteer)


@given(PROBLEMS, SHORTLISTS)
def test_a_gain_is_what_one_task_more_would_bring(problem, shortlist):
    plan = solve(problem, shortlist=shortlist)
    found = gains(plan)
    for volunteer in range(len(problem.capacity)):
        more = best(changed(problem, volunteer, Change(capacity=1)))
        assert found[volunteer] == more - plan.objective


@given(PROBLEMS, SHORTLISTS)
def test_a_yes_costs_the_others_what_the_day_is_worth_to_them(problem, shortlist):
    plan = solve(problem, shortlist=shortlist)
    found = pair_prices(plan)
    for pair, (request, volunteer, day, _) in enumerate(pairs_of(problem)):
        assert price_for(plan, request, volunteer) == found[pair]
        if pair in plan.chosen:
            assert found[pair] == 0
            continue
        away = Change(capacity=-1, held=1, blocked_day=day)
        elsewhere = best(changed(problem, volunteer, away))
        assert found[pair] == plan.objective - elsewhere + load(problem, volunteer)
        assert found[pair] >= prices(plan)[volunteer] >= 0


@given(PROBLEMS, SHORTLISTS)
def test_why_not_tells_the_loss_and_the_moves_of_the_next_best_plan(problem, shortlist):
    plan = solve(problem, shortlist=shortlist)
    pairs = pairs_of(problem)
    number = {pair[:2]: each for each, pair in enumerate(pairs)}
    for pair, (request, volunteer, *_) in enumerate(pairs):
        told, forced = why_not(plan, request, volunteer), best(problem, force=pair)
        if pair in plan.chosen:
            assert told.answer is Answer.PLANNED
            continue
        if forced is None:
            assert told.answer is Answer.NO_ROOM
            continue
        assert (told.answer, told.loss) == (Answer.COSTS, plan.objective - forced)
        assert (told.moves[0].volunteer, told.moves[0].takes) == (volunteer, request)
        chosen = set(plan.chosen.tolist())
        for move in told.moves:
            if move.leaves is not None:
                chosen.remove(number[move.leaves, move.volunteer])
        for move in told.moves:
            if move.takes is not None:
                assert number[move.takes, move.volunteer] not in chosen
                chosen.add(number[move.takes, move.volunteer])
        assert objective_of(problem, chosen) == forced
        filled = Counter(pairs[each][0] for each in chosen)
        differ = {r: filled[r] - int(plan.filled[r]) for r in range(len(problem.places))}
        expected = {told.loses: -1, told.fills: 1} if told.loses != told.fills else {}
        expected.pop(None, None)
        assert {r: by for r, by in differ.items() if by} == expected


@given(PROBLEMS)
def test_who_has_accepted_leaves_the_rest_of_the_plan_as_good_as_it_was(problem):
    plan = solve(problem)
    assume(len(plan.chosen))
    request, volunteer, day, weight = pairs_of(problem)[plan.chosen[0]]
    accepted = Change(
        capacity=-1,
        held=1,
        blocked_day=day,
        without_pair=(request, volunteer),
        places={request: -1},
    )
    rest = solve(changed(problem, volunteer, accepted)).objective
    assert rest + weight - load(problem, volunteer) == plan.objective


@given(PROBLEMS, st.data())
def test_the_proof_fails_for_every_plan_that_is_not_the_best(problem, data):
    """A search in the moves of a choice ends exactly if no sequence of moves betters it."""
    canonical = problem.canonical
    used = np.zeros(len(problem.request), bool)
    for pair in data.draw(st.permutations(range(len(used)))):
        tried = used.copy()
        tried[pair] = True
        chosen = canonical.pair_given[tried]
        try:
            objective_of(problem, chosen)
        except AssertionError:
            continue
        used = tried
    graph = exchange(stand(canonical, used))
    labels = np.zeros(len(problem.places) + 1, int)
    arcs = graph.origin, graph.target, graph.cost
    if objective_of(problem, canonical.pair_given[used]) == solve(problem).objective:
        settle(*arcs, labels)
    else:
        with pytest.raises(ArithmeticError):
            settle(*arcs, labels)


NODES = st.integers(0, 5)
ARCS = st.lists(st.tuples(NODES, NODES, st.integers(0, 9)), max_size=15)


@given(ARCS, NODES)
def test_distances_are_the_shortest(arcs, start):
    origin, target, cost = (
        (np.array(column, int) for column in zip(*arcs, strict=True))
        if arcs
        else ([np.zeros(0, int)] * 3)
    )
    labels = np.full(6, FAR)
    labels[start] = 0
    settle(origin, target, cost, labels)
    expected = {start: 0}
    for _ in range(6):
        for a, b, c in arcs:
            if a in expected:
                expected[b] = min(expected.get(b, FAR), expected[a] + c)
    assert labels.tolist() == [expected.get(node, FAR) for node in range(6)]


@given(*[st.tuples(st.integers(1, 9), st.floats(0, 1), st.integers(0, 1000))] * 2)
def test_a_filled_place_counts_more_than_any_fit(one, other):
    weights = pair_weights(*(np.array(column) for column in zip(one, other, strict=True)))
    urgencies = one[0], other[0]
    assert all(w // FILL == urgency for w, urgency in zip(weights, urgencies, strict=True))
