"""Points on the earth and how far apart they are, and codes of municipalities."""

import re
import unicodedata
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

MOST_OF_A_CODE = 50

_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

EARTH_RADIUS_KM = 6371.0088
"""The mean radius of the WGS 84 ellipsoid."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place in degrees, WGS 84. Raises ValueError outside of -90..90 and -180..180."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):  # noqa: PLR2004 - degrees
            raise ValueError("a point has a latitude of -90..90 and a longitude of -180..180")


def distance_km(one: Point, other: Point) -> float:
    """Return the distance along the earth's surface (haversine formula); roads are longer."""
    lat_one, lat_other = radians(one.lat), radians(other.lat)
    across = sin((lat_other - lat_one) / 2) ** 2
    along = cos(lat_one) * cos(lat_other) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(across + along)))


def municipality_code(name: str) -> str | None:
    """Return the name as a code (`Gößnitz` is `goessnitz`), None if no letter is left of it."""
    decomposed = unicodedata.normalize("NFKD", name.casefold().translate(_SPELLED))
    plain = decomposed.encode("ascii", "ignore").decode()
    code = re.sub(r"[^a-z0-9]+", "_", plain).strip("_").lstrip("_0123456789")[:MOST_OF_A_CODE]
    return code or None
