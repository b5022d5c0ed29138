"""How far places are apart: great circles, for one place or for many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.columns.layout import MICRODEGREES, Columns, Rows
from shared.kernel.places import EARTH_RADIUS_KM, Point

Radians = NDArray[np.float64]
"""Latitudes and longitudes; shape (2, places)."""


def radians_of(columns: Columns, rows: Rows) -> NDArray[np.float64]:
    """Latitude and longitude of each; shape (2, rows)."""
    places: NDArray[np.float64] = np.radians(columns.place.take(rows, axis=1) / MICRODEGREES)
    return places


def arcs_km(
    here: NDArray[np.float64], there: NDArray[np.float64], cosines: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Great-circle distances (haversine, as `places.distance_km`) in one go for many.

    Both have the shape (2, pairs) in radians, or `here` (2, 1); `cosines` are the products of
    those of the two latitudes.
    """
    apart = (there - here) / 2
    np.square(np.sin(apart, out=apart), out=apart)
    across, along = apart
    along *= cosines
    along += across
    ways: NDArray[np.float64] = np.arcsin(np.minimum(1.0, np.sqrt(along)))
    ways *= 2 * EARTH_RADIUS_KM
    return ways


@dataclass(frozen=True)
class Ways:
    """Between a few points and many places."""

    points: Radians
    places: Radians

    @classmethod
    def between(cls, points: Sequence[Point], columns: Columns, rows: Rows) -> "Ways":
        """From these points to the places of these rows."""
        degrees = [[each.lat for each in points], [each.lon for each in points]]
        return cls(np.radians(degrees), radians_of(columns, rows))

    def km(self, point: Rows, place: Rows) -> NDArray[np.float64]:
        """How long the ways of these pairs are; both are numbers, shape (pairs,)."""
        return arcs_km(
            self.points.take(point, axis=1),
            self.places.take(place, axis=1),
            np.cos(self.points[0]).take(point) * np.cos(self.places[0]).take(place),
        )

    def least_km(self, some: slice) -> NDArray[np.float32]:
        """Ways from some points, in short numbers: never longer than by `km`, and seldom much shorter.

        Shape (points, places). As chords, which are shorter than arcs, and all as one product of
        matrices: around the middle of all places, less what short numbers may lose by that.
        """
        left, right = self._chords
        ways: NDArray[np.float32] = left[some] @ right
        np.sqrt(np.maximum(0, ways, out=ways), out=ways)
        ways *= np.float32(EARTH_RADIUS_KM)
        return ways

    @cached_property
    def _chords(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Their product are squared chords."""
        here, there = _on_the_sphere(self.points), _on_the_sphere(self.places)
        middle = np.median(there, axis=1, keepdims=True)
        here, there = here - middle, there - middle
        square_here, square_there = (
            (1 - _LOST) * (each**2).sum(axis=0) for each in (here, there)
        )
        left = np.stack([*(-2 * here), square_here, np.ones_like(square_here)])
        right = np.stack([*there, np.ones_like(square_there), square_there])
        return left.T.astype(np.float32), right.astype(np.float32)


_LOST = 4e-6
"""More than a sum of five short numbers loses, as a part of the squares that are in it."""


def _on_the_sphere(places: Radians) -> NDArray[np.float64]:
    """As unit vectors; shape (3, places)."""
    latitude, longitude = places
    flat = np.cos(latitude)
    return np.stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)])
