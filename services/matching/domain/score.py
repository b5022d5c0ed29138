"""How well people fit: 1000 points in five parts that can be read aloud.

Additive and in whole points, so that the sum is the explanation; nobody is compared by anything
but what they stated and how much they were asked. For many rows of the roster at once.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.columns.doings import Doings, among, positions, tally
from services.matching.domain.columns.layout import (
    HAS_POINT,
    LEVELS,
    SAID_TIMES,
    STATED,
    Columns,
    Rows,
)
from services.matching.domain.columns.pool import Pool
from services.matching.domain.question import Question
from services.matching.domain.sifting import Fitting
from services.matching.domain.speaking import Wanted, level_of
from shared.kernel.fields import Kind
from shared.kernel.ids import RequestId

FIT, NEARNESS, SLACK, CONTINUITY, REST = 300, 200, 150, 150, 200
"""The most that each part can give."""

_FIELD, _SKILLS = 150, 50
_LANGUAGES = FIT - _FIELD - _SKILLS
_PLAIN_LANGUAGE = 0.6
"""The share for speaking a language just well enough; each level more adds a tenth."""
_INTERPRETS = 0.2
"""What being used to interpret adds, where that is needed."""

_ENOUGH_SLACK_HOURS = 10
_RESTED_S = timedelta(days=28).total_seconds()
_BUSY_DATES = 4

Kilometres = TypeVar("Kilometres", np.float64, np.float32)
Points = NDArray[np.int64]
Shares = NDArray[np.float64] | float


@dataclass(frozen=True, slots=True)
class Facet:
    """A part of the score, or what is added to make one."""

    points: Callable[[Question, Pool, Doings, Rows], Shares]
    """Of each of the sorted rows, in whole numbers."""
    key: Callable[[Question], Hashable]
    """All of a question that the points depend on, apart from now and the tuning."""


@dataclass(frozen=True, slots=True)
class Score:
    """The five parts of one person, in points."""

    fit: int
    """Field, languages and skills: what was stated counts more than what is unknown."""
    nearness: int
    """The way, as a share of what the volunteer is ready to go."""
    slack: int
    """Free hours beyond those needed: a tight week breaks more easily."""
    continuity: int
    """Has helped this organisation before."""
    rest: int
    """Not asked for long, and not much promised in the next four weeks."""

    @property
    def total(self) -> int:
        return self.fit + self.nearness + self.slack + self.continuity + self.rest


@dataclass(frozen=True, slots=True)
class Scores:
    """The same parts of many rows."""

    parts: Points
    """Shape (5, rows), in the order of `Score`."""

    @property
    def total(self) -> Points:
        total: Points = self.parts.sum(axis=0)
        return total

    @property
    def nearness(self) -> Points:
        nearness: Points = self.parts[1]
        return nearness

    def at(self, positions: NDArray[np.int64]) -> "Scores":
        """Those at these positions."""
        return Scores(self.parts.take(positions, axis=1))

    def each(self) -> list[Score]:
        """One by one."""
        return [Score(*one) for one in self.parts.T.tolist()]


def score(question: Question, pool: Pool, doings: Doings, fitting: Fitting) -> Scores:
    """The points of each."""
    parts = np.empty((len(PARTS), len(fitting)))
    for at, facets in enumerate(PARTS):
        parts[at] = _nearness(question, pool, fitting) if facets is _BY_WAY else 0
        for facet in facets:
            parts[at] += facet.points(question, pool, doings, fitting.rows)
    return Scores(parts.astype(np.int64))


def tie_break(
    salt: np.uint64 | NDArray[np.uint64], columns: Columns, rows: Rows
) -> NDArray[np.uint64]:
    """A fair order among equals: another one for each request, the same every time.

    The finaliser of SplitMix64 (Steele, Lea and Flood, 2014) over both halves of the volunteer's
    id and the `salt_of` the request, or of the request of each row.
    """
    first, second = columns.ids.take(rows).view("<u8").reshape(-1, 2).T
    return _mix(_mix(_mix(first) ^ second) ^ salt)


def salt_of(request_id: RequestId) -> np.uint64:
    """A request's id, folded to 64 bits."""
    return np.uint64(request_id.int % _PRIME)


def _mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    numbers = numbers + _GOLDEN
    numbers = (numbers ^ (numbers >> _30)) * _FIRST
    numbers = (numbers ^ (numbers >> _27)) * _SECOND
    return numbers ^ (numbers >> _31)


_PRIME = 2**64 - 59
"""The largest below 2 ** 64."""
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31 = (np.uint64(bits) for bits in (30, 27, 31))


def _whole(points: NDArray[np.float64]) -> NDArray[np.float64]:
    rounded: NDArray[np.float64] = np.rint(points, out=points)
    return rounded


def _within(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kept in 0..1; `np.clip` says the same five times slower on a few rows."""
    kept: NDArray[np.float64] = np.minimum(1.0, np.maximum(0.0, shares))
    return kept


def _field(question: Question, pool: Pool, _: Doings, rows: Rows) -> NDArray[np.float64]:
    named = (pool.columns.traits.take(rows) & STATED[question.need.field]) != 0
    return np.where(named, _FIELD, _FIELD / 2)


def _languages(question: Question, pool: Pool, _: Doings, rows: Rows) -> Shares:
    wanted = question.languages
    if not wanted:
        return float(_LANGUAGES)
    interpreting = question.need.kind is Kind.INTERPRETING
    shares = np.zeros(len(rows))
    for one in wanted:
        shares += _language(one, pool.columns, rows, interpreting=interpreting)
    return _whole(_LANGUAGES * shares / len(wanted))


def _language(
    wanted: Wanted, columns: Columns, rows: Rows, *, interpreting: bool
) -> NDArray[np.float64]:
    """The share for one needed language; none for one that is not stated."""
    level = level_of(wanted, columns, rows)
    share = _SHARES[wanted.level][level]
    if interpreting:
        used_to = np.zeros(len(rows), np.bool_)
        for word, mask in wanted.tongues.words:
            used_to |= (columns.interprets[word, rows] & mask) != 0
        share = np.minimum(1.0, share + _INTERPRETS * (used_to & (level >= wanted.level)))
    return share


_SHARES = [
    np.array(
        [
            min(1.0, _PLAIN_LANGUAGE + (level - least) / 10) if level >= max(1, least) else 0.0
            for level in range(len(LEVELS) + 1)
        ]
    )
    for least in range(len(LEVELS) + 1)
]
"""By the level needed and the level spoken."""


def _skills(question: Question, pool: Pool, _: Doings, rows: Rows) -> Shares:
    if not question.need.skills:
        return float(_SKILLS)
    has = np.full(len(rows), not question.skills_unheard)
    for word, mask in enumerate(question.skills):
        has &= (pool.columns.skills[word, rows] & mask) == mask
    return _SKILLS * has


def _nearness(question: Question, pool: Pool, fitting: Fitting) -> Shares:
    if question.need.point is None:
        return float(NEARNESS)
    rows, way_km = fitting.rows, fitting.way_km
    if way_km is None:
        way_km = question.way_km(pool.columns, rows)
    return _whole(nearness(way_km, pool.columns, rows))


def nearness(
    way_km: NDArray[Kilometres],
    columns: Columns,
    rows: Rows,
    out: NDArray[Kilometres] | None = None,
) -> NDArray[Kilometres]:
    """Points for ways of that length to these rows, before they are made whole.

    As exact as the ways are; these have the shape (rows,), or (places, rows). `out` is where the
    points are put.
    """
    reach = np.maximum(columns.reach_km.take(rows), _NO_WAY).astype(way_km.dtype)
    points = np.divide(way_km, reach, out=out)
    np.subtract(1, points, out=points)
    np.maximum(0, points, out=points)
    points *= NEARNESS
    points[..., (columns.traits.take(rows) & HAS_POINT) == 0] = NEARNESS / 2
    return points


_NO_WAY = np.float32(1e-30)
"""Instead of a reach of nothing, by which no way can be divided."""


def _slack(question: Question, pool: Pool, _: Doings, rows: Rows) -> NDArray[np.float64]:
    columns, needed = pool.columns, question.most_minutes / 60
    half_hours = np.bitwise_count(columns.free.take(rows, axis=1)).sum(axis=0, dtype=np.int64)
    share = _within((half_hours / 2 - needed) / _ENOUGH_SLACK_HOURS)
    said = (columns.traits.take(rows) & SAID_TIMES) != 0
    return _whole(np.where(said, SLACK * share, SLACK / 2))


def _continuity(_: Question, __: Pool, doings: Doings, rows: Rows) -> NDArray[np.float64]:
    return CONTINUITY * among(rows, doings.helped).astype(np.float64)


def _rest(question: Question, _: Pool, doings: Doings, rows: Rows) -> NDArray[np.float64]:
    """Half for the time since the last ask, half for the dates promised in the next weeks."""
    rested = np.ones(len(rows))
    if len(doings.asked_rows):
        last = np.full(len(rows), -np.inf)
        at, there = positions(rows, doings.asked_rows)
        np.maximum.at(last, at[there], doings.asked_at[there])
        rested = _within((question.now - last) / _RESTED_S)
    if len(doings.open_rows):
        rested[among(rows, doings.open_rows)] = 0.0
    rest = REST / 2 * rested + REST / 2
    held = doings.held
    if len(held.rows):
        soon = (held.starts >= question.now) & (held.starts < question.now + _RESTED_S)
        dates = tally(rows, held.rows[soon])
        rest -= REST / 2 * np.minimum(1.0, dates / _BUSY_DATES)
    return _whole(rest)


_BY_WAY: tuple[Facet, ...] = ()
"""Nearness has no facets: it follows from ways, which mostly no two questions have in common."""
PARTS: tuple[tuple[Facet, ...], ...] = (
    (
        Facet(_field, lambda q: q.need.field),
        Facet(_languages, lambda q: (q.need.languages, q.need.kind is Kind.INTERPRETING)),
        Facet(_skills, lambda q: q.need.skills),
    ),
    _BY_WAY,
    (Facet(_slack, lambda q: q.most_minutes),),
    (Facet(_continuity, lambda _: None),),
    (Facet(_rest, lambda _: None),),
)
"""The parts, in the order of `Score`, each the sum of its facets."""
