"""Pools of volunteers for benchmarks: of any size, with 2,000 people on each 20 km by 20 km."""

from math import cos, radians

import numpy as np
from numpy.random import Generator

from services.matching.domain.columns.layout import (
    ACCEPTS,
    CONFIRMED,
    HAS_POINT,
    HERE,
    KNOWN,
    MICRODEGREES,
    SAID_LANGUAGES,
    SAID_SKILLS,
    SAID_TIMES,
    STATED,
    UNSTATED,
    Columns,
)
from services.matching.domain.columns.pool import Pool
from shared.kernel.places import Point

CENTRE = Point(51.0, 12.4)
COMMON, RARE = "fr", "ti"
"""Spoken at some level by 12 % and by 0.1 %."""
TAGS = [
    "de", "en", COMMON, "af", "am", "as", "az", "be", "bg", "bn", "br", "bs", "ca", "cs", "cy",
    "da", "el", "et", "eu", "fi", "fo", "ga", "gd", "gl", "gu", "ha", "he", "hi", "hu", "hy",
    "id", "ig", "is", "it", "ja", "jv", "ka", "kk", "km", "kn",
]  # fmt: skip
_SHARES = [0.95, 0.60, *(0.12 / rank**1.2 for rank in range(1, len(TAGS) - 1)), 0.001]
NAMED = 100_000
"""In larger pools nobody is looked up by id."""
_KM_PER_DEGREE = 111.195


def random_pool(size: int, seed: int = 0) -> Pool:
    """People as a study of retrieval has them: languages, fields, times, places, radius."""
    random = np.random.default_rng(seed)
    columns = Columns(size)
    tags = [*TAGS, RARE]
    _speak(columns, random)
    traits = np.full(size, HERE | HAS_POINT | SAID_LANGUAGES | SAID_SKILLS | SAID_TIMES)
    for trait, share in ((CONFIRMED, 0.9), (KNOWN, 0.97)):
        traits |= np.where(random.random(size) < share, trait, np.uint32(0))
    for field, stated in STATED.items():
        named = random.random(size) < 0.22  # noqa: PLR2004 - the study's share
        traits |= np.where(named, stated | ACCEPTS[field], np.uint32(0))
    columns.traits[:] = traits
    for day in range(7):
        for first, last, share in ((16, 24, 0.25), (24, 34, 0.30), (34, 44, 0.45)):
            part = np.uint64(((1 << (last - first)) - 1) << first)
            columns.free[day] |= np.where(random.random(size) < share, part, np.uint64(0))
    side = 20.0 * max(1.0, (size / 2000) ** 0.5)
    north, east = (random.random(size) - 0.5) * side, (random.random(size) - 0.5) * side
    latitude = CENTRE.lat + north / _KM_PER_DEGREE
    longitude = CENTRE.lon + east / _KM_PER_DEGREE / cos(radians(CENTRE.lat))
    columns.place[:] = np.round(np.stack([latitude, longitude]) * MICRODEGREES)
    columns.radius_km[:] = columns.reach_km[:] = random.choice([3, 5, 10, 20], size)
    columns.hours_per_week[:], columns.asks_per_week[:] = np.inf, UNSTATED
    columns.counted_at[:] = np.inf
    columns.ids[:] = _ids(size, random)
    pool = Pool(columns=columns)
    if size <= NAMED:
        pool.row_of.update({who: row for row, who in enumerate(pool.ids(pool.everybody()))})
    for tag in tags:
        pool.encoder.tags.bit(tag)
    return pool


def _speak(columns: Columns, random: Generator) -> None:
    for bit, share in enumerate(_SHARES):
        speakers = np.flatnonzero(random.random(columns.size) < share)
        levels = random.integers(2, 6, speakers.size)
        if bit == 0:
            levels = np.minimum(7, random.integers(3, 8, speakers.size))
        for digit in range(3):
            columns.levels[digit, 0, speakers[(levels >> digit & 1) == 1]] |= np.uint64(
                1 << bit
            )


def _ids(size: int, random: Generator) -> "np.typing.NDArray[np.bytes_]":
    halves = np.zeros((size, 2), ">u8")
    halves[:, 0], halves[:, 1] = np.arange(1, size + 1), random.integers(1, 2**62, size)
    return np.frombuffer(halves.tobytes(), "S16")
