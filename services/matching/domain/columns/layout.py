"""The arrays of the roster: names, types, and what each bit of the traits means."""

from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from shared.kernel.fields import Check, Field, Gender
from shared.kernel.languages import Level
from shared.kernel.weeks import DAYS

Rows = NDArray[np.signedinteger[Any]]
"""Numbers of rows."""
Words = NDArray[np.uint64]
Mask = NDArray[np.bool_]
_Cell = TypeVar("_Cell", bound=np.generic)

FIELDS = tuple(Field)
GENDERS = tuple(Gender)
CHECKS = tuple(Check)
LEVELS = tuple(Level)
"""Level `LEVELS[i]` is stored as the number i + 1; 0: does not speak the language."""

ACCEPTS = {one: np.uint32(1 << at) for at, one in enumerate(FIELDS)}
"""The trait of who may be asked for a field: named it, or named none."""
HERE = np.uint32(1 << 8)
"""The row is somebody's; without it, it is free."""
CONFIRMED = np.uint32(1 << 9)
KNOWN = np.uint32(1 << 10)
OF_GENDER = {one: np.uint32(1 << (11 + at)) for at, one in enumerate(GENDERS)}
"""The trait of who stated a gender."""
REQUIRED = 14
"""So many of the lowest traits may be required of those who are asked."""
STATED = {one: np.uint32(1 << (16 + at)) for at, one in enumerate(FIELDS)}
"""The trait of who named a field."""
SAID_LANGUAGES = np.uint32(1 << 24)
SAID_SKILLS = np.uint32(1 << 25)
SAID_TIMES = np.uint32(1 << 26)
HAS_POINT = np.uint32(1 << 27)
AWAY = np.uint32(1 << 28)
"""Has stated absences (`Pool.absences`)."""
BY_PHONE = np.uint32(1 << 29)

NOT_PAUSED, FOR_EVER = np.uint32(0), np.uint32(2**32 - 1)
"""Of `paused_until`, in seconds since 1970: not paused, and until the volunteer resumes."""
NO_CHECK, NEVER_ENDS = np.uint16(0), np.uint16(2**16 - 1)
"""Of `checks`, the last valid day counted from 1999-12-31: not there, and without an end."""
UNSTATED = np.int8(-1)
"""Of `asks_per_week`."""
MICRODEGREES = 1_000_000

_ID = np.dtype("S16")
_SHAPES: dict[str, tuple[np.dtype[np.generic], tuple[int, ...]]] = {
    "ids": (_ID, ()),
    "traits": (np.dtype(np.uint32), ()),
    "paused_until": (np.dtype(np.uint32), ()),
    "place": (np.dtype(np.int32), (2,)),
    "radius_km": (np.dtype(np.float32), ()),
    "reach_km": (np.dtype(np.float32), ()),
    "hours_per_week": (np.dtype(np.float32), ()),
    "asks_per_week": (np.dtype(np.int8), ()),
    "checks": (np.dtype(np.uint16), (len(CHECKS),)),
    "free": (np.dtype(np.uint64), (DAYS,)),
    "levels": (np.dtype(np.uint64), (3, 1)),
    "interprets": (np.dtype(np.uint64), (1,)),
    "skills": (np.dtype(np.uint64), (1,)),
    "asked": (np.dtype(np.float32), ()),
    "yes": (np.dtype(np.float32), ()),
    "counted_at": (np.dtype(np.float64), ()),
}


def picked(column: NDArray[_Cell], rows: Rows | slice) -> NDArray[_Cell]:
    """The cells of these rows; `take` is sooner than an index that is an array."""
    return column[rows] if isinstance(rows, slice) else column.take(rows)


@dataclass(slots=True)
class Columns:
    """The arrays; the last axis of each is the row. Rows from `size` on are room to grow."""

    size: int = 0
    arrays: dict[str, NDArray[np.generic]] = field(default_factory=dict)

    ids: NDArray[np.bytes_] = field(init=False)
    """The volunteer's id, 16 bytes."""
    traits: NDArray[np.uint32] = field(init=False)
    paused_until: NDArray[np.uint32] = field(init=False)
    place: NDArray[np.int32] = field(init=False)
    """Shape (2, rows): latitude and longitude in millionths of a degree: exact for what the
    district's data say."""
    radius_km: NDArray[np.float32] = field(init=False)
    """How far somebody goes; infinite where it, or the place, is not stated."""
    reach_km: NDArray[np.float32] = field(init=False)
    """What the way is compared with: the radius, or what somebody's way to travel allows."""
    hours_per_week: NDArray[np.float32] = field(init=False)
    """Infinite where not stated."""
    asks_per_week: NDArray[np.int8] = field(init=False)
    checks: NDArray[np.uint16] = field(init=False)
    """Shape (checks, rows): the last valid day."""
    free: Words = field(init=False)
    """Shape (7, rows): the free half-hours of each weekday, bit 0 is 00:00 to 00:30."""
    levels: Words = field(init=False)
    """Shape (3, words, rows): the level of each language in three binary digits, lowest first;
    zeros where nothing is stated."""
    interprets: Words = field(init=False)
    """Shape (words, rows): the languages in which somebody interprets."""
    skills: Words = field(init=False)
    """Shape (words, rows)."""
    asked: NDArray[np.float32] = field(init=False)
    """How often asked, faded to `counted_at` (`chance.AnswerHistory`); so is `yes`."""
    yes: NDArray[np.float32] = field(init=False)
    counted_at: NDArray[np.float64] = field(init=False)
    """In seconds since 1970."""

    def __post_init__(self) -> None:
        for name, (kind, lead) in _SHAPES.items():
            self.arrays.setdefault(name, np.zeros((*lead, self.size), kind))
        self._bind()

    @property
    def capacity(self) -> int:
        return int(self.traits.shape[-1])

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in self.arrays.values())

    def words(self, name: str) -> int:
        """How many words `levels`, `interprets` or `skills` have, of 64 codes each."""
        return int(self.arrays[name].shape[-2])

    def reserve(self, rows: int) -> None:
        """Make room for so many rows, and an eighth more so that growing stays cheap."""
        if rows <= self.capacity:
            return
        more = max(16, rows + rows // 8) - self.capacity
        for name, array in self.arrays.items():
            room = np.zeros((*array.shape[:-1], more), array.dtype)
            self.arrays[name] = np.concatenate([array, room], axis=-1)
        self._bind()

    def add_word(self, name: str) -> None:
        """Make room for 64 more codes."""
        array = self.arrays[name]
        word = np.zeros((*array.shape[:-2], 1, array.shape[-1]), array.dtype)
        self.arrays[name] = np.concatenate([array, word], axis=-2)
        self._bind()

    def _bind(self) -> None:
        for name, array in self.arrays.items():
            setattr(self, name, array)
