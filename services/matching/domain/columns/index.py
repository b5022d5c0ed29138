"""Which rows are worth looking at for a request: a rare language's speakers, those near, or all.

The index is a snapshot. Rows written after it was made are kept in a list of their own that is
always looked at, so that a change counts at once; when the list is long the index is made anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from services.matching.domain.columns.encoding import WORD
from services.matching.domain.columns.layout import SAID_LANGUAGES, Columns, Mask, Rows
from services.matching.domain.columns.nearby import Nearby, sort_by_place
from shared.kernel.places import Point

RARE = 0.05
"""A language that a smaller share of people speak has a list of its speakers."""


@dataclass(slots=True)
class Index:
    """A snapshot of who is where and who speaks what rare, and what was written since."""

    everybody: Nearby
    speakers: dict[int, Nearby]
    """Of each rare language, by its bit: who speaks it at any level."""
    silent: Nearby | None
    """Those who stated no language; None if they are many."""
    written: Mask
    """Which rows were written since, by row."""
    recent: list[int] = field(default_factory=list)

    @property
    def nbytes(self) -> int:
        lists = [self.everybody, *self.speakers.values()]
        lists += [] if self.silent is None else [self.silent]
        return int(self.written.nbytes + sum(each.nbytes for each in lists))

    def note(self, row: int) -> None:
        """Look at this row in any case from now on."""
        if row >= len(self.written):
            room = np.zeros(max(16, row + 1 + row // 8) - len(self.written), np.bool_)
            self.written = np.concatenate([self.written, room])
        if not self.written[row]:
            self.written[row] = True
            self.recent.append(row)

    def worth_a_look(
        self, languages: Iterable[tuple[int, ...]], point: Point | None, marks: np.uint64
    ) -> Rows | None:
        """The fewest rows that can be said to hold everybody who fits.

        They could speak one of the languages, each given as the bits that stand for it, could be
        near the point, and have the marks. None: all rows, as there is neither a rare language
        nor a place.
        """
        lists = self._shortest(languages)
        if point is not None:
            parts = [one.near_with(point, marks) for one in lists or (self.everybody,)]
        elif lists:
            parts = [one.all_with(marks) for one in lists]
        else:
            return None
        # Who speaks two of the languages that stand for one is in both lists.
        rows = parts[0] if len(parts) == 1 else np.unique(np.concatenate(parts))
        return self._with_recent(rows)

    def _shortest(self, languages: Iterable[tuple[int, ...]]) -> tuple[Nearby, ...]:
        """The lists in which all who could speak the languages stand; none if it would be all."""
        if self.silent is None:
            return ()
        rare = [
            tuple(self.speakers[bit] for bit in bits)
            for bits in languages
            if all(bit in self.speakers for bit in bits)
        ]
        if not rare:
            return ()
        shortest = min(rare, key=lambda lists: sum(map(len, lists)))
        return shortest if not len(self.silent) else (*shortest, self.silent)

    def _with_recent(self, rows: Rows) -> Rows:
        if not self.recent:
            return rows
        kept = rows[~self.written[rows]]
        return np.concatenate([kept, np.array(self.recent, np.int32)])


def make_index(columns: Columns, languages: int) -> Index:
    """Make the index of all rows; `languages` is how many have a bit. O(rows · languages / 64)."""
    size = columns.size

    def sorted_rows(of: Mask) -> Nearby:
        return sort_by_place(columns, np.flatnonzero(of).astype(np.int32))

    spoken = columns.levels[0] | columns.levels[1] | columns.levels[2]
    said = (columns.traits[:size] & SAID_LANGUAGES) != 0
    few = RARE * size
    speakers: dict[int, Nearby] = {}
    for bit in range(languages):
        word, place = divmod(bit, WORD)
        has = (spoken[word, :size] >> np.uint64(place) & np.uint64(1)) != 0
        speaking = has & said
        if np.count_nonzero(speaking) <= few:
            speakers[bit] = sorted_rows(speaking)
    return Index(
        sorted_rows(np.ones(size, np.bool_)),
        speakers,
        sorted_rows(~said) if np.count_nonzero(~said) <= few else None,
        np.zeros(columns.capacity, np.bool_),
    )
