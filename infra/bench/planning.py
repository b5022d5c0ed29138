"""The plan of the district: the whole of it, in three sizes, and single questions to it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import cycle

import numpy as np

from infra.bench.anchors import Solver, bare_flow, linear_programme, simplex
from infra.bench.districts import LOAD_STEP, District, a_district
from infra.bench.rows import Case, Row, Timing, a_row, in_turns, reading, same
from services.matching.domain.flow.forcing import Answer, why_not
from services.matching.domain.flow.plan import Plan, distances_to_ground, solve
from services.matching.domain.flow.pricing import gains, prices
from services.matching.domain.flow.problem import Problem
from services.matching.domain.flow.weights import load_cost

ARC_BYTES = 24
"""Two nodes, a capacity and a cost: 4 + 4 + 8 + 8."""
DISTRICT, SCARCE = (500, 2_000, 42), (500, 600, 42)
HUNDRED_THOUSAND, MILLION = (5_000, 100_000, 48), (50_000, 10**6, 20)
"""Requests, volunteers, pairs drawn for each request. Scarce: little more room than places."""
BARE = "SimpleMinCostFlow.solve alone, all arcs there"
HIGHS = "scipy linprog (HiGHS), matrix there"
NETWORKX = "networkx network_simplex, graph there"
ASKED, SOLVED_ANEW = 60, 20
"""Pairs whose answer, and volunteers whose price, is compared with solving anew."""


def whole_plan(district: District) -> Plan:
    """From arrays in no order to the plan, all prices and all gains."""
    plan = solve(district.problem())
    prices(plan)
    gains(plan)
    return plan


def _against(
    name: str, size: tuple[int, int, int], anchors: Mapping[str, Callable[[Problem], Solver]]
) -> Iterator[Row]:
    """A row for each anchor, after a look whether all find the same optimum."""
    district = a_district(*size)
    problem = district.problem()
    pairs = len(problem.request)
    solvers = {label: build(problem) for label, build in anchors.items()}
    same("optima", whole_plan(district).objective, *(solver() for solver in solvers.values()))
    ours, *theirs = in_turns(lambda: whole_plan(district), *solvers.values())
    case = f"{size[0]:,} × {size[1]:,}, {pairs:,} pairs: order, plan, prices, gains"
    limit = reading(f"{pairs:,} arcs × {ARC_BYTES} B", pairs * ARC_BYTES)
    for label, timing in zip(solvers, theirs, strict=True):
        yield a_row((name, case), ours, (label, timing), limit=limit)


def district_plan() -> Iterator[Row]:
    """B1: all that a district has open, against three solvers; and where people are scarce."""
    anchors = {BARE: bare_flow, HIGHS: linear_programme, NETWORKX: simplex}
    yield from _against("B1", DISTRICT, anchors)
    yield from _against("B1", SCARCE, {BARE: bare_flow})


def plan_of_a_hundred_thousand() -> Iterator[Row]:
    """B2: fifty districts; networkx would take minutes."""
    return _against("B2", HUNDRED_THOUSAND, {BARE: bare_flow, HIGHS: linear_programme})


def plan_of_a_million() -> Iterator[Row]:
    """B3: a country."""
    return _against("B3", MILLION, {BARE: bare_flow})


def single_questions() -> Iterator[Row]:
    """B5: why not this pair, and what everybody's time is worth, against solving anew."""
    problem = a_district(*DISTRICT).problem()
    plan = whole_plan(a_district(*DISTRICT))
    arcs = len(plan.moves.cost)
    limit = reading(f"{arcs:,} moves × {ARC_BYTES} B", arcs * ARC_BYTES)
    yield _why_not(problem, plan, limit)
    yield _all_prices(problem, plan, limit)


def _why_not(problem: Problem, plan: Plan, limit: str) -> Row:
    canonical = problem.canonical
    drawn = np.random.default_rng(1).permutation(len(problem.request)).tolist()
    asked: list[tuple[int, int]] = []
    anew: list[Solver] = []
    for pair in drawn:
        given = int(canonical.pair_given[pair])
        rows = int(problem.request[given]), int(problem.volunteer[given])
        told = why_not(plan, *rows)
        if told.answer is Answer.COSTS:
            solver = bare_flow(problem, forced=pair)
            same(f"loss of pair {rows}", told.loss, plan.objective - solver())
            asked.append(rows)
            anew.append(solver)
        if len(asked) == ASKED:
            break
    questions = cycle(asked)
    ours, theirs = in_turns(lambda: why_not(plan, *next(questions)), _one_by_one(anew))
    case = f"why not: loss and moves of one pair, {ASKED} compared; the plan's moves known"
    return a_row(("B5", case), ours, (f"{BARE}, the pair forced", theirs), limit=limit)


def _all_prices(problem: Problem, plan: Plan, limit: str) -> Row:
    volunteers = len(problem.capacity)
    found = prices(plan)
    planned = np.unique(problem.volunteer[plan.chosen])
    sample = np.random.default_rng(2).choice(planned, SOLVED_ANEW, replace=False).tolist()
    anew = [bare_flow(_one_task_elsewhere(problem, volunteer)) for volunteer in sample]
    for volunteer, solver in zip(sample, anew, strict=True):
        load = int(load_cost(LOAD_STEP, problem.held[[volunteer]])[0])
        same(f"price of {volunteer}", int(found[volunteer]), plan.objective - solver() + load)
    ours, theirs = in_turns(
        lambda: plan.standing.worth(distances_to_ground(plan.standing)), _one_by_one(anew)
    )
    all_anew = Timing(theirs.median * volunteers, theirs.p99 * volunteers, theirs.runs)
    anchor = f"{BARE}, × {volunteers:,} from a sample of {SOLVED_ANEW}"
    case = f"prices of all {volunteers:,} volunteers, {SOLVED_ANEW} compared; the plan known"
    return a_row(("B5", case), ours, (anchor, all_anew), limit=limit)


def _one_by_one(solvers: list[Solver]) -> Solver:
    """A solver that is another one of these each time, so that none is timed by its luck."""
    turns = cycle(solvers)

    def solve_next() -> int:
        solver = next(turns)
        return solver()

    return solve_next


def _one_task_elsewhere(problem: Problem, volunteer: int) -> Problem:
    capacity, held = problem.capacity.copy(), problem.held.copy()
    capacity[volunteer] -= 1
    held[volunteer] += 1
    return replace(problem, capacity=capacity, held=held)


CASES = (
    Case("B1", "The plan of a district", district_plan),
    Case("B2", "The plan of a hundred thousand", plan_of_a_hundred_thousand),
    Case("B3", "The plan of a million", plan_of_a_million),
    Case("B5", "Single questions to a plan", single_questions),
)
