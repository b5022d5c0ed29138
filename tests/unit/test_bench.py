"""The benchmarks' frame: what is measured is compared first, told with its anchor, and written."""

import gc
import json
from dataclasses import asdict

import numpy as np
import pytest

from infra.bench import outcomes
from infra.bench.districts import a_district
from infra.bench.hours import Shifts, by_tasks, programme
from infra.bench.rows import (
    RUNS,
    Case,
    ResultsDiffer,
    Timing,
    a_row,
    in_turns,
    machine,
    reading,
    same,
)
from infra.cli.bench import AnchorsMissing, CaseUnknown, chosen, load_cases, measure
from services.matching.domain.flow.problem import Problem

KEYS = ["id", "case", "median", "p99", "unit", "anchor", "anchor_median", "ratio", "limit"]


def a_case(name="X1"):
    def rows():
        ours, theirs = in_turns(lambda: sum(range(10)), lambda: sum(range(100)))
        yield a_row((name, "adding"), ours, ("more", theirs), limit="none", unit="µs")

    return Case(name, "Adding up", rows)


class TestTiming:
    def test_takes_turns_at_least_thirty_times_and_collects_no_garbage_meanwhile(self):
        seen, collecting = [], []

        def work(name):
            seen.append(name)
            collecting.append(gc.isenabled())

        first, second = in_turns(lambda: work("a"), lambda: work("b"))
        assert first.runs == second.runs == RUNS
        assert seen == ["a", "b"] * (RUNS + 1)
        assert collecting == [True] * 2 + [False] * 2 * RUNS
        assert gc.isenabled()
        assert 0 < first.median <= first.p99

    def test_takes_turns_of_several_runs_in_a_row(self):
        seen = []

        first, second = in_turns(
            lambda: seen.append("a"), lambda: seen.append("b"), in_a_row=RUNS - 1
        )
        assert first.runs == second.runs == RUNS
        assert seen == ["a", "b", *"a" * (RUNS - 1), *"b" * (RUNS - 1), "a", "b"]

    def test_a_row_says_so_where_there_were_few_runs(self):
        row = a_row(
            ("X1", "slow"),
            Timing(median=2.0, p99=3.0, runs=5),
            ("slower", Timing(median=4.0, p99=4.0, runs=30)),
            limit="none",
        )
        assert (row.case, row.anchor) == ("slow (5 runs)", "slower")
        assert (row.median, row.p99, row.anchor_median, row.ratio) == (2000, 3000, 4000, 0.5)

    def test_nothing_is_timed_whose_results_differ(self):
        same("sums", 3, 3)
        with pytest.raises(ResultsDiffer, match="sums: 3, 4"):
            same("sums", 3, 4)

    def test_the_limit_is_measured_on_this_machine(self):
        assert reading("8 arcs", 192).startswith("reading 8 arcs: 0 µs at ")
        assert "numpy 2." in machine(["numpy"])


class TestCommand:
    def test_writes_a_list_of_rows_with_exactly_their_keys(self, tmp_path, capsys):
        written = tmp_path / "rows.json"
        measure([a_case(), a_case("X2")], written)
        rows = json.loads(written.read_text())
        assert [list(row) for row in rows] == [KEYS] * 2
        assert [row["id"] for row in rows] == ["X1", "X2"]
        shown = capsys.readouterr().out
        assert "adding" in shown
        assert "Python 3." in shown

    def test_runs_only_what_is_named(self):
        cases = [a_case("X1"), a_case("X2")]
        assert chosen(cases, None) == cases
        assert [case.id for case in chosen(cases, ["X2"])] == ["X2"]
        with pytest.raises(CaseUnknown, match=r"no case X3, only X1, X2\."):
            chosen(cases, ["X3"])

    def test_says_what_to_do_where_an_anchor_is_not_installed(self, tmp_path, monkeypatch):
        (tmp_path / "cases_of_nobody.py").write_text("import a_solver_of_nobody\n")
        monkeypatch.syspath_prepend(tmp_path)
        with pytest.raises(AnchorsMissing, match=r"a_solver_of_nobody is not installed.*make"):
            load_cases("cases_of_nobody")

    def test_each_case_has_an_id_of_its_own(self):
        ids = [case.id for case in load_cases("infra.bench.cases")]
        assert len(set(ids)) == len(ids)
        assert {"B1", "B2", "B3", "B4", "B5"} <= set(ids)


def test_a_district_is_the_same_for_the_same_seed():
    one, other, third = (asdict(a_district(5, 20, 4, seed)) for seed in (1, 1, 2))
    assert all((one[name] == other[name]).all() for name in one)
    assert any(
        one[name].shape != third[name].shape or (one[name] != third[name]).any() for name in one
    )


class TestOutcomes:
    def test_the_plan_keeps_the_only_speaker_for_who_needs_her_and_the_score_alone_does_not(
        self,
    ):
        (row,) = outcomes.d5()

        assert (row.median, row.anchor_median, row.ratio) == (2, 1, 2)

    def test_every_case_has_an_id_of_its_own(self):
        ids = [case.id for case in load_cases("infra.bench.cases")]

        assert len(ids) == len(set(ids))
        assert {"A1", "B1", "C2", "D2", "D3", "D4", "D5", "E1"} <= set(ids)


class TestHours:
    """One request a row: volunteer 0 has four hours left, volunteer 1 two."""

    @staticmethod
    def given(hours, starts, volunteer):
        count = len(hours)
        problem = Problem(
            places=np.ones(count, np.int64),
            capacity=np.array([2, 1]),
            held=np.zeros(2, np.int64),
            request=np.arange(count),
            volunteer=np.array(volunteer),
            day=np.full(count, 5),
            weight=np.arange(10_900, 10_900 - count, -1),
            load_step=0,
        )
        return Shifts(problem, np.array(hours), np.array(starts), np.array([4, 2]))

    def test_two_tasks_of_a_day_are_planned_one_after_the_other(self):
        given = self.given([2, 2], [9, 11], [0, 0])
        assert by_tasks(given).tolist() == [True, True]
        assert programme(given).best() == (21_799, 21_799)

    @pytest.mark.parametrize(
        ("hours", "starts"), [([2, 2], [9, 10]), ([3, 2], [9, 13])], ids=["overlap", "too long"]
    )
    def test_what_overlaps_or_is_too_long_is_not(self, hours, starts):
        given = self.given(hours, starts, [0, 0])
        assert by_tasks(given).tolist() == [True, False]
        assert programme(given).best() == (10_900, 10_900)

    def test_who_has_two_hours_is_not_planned_for_three(self):
        assert not by_tasks(self.given([3], [9], [1])).any()
