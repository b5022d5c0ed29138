"""Pictures are well-formed, say what they show, and show it."""

import re
from dataclasses import replace
from math import nan
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from services.matching.simulation.drawing import Axis, Chart, Line
from services.matching.simulation.pictures import pictures_of
from services.matching.simulation.results import results_of
from services.matching.simulation.runs import jobs_of, run_all
from tests.unit.simulation_builders import parameters

SVG = "{http://www.w3.org/2000/svg}"


def a_chart(*lines, **changes):
    plain = Chart(
        "Hours & <places>",
        "Two of them.",
        Axis("hours", 0, 10),
        Axis("filled", 0, 1, percent=True, step=0.5),
        lines or (Line("a", [0, 10], [0, 1]), Line("b", [0, 10], [1, 0.25])),
    )
    return replace(plain, **changes)


def parsed(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own


def texts(svg):
    return [element.text for element in parsed(svg).iter(f"{SVG}text")]


def paths(svg):
    return [element.get("d") for element in parsed(svg).iter(f"{SVG}path")]


@pytest.fixture(scope="module")
def results():
    policies = ["top-1", "broadcast", "ours:fill_target=0.8,look_every=3h"]
    jobs = jobs_of(parameters(volunteers={"count": 12}), policies, [0, 1])
    return results_of(run_all(jobs), policies)


def test_a_picture_is_named_described_and_has_axes_units_and_a_legend():
    root = parsed(a_chart().svg())

    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title desc"
    assert root.find(f"{SVG}title").text == "Hours & <places>"
    assert root.find(f"{SVG}desc").text == (
        "Two of them. filled at the right end: a 100 %, b 25 %."
    )
    shown = texts(a_chart().svg())
    assert {"hours", "↑ filled", "a", "b", "0 %", "50 %", "100 %", "0", "2", "10"} <= set(shown)


def test_lines_run_from_corner_to_corner():
    found = paths(a_chart().svg())

    assert "M70.0 402.0L610.0 82.0" in found
    assert "M70.0 82.0L610.0 322.0" in found


def test_each_line_has_a_look_of_its_own():
    many = [Line(str(number), [0, 10], [0, 1]) for number in range(20)]
    svg = a_chart(*many).svg()

    looks = re.findall(r'stroke="(#\w+)" stroke-width="2"(?: stroke-dasharray="([^"]+)")?', svg)
    assert len(set(looks)) == 20


def test_a_line_is_interrupted_where_nothing_is_known_and_cut_at_the_upper_edge():
    svg = a_chart(Line("a", [0, 2, 4, 6], [0.5, nan, 7.0, 0.5])).svg()

    assert "M70.0 242.0M286.0 82.0L394.0 242.0" in paths(svg)


@pytest.mark.parametrize(
    ("least", "most", "step", "ticks"),
    [
        (0, 10, None, [0, 2, 4, 6, 8, 10]),
        (0, 0.9, None, [0, 0.2, 0.4, 0.6, 0.8]),
        (0, 37, None, [0, 10, 20, 30]),
        (1, 3, 1, [1, 2, 3]),
        (0, 168, 24, [0, 24, 48, 72, 96, 120, 144, 168]),
    ],
)
def test_ticks_are_round(least, most, step, ticks):
    assert Axis("x", least, most, step=step).ticks() == pytest.approx(ticks)


def test_long_names_go_on_in_further_lines():
    name = "ours:fill_target=0.8,look_every=3h"

    shown = texts(a_chart(Line(name, [0, 10], [0, 1])).svg())

    assert name not in shown
    assert {"ours:", "fill_target=0.8,", "look_every=3h"} <= set(shown)


def test_a_comparison_has_its_pictures_and_names_every_policy_in_each(results):
    pictures = pictures_of(results)

    assert set(pictures) == {
        "fill_over_the_year.svg",
        "hours_to_fill.svg",
        "mails_a_volunteer.svg",
        "lorenz_mails.svg",
        "lorenz_places.svg",
    }
    for picture in pictures.values():
        shown = " ".join(texts(picture))
        assert "top-1" in shown
        assert "look_every=3h" in shown
        assert "World “base”: 12 volunteers, mean of 2 seeds." in shown
        described = parsed(picture).find(f"{SVG}desc").text
        assert all(result.policy in described for result in results)
        assert "nan" not in picture


def test_the_same_results_make_the_same_pictures(results):
    assert pictures_of(results) == pictures_of(results)
    assert np.isfinite(results[0].curves.filled_within).all()
