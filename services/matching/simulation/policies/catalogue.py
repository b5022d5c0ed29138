"""Policies by name; `ours:fill_target=0.95,longest_step=12h` is the product with other figures.

`ours:plan_every=never` is the product without the plan of the district.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from services.matching.domain.tuning import Tuning
from services.matching.simulation.asking import Policy
from services.matching.simulation.policies.ours import Waves
from services.matching.simulation.policies.simple import (
    Batches,
    at_random,
    by_rate,
    everybody,
    likeliest,
    nearest,
    per_place,
)
from services.matching.simulation.product import NEVER
from shared.kernel.errors import BrueckeError
from shared.kernel.quiet_hours import QuietHours

OURS = "ours"
EXPECTING = "expecting"
"""Ours, with the requests of the last fortnight once more in the plan of the district."""

PLANS_EVERY = timedelta(hours=4)
"""The district is planned so often in a simulated year. The product does so each quarter of an hour,
which takes sixteen times as long to play; planned each hour, fill, hours and mails are the same."""

_SIMPLE: dict[str, Callable[[str, Tuning], Policy]] = {
    "broadcast": partial(Batches, order=nearest, size=everybody),
    "nearest-5": partial(Batches, order=nearest, size=per_place(5)),
    "random-5": partial(Batches, order=at_random, size=per_place(5)),
    "top-1": partial(Batches, order=likeliest, size=per_place(1)),
    "top-3": partial(Batches, order=likeliest, size=per_place(3)),
    "top-5": partial(Batches, order=likeliest, size=per_place(5)),
    "covidliste": partial(Batches, order=nearest, size=by_rate),
}

POLICIES = (*_SIMPLE, OURS)


class PolicyUnknown(BrueckeError):
    """There is no policy of this name, or no such figure."""

    code: ClassVar[str] = "matching.policy_unknown"
    retryable: ClassVar[bool] = False


def policy_named(name: str, quiet_hours: str) -> Policy:
    """Make a policy; `quiet_hours` are the world's. Raises PolicyUnknown."""
    kind, _, figures = name.partition(":")
    tuning = Tuning(quiet_hours=QuietHours.parse(quiet_hours), plan_every=PLANS_EVERY)
    if kind == OURS:
        return Waves(name, _tuned(tuning, figures))
    if kind == EXPECTING:
        return Waves(name, _tuned(tuning, figures), expects=timedelta(days=14))
    if name not in _SIMPLE:
        raise PolicyUnknown(f"{name}: write one of {', '.join(POLICIES)}")
    return _SIMPLE[name](name, tuning)


def _tuned(tuning: Tuning, figures: str) -> Tuning:
    """The tuning with the figures that are named: numbers, and hours such as `12h`."""
    names = {field.name for field in fields(Tuning)}
    for figure in filter(None, figures.split(",")):
        name, _, text = figure.partition("=")
        if name not in names:
            raise PolicyUnknown(f"{name}: write one of {', '.join(sorted(names))}")
        try:
            changes = {name: _value(getattr(tuning, name), text)}
            tuning = replace(tuning, **changes)
        except ValueError as error:
            raise PolicyUnknown(f"{figure}: {error}") from error
    return tuning


def _value(default: object, text: str) -> Any:
    """The text as a value of the default's type."""
    if isinstance(default, timedelta):
        if text == "never":
            return NEVER
        if not text.endswith("h"):
            raise ValueError("write hours such as 12h, or never")
        return timedelta(hours=float(text.removesuffix("h")))
    if isinstance(default, int | float) and not isinstance(default, bool):
        return type(default)(text)
    raise ValueError("this figure cannot be varied")
