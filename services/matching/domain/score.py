"""How well people fit: 1000 points in five parts that can be read aloud.

Additive and in whole points, so that the sum is the explanation; nobody is compared by anything
but what they stated and how much they were asked. For many rows of the roster at once.
"""

from dataclasses import dataclass
from datetime import timedelta

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
from services.matching.domain.question import Question, Wanted, level_of
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

Points = NDArray[np.int64]


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
    """The same parts of many rows; each of their shape."""

    fit: Points
    nearness: Points
    slack: Points
    continuity: Points
    rest: Points

    @property
    def total(self) -> Points:
        return self.fit + self.nearness + self.slack + self.continuity + self.rest

    def at(self, positions: NDArray[np.int64]) -> "Scores":
        """Those at these positions."""
        return Scores(*(part[positions] for part in self._parts))

    def each(self) -> list[Score]:
        """One by one."""
        return [Score(*one) for one in zip(*(p.tolist() for p in self._parts), strict=True)]

    @property
    def _parts(self) -> tuple[Points, ...]:
        return (self.fit, self.nearness, self.slack, self.continuity, self.rest)


def score(question: Question, pool: Pool, doings: Doings, rows: Rows) -> Scores:
    """The points of each of the sorted rows."""
    columns = pool.columns
    return Scores(
        fit=_whole(
            _field(question, columns, rows)
            + _languages(question, columns, rows)
            + _skills(question, columns, rows)
        ),
        nearness=_nearness(question, columns, rows),
        slack=_slack(question, columns, rows),
        continuity=CONTINUITY * among(rows, doings.helped).astype(np.int64),
        rest=_rest(question, doings, rows),
    )


def tie_break(request_id: RequestId, columns: Columns, rows: Rows) -> NDArray[np.uint64]:
    """A fair order among equals: another one for each request, the same every time.

    The finaliser of SplitMix64 (Steele, Lea and Flood, 2014) over both halves of the volunteer's
    id, keyed with the request's.
    """
    key = np.frombuffer(request_id.bytes, ">u8").astype(np.uint64)
    halves = np.frombuffer(columns.ids[rows].tobytes(), ">u8").reshape(-1, 2).astype(np.uint64)
    return _mix(_mix(halves[:, 0] ^ _mix(_mix(key[:1]) ^ key[1:])) ^ halves[:, 1])


def _mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    numbers = numbers + _GOLDEN
    numbers = (numbers ^ (numbers >> _30)) * _FIRST
    numbers = (numbers ^ (numbers >> _27)) * _SECOND
    return numbers ^ (numbers >> _31)


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31 = (np.uint64(bits) for bits in (30, 27, 31))


def _within(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kept in 0..1; `np.clip` says the same five times slower on a few rows."""
    kept: NDArray[np.float64] = np.minimum(1.0, np.maximum(0.0, shares))
    return kept


def _whole(points: NDArray[np.float64]) -> Points:
    return np.rint(points).astype(np.int64)


def _field(question: Question, columns: Columns, rows: Rows) -> NDArray[np.float64]:
    named = (columns.traits[rows] & STATED[question.need.field]) != 0
    return np.where(named, _FIELD, _FIELD / 2)


def _languages(question: Question, columns: Columns, rows: Rows) -> NDArray[np.float64] | float:
    wanted = question.languages
    if not wanted:
        return float(_LANGUAGES)
    interpreting = question.need.kind is Kind.INTERPRETING
    shares = sum(_language(one, columns, rows, interpreting=interpreting) for one in wanted)
    return _LANGUAGES * shares / len(wanted)


def _language(
    wanted: Wanted, columns: Columns, rows: Rows, *, interpreting: bool
) -> NDArray[np.float64]:
    """The share for one needed language; none for one that is not stated."""
    level = level_of(wanted, columns, rows)
    share = _SHARES[wanted.level][level]
    if interpreting:
        used_to = np.zeros(len(rows), np.bool_)
        for word, mask in enumerate(wanted.words):
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


def _skills(question: Question, columns: Columns, rows: Rows) -> NDArray[np.float64] | float:
    if not question.need.skills:
        return float(_SKILLS)
    has = np.full(len(rows), not question.skills_unheard)
    for word, mask in enumerate(question.skills):
        has &= (columns.skills[word, rows] & mask) == mask
    return _SKILLS * has


def _nearness(question: Question, columns: Columns, rows: Rows) -> Points:
    if question.need.point is None:
        return np.full(len(rows), NEARNESS)
    reach = columns.reach_km[rows].astype(np.float64)
    share = 1 - question.way_km(columns, rows) / np.maximum(reach, np.finfo(np.float32).tiny)
    placed = (columns.traits[rows] & HAS_POINT) != 0
    return np.where(placed, _whole(NEARNESS * np.maximum(0.0, share)), NEARNESS // 2)


def _slack(question: Question, columns: Columns, rows: Rows) -> Points:
    needed = question.week_minutes.max() / 60
    half_hours = np.bitwise_count(columns.free[:, rows]).sum(axis=0, dtype=np.int64)
    share = _within((half_hours / 2 - needed) / _ENOUGH_SLACK_HOURS)
    said = (columns.traits[rows] & SAID_TIMES) != 0
    return np.where(said, _whole(SLACK * share), SLACK // 2)


def _rest(question: Question, doings: Doings, rows: Rows) -> Points:
    """Half for the time since the last ask, half for the dates promised in the next weeks."""
    last = np.full(len(rows), -np.inf)
    if len(doings.asked_rows):
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
