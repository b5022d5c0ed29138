"""Row B4: tasks by the hour, several a day, as a mixed-integer programme, against the plan by tasks.

The plan counts tasks and gives nobody two on a day, which a flow can solve exactly; how many hours
a task takes, and what overlaps, the rules look at before, and again when somebody is asked. What
they forbid is planned anew a quarter of an hour later. This is what that costs: as many plans as
still find something, each less what the rules forbid, beside the best that whole hours allow.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from infra.bench.anchors import DAYS_APART
from infra.bench.districts import a_district
from infra.bench.rows import Case, Row, a_row, in_turns, same
from services.matching.domain.district import HOURS_A_TASK
from services.matching.domain.flow.plan import solve
from services.matching.domain.flow.problem import Problem
from services.matching.domain.flow.weights import Bools, Floats, Ints

DISTRICT = (500, 2_000, 42)
LENGTHS = ([1, 2, 3, 4], [0.25, 0.45, 0.20, 0.10])
"""Hours of a request, about a task's usual ones on average, and how often."""
STARTS = (9, 20)
GAP, LONGEST_S = 1e-3, 20.0
"""So close to its bound the programme may stop; and so long it may take."""


@dataclass(frozen=True, eq=False)
class Shifts:
    """A district whose requests last for hours, and whose people give hours."""

    problem: Problem
    hours: Ints
    """Of each pair's request; so is the hour at which it starts."""
    starts: Ints
    budget: Ints
    """Hours that each volunteer has left."""


def shifts() -> Shifts:
    problem = replace(a_district(*DISTRICT).problem(), load_step=0)
    chance, requests = np.random.default_rng(4), len(problem.places)
    hours = chance.choice(LENGTHS[0], requests, p=LENGTHS[1])
    starts = chance.integers(*STARTS, requests)
    of = problem.request
    return Shifts(problem, hours[of], starts[of], problem.capacity * HOURS_A_TASK)


def by_tasks(given: Shifts) -> Bools:
    """Which pairs are planned, plan after plan, within everybody's hours and without overlaps."""
    problem, left, places = given.problem, given.budget.copy(), given.problem.places.copy()
    kept = np.zeros(len(problem.request), np.bool_)
    found = 1
    while found:
        fits = np.flatnonzero(
            ~kept
            & (given.hours <= left[problem.volunteer])
            & (places[problem.request] > 0)
            & ~_overlapped(given, kept)
        )
        plan = solve(_among(problem, fits, places, np.maximum(1, left // HOURS_A_TASK)))
        chosen = fits[plan.chosen]
        found = 0
        for pair in chosen[np.argsort(-problem.weight[chosen], kind="stable")].tolist():
            whose, needed = problem.volunteer[pair], given.hours[pair]
            if needed <= left[whose]:
                left[whose] -= needed
                places[problem.request[pair]] -= 1
                kept[pair] = True
                found += 1
    return kept


def _among(problem: Problem, pairs: Ints, places: Ints, capacity: Ints) -> Problem:
    return replace(
        problem,
        places=places,
        capacity=capacity,
        request=problem.request[pairs],
        volunteer=problem.volunteer[pairs],
        day=problem.day[pairs],
        weight=problem.weight[pairs],
    )


def _overlapped(given: Shifts, kept: Bools) -> Bools:
    """Pairs that overlap what their volunteer has been given."""
    problem, ends = given.problem, given.starts + given.hours
    day = problem.volunteer * DAYS_APART + problem.day
    overlapped = np.zeros(len(kept), np.bool_)
    for pair in np.flatnonzero(kept):
        same_day = day == day[pair]
        overlapped |= same_day & (given.starts < ends[pair]) & (given.starts[pair] < ends)
    return overlapped


@dataclass(frozen=True, eq=False)
class Programme:
    """Places, hours and overlaps as rows of one matrix over the pairs, and the most of each."""

    weight: Floats
    rows: csr_array
    most: Ints

    def best(self) -> tuple[float, float]:
        """The value of the best plan found, and the bound that none exceeds."""
        found = milp(
            -self.weight,
            constraints=LinearConstraint(self.rows, -np.inf, self.most),
            integrality=np.ones(len(self.weight), np.int64),
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": GAP, "time_limit": LONGEST_S},
        )
        if found.fun is None or found.mip_dual_bound is None:
            raise ArithmeticError("milp found no plan")
        return -float(found.fun), -float(found.mip_dual_bound)


def programme(given: Shifts) -> Programme:
    problem, pairs = given.problem, np.arange(len(given.hours))
    clique, member = _overlapping(given)
    requests, volunteers = len(problem.places), len(problem.capacity)
    row = np.concatenate(
        [problem.request, requests + problem.volunteer, requests + volunteers + clique]
    )
    entry = np.concatenate([np.ones_like(pairs), given.hours, np.ones_like(clique)])
    most = np.concatenate(
        [problem.places, given.budget, np.ones(clique.max(initial=-1) + 1, np.int64)]
    )
    column = np.concatenate([pairs, pairs, member])
    matrix = csr_array((entry, (row, column)), shape=(len(most), len(pairs)))
    return Programme(problem.weight.astype(np.float64), matrix, most)


def _overlapping(given: Shifts) -> tuple[Ints, Ints]:
    """Cliques of one person's pairs that overlap, and their members: at most one of each comes."""
    problem, ends = given.problem, given.starts + given.hours
    order = np.lexsort((given.starts, problem.day, problem.volunteer))
    borders = np.flatnonzero(np.diff(problem.volunteer[order]) | np.diff(problem.day[order]))
    cliques = [
        together
        for same_day in np.split(order, borders + 1)
        for start in given.starts[same_day]
        for together in [same_day[(given.starts[same_day] <= start) & (start < ends[same_day])]]
        if len(together) > 1
    ]
    count = [len(together) for together in cliques]
    members = np.concatenate([*cliques, np.empty(0, np.int64)]).astype(np.int64)
    return np.repeat(np.arange(len(cliques)), count), members


def hours_and_overlaps() -> Iterator[Row]:
    """B4: how long both take, and which part of the programme's bound each reaches."""
    given = shifts()
    whole = programme(given)
    kept = by_tasks(given)
    same("B4: places, hours and overlaps", int((whole.rows @ kept > whole.most).sum()), 0)
    best, bound = whole.best()
    value = float(whole.weight[kept].sum())
    same("B4: nothing beats the bound", value <= bound, True)
    ours, theirs = in_turns(lambda: by_tasks(given), whole.best)
    anchor, pairs = f"scipy milp (HiGHS), gap {GAP:.1%}, matrix there", len(kept)
    case = f"{pairs:,} pairs by the hour: plans by tasks, within hours"
    yield a_row(("B4", case), ours, (anchor, theirs), limit="its linear relaxation")
    yield Row(
        id="B4",
        case="the same: what is planned",
        median=value / bound,
        p99=value / bound,
        unit="of bound",
        anchor=anchor,
        anchor_median=best / bound,
        ratio=value / best,
        limit="1: the programme's own bound",
    )


CASES = (Case("B4", "Tasks by the hour", hours_and_overlaps),)
