"""`bruecke simulate`: plays years of an invented district under different ways of asking."""

import json
import re
from collections.abc import Sequence
from contextlib import closing
from math import isnan
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from infra.bench.years import rows_of_years
from infra.cli.main import INTERRUPTED
from infra.cli.telling import tell_error
from services.matching.simulation.parameters import WorldParameters
from services.matching.simulation.pictures import pictures_of
from services.matching.simulation.policies.catalogue import OURS, POLICIES
from services.matching.simulation.reading import read_world
from services.matching.simulation.results import Figure, Result, results_of, to_json
from services.matching.simulation.runs import Job, Run, jobs_of, run_all

WORLDS = Path(__file__).resolve().parents[1] / "worlds"
FILE_WIDTH = 130
SEEDS = re.compile(r"\d+(-\d+)?(,\d+(-\d+)?)*")
BRIEF = (
    ("filled", "fill", ".3f"),
    ("of bound", "fill_over_bound", ".3f"),
    ("full", "requests_full", ".3f"),
    ("median h", "hours_to_full_median", ".1f"),
    ("p90 h", "hours_to_full_p90", ".0f"),
    ("mails a place", "mails_per_place", ".2f"),
    ("too late", "too_late", ".0f"),
    ("left", "left", ".3f"),
)
"""Heading, figure and format of what fits on every screen."""
BESIDES = (
    ("Gini mails", "gini_mails", ".2f"),
    ("Gini places", "gini_tasks", ".2f"),
    ("mails a month p95", "mails_a_month_p95", ".1f"),
    ("most open", "most_open", ".0f"),
    ("scarce of bound", "scarce_fill_over_bound", ".2f"),
    ("worst field", "least_fill_field", ".2f"),
    ("chances off by", "miscalibration", ".3f"),
)
"""What `table.txt` has in a second table; `results.json` has all figures."""


def simulate_command(
    *,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Again for each: {', '.join(POLICIES)}; `{OURS}:fill_target=0.8,look_every=3h` "
            "is the product with other figures. All, if none is named."
        ),
    ] = None,
    world: Annotated[
        str, typer.Option(help="base, overload, or a file of the same shape.")
    ] = "base",
    weeks: Annotated[int | None, typer.Option(min=1, help="If not the world's own.")] = None,
    seeds: Annotated[
        str, typer.Option("--seeds", "--seed", help="Such as 0, 0-9 or 0,3,7.")
    ] = "0",
    processes: Annotated[int, typer.Option(min=1, help="How many run at once.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder for table, figures and pictures.")] = Path(
        "simulation"
    ),
) -> None:
    """Play a district's year under policies, and compare."""
    console = Console(highlight=False)
    policies = list(dict.fromkeys(policy or POLICIES))
    jobs = jobs_of(_world(world, weeks), policies, _seeds(seeds))
    try:
        results = results_of(_played(jobs, processes), policies)
    except KeyboardInterrupt:
        tell_error("stopped: nothing was written.")
        raise typer.Exit(INTERRUPTED) from None
    console.print(_table(results, BRIEF, errors=False))
    _write(out, results)
    console.print(
        f"Written to {out}: table.txt, results.json, rows.json and pictures.", soft_wrap=True
    )


def _world(name: str, weeks: int | None) -> WorldParameters:
    """Read a world that is there by its name, or any file."""
    known = WORLDS / f"{name}.toml"
    changes = {} if weeks is None else {"weeks": weeks}
    return read_world(known if known.exists() else Path(name), **changes)


def _seeds(text: str) -> list[int]:
    """`0-2,7` is 0, 1, 2 and 7. Raises BadParameter."""
    if not SEEDS.fullmatch(text):
        raise typer.BadParameter("write seeds such as 0, 0-9 or 0,3,7", param_hint="--seeds")
    seeds: dict[int, None] = {}
    for part in text.split(","):
        first, _, last = part.partition("-")
        seeds |= dict.fromkeys(range(int(first), int(last or first) + 1))
    if not seeds:
        raise typer.BadParameter("write the smaller seed first", param_hint="--seeds")
    return list(seeds)


def _played(jobs: Sequence[Job], processes: int) -> list[Run]:
    """Run them all, with a bar on a terminal."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        console.print(f"Playing {len(jobs)} years.")
    done: list[Run] = []
    with Progress(
        *(TextColumn("{task.description}"), BarColumn()),
        *(TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn(), TimeRemainingColumn()),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task(f"Playing {len(jobs)} years", total=len(jobs))

        def tell(share: float) -> None:
            progress.update(task, completed=len(done) + share)

        with closing(run_all(jobs, processes, tell)) as runs:
            for run in runs:
                done.append(run)
                progress.update(task, completed=len(done))
    return done


def _table(
    results: Sequence[Result], columns: Sequence[tuple[str, str, str]], *, errors: bool
) -> Table:
    """The means over the seeds, and their standard errors if wanted and known."""
    first = results[0]
    title = (
        f"World {first.world.name} ({first.world.hash}), {first.world.calendar.weeks} weeks, "
    )
    title += (
        f"seeds {_listed(first.seeds)}. A clairvoyant fills {first.figures['bound'].mean:.3f}."
    )
    table = Table(title=title, title_justify="left", box=None, padding=(0, 0, 0, 1))
    table.add_column("policy", overflow="fold", min_width=10)
    for heading, _, _ in columns:
        table.add_column(heading, justify="right")
    for result in results:
        cells = [_cell(result.figures[name], form, errors=errors) for _, name, form in columns]
        table.add_row(result.policy, *cells)
    return table


def _listed(seeds: Sequence[int]) -> str:
    if len(seeds) > 1 and list(seeds) == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]}-{seeds[-1]}"
    return ",".join(map(str, seeds))


def _cell(figure: Figure, form: str, *, errors: bool) -> str:
    if isnan(figure.mean):
        return "–"
    known = errors and not isnan(figure.standard_error)
    return f"{figure.mean:{form}}" + (f" ±{figure.standard_error:{form}}" if known else "")


def _write(out: Path, results: Sequence[Result]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with (out / "table.txt").open("w", encoding="utf-8") as file:
        console = Console(file=file, width=FILE_WIDTH, highlight=False)
        for columns in (BRIEF, BESIDES):
            console.print(_table(results, columns, errors=True))
    (out / "results.json").write_text(to_json(results), encoding="utf-8")
    rows = json.dumps(rows_of_years(results), indent=1) + "\n"
    (out / "rows.json").write_text(rows, encoding="utf-8")
    for name, picture in pictures_of(results).items():
        (out / name).write_text(picture, encoding="utf-8")
