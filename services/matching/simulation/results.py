"""Runs of several seeds put together: one row a policy, and the file of all rows."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import isnan, nan, sqrt
from statistics import fmean, stdev
from typing import Any

from services.matching.domain.calibration import Decile
from services.matching.simulation.curves import Curves, mean_curves
from services.matching.simulation.parameters import WorldParameters
from services.matching.simulation.runs import Run

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure over the seeds."""

    by_seed: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Over the seeds for which there is a value; NaN if for none."""
        return fmean(self.known) if self.known else nan

    @property
    def standard_error(self) -> float:
        """Of the mean; NaN for fewer than two values."""
        found = self.known
        return stdev(found) / sqrt(len(found)) if len(found) > 1 else nan

    @property
    def known(self) -> list[float]:
        """Of those seeds for which there is a value."""
        return [value for value in self.by_seed if not isnan(value)]


@dataclass(frozen=True, slots=True)
class Result:
    """One policy over all seeds."""

    policy: str
    world: WorldParameters
    seeds: tuple[int, ...]
    figures: dict[str, Figure]
    curves: Curves
    reliability: tuple[Decile, ...]
    """Decile by decile the mean over the seeds, weighed by asks."""


def results_of(runs: Iterable[Run], policies: Sequence[str]) -> list[Result]:
    """Put runs together, in whatever order they ended; rows in the order of the policies."""
    by_policy: dict[str, list[Run]] = {policy: [] for policy in policies}
    for run in runs:
        by_policy[run.job.policy].append(run)
    return [
        _result(policy, sorted(found, key=lambda run: run.job.seed))
        for policy, found in by_policy.items()
        if found
    ]


def to_json(results: Iterable[Result]) -> str:
    """The rows as a file: no times of the machine in it, so the same seeds give the same bytes."""
    return json.dumps([_row(result) for result in results], indent=1) + "\n"


def _result(policy: str, runs: Sequence[Run]) -> Result:
    return Result(
        policy,
        runs[0].job.parameters,
        tuple(run.job.seed for run in runs),
        {name: Figure(tuple(run.figures[name] for run in runs)) for name in runs[0].figures},
        mean_curves([run.curves for run in runs]),
        _pooled([run.reliability for run in runs]),
    )


def _pooled(runs: Sequence[tuple[Decile, ...]]) -> tuple[Decile, ...]:
    pooled: list[Decile] = []
    for deciles in zip(*runs, strict=False):
        count = sum(one.count for one in deciles)
        foretold = sum(one.foretold * one.count for one in deciles) / count
        happened = sum(one.happened * one.count for one in deciles) / count
        pooled.append(Decile(foretold, happened, count))
    return tuple(pooled)


def _row(result: Result) -> dict[str, Any]:
    return {
        "policy": result.policy,
        "world": result.world.name,
        "world_hash": result.world.hash,
        "weeks": result.world.calendar.weeks,
        "seeds": list(result.seeds),
        "figures": {
            name: {
                "mean": plain(figure.mean),
                "standard_error": plain(figure.standard_error),
                "by_seed": [plain(value) for value in figure.by_seed],
            }
            for name, figure in result.figures.items()
        },
        "reliability": [
            {name: plain(value) for name, value in asdict(decile).items()}
            for decile in result.reliability
        ],
    }


def plain(value: float | str) -> float | str | None:
    """A value as JSON has it, which knows no NaN."""
    if isinstance(value, str):
        return value
    return None if isnan(value) else round(value, _DIGITS)
