"""Rows A4, A5, C1 and C2: all pairs of a district, a change that counts at once, a wave."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from infra.bench.pools import COMMON
from infra.bench.retrieval import NOTHING, NOW, asked
from infra.bench.rows import Case, Row, a_row, in_turns, same
from services.matching.domain.agenda import lay_out
from services.matching.domain.board import Board
from services.matching.domain.columns.pool import Pool
from services.matching.domain.district import BEST_OF_EACH, OpenRequest, open_request
from services.matching.domain.odds import Odds
from services.matching.domain.ranking import rank_pool, shortlist
from services.matching.domain.roster import Person
from services.matching.domain.rules import exclusions
from services.matching.domain.tuning import Tuning
from services.matching.domain.waves import WavePlan, plan_wave
from services.matching.simulation.reading import read_world
from services.matching.simulation.telling import need_of, person_of
from services.matching.simulation.world import World, make_world
from shared.kernel.ids import VolunteerId

DISTRICT = 2_000
REQUESTS = 500
CANDIDATES, PLACES = 100, 10
TUNING = Tuning()
WORLD = Path(__file__).resolve().parents[1] / "worlds" / "base.toml"
LOOKS = 200


@cache
def a_year() -> World:
    """People and requests of the simulated district: about as mixed as a real one."""
    parameters = read_world(WORLD)
    volunteers = replace(parameters.volunteers, count=DISTRICT)
    return make_world(replace(parameters, volunteers=volunteers), 0)


@cache
def its_people() -> list[Person]:
    return [person_of(a_year(), row) for row in range(DISTRICT)]


def a4() -> Iterator[Row]:
    """As if all that is asked for in the first months were open at once."""
    world, pool = a_year(), Pool.of(its_people())
    now = world.starts_at
    needs = [need_of(world, number) for number in range(REQUESTS)]

    def edges() -> list[OpenRequest]:
        return [
            open_request(
                Board(need),
                shortlist(lay_out(need, now, TUNING), pool, NOTHING, most=BEST_OF_EACH),
                now,
            )
            for need in needs
        ]

    found = edges()
    solve = _bare_flow(found)
    ours, theirs = in_turns(edges, solve)
    count = sum(len(one.contenders.ids) for one in found)
    case = f"the pairs of {REQUESTS} x {DISTRICT:,}, {BEST_OF_EACH} a request: {count:,}"
    limit = f"{REQUESTS * 20 // 1000} ms: twenty calls of numpy a request"
    yield a_row(("A4", case), ours, ("SimpleMinCostFlow of these pairs", theirs), limit=limit)


def _bare_flow(requests: list[OpenRequest]) -> Callable[[], int]:
    contenders = [each.contenders for each in requests]
    people, person = np.unique(
        np.concatenate([one.ids for one in contenders]), return_inverse=True
    )
    request = np.repeat(np.arange(len(requests)), [len(one.ids) for one in contenders])
    weight = 10_000 + np.concatenate([one.points for one in contenders])
    source, count = len(requests) + len(people), len(requests)
    sink = source + 1
    tails = np.concatenate([np.full(count, source), request, count + np.arange(len(people))])
    heads = np.concatenate([np.arange(count), count + person, np.full(len(people), sink)])
    capacity = np.concatenate([np.ones(count), np.ones(len(request)), np.full(len(people), 4)])
    cost = np.concatenate([np.zeros(count), -weight, np.zeros(len(people))])
    tails, heads = (np.append(ends, end) for ends, end in ((tails, source), (heads, sink)))
    capacity, cost = np.append(capacity, count), np.append(cost, 0)

    def solve() -> int:
        flow = SimpleMinCostFlow()
        flow.add_arcs_with_capacity_and_unit_cost(
            tails.astype(np.int32), heads.astype(np.int32), capacity.astype(np.int64),
            cost.astype(np.int64),
        )  # fmt: skip
        flow.set_node_supply(source, count)
        flow.set_node_supply(sink, -count)
        flow.solve()
        return int(flow.optimal_cost())

    return solve


def a5() -> Iterator[Row]:
    question = asked(DISTRICT, COMMON)
    pool, newcomer = question.pool, VolunteerId(UUID(int=10**9))
    person = Person(newcomer, version=1, known=True, point=question.agenda.need.point)

    def change() -> bool:
        pool.put([person])
        return newcomer in pool.ids(question.engine().rows)

    with TemporaryDirectory() as folder:
        lite = sqlite3.connect(Path(folder) / "people.db")
        lite.execute("create table v(id integer primary key, entry blob)")
        lite.execute("insert into v values(1, x'00')")
        lite.commit()

        def commit() -> bool:
            lite.execute("update v set entry = randomblob(180) where id = 1")
            lite.commit()
            return bool(lite.execute("select count(*) from v").fetchone() == (1,))

        same("A5", change(), commit())
        ours, theirs = in_turns(change, commit)
        lite.close()
    pool.remove([newcomer])
    case = f"a profile written and found among {DISTRICT:,}"
    yield a_row(
        ("A5", case), ours, ("sqlite, update and commit", theirs), limit="writing 180 bytes",
        unit="µs",
    )  # fmt: skip


def c1() -> Iterator[Row]:
    chances = np.random.default_rng(3).beta(2, 5, CANDIDATES).tolist()

    def ours() -> float:
        return Odds(PLACES, chances).enough

    def convolved() -> float:
        exactly = np.ones(1)
        for chance in chances:
            exactly = np.convolve(exactly, [1 - chance, chance])
        return float(exactly[PLACES:].sum())

    same("C1", *(round(way(), 9) for way in (ours, convolved)))
    own, theirs = in_turns(ours, convolved)
    case = f"the chance of {PLACES} yeses among {CANDIDATES}"
    limit = f"{CANDIDATES * PLACES:,} multiplications and additions: about 1 µs"
    yield a_row(("C1", case), own, ("numpy, convolutions", theirs), limit=limit, unit="µs")


def c2() -> Iterator[Row]:
    world, people = a_year(), its_people()
    pool = Pool.of(people)
    agendas = [lay_out(need_of(world, number), NOW, TUNING) for number in range(LOOKS)]
    agendas = [agenda for agenda in agendas if agenda.need.starts_at > NOW]
    ours_of, theirs_of = cycle(agendas), cycle(agendas)

    def decide() -> WavePlan:
        agenda = next(ours_of)
        return plan_wave(Board(agenda.need), rank_pool(agenda, pool, NOTHING), NOW, TUNING)

    def by_hand() -> int:
        agenda = next(theirs_of)
        return sum(not exclusions(agenda, person) for person in people)

    for agenda in agendas[:10]:
        fits = sum(not exclusions(agenda, person) for person in people)
        same("C2", fits, rank_pool(agenda, pool, NOTHING).fits)
    ours, theirs = in_turns(decide, by_hand)
    case = f"from an event to the asks, {DISTRICT:,} people (bar: p99 of 5 ms)"
    anchor = "the rules, person by person, without a score"
    yield a_row(("C2", case), ours, (anchor, theirs), limit="a reply takes hours")


CASES = (
    Case("A4", "all pairs of a district", a4),
    Case("A5", "a change that counts at once", a5),
    Case("C1", "the odds of a wave", c1),
    Case("C2", "from an event to the asks", c2),
)
