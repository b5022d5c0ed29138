"""The best of many requests at once: what they have in common is worked out once.

Requests of a district want the same few things: an evening, German, a field. Each rule and each
part of a score says on what of a question it depends (`sifting.Step`, `score.Facet`); it is asked
for each different one of that, of everybody, and what it says is joined pair by pair (`alike`).
Only the ways differ for each pair: by ways that are too short by little it is found who might be
among the best, and only theirs are worked out. `ranking.shortlist` finds the same for one
request; a test holds the two equal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.alike import Common, Numbers
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.layout import Mask
from services.matching.domain.columns.pool import Pool
from services.matching.domain.question import Question
from services.matching.domain.ranking import ALL, best_of, worth_a_look
from services.matching.domain.score import (
    NEARNESS,
    PARTS,
    Scores,
    nearness,
    tie_break,
)
from services.matching.domain.screening import Met, too_far
from services.matching.domain.sifting import sift
from services.matching.domain.ways import Ways
from shared.kernel.places import Point

CELLS, NEAR, MOST = 1 << 20, 1 << 18, 1 << 18
"""What questions have in common is worked out for so many pairs at a time at most, and pairs are
looked at one by one for so many, to stay near the processor; and for so many questions, so that
one and its points are one short number."""


Keys = NDArray[np.int32]
"""The question and, below it, the standing: the best of each are the smallest."""


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
    if not len(pool) or most < 1:
        questions = ()
    found = [
        best
        for at in range(0, len(questions), step)
        for best in _Together(Common(questions[at : at + step], pool, doings)).best(
            mets[at : at + step], most, at
        )
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
        fitting = sift(question, pool, doings, worth_a_look(question, pool), met)
        best = best_of(question, pool, doings, fitting, most)
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

    common: Common

    def best(self, mets: Sequence[Met], most: int, first: int) -> Iterator[Found]:
        """The best of each; `first` is the number of the first of these questions."""
        step = max(1, NEAR // len(self.common.everybody))
        for at in range(0, len(self.common.questions), step):
            yield self._best(slice(at, at + step), mets[at : at + step], most, first)

    def _best(self, some: slice, mets: Sequence[Met], most: int, first: int) -> Found:
        pairs, standing = self._contending(some, mets, most)
        ties = tie_break(self.common.salts.take(pairs.of), self.common.pool.columns, pairs.rows)
        order = _sorted_by(_keys(pairs.of, standing), ties)
        pairs = pairs.at(order[_place(pairs.of.take(order)) < most])
        scores = [
            self.common.parts[at].at(pairs.of, pairs.rows)
            if at in self.common.parts
            else self._nearness(pairs)
            for at in range(len(PARTS))
        ]
        return Found(pairs.of + first, pairs.rows, Scores(np.array(scores)))

    def _contending(
        self, some: slice, mets: Sequence[Met], most: int
    ) -> tuple[_Pairs, Numbers]:
        """The best of each question and their equals, and their standing.

        Ways are worked out for few: for the best of each question by their standing at best, and
        for more only where one of these really stands behind somebody who is not among them.
        """
        at_best = self._at_best(some, mets)
        place = min(most, at_best.shape[1]) - 1
        bound = np.minimum(np.partition(at_best, place)[:, place] + _LITTLE, -1)
        pairs, standing = self._before(bound, some, at_best)
        last = _last_of_each(most, pairs.of - some.start, standing, len(bound))
        if np.any(last > bound):
            pairs, standing = self._before(last, some, at_best)
            last = _last_of_each(most, pairs.of - some.start, standing, len(bound))
        near = np.flatnonzero(standing <= last.take(pairs.of - some.start))
        return pairs.at(near), standing.take(near)

    def _at_best(self, some: slice, mets: Sequence[Met]) -> NDArray[np.int16]:
        """The standing of all pairs by ways that may be a little too short; 0: does not fit.

        Shape (questions, rows).
        """
        columns, everybody = self.common.pool.columns, self.common.everybody
        ways = self._ways.least_km(some)
        keep = ways <= columns.radius_km[everybody]
        keep[~self.common.way_counts[some]] = True
        for lines in self.common.kept:
            keep &= lines.each(some)
        for number, met in enumerate(mets):
            if met:
                keep[number, self.common.pool.rows(met)] = False
        near = nearness(ways, columns, everybody, out=ways)
        near += _ROUNDED
        points = near.astype(np.int16)
        points[~self.common.somewhere[some]] = NEARNESS
        points += self.common.points.each(some)
        standing = np.invert(points, out=points)
        standing *= keep
        return standing

    def _before(
        self, bound: Numbers, some: slice, at_best: NDArray[np.int16]
    ) -> tuple[_Pairs, Numbers]:
        """Who stands at best before the bound of their question or on it, and how they do stand.

        The standing is the complement of the points, so that the best is the smallest.
        """
        chosen = np.flatnonzero(at_best <= bound[:, None].astype(np.int16))
        of, rows = np.divmod(chosen, len(self.common.everybody))
        of += some.start
        pairs = _Pairs(of, rows, self._ways.km(of, rows))
        pairs = pairs.at(np.flatnonzero(~self._too_far(pairs)))
        return pairs, ~(self.common.points.at(pairs.of, pairs.rows) + self._nearness(pairs))

    @cached_property
    def _ways(self) -> Ways:
        points = [one.need.point or _ANYWHERE for one in self.common.questions]
        return Ways.between(points, self.common.pool.columns, self.common.everybody)

    def _too_far(self, pairs: _Pairs) -> Mask:
        far = too_far(pairs.way_km, self.common.pool.columns, pairs.rows, farther_km=0.0)
        return far & self.common.way_counts.take(pairs.of)

    def _nearness(self, pairs: _Pairs) -> Numbers:
        """That part of the score."""
        points = nearness(pairs.way_km, self.common.pool.columns, pairs.rows)
        points[~self.common.somewhere.take(pairs.of)] = NEARNESS
        return np.rint(points, out=points).astype(np.int64)


_ANYWHERE = Point(0.0, 0.0)
_POINTS = 1 << 12
"""More than anybody's points, and being heard."""
_LITTLE = 1
"""So many points a way that is too short may well bring."""
_ROUNDED = np.float32(0.51)
"""Added and cut off: never fewer points than those rounded, though short numbers are not exact."""


def _keys(of: Numbers, standing: Numbers) -> Keys:
    return (of * _POINTS + (_POINTS + standing)).astype(np.int32)


def _last_of_each(most: int, of: Numbers, standing: Numbers, questions: int) -> Numbers:
    """The standing of the last of the best of each question; -1 where there are fewer.

    `of` is sorted. Shape (questions,).
    """
    count = np.bincount(of, minlength=questions)
    enough = np.flatnonzero(count >= most)
    ranked = np.sort(_keys(of, standing))
    last = np.full(questions, -1)
    last[enough] = ranked[(np.cumsum(count) - count)[enough] + most - 1] % _POINTS - _POINTS
    return last


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
