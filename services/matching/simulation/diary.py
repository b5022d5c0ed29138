"""What volunteers have promised and when they pause, as columns: the rules that time changes."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from services.matching.simulation.pairs import Bools
from services.matching.simulation.world import World
from shared.kernel.slots import TIMEZONE, Slot

_NEVER, _ALWAYS = np.iinfo(np.int64).min, np.iinfo(np.int64).max
_MINUTE = timedelta(minutes=1)


class Diary:
    """One row a volunteer."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._paused_until = np.full(world.volunteers.count, _NEVER)
        self._minutes: defaultdict[tuple[int, int], NDArray[np.int64]] = defaultdict(
            lambda: np.zeros(world.volunteers.count, dtype=np.int64)
        )
        self._on: defaultdict[date, list[tuple[int, Slot]]] = defaultdict(list)

    def promise(self, row: int, slots: Sequence[Slot]) -> None:
        """Enter the dates of a place."""
        for slot in slots:
            self._minutes[_week(slot)][row] += slot.duration // _MINUTE
            self._on[_day(slot)].append((row, slot))

    def pause(self, row: int, until: datetime | None) -> None:
        """Note that nobody may write to them before a moment; None: never again."""
        self._paused_until[row] = _ALWAYS if until is None else self._world.ticks(until)

    def can(self, slots: Sequence[Slot], now: datetime) -> Bools:
        """Who may be written to now, is not promised elsewhere then, and has hours left."""
        can: Bools = self._paused_until <= self._world.ticks(now)
        minutes: defaultdict[tuple[int, int], int] = defaultdict(int)
        for slot in slots:
            minutes[_week(slot)] += slot.duration // _MINUTE
            can[[row for row, held in self._on.get(_day(slot), ()) if held.overlaps(slot)]] = (
                False
            )
        wanted = self._world.volunteers.hours_per_week * 60
        for week, needed in minutes.items():
            taken = self._minutes.get(week)
            can &= wanted >= (needed if taken is None else taken + needed)
        return can

    def overlaps(self, row: int, slots: Sequence[Slot]) -> bool:
        """Whether somebody has promised to be elsewhere at one of the dates."""
        return any(
            who == row and held.overlaps(slot)
            for slot in slots
            for who, held in self._on.get(_day(slot), ())
        )


def _day(slot: Slot) -> date:
    """The local day on which a date lies: a world has none that passes midnight."""
    return slot.starts_at.astimezone(TIMEZONE).date()


def _week(slot: Slot) -> tuple[int, int]:
    """The calendar week of a date, as the product counts hours (ISO 8601, local time)."""
    year, week, _ = slot.starts_at.astimezone(TIMEZONE).isocalendar()
    return year, week
