"""What pictures of a run are drawn from: curves over fixed grids, so that seeds can be averaged."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.matching.simulation.figures import MONTH_HOURS, filled_of
from services.matching.simulation.record import Record
from services.matching.simulation.spread import lorenz
from services.matching.simulation.volunteers import Floats
from services.matching.simulation.world import World

HOURS = np.arange(0.0, 7 * 24 + 1)
"""After the posting of a request."""
MAILS = np.arange(0.0, 16.25, 0.25)
"""In 28 days."""
PERCENT = np.linspace(0, 100, 101)
"""Of the volunteers, from those with the least on."""


@dataclass(frozen=True)
class Curves:
    """Each is one row of numbers."""

    fill_by_month: Floats
    """The filled share of the places posted in each 28 days of the year; NaN if none was."""
    filled_within: Floats
    """The share of all places that is filled by each of `HOURS`."""
    mailed_more: Floats
    """The share of the volunteers who got more than each of `MAILS` while they were there."""
    lorenz_mails: Floats
    """The share of all mails that the volunteers up to each of `PERCENT` get."""
    lorenz_tasks: Floats
    """The same of all places."""


def curves_of(world: World, record: Record) -> Curves:
    """Draw a run's curves."""
    count = world.volunteers.count
    posted = np.array([world.hours(one.posted_at) for one in world.requests])
    after = record.place_at - posted[record.place_request]
    mails = np.bincount(record.mail_volunteer, minlength=count).astype(float)
    tasks = np.bincount(record.place_volunteer, minlength=count).astype(float)
    there = np.full(count, world.parameters.calendar.weeks * 7 * 24.0)
    there[record.left_volunteer] = np.minimum(there[record.left_volunteer], record.left_at)
    # Who leaves at once was there for the day on which they left.
    monthly = mails / np.maximum(there, 24.0) * MONTH_HOURS
    total = max(1, int(world.places.sum()))
    return Curves(
        _by_month(world, posted, filled_of(world, record).places),
        np.searchsorted(np.sort(after), HOURS, side="right") / total,
        1 - np.searchsorted(np.sort(monthly), MAILS, side="right") / count,
        np.interp(PERCENT / 100, *lorenz(mails)),
        np.interp(PERCENT / 100, *lorenz(tasks)),
    )


def mean_curves(runs: Sequence[Curves]) -> Curves:
    """The mean over the seeds, point by point."""
    names = Curves.__dataclass_fields__
    return Curves(*(_mean([getattr(run, name) for run in runs]) for name in names))


def _mean(rows: Sequence[Floats]) -> Floats:
    """Column by column the mean of what is there; NaN where nothing is."""
    stacked = np.stack(rows)
    there = ~np.isnan(stacked)
    count = there.sum(axis=0)
    total = np.where(there, stacked, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _by_month(world: World, posted: Floats, filled: np.ndarray) -> Floats:
    months = int(np.ceil(world.parameters.calendar.weeks * 7 * 24 / MONTH_HOURS))
    month = np.minimum(posted // MONTH_HOURS, months - 1).astype(int)
    asked = np.bincount(month, world.places, minlength=months)
    got = np.bincount(month, filled, minlength=months)
    return np.where(asked > 0, got / np.maximum(asked, 1), np.nan)
