"""The best of many requests at once: what they have in common is worked out once.

Requests of a district want the same few things: an evening, German, a field. Each rule and each
part of a score says on what of a question it depends (`sifting.Step`, `score.Facet`); it is asked
for each different one of that, of everybody, and what it says is joined pair by pair. Only the
ways differ for each pair. `ranking.shortlist` finds the same for one request; a test holds the
two equal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.alike import Lines, Numbers, lines_of
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.layout import Mask
from services.matching.domain.columns.pool import Pool
from services.matching.domain.question import Question
from services.matching.domain.ranking import ALL, HEARD, best_of, unheard, worth_a_look
from services.matching.domain.score import (
    NEARNESS,
    NEARNESS_PART,
    PARTS,
    Facet,
    Scores,
    nearness,
    salt_of,
    tie_break,
)
from services.matching.domain.screening import Met, too_far
from services.matching.domain.sifting import BURDEN, FIRST, PROFILE, Step, sift
from services.matching.domain.ways import Ways
from shared.kernel.places import Point

CELLS, MOST = 1 << 20, 1 << 18
"""So many pairs, and so many questions, are looked at in one go, at most: so the marks of the pairs
stay near the processor, and a question and points are one short number."""


Keys = NDArray[np.int32]
"""The question and, below it, how many points are missing: the best of each are the smallest."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best of each question, in the order of the questions and best first."""

    of: Numbers
    """The number of the question; shape (pairs,), as the others."""
    rows: Numbers
    scores: Scores


def best_of_each(
    questions: Sequence[Question],
    pool: Pool,
    doings: Doings,
    mets: Sequence[Met],
    most: int,
) -> Found:
    """The best of each question, at most so many, but for whom its request has met.

    All questions are asked at one moment and by one tuning, and as they were put: nobody goes
    farther than they want.
    """
    size = pool.columns.size
    if size > ALL:
        return _joined(list(_one_by_one(questions, pool, doings, mets, most)))
    step = min(MOST, max(1, CELLS // max(1, size)))
    if not len(pool):
        questions = ()
    found = [
        _Together(questions[at : at + step], pool, doings).best(mets[at : at + step], most, at)
        for at in range(0, len(questions), step)
    ]
    return _joined(found)


def _joined(found: Sequence[Found]) -> Found:
    parts = [one.scores.parts for one in found]
    return Found(
        np.concatenate([_NONE, *(one.of for one in found)]),
        np.concatenate([_NONE, *(one.rows for one in found)]),
        Scores(np.concatenate([np.zeros((len(PARTS), 0), np.int64), *parts], axis=1)),
    )


_NONE = np.zeros(0, np.int64)


def _one_by_one(
    questions: Sequence[Question],
    pool: Pool,
    doings: Doings,
    mets: Sequence[Met],
    most: int,
) -> Iterator[Found]:
    """By the index: in a large pool nobody looks at everybody."""
    for number, (question, met) in enumerate(zip(questions, mets, strict=True)):
        rows = sift(question, pool, doings, worth_a_look(question, pool), met)
        best = best_of(question, pool, doings, rows, most)
        yield Found(np.full(len(best.rows), number), best.rows.astype(np.int64), best.scores)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Questions and rows, sorted by both, and the way between them."""

    of: Numbers
    rows: Numbers
    way_km: NDArray[np.float64]
    """Of a question that is nowhere it means nothing."""

    def at(self, positions: Numbers) -> "_Pairs":
        """Those at these positions."""
        return _Pairs(
            self.of.take(positions), self.rows.take(positions), self.way_km.take(positions)
        )


@dataclass(frozen=True)
class _Together:
    """A few questions, and everybody."""

    questions: Sequence[Question]
    pool: Pool
    doings: Doings

    def best(self, mets: Sequence[Met], most: int, first: int) -> Found:
        """The best of each; `first` is the number of the first of these questions."""
        pairs = self._fitting(mets)
        parts = self._parts()
        alike = sum(parts.values(), start=self._heard())
        points = alike.at(pairs.of, pairs.rows) + self._nearness(pairs)
        key = (pairs.of * _POINTS + (_POINTS - 1 - points)).astype(np.int32)
        near = _among_first(most, pairs.of, key)
        key, pairs = key.take(near), pairs.at(near)
        salts = np.array([salt_of(one.need.request_id) for one in self.questions], np.uint64)
        ties = tie_break(salts.take(pairs.of), self.pool.columns, pairs.rows)
        order = _sorted_by(key, ties)
        pairs = pairs.at(order[_place(pairs.of.take(order)) < most])
        scores = [
            parts[at].at(pairs.of, pairs.rows) if at in parts else self._nearness(pairs)
            for at in range(len(PARTS))
        ]
        return Found(pairs.of + first, pairs.rows, Scores(np.array(scores)))

    @cached_property
    def _everybody(self) -> Numbers:
        return np.arange(self.pool.columns.size)

    def _fitting(self, mets: Sequence[Met]) -> _Pairs:
        """Who fits what: nothing speaks against them, and the request has not met them."""
        keep = np.ones((len(self.questions), len(self._everybody)), np.bool_)
        for step in (*FIRST, *PROFILE, BURDEN):
            keep &= self._kept(step).each()
        keep &= self._near()
        for number, met in enumerate(mets):
            if met:
                keep[number, self.pool.rows(met)] = False
        of = np.repeat(np.arange(len(keep)), np.count_nonzero(keep, axis=1))
        rows = np.flatnonzero(keep) - of * len(self._everybody)
        pairs = _Pairs(of, rows, self._ways.km(of, rows))
        return pairs.at(np.flatnonzero(~self._too_far(pairs)))

    def _kept(self, step: Step) -> Lines:
        def kept(question: Question) -> Mask | bool:
            keep = step.keeps(question, self.pool, self.doings, self._everybody)
            return True if keep is None else keep

        return lines_of(
            self.questions,
            len(self._everybody),
            np.bool_,
            lambda question: step.key(question, self.pool, self.doings),
            kept,
        )

    @cached_property
    def _ways(self) -> Ways:
        points = [one.need.point or _ANYWHERE for one in self.questions]
        return Ways.between(points, self.pool.columns, self._everybody)

    def _near(self) -> Mask:
        """Who could be near enough, and a few more; shape (questions, rows)."""
        near = self._ways.within_reach(self.pool.columns.radius_km[self._everybody])
        near[[not one.way_counts for one in self.questions]] = True
        return near

    def _too_far(self, pairs: _Pairs) -> Mask:
        counts = np.array([one.way_counts for one in self.questions])
        far = too_far(pairs.way_km, self.pool.columns, pairs.rows, farther_km=0.0)
        return far if counts.all() else far & counts.take(pairs.of)

    def _parts(self) -> dict[int, Lines]:
        """Each part of the score but nearness, by its number."""
        return {
            at: reduce(add, map(self._added, facets)).whole()
            for at, facets in enumerate(PARTS)
            if facets is not NEARNESS_PART
        }

    def _added(self, facet: Facet) -> Lines:
        return lines_of(
            self.questions,
            len(self._everybody),
            np.float64,
            facet.key,
            lambda question: facet.points(question, self.pool, self.doings, self._everybody),
        )

    def _nearness(self, pairs: _Pairs) -> Numbers:
        """That part of the score."""
        somewhere = np.array([one.need.point is not None for one in self.questions])
        points = nearness(pairs.way_km, self.pool.columns, pairs.rows)
        points[~somewhere.take(pairs.of)] = NEARNESS
        return np.rint(points, out=points).astype(np.int64)

    def _heard(self) -> Lines:
        """Points that put those first who have said what is needed."""
        return lines_of(
            self.questions,
            len(self._everybody),
            np.int16,
            lambda one: (bool(one.languages), bool(one.need.skills)),
            lambda one: HEARD * ~unheard(one, self.pool, self._everybody),
        )


_ANYWHERE = Point(0.0, 0.0)
_POINTS = 1 << 12
"""More than anybody's points, and being heard."""


def _among_first(most: int, of: Numbers, key: Keys) -> Numbers:
    """Positions of those who may be among the first of their question, by a sorted `of`.

    Equals of the last one are all there.
    """
    count = np.bincount(of)
    last = np.cumsum(count) - np.maximum(0, count - most) - 1
    ranked = np.sort(key)
    return np.flatnonzero(key <= ranked[last].take(of)) if len(of) else of


def _sorted_by(key: Keys, ties: NDArray[np.uint64]) -> Numbers:
    """Positions by key, then by ties: as `lexsort`, which takes several times as long."""
    rank = np.empty(len(key), np.int64)
    rank[np.argsort(ties)] = np.arange(len(key))
    order: Numbers = np.argsort(key.astype(np.int64) * len(key) + rank)
    return order


def _place(of: Numbers) -> Numbers:
    """Which place each has among those of its question, from 0, by a sorted `of`."""
    count = np.bincount(of)
    return np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
