"""Rows A4, A5, C1 and C2: all pairs of a district, a change that counts at once, a wave."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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
from services.matching.domain.columns.doings import Dates, Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.district import (
    BEST_OF_EACH,
    DistrictPlan,
    OpenDistrict,
    open_district,
    plan_district,
)
from services.matching.domain.flow.pricing import prices
from services.matching.domain.inviting import issue
from services.matching.domain.odds import Odds
from services.matching.domain.outlook import plan_open
from services.matching.domain.ranking import rank_pool, shortlist
from services.matching.domain.roster import Person
from services.matching.domain.rules import exclusions
from services.matching.domain.tuning import Tuning
from services.matching.domain.waves import WavePlan, plan_wave
from services.matching.simulation.reading import read_world
from services.matching.simulation.telling import need_of, person_of
from services.matching.simulation.world import World, make_world
from shared.kernel.ids import InvitationId, VolunteerId

DISTRICT = 2_000
REQUESTS = 500
CANDIDATES, PLACES = 100, 10
TUNING = Tuning()
WORLD = Path(__file__).resolve().parents[1] / "worlds" / "base.toml"
LOOKS = 200
OPEN = 80
"""Requests open at once in a busy district."""
DAY_S = 86_400
A_REPLY = "a reply takes hours"


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
    yield _decided(_of_nobody_asked(), f"from an event to the asks, {DISTRICT:,} people")
    busy = _busy_district()
    yield _decided(
        busy, f"the same with {OPEN} requests open, waves out, people asked and busy"
    )
    yield _planned_first(busy)


@dataclass(frozen=True, eq=False)
class Looks:
    """A district at one moment, and requests that are looked at one after the other."""

    pool: Pool
    doings: Doings
    now: datetime
    boards: list[Board]
    plan: DistrictPlan | None = None

    def planned(self) -> DistrictPlan:
        return plan_open(self.boards, self.now, TUNING, self.pool, self.doings)

    def decide(self, board: Board) -> WavePlan:
        """All that the engine does between an event and the asks."""
        agenda = lay_out(board.need, self.now, TUNING)
        ranking = rank_pool(agenda, self.pool, self.doings, board.exclusions(self.now))
        scarcity = self.plan.scarcity(board.need.request_id) if self.plan else {}
        return plan_wave(board, ranking, self.now, TUNING, scarcity)


def _of_nobody_asked() -> Looks:
    needs = [need_of(a_year(), number) for number in range(LOOKS)]
    boards = [Board(need) for need in needs if need.starts_at > NOW]
    return Looks(Pool.of(its_people()), NOTHING, NOW, boards)


def _busy_district() -> Looks:
    """Each asked twice in four weeks, a third with a place to come, and a first wave of each out."""
    start = _of_nobody_asked()
    chance, size = np.random.default_rng(5), DISTRICT
    asked_at = start.now.timestamp() - chance.uniform(0, 28 * DAY_S, 2 * size)
    begins = start.now.timestamp() + chance.uniform(0, 21 * DAY_S, size // 3)
    with_place = chance.choice(size, size // 3, replace=False).astype(np.int32)
    doings = Doings(
        held=Dates(with_place, begins, begins + 2 * 3600),
        asked_rows=chance.permutation(np.tile(np.arange(size, dtype=np.int32), 2)),
        asked_at=asked_at,
    )
    quiet = replace(start, doings=doings, boards=start.boards[:OPEN])
    out = [_with_a_wave_out(quiet, board) for board in quiet.boards]
    busy = replace(quiet, boards=out, now=start.now + timedelta(days=1))
    return replace(busy, plan=busy.planned())


def _with_a_wave_out(looks: Looks, board: Board) -> Board:
    asks = looks.decide(board).invite
    ids = [InvitationId(UUID(int=number)) for number in range(len(asks))]
    return issue(board, asks, ids, now=looks.now, tuning=TUNING)[0]


def _decided(looks: Looks, case: str) -> Row:
    people = its_people()
    ours_of, theirs_of = cycle(looks.boards), cycle(looks.boards)

    def by_hand() -> int:
        agenda = lay_out(next(theirs_of).need, looks.now, TUNING)
        return sum(not exclusions(agenda, person) for person in people)

    for board in _of_nobody_asked().boards[:10]:
        agenda = lay_out(board.need, NOW, TUNING)
        fits = sum(not exclusions(agenda, person) for person in people)
        same("C2", fits, rank_pool(agenda, looks.pool, NOTHING).fits)
    ours, theirs = in_turns(lambda: looks.decide(next(ours_of)), by_hand, most=LOOKS)
    anchor = "the rules, person by person, without a score"
    return a_row(("C2", f"{case} (bar: p99 of 5 ms)"), ours, (anchor, theirs), limit=A_REPLY)


def _planned_first(looks: Looks) -> Row:
    """As where a request is opened: its prices have to be known."""
    boards = cycle(looks.boards)
    ours, theirs = in_turns(
        lambda: replace(looks, plan=looks.planned()).decide(next(boards)),
        lambda: looks.decide(next(boards)),
        most=LOOKS,
    )
    case = f"a request is opened: the plan of the {OPEN}, then its asks"
    return a_row(("C2", case), ours, ("its asks alone", theirs), limit=A_REPLY)


CASES = (
    Case("A4", "all pairs of a district", a4),
    Case("A5", "a change that counts at once", a5),
    Case("C1", "the odds of a wave", c1),
    Case("C2", "from an event to the asks", c2),
)
