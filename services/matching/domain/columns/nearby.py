"""Who could be near a place: grids whose cells fit how far people go.

Somebody who goes 3 km need not be looked at from 20 km away, so people are sorted into classes by
their radius, and each class has a grid of its own with cells of half its radius. A cell is a key;
the rows lie sorted by class and key, so that a line of neighbouring cells is one stretch of them.
"""

from dataclasses import dataclass
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.columns.layout import MICRODEGREES, Columns, Rows
from shared.kernel.places import EARTH_RADIUS_KM, Point

CLASSES_KM = (2.5, 5.0, 10.0, 20.0, 40.0, 80.0)
"""The largest radius of each class; who goes farther, or states no radius, is always near."""

_KM_PER_DEGREE = radians(EARTH_RADIUS_KM)
_COLUMNS = 1 << 15
"""More cells than lie around the earth in the finest grid, so that lines never meet."""
_CLASS = _COLUMNS << 14
_CELLS_DEGREES = tuple(reach / 2 / _KM_PER_DEGREE for reach in CLASSES_KM)
_AROUND = 360.0
_LEAST_COSINE = 0.05
"""Beyond 87 degrees of latitude everything is near; nobody lives there."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """Rows sorted by class and cell."""

    rows: Rows
    keys: NDArray[np.uint32]
    """Of each of the rows; shape as `rows`."""
    everywhere: Rows
    """Those who are near every place."""
    classes: tuple[int, ...]
    """The classes in which there is anybody."""

    @property
    def nbytes(self) -> int:
        return self.rows.nbytes + self.keys.nbytes + self.everywhere.nbytes

    def stretches(self, point: Point) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First and after-last positions in `rows` of all who could be near the point."""
        found = np.searchsorted(self.keys, _lines_around(point, list(self.classes)))
        return found[0], found[1]


def sort_by_place(columns: Columns) -> Nearby:
    """Sort all rows anew. O(rows · log rows)."""
    size = columns.size
    radius = columns.radius_km[:size]
    number = np.searchsorted(np.array(CLASSES_KM, np.float32), radius).astype(np.uint32)
    somewhere = np.flatnonzero(number < len(CLASSES_KM)).astype(np.int32)
    number = number[somewhere]
    cell_degrees = np.array(_CELLS_DEGREES)[number]
    north = columns.latitude[somewhere] / MICRODEGREES + 90
    east = columns.longitude[somewhere] / MICRODEGREES + 180
    keys = (
        number * np.uint32(_CLASS)
        + (north / cell_degrees).astype(np.uint32) * np.uint32(_COLUMNS)
        + (east / cell_degrees).astype(np.uint32)
    )
    order = np.argsort(keys, kind="stable")
    return Nearby(
        somewhere[order],
        keys[order],
        np.flatnonzero(~(radius <= CLASSES_KM[-1])).astype(np.int32),
        tuple(np.unique(number).tolist()),
    )


def _lines_around(point: Point, classes: list[int]) -> NDArray[np.uint32]:
    """The lines of cells that a box around each class's circle touches, a little too large.

    Shape (2, lines): the first key of each line, and the one after its last.
    """
    lines: list[tuple[int, int]] = []
    for number in classes:
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
            lines.append((start + left, start + right))
    return np.array(lines, np.uint32).reshape(-1, 2).T
