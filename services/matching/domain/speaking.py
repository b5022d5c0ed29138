"""Who speaks what, and how well: of many rows at once, by the bits of their words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.columns.encoding import Standing
from services.matching.domain.columns.layout import Columns, Rows, Words, picked


@dataclass(frozen=True, slots=True)
class Wanted:
    """One needed language."""

    tongues: Standing
    level: int
    """The least level: 1 is A1, 7 native."""


def speaks_all(
    languages: Iterable[Wanted], columns: Columns, rows: Rows | slice
) -> Iterator[NDArray[np.bool_]]:
    """Who states for some of the languages those that stand for it, at its level or above.

    All of the masks together say who does so for each language.
    """
    only: dict[tuple[int, int], np.uint64] = {}
    for wanted in languages:
        words = wanted.tongues.words
        if len(wanted.tongues.bits) == 1:
            # Languages of one word and level are looked at together.
            ((word, mask),) = words
            only[wanted.level, word] = only.get((wanted.level, word), _NO_BIT) | mask
        else:
            found = np.zeros_like(columns.traits[rows], np.bool_)
            for word, mask in words:
                reached = _at_least(wanted.level, columns.levels[:, word], rows)
                found |= (reached & mask) != 0
            yield found
    for (level, word), mask in only.items():
        yield (_at_least(level, columns.levels[:, word], rows) & mask) == mask


_NO_BIT = np.uint64(0)


def _at_least(level: int, digits: Words, rows: Rows | slice) -> Words:
    """In which languages of a word each speaks at this level or above, for 64 at once."""
    low, middle, high = 0, 1, 2

    def of(digit: int) -> Words:
        return picked(digits[digit], rows)

    reached: Words
    match level:
        case 1:
            reached = of(high) | of(middle) | of(low)
        case 2:
            reached = of(high) | of(middle)
        case 3:
            reached = of(high) | (of(middle) & of(low))
        case 4:
            reached = of(high)
        case 5:
            reached = of(high) & (of(middle) | of(low))
        case 6:
            reached = of(high) & of(middle)
        case _:
            reached = of(high) & of(middle) & of(low)
    return reached


def level_of(wanted: Wanted, columns: Columns, rows: Rows) -> NDArray[np.uint8]:
    """The best level at which each states a language that stands for the wanted one; 0: none.

    The three binary digits of 64 languages' levels lie in three words. From the highest digit on,
    only the languages that have it stay in the race: bit-sliced arithmetic.
    """
    best = np.zeros(len(rows), np.uint8)
    for word, mask in wanted.tongues.words:
        digits = columns.levels[:, word].take(rows, axis=1) & mask
        if len(wanted.tongues.bits) == 1:
            level: NDArray[np.uint8] = _DIGITS @ (digits != 0)
            return level
        best = np.maximum(best, _best_level(digits, mask))
    return best


_DIGITS = np.array([1, 2, 4], np.uint8)


def _best_level(digits: Words, mask: np.uint64) -> NDArray[np.uint8]:
    """The highest level among the languages of the mask; `digits` has the shape (3, rows)."""
    racing: Words = np.full(digits.shape[1], mask)
    level = np.zeros(digits.shape[1], np.uint8)
    for digit in (2, 1, 0):
        ahead = digits[digit] & racing
        leads = ahead != 0
        level += leads.view(np.uint8) << digit
        racing = np.where(leads, ahead, racing)
    return level
