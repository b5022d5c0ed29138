"""Figures of a year, each by an example that can be counted by hand."""

from dataclasses import replace
from datetime import timedelta
from math import isnan, nan

import numpy as np
import pytest

from services.matching.domain.calibration import Decile, brier, miscalibration, reliability
from services.matching.simulation.bound import Bounds
from services.matching.simulation.curves import HOURS, MAILS, curves_of, mean_curves
from services.matching.simulation.figures import figures_of, mails_by_month, most_open_of
from services.matching.simulation.groups import groups_of
from services.matching.simulation.record import Log, Record
from services.matching.simulation.spread import gini, lorenz, top_share
from tests.unit.simulation_builders import a_world

PEOPLE = 10


@pytest.fixture(scope="module")
def world():
    """Ten volunteers and four requests, posted at hours 0, 10, 20 and 700, with 1, 2, 1 and 1 places."""
    made = a_world(
        volunteers={"count": PEOPLE}, calendar={"weeks": 8}, requests={"per_week": 2.0}
    )
    facts = ((0, 1, 0, -1), (10, 2, 0, 12), (20, 1, 1, -1), (700, 1, 1, 12))
    requests = tuple(
        replace(
            request,
            posted_at=made.starts_at + timedelta(hours=hour),
            places=places,
            field=field,
            language=language,
        )
        for request, (hour, places, field, language) in zip(made.requests, facts, strict=False)
    )
    assert made.parameters.languages.tags[12] == "ti"
    return replace(made, requests=requests)


@pytest.fixture(scope="module")
def record():
    """Request 0 is filled after 4 h, request 1 half after 2 h, request 2 not, request 3 after 5 h."""
    log = Log()
    log.mailed(0, 0, at=1.0, chance=0.8, until=25.0)
    log.mailed(0, 1, at=1.0, chance=0.2, until=25.0)
    log.mailed(1, 0, at=11.0, chance=0.6, until=35.0)
    log.mailed(1, 2, at=12.0, chance=0.4, until=36.0)
    log.mailed(2, 0, at=22.0, chance=0.4, until=46.0)
    log.left(2, 12.0)
    log.answered(0, 0, 4.0, yes=True)
    log.placed(0, 0, 4.0)
    log.answered(1, 0, 12.0, yes=True)
    log.placed(1, 0, 12.0)
    log.answered(0, 1, 30.0, yes=True)
    log.came_too_late()
    log.mailed(3, 1, at=701.0, chance=0.6, until=725.0)
    log.answered(3, 1, 705.0, yes=True)
    log.placed(3, 1, 705.0)
    return log.finish()


@pytest.fixture(scope="module")
def bounds(world):
    by_group = dict.fromkeys(groups_of(world), 2)
    return Bounds(filled=4, by_group=by_group, scarce=2, fits=np.array([2, 2] + [0] * 8))


@pytest.fixture(scope="module")
def figures(world, record, bounds):
    return figures_of(world, record, bounds)


def test_how_much_is_filled(figures):
    assert figures["fill"] == 3 / 5
    assert figures["bound"] == 4 / 5
    assert figures["fill_over_bound"] == 3 / 4
    assert figures["requests_full"] == 2 / 4


def test_how_fast(figures):
    assert figures["hours_to_full_median"] == 4.5  # of 4 and 5
    assert figures["hours_to_full_p90"] == pytest.approx(4.9)
    assert figures["hours_to_first_median"] == 4  # of 2, 4 and 5


def test_at_what_cost(figures, world, record):
    assert figures["mails"] == 6
    assert figures["mails_per_place"] == 2
    assert figures["too_late"] == 1
    assert figures["too_late_per_place"] == 1 / 3
    assert figures["left"] == 1 / 10
    assert mails_by_month(world, record).tolist().count(3) == 1  # volunteer 0, first month
    assert len(mails_by_month(world, record)) == 2 * PEOPLE - 1  # who left has one month only
    assert figures["mails_a_month_p50"] == 0


def test_who_has_how_many_asks_open_at_once(world, record, figures):
    # Volunteer 0 answers each before the next; volunteer 1's first ask ends at its deadline.
    assert most_open_of(world, record).tolist() == [1, 1, 1] + [0] * 7
    log = Log()
    for number, (sent, until) in enumerate([(0, 24), (5, 29), (24, 48)]):
        log.mailed(number, 7, at=sent, chance=0.5, until=until)
    assert most_open_of(world, log.finish())[7] == 2
    assert figures["most_open"] == 1


def test_for_whom(figures):
    assert figures["scarce_fill"] == 2 / 3
    assert figures["scarce_fill_over_bound"] == 1
    assert figures["least_fill_field"] == 1 / 2
    assert figures["least_fill_language"] == 1 / 2  # German only: one of two
    assert figures["least_fill_over_bound"] == 1 / 2
    assert figures["gini_mails"] == pytest.approx(gini(np.array([3, 2, 1] + [0] * 7)))
    assert figures["top_tenth_mails"] == 3 / 6
    assert figures["top_tenth_tasks"] == 2 / 3
    assert figures["never_mailed"] == 7 / 10
    assert figures["gini_fits"] == pytest.approx(0.8)


def test_how_well_chances_foretell(figures):
    off = [0.2, 0.8, 0.4, 0.4, 0.4, 0.4]
    assert figures["brier"] == pytest.approx(np.mean(np.square(off)))
    assert figures["yes_rate"] == 4 / 6
    assert figures["miscalibration"] == pytest.approx(np.mean(off))


def test_where_nothing_happened_there_is_no_figure(world, bounds):
    nothing = figures_of(world, Log().finish(), bounds)

    assert nothing["fill"] == 0
    for name in ("hours_to_full_median", "mails_per_place", "brier", "yes_rate"):
        assert isnan(nothing[name])


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 1, 1, 1], 0), ([0, 0, 0, 1], 0.75), ([1, 3], 0.25), ([0, 0], 0), ([5], 0)],
)
def test_gini(values, expected):
    assert gini(np.array(values, dtype=float)) == pytest.approx(expected)


def test_top_share_rounds_the_tenth_up():
    assert top_share(np.array([1.0, 2, 3, 4])) == 0.4
    assert top_share(np.arange(20.0)) == 37 / 190
    assert top_share(np.zeros(3)) == 0


def test_lorenz_curve():
    people, share = lorenz(np.array([3.0, 1.0]))

    assert people.tolist() == [0, 0.5, 1]
    assert share.tolist() == [0, 0.25, 1]


def test_deciles_are_by_chance_and_as_even_as_can_be():
    chances = np.linspace(0.01, 0.20, 20)
    yes = np.arange(20) >= 18

    deciles = reliability(chances, yes)

    assert len(deciles) == 10
    assert deciles[0] == Decile(pytest.approx(0.015), 0.0, 2)
    assert deciles[-1] == Decile(pytest.approx(0.195), 1.0, 2)
    assert reliability(chances[:3], yes[:3])[1].count == 1
    assert reliability(chances[:0], yes[:0]) == ()
    assert isnan(miscalibration(()))
    assert isnan(brier(chances[:0], yes[:0]))


def test_curves(world, record):
    curves = curves_of(world, record)

    assert curves.fill_by_month.tolist() == [2 / 4, 1.0]
    assert curves.filled_within[[1, 2, 4, 5]].tolist() == [0, 1 / 5, 2 / 5, 3 / 5]
    assert len(curves.filled_within) == len(HOURS)
    # Two months for all but volunteer 2, whose one mail of half a day counts as of a day: 28 a month.
    assert curves.mailed_more[0] == pytest.approx(3 / 10)
    assert curves.mailed_more[MAILS == 1.0] == pytest.approx(2 / 10)
    assert curves.mailed_more[-1] == pytest.approx(1 / 10)
    assert curves.lorenz_mails[[0, 70, 80, 90, 100]] == pytest.approx([0, 0, 1 / 6, 3 / 6, 1])
    assert curves.lorenz_tasks[[80, 90, 100]] == pytest.approx([0, 1 / 3, 1])


def test_curves_of_seeds_are_averaged_where_they_are(world, record):
    one = curves_of(world, record)
    other = replace(one, fill_by_month=np.array([1.0, nan]))
    neither = replace(one, fill_by_month=np.array([nan, nan]))

    assert mean_curves([one, other]).fill_by_month.tolist() == [0.75, 1.0]
    assert np.isnan(mean_curves([neither, neither]).fill_by_month).all()


def test_a_record_of_nothing_is_empty():
    assert isinstance(Log().finish(), Record)
    assert len(Log().finish().mail_at) == 0
