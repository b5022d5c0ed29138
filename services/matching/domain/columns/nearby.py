"""Who could be near a place: grids whose cells fit how far people go.

Somebody who goes 3 km need not be looked at from 20 km away, so people are sorted into classes by
their radius, and each class has a grid of its own with cells of half its radius. A cell is a key;
the rows lie sorted by class and key, so that a line of neighbouring cells is one stretch of them.
What one word can say of each lies in that order, with the number of the row, so that most who do
not fit are left out without a look at cells of memory that are far apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.columns.layout import (
    MICRODEGREES,
    REQUIRED,
    SAID_LANGUAGES,
    Columns,
    Rows,
    Words,
)
from shared.kernel.places import EARTH_RADIUS_KM, Point

CLASSES_KM = (2.5, 5.0, 10.0, 20.0, 40.0, 80.0)
"""The largest radius of each class; who goes farther, or states no radius, is always near."""

_KM_PER_DEGREE = radians(EARTH_RADIUS_KM)
_COLUMNS = 1 << 15
"""More cells than lie around the earth in the finest grid, so that lines never meet."""
_CLASS = _COLUMNS << 14
_CELLS_DEGREES = tuple(reach / 2 / _KM_PER_DEGREE for reach in CLASSES_KM)
_AROUND = 360.0
_EVERYWHERE = len(CLASSES_KM)
"""The class of those who are near every place; it has no cells."""
_LEAST_COSINE = 0.05
"""Beyond 87 degrees of latitude everything is near; nobody lives there."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """Rows sorted by class and cell; those who are near every place come last."""

    entries: Words
    """Of each row its marks when they were sorted, and above them, from `ROW` on, its number."""
    keys: NDArray[np.uint32]
    """Shape as `entries`."""
    classes: tuple[int, ...]
    """The classes in which there is anybody."""

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def nbytes(self) -> int:
        return self.entries.nbytes + self.keys.nbytes

    def all_with(self, marks: np.uint64) -> Rows:
        """Who has all of these marks."""
        return _having(marks, self.entries)

    def near_with(self, point: Point, marks: np.uint64) -> Rows:
        """Who could be near the point and has all of these marks."""
        lines = np.searchsorted(self.keys, _lines_around(point, self.classes))
        entries = [self.entries[first:last] for first, last in lines.tolist() if first < last]
        return _having(marks, np.concatenate(entries or [self.entries[:0]]))


ROW, LANGUAGES_MARKED = 32, 32 - REQUIRED


def _having(marks: np.uint64, entries: Words) -> Rows:
    found: Words = entries[(entries & marks) == marks] >> np.uint64(ROW)
    return found.astype(np.int32)


def marks(required: np.uint32, languages: Iterable[int]) -> np.uint64:
    """These traits, and of these languages those that have a mark, as a mask of entries."""
    known = {bit for bit in languages if bit < LANGUAGES_MARKED}
    return np.uint64(int(required) | sum(1 << REQUIRED + bit for bit in known))


def _entries_of(columns: Columns, rows: Rows) -> Words:
    traits = columns.traits.take(rows)
    low, middle, high = columns.levels[:, 0].take(rows, axis=1)
    speaks = low | middle | high
    speaks[(traits & SAID_LANGUAGES) == 0] = ~np.uint64(0)  # they could speak any
    speaks &= np.uint64((1 << LANGUAGES_MARKED) - 1)
    entries: Words = traits & np.uint64((1 << REQUIRED) - 1)
    entries |= speaks << np.uint64(REQUIRED)
    entries |= rows.astype(np.uint64) << np.uint64(ROW)
    return entries


def sort_by_place(columns: Columns, rows: Rows) -> Nearby:
    """Sort these rows anew. O(rows · log rows)."""
    radius = columns.radius_km.take(rows)
    number = np.searchsorted(np.array(CLASSES_KM, np.float32), radius).astype(np.uint32)
    number[~(radius <= CLASSES_KM[-1])] = _EVERYWHERE
    cell_degrees = np.array([*_CELLS_DEGREES, _AROUND])[number]
    latitude, longitude = columns.place.take(rows, axis=1) / MICRODEGREES
    keys = (
        number * np.uint32(_CLASS)
        + ((latitude + 90) / cell_degrees).astype(np.uint32) * np.uint32(_COLUMNS)
        + ((longitude + 180) / cell_degrees).astype(np.uint32)
    )
    order = np.argsort(keys, kind="stable")
    entries = _entries_of(columns, rows[order])
    return Nearby(entries, keys[order], tuple(np.unique(number).tolist()))


def _lines_around(point: Point, classes: tuple[int, ...]) -> NDArray[np.uint32]:
    """The lines of cells that a box around each class's circle touches, a little too large.

    Shape (lines, 2): the first key of each line, and the one after its last.
    """
    lines: list[int] = []
    for number in classes:
        if number == _EVERYWHERE:
            lines += (number * _CLASS, (number + 1) * _CLASS - 1)
            continue
        cell, high = _CELLS_DEGREES[number], CLASSES_KM[number] * 1.001 / _KM_PER_DEGREE
        cosine = cos(radians(min(90.0, abs(point.lat) + high)))
        wide = high / max(cosine, _LEAST_COSINE)
        west, east = point.lon + 180 - wide, point.lon + 180 + wide
        if west < 0 or east > _AROUND or cosine < _LEAST_COSINE:
            west, east = 0.0, _AROUND  # over the date line, or where the meridians meet
        south, north = max(0.0, point.lat + 90 - high), min(180.0, point.lat + 90 + high)
        left, right = int(west / cell), int(east / cell) + 1
        for line in range(int(south / cell), int(north / cell) + 1):
            start = number * _CLASS + line * _COLUMNS
            lines += (start + left, start + right)
    return np.array(lines, np.uint32).reshape(-1, 2)
