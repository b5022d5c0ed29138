"""What happened in a run, as columns: all that figures and pictures are made of."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from services.matching.simulation.volunteers import Floats

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Record:
    """Times are hours since the world began; requests and volunteers are their numbers."""

    mail_request: Ints
    mail_volunteer: Ints
    mail_at: Floats
    mail_chance: Floats
    """As the policy judged it."""
    mail_open_until: Floats
    """When it was answered or its deadline ended."""
    mail_yes: Bools
    """Whether a yes came, in time or not."""
    place_request: Ints
    place_volunteer: Ints
    place_at: Floats
    """When the yes came."""
    too_late: int
    """Yeses that brought no place."""
    left_volunteer: Ints
    left_at: Floats


@dataclass
class Log:
    """A record as it grows."""

    _mails: list[tuple[int, int, float, float]] = field(default_factory=list)
    _open_until: list[float] = field(default_factory=list)
    _yes: list[bool] = field(default_factory=list)
    _position: dict[tuple[int, int], int] = field(default_factory=dict)
    _places: list[tuple[int, int, float]] = field(default_factory=list)
    _left: list[tuple[int, float]] = field(default_factory=list)
    _too_late: int = 0
    yeses: int = 0

    @property
    def mails(self) -> int:
        return len(self._mails)

    def mailed(self, request: int, row: int, at: float, chance: float, until: float) -> None:
        self._position[request, row] = len(self._mails)
        self._mails.append((request, row, at, chance))
        self._open_until.append(until)
        self._yes.append(False)

    def answered(self, request: int, row: int, at: float, *, yes: bool) -> None:
        position = self._position[request, row]
        self._open_until[position] = min(self._open_until[position], at)
        self._yes[position] = yes
        self.yeses += yes

    def placed(self, request: int, row: int, at: float) -> None:
        self._places.append((request, row, at))

    def came_too_late(self) -> None:
        self._too_late += 1

    def left(self, row: int, at: float) -> None:
        self._left.append((row, at))

    def finish(self) -> Record:
        mails = np.array(self._mails, dtype=float).reshape(-1, 4)
        places = np.array(self._places, dtype=float).reshape(-1, 3)
        left = np.array(self._left, dtype=float).reshape(-1, 2)
        return Record(
            mails[:, 0].astype(np.int64),
            mails[:, 1].astype(np.int64),
            mails[:, 2],
            mails[:, 3],
            np.array(self._open_until, dtype=float),
            np.array(self._yes, dtype=bool),
            places[:, 0].astype(np.int64),
            places[:, 1].astype(np.int64),
            places[:, 2],
            self._too_late,
            left[:, 0].astype(np.int64),
            left[:, 1],
        )
