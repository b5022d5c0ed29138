"""What many questions have in common, worked out once for everybody."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.question import Question

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lines:
    """A line of all rows for each different key among the questions."""

    number: Numbers
    """Which line is that of each question."""
    lines: NDArray[Any]

    def each(self) -> NDArray[Any]:
        """The line of each question; shape (questions, rows), or (1, rows) if all have the same."""
        lines: NDArray[Any] = self.lines if len(self.lines) == 1 else self.lines[self.number]
        return lines

    def at(self, of: Numbers, rows: Numbers) -> NDArray[Any]:
        """What the lines say of pairs of a question and a row."""
        begin = self.number * self.lines.shape[1]
        said: NDArray[Any] = self.lines.ravel().take(begin.take(of) + rows)
        return said

    def whole(self) -> "Lines":
        """The same in whole numbers; they must be small."""
        return Lines(self.number, np.rint(self.lines).astype(np.int16))

    def __add__(self, other: "Lines") -> "Lines":
        """The sum of both, a line for each pair of lines that a question has."""
        if len(other.lines) == 1:
            return Lines(self.number, self.lines + other.lines)
        pairs, number = np.unique(
            self.number * len(other.lines) + other.number, return_inverse=True
        )
        ours, theirs = np.divmod(pairs, len(other.lines))
        return Lines(number, self.lines[ours] + other.lines[theirs])


def lines_of(
    questions: Sequence[Question],
    size: int,
    kind: type[np.generic],
    key: Callable[[Question], Hashable],
    line: Callable[[Question], NDArray[Any] | float],
) -> Lines:
    """Ask one of the questions that have their key in common; `size` is how many rows there are."""
    numbers: dict[Hashable, int] = {}
    number: list[int] = []
    ask: list[Question] = []
    for question in questions:
        at = numbers.setdefault(key(question), len(ask))
        if at == len(ask):
            ask.append(question)
        number.append(at)
    lines = np.empty((len(ask), size), kind)
    for at, question in enumerate(ask):
        lines[at] = line(question)
    return Lines(np.array(number, np.int64), lines)
