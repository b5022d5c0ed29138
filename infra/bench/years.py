"""Simulated years as rows of a benchmark, in the form that the others have."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from infra.bench.rows import FEWEST, FILLED, FULL, GINI, HOURS, LEFT, MAILS
from services.matching.simulation.results import Result, plain

ANCHOR = "top-5"
"""What each policy is held against, where it was played; else the first that was."""
COUNTED = (FILLED, FULL, HOURS, MAILS, LEFT, GINI, FEWEST)


def rows_of_years(results: Sequence[Result]) -> list[dict[str, Any]]:
    """One row a policy and figure, with the world and the seeds that were played; NaN as None."""
    return list(_rows(results))


def _rows(results: Sequence[Result]) -> Iterator[dict[str, Any]]:
    anchor = next((one for one in results if one.policy == ANCHOR), results[0])
    for result in results:
        of = (result.policy, f"{result.world.name} world, {result.world.calendar.weeks} weeks")
        for counted in COUNTED:
            ours, theirs = (one.figures[counted.figure].known for one in (result, anchor))
            row = counted.row(of, ours, (anchor.policy, theirs))
            told = {name: plain(value) for name, value in asdict(row).items()}
            yield told | {"world_hash": result.world.hash, "seeds": list(result.seeds)}
