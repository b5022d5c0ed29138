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

    nearby: Nearby
    speakers: dict[int, Rows]
    """Of each rare language, by its bit: who speaks it at any level."""
    silent: Rows | None
    """Those who stated no language; None if they are many."""
    written: Mask
    """Which rows were written since, by row."""
    recent: list[int] = field(default_factory=list)

    @property
    def nbytes(self) -> int:
        lists = (*self.speakers.values(), *(() if self.silent is None else (self.silent,)))
        return int(self.nearby.nbytes + self.written.nbytes + sum(r.nbytes for r in lists))

    def note(self, row: int) -> None:
        """Look at this row in any case from now on."""
        if row >= len(self.written):
            room = np.zeros(max(16, row + 1 + row // 8) - len(self.written), np.bool_)
            self.written = np.concatenate([self.written, room])
        if not self.written[row]:
            self.written[row] = True
            self.recent.append(row)

    def speaking(self, languages: Iterable[Iterable[int]]) -> Rows | None:
        """Who could speak all of these languages, each given as the bits that stand for it.

        The shortest of the lists, and those who stated nothing; None if there is no list.
        """
        if self.silent is None:
            return None
        lists = [self._speakers(bits) for bits in languages]
        shortest = min((rows for rows in lists if rows is not None), key=len, default=None)
        if shortest is None:
            return None
        return self._with_recent(np.concatenate([shortest, self.silent]))

    def _speakers(self, bits: Iterable[int]) -> Rows | None:
        lists = [self.speakers.get(bit) for bit in bits]
        found = [rows for rows in lists if rows is not None]
        if len(found) < len(lists):
            return None
        # Somebody who speaks two of them stands in both lists.
        return found[0] if len(found) == 1 else np.unique(np.concatenate([_NONE, *found]))

    def near(self, point: Point, unless_more_than: int | None = None) -> Rows | None:
        """Who could be near; None, sooner, if they are more than so many."""
        firsts, lasts = self.nearby.stretches(point)
        everywhere = self.nearby.everywhere
        count = int((lasts - firsts).sum()) + len(everywhere) + len(self.recent)
        if unless_more_than is not None and count > unless_more_than:
            return None
        rows = self.nearby.rows
        some = firsts < lasts
        stretches = [
            rows[first:last]
            for first, last in zip(firsts[some].tolist(), lasts[some].tolist(), strict=True)
        ]
        return self._with_recent(np.concatenate([everywhere, *stretches]))

    def _with_recent(self, rows: Rows) -> Rows:
        if not self.recent:
            return rows
        kept = rows[~self.written[rows]]
        return np.concatenate([kept, np.array(self.recent, np.int32)])


_NONE = np.zeros(0, np.int32)


def make_index(columns: Columns, languages: int) -> Index:
    """Make the index of all rows; `languages` is how many have a bit. O(rows · languages / 64)."""
    size = columns.size
    spoken = columns.levels[0] | columns.levels[1] | columns.levels[2]
    said = (columns.traits[:size] & SAID_LANGUAGES) != 0
    few = RARE * size
    speakers: dict[int, Rows] = {}
    for bit in range(languages):
        word, place = divmod(bit, WORD)
        has = (spoken[word, :size] >> np.uint64(place) & np.uint64(1)) != 0
        rows = np.flatnonzero(has & said)
        if len(rows) <= few:
            speakers[bit] = rows.astype(np.int32)
    silent = np.flatnonzero(~said)
    return Index(
        sort_by_place(columns),
        speakers,
        silent.astype(np.int32) if len(silent) <= few else None,
        np.zeros(columns.capacity, np.bool_),
    )
