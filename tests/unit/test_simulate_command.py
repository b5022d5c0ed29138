"""`bruecke simulate` as somebody runs it, with a world of a few people."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from statistics import median
from threading import Event
from time import monotonic

import pytest
from typer.testing import CliRunner

from infra.bench.rows import Row
from infra.cli.main import make_cli
from infra.cli.simulate import WORLDS
from services.matching.simulation.policies.catalogue import POLICIES, PolicyUnknown
from services.matching.simulation.reading import WorldUnreadable

GONE_WITHIN_S = 30.0
BRUECKE = Path(sys.executable).with_name("bruecke")


@pytest.fixture
def world(tmp_path):
    (tmp_path / "base.toml").write_text((WORLDS / "base.toml").read_text())
    path = tmp_path / "hamlet.toml"
    path.write_text(
        'based_on = "base"\nname = "hamlet"\n[volunteers]\ncount = 10\n[requests]\nper_week = 3.0\n'
    )
    return path


def anybody_of(group):
    """Whether a process of the group is still there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def simulate(*options):
    return CliRunner().invoke(make_cli(["simulate"]), ["simulate", *map(str, options)])


def test_a_comparison_is_printed_and_written(world, tmp_path):
    out = tmp_path / "deep" / "out"

    told = simulate("--world", world, "--weeks", 2, "--seeds", "0-1,5", "--out", out)

    assert told.exit_code == 0, told.output
    assert "World hamlet" in told.output
    assert "seeds 0,1,5" in told.output
    rows = json.loads((out / "results.json").read_text())
    assert [row["policy"] for row in rows] == list(POLICIES)
    assert all(row["seeds"] == [0, 1, 5] and row["world"] == "hamlet" for row in rows)
    held = json.loads((out / "rows.json").read_text())
    assert {row["id"] for row in held} == set(POLICIES)
    for row in held:
        assert list(row) == [*(field.name for field in fields(Row)), "world_hash", "seeds"]
        assert (row["anchor"], row["seeds"]) == ("top-5", [0, 1, 5])
    (filled,) = [row for row in held if row["id"] == "top-1" and "places filled" in row["case"]]
    (alone,) = [row["figures"]["fill_over_bound"] for row in rows if row["policy"] == "top-1"]
    known = [value for value in alone["by_seed"] if value is not None]
    assert filled["median"] == pytest.approx(median(known), abs=1e-6)
    (itself,) = [row for row in held if row["id"] == "top-5" and "places filled" in row["case"]]
    assert itself["ratio"] == 1
    table = (out / "table.txt").read_text()
    for policy in POLICIES:
        assert re.search(rf"^ {re.escape(policy)} .*±", table, re.MULTILINE)
        assert policy in told.output
    assert len(list(out.glob("*.svg"))) == 5


def test_named_policies_run_alone_and_twice_to_the_same_bytes(world, tmp_path):
    options = ["--world", world, "--weeks", 1, "--seed", 3]
    options += ["--policy", "ours:fill_target=0.8", "--policy", "top-1"]

    for folder in ("one", "two"):
        assert simulate(*options, "--out", tmp_path / folder).exit_code == 0

    one, two = ((tmp_path / folder / "results.json").read_bytes() for folder in ("one", "two"))
    assert one == two
    assert [row["policy"] for row in json.loads(one)] == ["ours:fill_target=0.8", "top-1"]


@pytest.mark.parametrize("name", ["base", "overload"])
def test_the_worlds_of_the_product_are_known_by_name(name, tmp_path):
    told = simulate("--world", name, "--weeks", 1, "--policy", "top-1", "--out", tmp_path)

    assert told.exit_code == 0, told.output
    assert f"World {name} " in told.output


def test_what_cannot_be_is_told_and_nothing_is_written(world, tmp_path):
    out = tmp_path / "out"
    for seeds in ("a", "1-", "5-2", "-1"):
        told = simulate("--world", world, "--seeds", seeds, "--out", out)
        assert told.exit_code == 2, seeds
    missing = simulate("--world", tmp_path / "none.toml", "--out", out)
    unknown = simulate("--world", world, "--policy", "best", "--out", out)

    assert isinstance(missing.exception, WorldUnreadable)
    assert isinstance(unknown.exception, PolicyUnknown)
    assert not out.exists()


@pytest.mark.parametrize("processes", [1, 2])
def test_ctrl_c_ends_it_cleanly(processes, tmp_path):
    process = subprocess.Popen(
        [
            *(BRUECKE, "simulate", "--policy", "ours", "--seeds", "0-1"),
            *("--processes", str(processes), "--out", tmp_path / "out"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        first = process.stderr.readline()
        assert "2 years" in first
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()

    assert process.returncode == 130
    assert told == "bruecke: stopped: nothing was written.\n"
    assert not (tmp_path / "out").exists()
    deadline = monotonic() + GONE_WITHIN_S
    while anybody_of(process.pid):
        assert monotonic() < deadline, "a process is left"
        Event().wait(0.05)
