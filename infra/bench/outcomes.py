"""Rows D2 to D5 and E1: what comes of the engine's choices, in simulated years and known instances.

Counts and shares, not times: the median is that over the seeds, the 99th percentile the worst seed
as far as that goes, the ratio ours by the anchor's. The years are a sample of those on which the
figures are reported (`bruecke simulate` plays them all); none was used to choose a figure.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID

import numpy as np

from infra.bench.rows import (
    FEWEST,
    FILLED,
    FULL,
    GINI,
    HOURS,
    LEFT,
    MAILS,
    Case,
    Counted,
    Row,
    same,
)
from infra.bench.simulating import most_completed, volunteer_notification
from services.matching.domain.agenda import lay_out
from services.matching.domain.board import Board
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.need import Need
from services.matching.domain.outlook import plan_open
from services.matching.domain.ranking import rank_pool
from services.matching.domain.roster import Person
from services.matching.domain.tuning import Tuning
from services.matching.domain.waves import plan_wave
from services.matching.simulation.policies.catalogue import OURS
from services.matching.simulation.reading import read_world
from services.matching.simulation.runs import jobs_of, run
from services.matching.simulation.toy import make_toy, play_toy
from shared.kernel.fields import Field, Kind
from shared.kernel.ids import OrganisationId, RequestId, VolunteerId
from shared.kernel.languages import LanguageNeed, LanguageSkill, Level
from shared.kernel.slots import Slot

WORLDS = Path(__file__).resolve().parents[1] / "worlds"
SEEDS = (100, 101)
RIVALS = ("broadcast", "top-1", "top-3", "top-5")


@cache
def years(world: str) -> dict[str, list[dict[str, float]]]:
    """The figures of each policy in each seed's year."""
    parameters = read_world(WORLDS / f"{world}.toml")
    found: dict[str, list[dict[str, float]]] = {}
    for job in jobs_of(parameters, (*RIVALS, OURS), SEEDS):
        found.setdefault(job.policy, []).append(dict(run(job).figures))
    return found


def _row(identity: str, world: str, counted: Counted, rival: str | None = None) -> Row:
    """Ours beside a rival, or the best of the rivals."""
    figures = {
        policy: [seed[counted.figure] for seed in seeds]
        for policy, seeds in years(world).items()
    }
    ours = figures.pop(OURS)
    best = max if counted.more_is_better else min
    rival = rival or best(figures, key=lambda name: float(np.median(figures[name])))
    of = (identity, f"{world} world ({len(SEEDS)} years)")
    return counted.row(of, ours, (rival, figures[rival]))


def d2() -> Iterator[Row]:
    for counted in (FILLED, MAILS, HOURS, LEFT):
        yield _row("D2", "base", counted, "top-5")


def d3() -> Iterator[Row]:
    yield _row("D3", "overload", FULL)


def e1() -> Iterator[Row]:
    yield _row("E1", "overload", GINI, "broadcast")
    yield _row("E1", "overload", GINI, "top-1")
    yield _row("E1", "base", FEWEST, "top-5")


def d4() -> Iterator[Row]:
    """The toy with its price chosen elsewhere, against asking everybody who adds anything."""
    for found in volunteer_notification():
        toy = make_toy(20, found.returns)
        bound = most_completed(toy)
        free = np.zeros((len(toy.arrives), len(toy.says_yes)))
        everybody = play_toy(toy, free, replications=1000, seed=20).completed / bound
        yield Row(
            id="D4",
            case=f"volunteer notification, q = {found.returns} (bar: {found.bar})",
            median=found.ratio,
            p99=found.ratio - 2 * found.standard_error,
            unit="of bound",
            anchor="everybody who may say yes, without a price (one instance)",
            anchor_median=everybody,
            ratio=found.ratio / everybody,
            limit="below 1: the bound of the linear programme is not tight",
        )


_NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_SLOT = Slot(_NOW + timedelta(days=8), _NOW + timedelta(days=8, hours=2))


def d5() -> Iterator[Row]:
    """The only speaker of a rare language: kept for who needs it, though another came first."""
    in_arabic, in_tigrinya = _need(1, "ar"), _need(2, "ti")
    rare = Person(
        VolunteerId(UUID(int=1)),
        version=1,
        known=True,
        languages=_speaks("ar", "ti"),
        fields=frozenset({Field.EDUCATION}),
    )
    other = Person(VolunteerId(UUID(int=2)), version=1, known=True, languages=_speaks("ar"))
    pool, tuning = Pool.of([rare, other]), Tuning()
    plan = plan_open([Board(in_arabic), Board(in_tigrinya)], _NOW, tuning, pool, Doings())

    def first_asked(need: Need, *, priced: bool) -> VolunteerId:
        ranking = rank_pool(lay_out(need, _NOW, tuning), pool, Doings())
        if not priced:
            return ranking.candidates[0].volunteer_id
        scarcity = plan.scarcity(need.request_id)
        wave = plan_wave(Board(need), ranking, _NOW, tuning, scarcity)
        return wave.invite[0].volunteer_id

    def served(*, priced: bool) -> int:
        asked = {first_asked(need, priced=priced) for need in (in_arabic, in_tigrinya)}
        return len(asked)

    same("D5", served(priced=True), 2)
    greedy = served(priced=False)
    yield Row(
        id="D5",
        case="requests served, one needs the only speaker of Tigrinya",
        median=2,
        p99=2,
        unit="of 2",
        anchor="by score alone",
        anchor_median=greedy,
        ratio=2 / greedy,
        limit="2; all ten instances: tests/integration/test_matching_adversarial.py",
    )


def _need(number: int, tag: str) -> Need:
    return Need(
        request_id=RequestId(UUID(int=number)),
        organisation_id=OrganisationId(UUID(int=9)),
        version=1,
        facts_version=1,
        kind=Kind.SINGLE,
        field=Field.EDUCATION,
        places=1,
        slots=(_SLOT,),
        languages=(LanguageNeed(tag, Level.B1),),
    )


def _speaks(*tags: str) -> tuple[LanguageSkill, ...]:
    return tuple(LanguageSkill(tag, Level.NATIVE) for tag in tags)


CASES = (
    Case("D2", "simulated years", d2),
    Case("D3", "simulated years of overload", d3),
    Case("D4", "the toy of volunteer notification", d4),
    Case("D5", "an adversarial instance", d5),
    Case("E1", "how evenly it falls", e1),
)
