"""What people hold and were asked, by row: what changes with every mail and every answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.columns.encoding import seconds
from services.matching.domain.columns.layout import Mask, Rows
from services.matching.domain.columns.pool import Pool
from services.matching.domain.roster import Person
from shared.kernel.ids import OrganisationId
from shared.kernel.slots import Slot

Seconds = NDArray[np.float64]
"""Moments, in seconds since 1970."""


def _rows(numbers: Iterable[int] = ()) -> Rows:
    return np.array(list(numbers), np.int32)


def _seconds(moments: Iterable[float] = ()) -> Seconds:
    return np.array(list(moments), np.float64)


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates of people: whose, from when, until when. One entry a person and date."""

    rows: Rows = field(default_factory=_rows)
    starts: Seconds = field(default_factory=_seconds)
    ends: Seconds = field(default_factory=_seconds)

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, Slot]]) -> "Dates":
        """Dates from pairs of a row and a slot."""
        listed = list(pairs)
        return cls(
            _rows(row for row, _ in listed),
            _seconds(seconds(slot.starts_at) for _, slot in listed),
            _seconds(seconds(slot.ends_at) for _, slot in listed),
        )

    def overlapping(self, starts: Seconds, ends: Seconds) -> Rows:
        """Whose dates share time with one of the slots, whose starts and ends are sorted apart.

        Slots that began before a date ends, less those that ended before it begins: what is left
        overlaps, whatever the slots do among each other.
        """
        if not len(self.rows):
            return self.rows
        begun = np.searchsorted(starts, self.ends, side="left")
        over = np.searchsorted(ends, self.starts, side="right")
        return self.rows[begun > over]


@dataclass(frozen=True, slots=True)
class Doings:
    """All of it for one request, what belongs to that request itself left out."""

    held: Dates = field(default_factory=Dates)
    """Of places held or reserved, past the last 28 days too."""
    skipped: Dates = field(default_factory=Dates)
    """Dates of series to which they said they cannot come; not among `held`."""
    asked_rows: Rows = field(default_factory=_rows)
    asked_at: Seconds = field(default_factory=_seconds)
    """When mails were sent, one entry an ask, those never sent left out."""
    open_rows: Rows = field(default_factory=_rows)
    """Asks that count whatever their age and are not in `asked_at`; a row may stand twice."""
    helped: Rows = field(default_factory=_rows)
    """Who has held a place at the request's organisation before."""

    @classmethod
    def of(
        cls, pool: Pool, people: Iterable[Person], organisation_id: OrganisationId
    ) -> "Doings":
        """What these people, who are in the pool, carry with themselves."""
        here = [(pool.row_of[person.volunteer_id], person) for person in people]
        asked = [(row, seconds(at)) for row, one in here for at in one.asked_at]
        return cls(
            Dates.of((row, slot) for row, one in here for slot in one.held),
            Dates.of((row, slot) for row, one in here for slot in one.skipped),
            _rows(row for row, _ in asked),
            _seconds(at for _, at in asked),
            _rows(row for row, one in here for _ in range(one.open_asks)),
            _rows(row for row, one in here if organisation_id in one.worked_with),
        )


def positions(rows: Rows, of: Rows) -> tuple[NDArray[np.int64], Mask]:
    """Where in the sorted `rows` each of the others stands, and whether it is there at all."""
    at = np.searchsorted(rows, of)
    at[at == len(rows)] = 0
    return at, rows[at] == of if len(rows) else np.zeros(len(of), np.bool_)


def tally(rows: Rows, of: Rows) -> NDArray[np.int64]:
    """How often each of the sorted `rows` stands in `of`; shape as `rows`."""
    if not len(of):
        return np.zeros(len(rows), np.int64)
    at, there = positions(rows, of)
    return np.bincount(at[there], minlength=len(rows))


def total(rows: Rows, of: Rows, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of the weights of each of the sorted `rows` in `of`; shape as `rows`."""
    at, there = positions(rows, of)
    summed = np.bincount(at[there], weights[there], minlength=len(rows))
    return summed.astype(np.float64, copy=False)


def among(rows: Rows, of: Rows) -> Mask:
    """Which of the sorted `rows` stand in `of`; shape as `rows`."""
    found = np.zeros(len(rows), np.bool_)
    if len(of):
        at, there = positions(rows, of)
        found[at[there]] = True
    return found
