"""Rows A1 to A5, C1 and C2: finding the best for a request, and deciding whom to ask."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from sys import getsizeof
from uuid import UUID

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from infra.bench.pools import CENTRE, COMMON, RARE, random_pool
from infra.bench.rows import Case, Row, a_row, in_turns, reading, same
from services.matching.domain.agenda import Agenda, lay_out
from services.matching.domain.candidates import Best
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.layout import Columns
from services.matching.domain.columns.pool import Pool
from services.matching.domain.need import Need
from services.matching.domain.question import Question, put
from services.matching.domain.ranking import best_of, worth_a_look
from services.matching.domain.sifting import Fitting, sift
from services.matching.domain.tuning import Tuning
from shared.kernel.fields import Field, Kind
from shared.kernel.ids import OrganisationId, RequestId
from shared.kernel.languages import LanguageNeed, Level
from shared.kernel.slots import Slot

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SLOT = Slot(datetime(2026, 3, 10, 17, 0, tzinfo=UTC), datetime(2026, 3, 10, 19, 0, tzinfo=UTC))
BEST = 50
SIZES = (2_000, 10_000, 100_000, 1_000_000)
MILLION = SIZES[-1]
ROW_BYTES = 36
"""What a scan must read of each row: traits, two words of levels, one day, place and radius."""
BURST = 10
"""So many are asked one after another where caches are warm; else each comes after a full mask."""
NOTHING = Doings()


@cache
def pool_of(size: int) -> Pool:
    pool = random_pool(size)
    _ = pool.index
    return pool


def a_need(tag: str | None, **changes: object) -> Need:
    """Two hours on a Tuesday evening, in German and in one more language."""
    languages = [LanguageNeed("de", Level.B1)]
    if tag is not None:
        languages.append(LanguageNeed(tag, Level.B1))
    need = Need(
        request_id=RequestId(UUID(int=1)),
        organisation_id=OrganisationId(UUID(int=2)),
        version=1,
        facts_version=1,
        kind=Kind.SINGLE,
        field=Field.EDUCATION,
        places=1,
        slots=(SLOT,),
        point=CENTRE,
        languages=tuple(languages),
    )
    return replace(need, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Asked:
    """One question to one pool, and the ways to answer it."""

    pool: Pool
    agenda: Agenda

    @property
    def question(self) -> Question:
        return put(self.agenda, self.pool)

    def engine(self) -> Best:
        """The product's way, the laying out of the question included."""
        question = self.question
        fitting = sift(question, self.pool, NOTHING, worth_a_look(question, self.pool))
        return best_of(question, self.pool, NOTHING, fitting, BEST)

    def full_mask(self) -> Best:
        """Every rule that this question touches, over every row, in numpy."""
        question, columns = self.question, self.pool.columns
        keep = (columns.traits & question.required) == question.required
        words = np.uint64(sum(int(wanted.tongues.words[0][1]) for wanted in question.languages))
        low, middle, high = columns.levels[:, 0]
        keep &= ((high | (middle & low)) & words) == words
        for day, half_hours in question.patterns[0]:
            keep &= (columns.free[day] & half_hours) == half_hours
        keep &= columns.paused_until <= question.now
        keep &= question.week_minutes.max() <= columns.hours_per_week * 60
        keep &= columns.asks_per_week != 0
        if question.need.point is not None:
            keep &= chords(self.pool, question) <= reaches(self.pool)
        return best_of(
            question, self.pool, NOTHING, Fitting(np.flatnonzero(keep).astype(np.int32)), BEST
        )


@cache
def vectors(size: int) -> NDArray[np.float32]:
    """Everybody's place as a unit vector, shape (3, rows)."""
    columns = pool_of(size).columns
    return _vector(*np.radians(columns.place / 1e6))


def _vector(
    latitude: NDArray[np.float64], longitude: NDArray[np.float64]
) -> NDArray[np.float32]:
    flat = np.cos(latitude)
    return np.stack(
        [flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)]
    ).astype(np.float32)


def chords(pool: Pool, question: Question) -> NDArray[np.float32]:
    """The squared chord to everybody: the cheapest distance over all rows."""
    point = question.need.point or CENTRE
    here = _vector(np.radians([point.lat]), np.radians([point.lon]))
    squared: NDArray[np.float32] = ((vectors(pool.columns.size) - here) ** 2).sum(axis=0)
    return squared


def reaches(pool: Pool) -> NDArray[np.float32]:
    return _reaches(pool.columns.size)


@cache
def _reaches(size: int) -> NDArray[np.float32]:
    half = pool_of(size).columns.radius_km.astype(np.float64) / 6371.0088 / 2
    return ((2 * np.sin(half)) ** 2).astype(np.float32)


def asked(size: int, tag: str | None, **changes: object) -> Asked:
    return Asked(pool_of(size), lay_out(a_need(tag, **changes), NOW, Tuning()))


def _row(of: tuple[str, str], question: Asked, in_a_row: int = 1) -> Row:
    same(of[1], *(list(map(int, way().rows)) for way in (question.engine, question.full_mask)))
    ours, theirs = in_turns(question.engine, question.full_mask, in_a_row=in_a_row)
    limit = reading("each row once", ROW_BYTES * question.pool.columns.size)
    return a_row(of, ours, ("numpy, full mask", theirs), limit=limit, unit="µs")


def a1() -> Iterator[Row]:
    for size in SIZES:
        yield _row(("A1", f"best {BEST} of {size:,}, common language"), asked(size, COMMON))
    busy = f"best {BEST} of {MILLION:,}, common language, {BURST} in a row"
    yield _row(("A1", busy), asked(MILLION, COMMON), BURST)
    for size in SIZES:
        yield from _others("A1", COMMON, size)
    yield from _memory("A1", MILLION)


def _memory(identity: str, size: int) -> Iterator[Row]:
    """What a volunteer takes: the columns and the index; and with `Pool.row_of`, as it would be."""
    pool = pool_of(size)
    each = (pool.columns.nbytes + pool.index.nbytes) / size
    row_of = {UUID(int=1 << 100 | row): row for row in range(size)}
    someone, row = row_of.popitem()
    number = getsizeof(someone) + getsizeof(someone.int) + getsizeof(row)
    with_ids = each + getsizeof(row_of) / size + number
    for case, took in (
        (f"memory of one of {size:,}, index included (bar: 200)", each),
        (f"memory of one of {size:,}, with a dictionary of rows by id", with_ids),
    ):
        yield Row(
            id=identity,
            case=case,
            median=took,
            p99=took,
            unit="B",
            anchor="what a full mask reads of one",
            anchor_median=ROW_BYTES,
            ratio=took / ROW_BYTES,
            limit=f"{pool.columns.ids.itemsize} B for an id",
        )


def a2() -> Iterator[Row]:
    yield _row(("A2", f"best {BEST} of {MILLION:,}, rare language"), asked(MILLION, RARE))
    yield from _others("A2", RARE, MILLION)


def a3() -> Iterator[Row]:
    online = asked(MILLION, None, point=None, languages=())
    fits = len(sift(online.question, online.pool, NOTHING, None))
    case = f"best {BEST} of {MILLION:,}, remote: {fits:,} fit"
    yield _plain("A3", case, online)


def _plain(identity: str, case: str, question: Asked) -> Row:
    def mask() -> Best:
        asked_of, columns = question.question, question.pool.columns
        keep = (columns.traits & asked_of.required) == asked_of.required
        for day, half_hours in asked_of.patterns[0]:
            keep &= (columns.free[day] & half_hours) == half_hours
        keep &= columns.paused_until <= asked_of.now
        fitting = Fitting(np.flatnonzero(keep).astype(np.int32))
        return best_of(asked_of, question.pool, NOTHING, fitting, BEST)

    same(case, *(list(map(int, way().rows)) for way in (question.engine, mask)))
    ours, theirs = in_turns(question.engine, mask)
    limit = reading("traits and one day", 12 * question.pool.columns.size)
    return a_row((identity, case), ours, ("numpy, full mask", theirs), limit=limit)


_SQL = """select row from v where (traits & {required}) = {required} and (b1 & {words}) = {words}
 and (free & {free}) = {free} and paused <= {now}
 and (x-{x})*(x-{x})+(y-{y})*(y-{y})+(z-{z})*(z-{z}) <= reach"""


def _others(identity: str, tag: str, size: int) -> Iterator[Row]:
    """Who fits, by other people's engines: without the score, in their favour."""
    question = asked(size, tag)
    laid_out, columns = question.question, question.pool.columns
    ((_, free),) = laid_out.patterns[0]
    table = _table(laid_out, columns)
    here = _vector(np.radians([CENTRE.lat]), np.radians([CENTRE.lon])).astype(np.float64)[:, 0]
    words = sum(int(wanted.tongues.words[0][1]) for wanted in laid_out.languages)
    sql = _SQL.format(
        required=int(laid_out.required),
        words=words,
        free=int(free), now=int(laid_out.now), x=here[0], y=here[1], z=here[2],
    )  # fmt: skip
    wanted = sorted(map(int, sift(laid_out, question.pool, NOTHING, None).rows))
    frame = pl.DataFrame(table)
    lite = _sqlite(frame, words)
    duck = duckdb.connect()
    duck.register("frame", table)
    duck.execute("create table v as select * from frame")
    ways: dict[str, Callable[[], list[int]]] = {
        "polars (2 threads), who fits": partial(_by_polars, frame, sql),
        "duckdb (2 threads), who fits": lambda: [
            row for (row,) in duck.execute(sql).fetchall()
        ],
        "sqlite, who fits": lambda: [row for (row,) in lite.execute(sql)],
        "sqlite with an index of the speakers, who fits": lambda: [
            row for (row,) in lite.execute(sql.replace("from v", "from speakers"))
        ],
    }
    for name, way in ways.items():
        same(name, wanted, sorted(way()))
        ours, theirs = in_turns(question.engine, way)
        limit = reading("each row once", ROW_BYTES * size)
        case = f"best {BEST} of {size:,}, language {tag}"
        yield a_row((identity, case), ours, (name, theirs), limit=limit, unit="µs")


def _table(question: Question, columns: Columns) -> dict[str, NDArray[np.generic]]:
    """What the question reads of each row, in types that all of them know."""
    ((day, _),) = question.patterns[0]
    low, middle, high = columns.levels[:, 0]
    x, y, z = (axis.astype(np.float64) for axis in vectors(columns.size))
    return {
        "row": np.arange(columns.size),
        "traits": columns.traits.astype(np.int64),
        "b1": (high | (middle & low)).astype(np.int64),
        "free": columns.free[day].astype(np.int64),
        "paused": columns.paused_until.astype(np.int64),
        "x": x, "y": y, "z": z,
        "reach": _reaches(columns.size).astype(np.float64),
    }  # fmt: skip


def _by_polars(frame: pl.DataFrame, sql: str) -> list[int]:
    found: list[int] = pl.SQLContext(v=frame).execute(sql).collect()["row"].to_list()
    return found


def _first(rows: Iterable[tuple[int, ...]]) -> list[int]:
    return [row[0] for row in rows]


def _sqlite(frame: pl.DataFrame, words: int) -> sqlite3.Connection:
    """A table of all; beside it, as an index would find them, the rows of those who speak it."""
    lite = sqlite3.connect(":memory:")
    names = ", ".join(frame.columns)
    lite.execute(f"create table v({names})")
    marks = ", ".join("?" * len(frame.columns))
    lite.executemany(f"insert into v values({marks})", frame.iter_rows())
    spoken = "create table speakers as select * from v where (b1 & ?) = ?"
    lite.execute(spoken, (words, words))
    return lite


CASES = (
    Case("A1", "the best of many, common language", a1),
    Case("A2", "the best of a million, rare language", a2),
    Case("A3", "the best of a million, remote", a3),
)
