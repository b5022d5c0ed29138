"""Small worlds for the tests of the simulation: say only what a test is about."""

import tomllib
from pathlib import Path
from typing import Any

from services.matching.simulation.parameters import WorldParameters
from services.matching.simulation.reading import parse_world
from services.matching.simulation.world import World, make_world

WORLDS = Path(__file__).parents[2] / "infra" / "worlds"
SMALL: dict[str, dict[str, Any]] = {
    "calendar": {"weeks": 2},
    "volunteers": {"count": 40},
    "requests": {"per_week": 6.0},
}


def parameters(**sections: dict[str, Any]) -> WorldParameters:
    """The base world's figures for 40 volunteers, two weeks and six requests a week."""
    found = tomllib.loads((WORLDS / "base.toml").read_text(encoding="utf-8"))
    for name in {*SMALL, *sections}:
        found[name] |= SMALL.get(name, {}) | sections.get(name, {})
    return parse_world(found)


def a_world(seed: int = 0, **sections: dict[str, Any]) -> World:
    return make_world(parameters(**sections), seed)
