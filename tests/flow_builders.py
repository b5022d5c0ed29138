"""Small districts for the tests of the plan, and a second opinion that knows no flow."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog

from services.matching.domain.flow.problem import Problem

INFEASIBLE = 2
"""linprog's status."""


def a_problem(places, capacity, pairs, *, held=None, load_step=0, keys=(None, None)):
    """A problem from pairs (request, volunteer, day, weight)."""
    request, volunteer, day, weight = zip(*pairs, strict=True) if pairs else ((), (), (), ())
    return Problem(
        places=np.array(places),
        capacity=np.array(capacity),
        held=np.zeros(len(capacity), int) if held is None else np.array(held),
        request=np.array(request),
        volunteer=np.array(volunteer),
        day=np.array(day),
        weight=np.array(weight),
        load_step=load_step,
        request_keys=keys[0],
        volunteer_keys=keys[1],
    )


def pairs_of(problem):
    return list(
        zip(
            problem.request.tolist(),
            problem.volunteer.tolist(),
            problem.day.tolist(),
            problem.weight.tolist(),
            strict=True,
        )
    )


@dataclass
class Change:
    """What is different in a problem that is solved anew."""

    capacity: int = 0
    held: int = 0
    blocked_day: int | None = None
    without_pair: tuple[int, int] | None = None
    places: dict[int, int] | None = None


def changed(problem, volunteer, change):
    """The same problem with one volunteer changed."""
    capacity, held, places = problem.capacity.copy(), problem.held.copy(), problem.places.copy()
    capacity[volunteer] = max(0, capacity[volunteer] + change.capacity)
    held[volunteer] += change.held
    for request, more in (change.places or {}).items():
        places[request] += more
    pairs = [
        pair
        for pair in pairs_of(problem)
        if not (pair[1] == volunteer and pair[2] == change.blocked_day)
        and pair[:2] != change.without_pair
    ]
    return a_problem(places, capacity, pairs, held=held, load_step=problem.load_step)


def load(problem, volunteer, more=0):
    """What a task costs who holds these and `more`."""
    tasks = int(problem.held[volunteer]) + more
    return problem.load_step * tasks * (tasks + 1) // 2


def best(problem, force=None):
    """The highest objective, by HiGHS on a plain linear programme; None if there is no plan.

    A variable a pair and one a further task of each volunteer, each in 0..1; a row a request, a
    row a volunteer and day, and one that says that a volunteer's pairs are their tasks. `force`
    is a pair's number.
    """
    count = len(problem.request)
    if not count:
        return 0
    units = [(v, i) for v, most in enumerate(problem.capacity) for i in range(most)]
    costs = [load(problem, v, i) for v, i in units]
    days = sorted(set(zip(problem.volunteer, problem.day, strict=True)))
    upper = np.zeros((len(problem.places) + len(days), count + len(units)))
    tasks = np.zeros((len(problem.capacity), count + len(units)))
    for pair, (request, volunteer, day, _) in enumerate(pairs_of(problem)):
        upper[request, pair] = 1
        upper[len(problem.places) + days.index((volunteer, day)), pair] = 1
        tasks[volunteer, pair] = 1
    for unit, (volunteer, _) in enumerate(units):
        tasks[volunteer, count + unit] = -1
    found = linprog(
        np.concatenate([-problem.weight, costs]),
        A_ub=upper,
        b_ub=[*problem.places, *(1 for _ in days)],
        A_eq=tasks,
        b_eq=np.zeros(len(tasks)),
        bounds=[(1 if n == force else 0, 1) for n in range(count + len(units))],
    )
    if found.status == INFEASIBLE:
        return None
    assert found.success, found.message
    assert abs(found.fun - round(found.fun)) < 1e-6, "a flow has a whole optimum"
    return -round(found.fun)


@st.composite
def drawn_problems(draw, most=5):
    """Up to `most` requests and volunteers: scarce and ample, with ties and with losses."""
    requests, volunteers = draw(st.integers(1, most)), draw(st.integers(1, most))
    every = [(r, v) for r in range(requests) for v in range(volunteers)]
    few = draw(st.integers(len(every) // 3, len(every)))
    pairs = draw(st.permutations(every))[:few]
    weights = draw(st.sampled_from([st.integers(-3, 4), st.integers(0, 30_000)]))
    days = st.integers(0, 2)
    return a_problem(
        draw(st.lists(st.integers(0, 3), min_size=requests, max_size=requests)),
        draw(st.lists(st.integers(0, 3), min_size=volunteers, max_size=volunteers)),
        [(r, v, draw(days), draw(weights)) for r, v in pairs],
        held=draw(st.lists(st.integers(0, 3), min_size=volunteers, max_size=volunteers)),
        load_step=draw(st.sampled_from([0, 1, 7, 300])),
    )


def a_random_problem(seed):
    """Somewhat larger than those drawn, by a seed alone: long chains of moves, hard to shrink."""
    chance = np.random.default_rng(seed)
    requests, volunteers = chance.integers(3, 11, 2)
    request, volunteer = np.nonzero(
        chance.random((requests, volunteers)) < chance.uniform(0.1, 0.6)
    )
    count = len(request)
    mixed = chance.permutation(count)
    of_request = chance.integers(0, 4, requests)[request[mixed]]
    return Problem(
        places=chance.integers(*chance.choice([(0, 4), (1, 2), (1, 4)]), requests),
        capacity=chance.integers(*chance.choice([(0, 4), (1, 2), (1, 4)]), volunteers),
        held=chance.integers(0, 4, volunteers),
        request=request[mixed],
        volunteer=volunteer[mixed],
        day=of_request if seed % 2 else chance.integers(0, 3, count),
        weight=chance.integers(-3, chance.choice([4, 20, 30_000]), count),
        load_step=int(chance.choice([0, 1, 7, 300])),
    )


PROBLEMS = drawn_problems() | st.integers(0, 2**32).map(a_random_problem)
