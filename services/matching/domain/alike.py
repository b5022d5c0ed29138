"""What many questions have in common, worked out once for everybody."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.layout import Mask
from services.matching.domain.columns.pool import Pool
from services.matching.domain.question import Question
from services.matching.domain.ranking import HEARD, unheard
from services.matching.domain.score import PARTS, Facet, Shares, salt_of
from services.matching.domain.sifting import BURDEN, FIRST, PROFILE, Step

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lines:
    """A line of all rows for each different key among the questions."""

    number: Numbers
    """Which line is that of each question."""
    lines: NDArray[Any]

    def each(self, some: slice) -> NDArray[Any]:
        """The line of each of some questions; of shape (1, rows) if all have the same."""
        lines: NDArray[Any] = self.lines
        return lines if len(lines) == 1 else lines[self.number[some]]

    def at(self, of: Numbers, rows: Numbers) -> NDArray[Any]:
        """What the lines say of pairs of a question and a row."""
        begin = self.number * self.lines.shape[1]
        said: NDArray[Any] = self.lines.ravel().take(begin.take(of) + rows)
        return said

    def __add__(self, other: "Lines") -> "Lines":
        """The sum of both, a line for each pair of lines that a question has."""
        if len(other.lines) == 1:
            return Lines(self.number, self.lines + other.lines)
        pairs, number = np.unique(
            self.number * len(other.lines) + other.number, return_inverse=True
        )
        ours, theirs = np.divmod(pairs, len(other.lines))
        return Lines(number, self.lines[ours] + other.lines[theirs])


@dataclass(frozen=True)
class Common:
    """A few questions, and what can be said to all of them of everybody."""

    questions: Sequence[Question]
    pool: Pool
    doings: Doings

    @cached_property
    def everybody(self) -> Numbers:
        """All rows."""
        return np.arange(self.pool.columns.size)

    @cached_property
    def somewhere(self) -> Mask:
        """Which questions are in some place."""
        return np.array([one.need.point is not None for one in self.questions])

    @cached_property
    def way_counts(self) -> Mask:
        """For which questions somebody can live too far away."""
        return np.array([one.way_counts for one in self.questions])

    @cached_property
    def salts(self) -> NDArray[np.uint64]:
        """By which equals are put in order."""
        return np.array([salt_of(one.need.request_id) for one in self.questions], np.uint64)

    @cached_property
    def kept(self) -> list[Lines]:
        """Whom each step of the rules leaves; ways are no step."""
        return [self._kept_by(step) for step in (*FIRST, *PROFILE, BURDEN)]

    def _kept_by(self, step: Step) -> Lines:
        def kept(question: Question) -> Mask | bool:
            keep = step.keeps(question, self.pool, self.doings, self.everybody)
            return True if keep is None else keep

        keys = [step.key(one, self.pool, self.doings) for one in self.questions]
        return self._lines(keys, np.bool_, kept)

    @cached_property
    def parts(self) -> dict[int, Lines]:
        """Each part of the score but nearness, by its number."""
        return {
            at: reduce(add, map(self._added, facets))
            for at, facets in enumerate(PARTS)
            if facets
        }

    def _added(self, facet: Facet) -> Lines:
        def points(question: Question) -> Shares:
            return facet.points(question, self.pool, self.doings, self.everybody)

        return self._lines([facet.key(one) for one in self.questions], np.int16, points)

    @cached_property
    def points(self) -> Lines:
        """All points but those of nearness; those first who have said what is needed."""
        return sum(self.parts.values(), start=self._heard())

    def _heard(self) -> Lines:
        def points(question: Question) -> NDArray[np.int64]:
            return HEARD * ~unheard(question, self.pool, self.everybody)

        keys = [(bool(one.languages), bool(one.need.skills)) for one in self.questions]
        return self._lines(keys, np.int16, points)

    def _lines(
        self,
        keys: Sequence[Hashable],
        kind: type[np.generic],
        line: Callable[[Question], NDArray[Any] | float],
    ) -> Lines:
        """Ask one of the questions that have their key in common."""
        ask = dict(zip(keys, self.questions, strict=True))
        at = {key: number for number, key in enumerate(ask)}
        lines = np.empty((len(ask), len(self.everybody)), kind)
        for number, question in enumerate(ask.values()):
            lines[number] = line(question)
        return Lines(np.array([at[key] for key in keys], np.int64), lines)
