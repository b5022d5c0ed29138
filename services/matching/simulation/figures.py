"""The figures of one run: how much was filled, how fast, at what cost, and for whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

import numpy as np

from services.matching.domain.calibration import brier, miscalibration, reliability
from services.matching.simulation.bound import Bounds
from services.matching.simulation.crowd import MONTH
from services.matching.simulation.groups import FIELD, LANGUAGE, groups_of, scarce_of
from services.matching.simulation.record import Ints, Record
from services.matching.simulation.spread import gini, top_share
from services.matching.simulation.volunteers import Floats
from services.matching.simulation.world import World

MONTH_HOURS = MONTH.total_seconds() / 3600
_MEDIAN, _LATE, _MOST = 50, 90, 95

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Filled:
    """What each request got: one row a request."""

    places: Ints
    """Filled places."""
    first_hours: Floats
    """From posting to the first yes; NaN without one."""
    full_hours: Floats
    """From posting to the last place; NaN if one stayed free."""


def filled_of(world: World, record: Record) -> Filled:
    count = len(world.requests)
    places = np.bincount(record.place_request, minlength=count)
    posted = np.array([world.hours(one.posted_at) for one in world.requests])
    first, last = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(first, record.place_request, record.place_at)
    np.maximum.at(last, record.place_request, record.place_at)
    return Filled(
        places,
        np.where(places > 0, first - posted, np.nan),
        np.where(places >= world.places, last - posted, np.nan),
    )


def figures_of(world: World, record: Record, bounds: Bounds) -> Figures:
    """All figures of a run; shares are in 0..1, times in hours, a month has 28 days.

    NaN where there is nothing to measure, such as a share of no places.
    """
    filled = filled_of(world, record)
    return {
        **_filling(world, filled, bounds),
        **_cost(world, record, int(filled.places.sum())),
        **_fairness(world, record, filled, bounds),
        **_calibration(record),
    }


def _filling(world: World, filled: Filled, bounds: Bounds) -> Figures:
    places, got = int(world.places.sum()), int(filled.places.sum())
    return {
        "fill": _ratio(got, places),
        "bound": _ratio(bounds.filled, places),
        "fill_over_bound": _ratio(got, bounds.filled),
        "requests_full": _ratio(int((filled.places >= world.places).sum()), len(world.places)),
        "hours_to_first_median": _percentile(filled.first_hours, _MEDIAN),
        "hours_to_full_median": _percentile(filled.full_hours, _MEDIAN),
        "hours_to_full_p90": _percentile(filled.full_hours, _LATE),
    }


def _cost(world: World, record: Record, got: int) -> Figures:
    monthly = mails_by_month(world, record)
    most_open = most_open_of(world, record)
    return {
        "mails": len(record.mail_at),
        "mails_per_place": _ratio(len(record.mail_at), got),
        "mails_a_month_p50": _percentile(monthly, _MEDIAN),
        "mails_a_month_p95": _percentile(monthly, _MOST),
        "most_open": float(most_open.max(initial=0)),
        "most_open_p95": _percentile(most_open.astype(float), _MOST),
        "too_late": record.too_late,
        "too_late_per_place": _ratio(record.too_late, got),
        "left": _ratio(len(record.left_at), world.volunteers.count),
    }


def _fairness(world: World, record: Record, filled: Filled, bounds: Bounds) -> Figures:
    count = world.volunteers.count
    mails = np.bincount(record.mail_volunteer, minlength=count).astype(float)
    tasks = np.bincount(record.place_volunteer, minlength=count).astype(float)
    scarce = scarce_of(world)
    scarce_filled = int(filled.places[scarce].sum())
    shares: dict[str, list[float]] = {FIELD: [], LANGUAGE: []}
    over_bound: list[float] = []
    for group, members in groups_of(world).items():
        got, could = int(filled.places[members].sum()), bounds.by_group[group]
        shares[group[0]].append(_ratio(got, int(world.places[members].sum())))
        if could:
            over_bound.append(_ratio(got, could))
    return {
        "gini_mails": gini(mails),
        "gini_tasks": gini(tasks),
        "gini_fits": gini(bounds.fits.astype(float)),
        "top_tenth_mails": top_share(mails),
        "top_tenth_tasks": top_share(tasks),
        "never_mailed": float((mails == 0).mean()),
        "scarce_fill": _ratio(scarce_filled, int(world.places[scarce].sum())),
        "scarce_fill_over_bound": _ratio(scarce_filled, bounds.scarce),
        "least_fill_field": min(shares[FIELD], default=nan),
        "least_fill_language": min(shares[LANGUAGE], default=nan),
        "least_fill_over_bound": min(over_bound, default=nan),
    }


def _calibration(record: Record) -> Figures:
    chances, yes = record.mail_chance, record.mail_yes
    deciles = reliability(chances, yes)
    return {
        "yes_rate": _ratio(int(yes.sum()), len(yes)),
        "brier": brier(chances, yes),
        "miscalibration": miscalibration(deciles),
    }


def mails_by_month(world: World, record: Record) -> Floats:
    """Mails of each volunteer in each of the world's months before they left, in one row."""
    count = world.volunteers.count
    months = int(np.ceil(world.parameters.calendar.weeks * 7 * 24 / MONTH_HOURS))
    month = (record.mail_at // MONTH_HOURS).astype(int)
    within = month < months
    mails = np.zeros((count, months))
    np.add.at(mails, (record.mail_volunteer[within], month[within]), 1)
    until = np.full(count, np.inf)
    until[record.left_volunteer] = record.left_at
    there = np.arange(months) * MONTH_HOURS <= until[:, None]
    found: Floats = mails[there]
    return found


def most_open_of(world: World, record: Record) -> Ints:
    """For each volunteer, the most asks that were open at the same time."""
    rows = np.concatenate([record.mail_volunteer, record.mail_volunteer])
    moments = np.concatenate([record.mail_at, record.mail_open_until])
    steps = np.repeat([1, -1], len(record.mail_at))
    # Of one moment the ends come first: who has just answered has one less open.
    order = np.lexsort((steps, moments, rows))
    most = np.zeros(world.volunteers.count, dtype=np.int64)
    # All that was opened for a volunteer is closed again, so the sum starts at 0 for each.
    np.maximum.at(most, rows[order], steps[order].cumsum())
    return most


def _percentile(values: Floats, percent: float) -> float:
    """Of the values that are there."""
    found = values[~np.isnan(values)]
    return float(np.percentile(found, percent)) if len(found) else nan


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else nan
