"""Rows A4, A5, C1 and C2: all pairs of a district, a change that counts at once, a wave."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import numpy as np

from infra.bench.anchors import bare_flow
from infra.bench.planning import ARC_BYTES, BARE
from infra.bench.pools import COMMON
from infra.bench.retrieval import NOTHING, NOW, asked
from infra.bench.rows import Case, Row, a_row, in_turns, reading, same
from services.matching.domain.agenda import lay_out
from services.matching.domain.board import Board
from services.matching.domain.columns.pool import Pool
from services.matching.domain.district import (
    BEST_OF_EACH,
    OpenDistrict,
    open_district,
    plan_district,
)
from services.matching.domain.flow.pricing import prices
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
    boards = [Board(need_of(world, number)) for number in range(REQUESTS)]

    def edges() -> OpenDistrict:
        return open_district(boards, now, TUNING, pool, NOTHING)

    found = edges()
    _same_as_one_by_one(boards, pool, now, found)
    problem = plan_district(found).plan.problem
    ours, theirs, whole = in_turns(
        edges, bare_flow(problem), lambda: prices(plan_district(edges()).plan)
    )
    pairs, size = len(problem.request), f"{REQUESTS} x {DISTRICT:,}"
    limit = reading(f"{pairs:,} arcs x {ARC_BYTES} B", pairs * ARC_BYTES)
    for timing, case in (
        (ours, f"the pairs of {size}, {BEST_OF_EACH} a request: {pairs:,} (bar: 1.5)"),
        (whole, f"requests, pairs, plan and prices of {size} (bar: 5)"),
    ):
        yield a_row(("A4", case), timing, (BARE, theirs), limit=limit)


def _same_as_one_by_one(
    boards: list[Board], pool: Pool, now: datetime, found: OpenDistrict
) -> None:
    """Each request's best are those that a look for it alone finds, with the same points."""
    people = found.contenders
    together = zip(
        people.request.tolist(), people.ids[people.person].tolist(), people.points.tolist(),
        strict=True,
    )  # fmt: skip
    listed = sorted(boards, key=lambda board: board.need.request_id)
    alone = []
    for number, board in enumerate(listed):
        best = shortlist(
            lay_out(board.need, now, TUNING), pool, NOTHING, most=BEST_OF_EACH
        ).best
        ids, points = pool.columns.ids[best.rows].tolist(), best.scores.total.tolist()
        alone += [(number, *each) for each in zip(ids, points, strict=True)]
    same("A4", list(together), alone)


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
