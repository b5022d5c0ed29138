"""The pool: everybody who could be asked, in columns, as they come, change and go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.columns.encoding import Encoder
from services.matching.domain.columns.index import Index, make_index
from services.matching.domain.columns.layout import HERE, Columns, Rows
from services.matching.domain.roster import Person
from shared.kernel.ids import VolunteerId

MANY = 256
"""So many rows, or a 64th of all, may be written before the index is made anew."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Days away, as ordinals (`date.toordinal`), both included: one entry each, by row."""

    rows: Rows
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    def of(self, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The entries of these rows, each of which has one, and where those of each begin."""
        begin, end = (np.searchsorted(self.rows, rows, side) for side in ("left", "right"))
        counts = end - begin
        starts = np.cumsum(counts) - counts
        return np.arange(counts.sum()) + np.repeat(begin - starts, counts), starts


@dataclass(slots=True)
class Pool:
    """People in columns. Not safe to read while it is written: whoever shares it takes turns."""

    columns: Columns = field(default_factory=Columns)
    encoder: Encoder = field(default_factory=Encoder)
    row_of: dict[VolunteerId, int] = field(default_factory=dict)
    absences: dict[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """Days away by row, as in `gaps`."""
    _free: list[int] = field(default_factory=list)
    _gaps: Gaps | None = None
    _index: Index | None = None

    @classmethod
    def of(cls, people: Iterable[Person]) -> "Pool":
        """A pool of these people. Who stands in it twice is there as they came last."""
        pool = cls()
        pool.put(people)
        return pool

    def __len__(self) -> int:
        return len(self.row_of)

    def __contains__(self, volunteer_id: object) -> bool:
        return volunteer_id in self.row_of

    @property
    def index(self) -> Index:
        """The index, made anew if it is old. Writing after this call is noted in it."""
        if self._index is None:
            self._index = make_index(self.columns, len(self.encoder.tags.bits))
        return self._index

    @property
    def gaps(self) -> Gaps:
        """All days away."""
        if self._gaps is None:
            listed = sorted((row, *gap) for row, gaps in self.absences.items() for gap in gaps)
            rows, first, last = np.array(listed, np.int64).reshape(-1, 3).T
            self._gaps = Gaps(rows.astype(np.int32), first, last)
        return self._gaps

    def put(self, people: Iterable[Person]) -> None:
        """Add people, or write them anew; the next look sees them."""
        for person in people:
            who = person.volunteer_id
            row = self.row_of.get(who)
            if row is None:
                row = self.row_of[who] = self._new_row()
            self.encoder.write(self.columns, row, person)
            self._forget_absences(row)
            if person.absences:
                self.absences[row] = tuple(
                    (gap.from_on.toordinal(), gap.to_on.toordinal()) for gap in person.absences
                )
                self._gaps = None
            self._note(row)

    def remove(self, ids: Iterable[VolunteerId]) -> None:
        """Forget people; who is not there is no error."""
        for who in ids:
            row = self.row_of.pop(who, None)
            if row is not None:
                for array in self.columns.arrays.values():
                    array[..., row] = np.zeros((), array.dtype)
                self._forget_absences(row)
                self._free.append(row)
                self._note(row)

    def everybody(self) -> Rows:
        """The rows that are somebody's."""
        traits = self.columns.traits[: self.columns.size]
        return np.flatnonzero(traits & HERE).astype(np.int32)

    def rows(self, ids: Iterable[VolunteerId]) -> Rows:
        """The rows of these people; who is not there is left out."""
        found = (self.row_of.get(who) for who in ids)
        return np.array([row for row in found if row is not None], np.int32)

    def ids(self, rows: Rows) -> Sequence[VolunteerId]:
        """Whose rows these are."""
        return [volunteer_id(self.columns.ids[row]) for row in rows]

    def _new_row(self) -> int:
        if self._free:
            return self._free.pop()
        self.columns.reserve(self.columns.size + 1)
        self.columns.size += 1
        return self.columns.size - 1

    def _forget_absences(self, row: int) -> None:
        if self.absences.pop(row, None) is not None:
            self._gaps = None

    def _note(self, row: int) -> None:
        if self._index is None:
            return
        self._index.note(row)
        if len(self._index.recent) > max(MANY, self.columns.size // 64):
            self._index = None


def volunteer_id(stored: bytes) -> VolunteerId:
    """The id in a cell of `ids`, whose zeros at the end numpy leaves out."""
    return VolunteerId(UUID(bytes=bytes(stored).ljust(16, b"\0")))
