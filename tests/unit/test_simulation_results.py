"""Runs put together: the same seeds give the same bytes, on however many processes."""

import json
from dataclasses import replace
from math import isnan, nan, sqrt

import pytest

from services.matching.domain.calibration import Decile
from services.matching.simulation.results import Figure, results_of, to_json
from services.matching.simulation.runs import jobs_of, run, run_all
from tests.unit.simulation_builders import parameters

POLICIES = ("top-3", "ours")
TINY = {"volunteers": {"count": 12}}


@pytest.fixture(scope="module")
def runs():
    return list(run_all(jobs_of(parameters(**TINY), POLICIES, [4, 2])))


def test_rows_hold_policy_seeds_world_and_all_figures(runs):
    rows = json.loads(to_json(results_of(runs, POLICIES)))

    assert [row["policy"] for row in rows] == list(POLICIES)
    for row in rows:
        assert row["seeds"] == [2, 4]
        assert row["world"] == "base"
        assert row["world_hash"] == parameters(**TINY).hash
        assert row["weeks"] == 2
        assert set(row["figures"]) == set(runs[0].figures)
        assert len(row["figures"]["fill"]["by_seed"]) == 2
        assert sum(one["count"] for one in row["reliability"]) > 0


def test_the_same_seeds_give_the_same_bytes_in_whatever_order_they_end(runs):
    again = [run(job) for job in jobs_of(parameters(**TINY), POLICIES, [2, 4])]

    assert to_json(results_of(runs, POLICIES)) == to_json(results_of(again, POLICIES))


def test_two_processes_give_the_bytes_of_one(runs):
    jobs = jobs_of(parameters(**TINY), POLICIES, [4, 2])

    beside = list(run_all(jobs, processes=2))

    assert to_json(results_of(beside, POLICIES)) == to_json(results_of(runs, POLICIES))


def test_a_run_tells_how_far_it_is():
    (job,) = jobs_of(parameters(**TINY), ["top-1"], [0])
    told = []

    list(run_all([job], tell=told.append))

    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 1


def test_a_figure_over_seeds():
    figure = Figure((1.0, 2.0, 3.0))

    assert figure.mean == 2
    assert figure.standard_error == pytest.approx(1 / sqrt(3))
    assert Figure((1.0, nan)).mean == 1
    assert isnan(Figure((nan, nan)).mean)
    assert isnan(Figure((1.0,)).standard_error)


def test_what_is_not_there_is_null_in_the_file(runs):
    (nothing,) = results_of([replace(runs[0], figures={"fill": nan})], [runs[0].job.policy])

    (row,) = json.loads(to_json([nothing]))

    assert row["figures"] == {"fill": {"mean": None, "standard_error": None, "by_seed": [None]}}


def test_deciles_of_seeds_are_weighed_by_their_asks(runs):
    first = replace(runs[0], reliability=(Decile(0.2, 0.1, 30),))
    second = replace(runs[0], reliability=(Decile(0.4, 0.5, 10),))

    (result,) = results_of([first, second], [runs[0].job.policy])

    assert result.reliability == (Decile(pytest.approx(0.25), pytest.approx(0.2), 40),)
