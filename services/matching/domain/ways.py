"""How far places are apart: great circles, for one place or for many at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.columns.layout import MICRODEGREES, Columns, Mask, Rows
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


@dataclass(frozen=True, slots=True)
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

    def within_reach(self, radius_km: NDArray[np.float32]) -> Mask:
        """Which places could be within their radius of which points, and a few more.

        Shape (points, places). Squared chords, all as one product of matrices: in short numbers,
        around the middle of all places, with room for what is lost by that.
        """
        here, there = _on_the_sphere(self.points), _on_the_sphere(self.places)
        middle = there.mean(axis=1, keepdims=True)
        here, there = here - middle, there - middle
        square_here, square_there = (here**2).sum(axis=0), (there**2).sum(axis=0)
        left = np.stack([*(-2 * here), square_here, np.ones_like(square_here)])
        right = np.stack([*there, np.ones_like(square_there), square_there])
        chords = left.T.astype(np.float32) @ right.astype(np.float32)
        angles = np.minimum(np.pi, radius_km.astype(np.float64) / EARTH_RADIUS_KM)
        limits = (2 * np.sin(angles / 2)) ** 2
        limits += _LOST * (limits + square_here.max() + square_there.max())
        near: Mask = chords <= limits.astype(np.float32)
        return near


_LOST = 1e-5
"""More than a sum of a few short numbers loses of the largest of them."""


def _on_the_sphere(places: Radians) -> NDArray[np.float64]:
    """As unit vectors; shape (3, places)."""
    latitude, longitude = places
    flat = np.cos(latitude)
    return np.stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)])
