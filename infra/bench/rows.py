"""A row of a benchmark: what was measured, against what, and what no program can beat."""

import gc
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from math import nan
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar

import numpy as np

from shared.kernel.errors import BrueckeError

RUNS = 30
"""How often each thing is timed at least, so that a 99th percentile says something."""
SLOW_S = 1.0
"""What takes longer once is timed `FEW` times, and its row says so."""
FEW = 5
PERCENTILE = 99
UNITS = {"s": 1.0, "ms": 1e3, "µs": 1e6}


class ResultsDiffer(BrueckeError):
    """What was to be compared does not give the same result: there is nothing to time."""

    code: ClassVar[str] = "bench.results_differ"
    retryable: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. Times are in `unit`."""

    id: str
    case: str
    """What was measured, in words; with the number of runs where there were few."""
    median: float
    p99: float
    unit: str
    anchor: str
    """What it is held against, measured in turns with it."""
    anchor_median: float
    ratio: float
    """Median by the anchor's median: below 1 is faster than the anchor."""
    limit: str
    """What physics or theory leaves as the least, with its figure on this machine."""


@dataclass(frozen=True, slots=True)
class Case:
    """Something to measure; it may give several rows, all with its id."""

    id: str
    title: str
    rows: Callable[[], Iterable[Row]]
    """Builds, compares the results, raises ResultsDiffer if they do, and then times."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Durations of one piece of work, in seconds."""

    median: float
    p99: float
    runs: int


def in_turns(*works: Callable[[], Any], in_a_row: int = 1, most: int = RUNS) -> list[Timing]:
    """Time pieces of work in turns, so that a busy moment of the machine meets them alike.

    Each runs once to warm up; that run decides whether it is slow. No garbage is collected
    meanwhile. With `in_a_row` a turn is as many runs, each timed: then work finds in the
    processor's caches what its run before has left there, and not only what the other has. Work
    that is not slow is timed `most` times, where more than `RUNS` say more.
    """
    runs = [FEW if _seconds(work) > SLOW_S else most for work in works]
    taken: list[list[float]] = [[] for _ in works]
    collecting = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        for turn in range(0, max(runs), in_a_row):
            for work, wanted, times in zip(works, runs, taken, strict=True):
                times += [_seconds(work) for _ in range(turn, min(turn + in_a_row, wanted))]
    finally:
        if collecting:
            gc.enable()
    return [
        Timing(float(np.median(times)), float(np.percentile(times, PERCENTILE)), len(times))
        for times in taken
    ]


def a_row(
    of: tuple[str, str],
    ours: Timing,
    anchor: tuple[str, Timing],
    *,
    limit: str,
    unit: str = "ms",
) -> Row:
    """A row from an id and a case, our time, an anchor with its own, and the limit."""
    scale = UNITS[unit]
    name, theirs = anchor
    return Row(
        id=of[0],
        case=_with_runs(of[1], ours),
        median=ours.median * scale,
        p99=ours.p99 * scale,
        unit=unit,
        anchor=_with_runs(name, theirs),
        anchor_median=theirs.median * scale,
        ratio=ours.median / theirs.median,
        limit=limit,
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure of simulated years: what it says, in which unit, and what is the least or most."""

    figure: str
    """Its name among the figures of a run."""
    words: str
    unit: str
    limit: str
    more_is_better: bool = True

    def row(
        self,
        of: tuple[str, str],
        ours: Sequence[float],
        anchor: tuple[str, Sequence[float]],
    ) -> Row:
        """A row from one value a seed; NaN where there is none.

        In place of the 99th percentile stands the worst seed, as far as it goes.
        """
        name, theirs = anchor
        worst = 100 - PERCENTILE if self.more_is_better else PERCENTILE
        median, rival = (float(np.median(one)) if one else nan for one in (ours, theirs))
        return Row(
            id=of[0],
            case=f"{of[1]}, {self.words}",
            median=median,
            p99=float(np.percentile(ours, worst)) if ours else nan,
            unit=self.unit,
            anchor=name,
            anchor_median=rival,
            ratio=median / rival if rival else nan,
            limit=self.limit,
        )


NOBODY_BEATS = "nobody beats 1: who knows the future fills that"
FILLED = Counted("fill_over_bound", "places filled", "of bound", NOBODY_BEATS)
MAILS = Counted("mails_per_place", "mails a place", "mails", "1 / chance", more_is_better=False)
HOURS = Counted(
    "hours_to_full_median", "hours to full", "h", "a reply takes 5 h", more_is_better=False
)
LEFT = Counted("left", "volunteers who leave", "of all", "0", more_is_better=False)
FULL = Counted("requests_full", "requests full", "of all", NOBODY_BEATS)
GINI = Counted(
    "gini_mails",
    "Gini of mails",
    "",
    "0, were everybody fit for everything",
    more_is_better=False,
)
FEWEST = Counted("least_fill_field", "worst field filled", "of places", "1")


def same(what: str, *results: Any) -> None:
    """Raise ResultsDiffer unless all results are equal."""
    if any(result != results[0] for result in results):
        raise ResultsDiffer(f"{what}: {', '.join(map(str, results))}")


@cache
def read_bandwidth() -> float:
    """Bytes a second at which this machine reads an array larger than its caches."""
    numbers = np.ones(1 << 24, dtype=np.int64)
    return float(numbers.nbytes / min(_seconds(numbers.sum) for _ in range(7)))


def reading(what: str, size: int) -> str:
    """The limit of work that must read so many bytes once."""
    bandwidth = read_bandwidth()
    return f"reading {what}: {size / bandwidth * 1e6:.0f} µs at {bandwidth / 1e9:.1f} GB/s"


def machine(packages: Iterable[str]) -> str:
    """One line: processor, cores, Python and the versions of what is compared."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}"


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _with_runs(text: str, timing: Timing) -> str:
    return text if timing.runs >= RUNS else f"{text} ({timing.runs} runs)"


def _seconds(work: Callable[[], Any]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun
