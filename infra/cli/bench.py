"""`bruecke bench`: measures on this machine, against anchors, and shows or writes the rows."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Annotated, ClassVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from infra.bench.rows import Case, Row, machine
from shared.kernel.errors import Refusal

bench_cli = typer.Typer(no_args_is_help=True, help="Measure on this machine.")

CASES = "infra.bench.cases"
PACKAGES = ("numpy", "ortools", "scipy", "networkx")
"""Whose versions are told."""
TENTH = 0.1
"""A smaller ratio is told as a fraction."""


class AnchorsMissing(Refusal):
    """What we are held against is installed for development only."""

    code: ClassVar[str] = "bench.anchors_missing"


class CaseUnknown(Refusal):
    """There is no case of that id."""

    code: ClassVar[str] = "bench.case_unknown"


@bench_cli.callback()
def bench() -> None:
    """Measure on this machine, against anchors."""


@bench_cli.command("matching")
def bench_matching(
    *,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the rows to this file as well.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="The id of a case (B1); several times for several.")
    ] = None,
) -> None:
    """Time the engine of matching. Results are compared before they are timed; takes minutes."""
    measure(chosen(load_cases(CASES), only), json_file)


def load_cases(module: str) -> list[Case]:
    """The cases of a module. AnchorsMissing if a package that it imports is not installed."""
    try:
        found: list[Case] = import_module(module).CASES
    except ModuleNotFoundError as error:
        raise AnchorsMissing(
            f"{error.name} is not installed: benchmarks need the development dependencies, "
            "which `make install` brings."
        ) from error
    return found


def chosen(cases: Sequence[Case], only: Sequence[str] | None) -> list[Case]:
    """The cases of these ids, all without any. CaseUnknown names an id that no case has."""
    ids = [case.id for case in cases]
    for wanted in only or ():
        if wanted not in ids:
            raise CaseUnknown(f"There is no case {wanted}, only {', '.join(ids)}.")
    return [case for case in cases if not only or case.id in only]


def measure(cases: Sequence[Case], json_file: Path | None = None) -> None:
    """Run cases one after the other, then show their rows, and write them if asked to."""
    console = Console(highlight=False)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    rows: list[Row] = []
    with Progress(
        *columns, TimeElapsedColumn(), transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("", total=len(cases))
        for case in cases:
            progress.update(task, description=f"{case.id} {case.title}")
            rows.extend(case.rows())
            progress.advance(task)
    console.print(_table(rows))
    console.print(machine(PACKAGES), soft_wrap=True, markup=False)
    if json_file is not None:
        told = json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False)
        json_file.write_text(f"{told}\n", encoding="utf-8")


def _table(rows: Sequence[Row]) -> Table:
    table = Table("", "what, against what, and the limit", box=None, pad_edge=False)
    for name in ("median", "p99", "anchor's", "ratio"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            row.id,
            Text.assemble(row.case, (f"\n{row.anchor}\n{row.limit}", "dim")),
            *(_told(time, row.unit) for time in (row.median, row.p99, row.anchor_median)),
            f"{row.ratio:.2f}" if row.ratio >= TENTH else f"1/{1 / row.ratio:,.0f}",
        )
    return table


def _told(time: float, unit: str) -> str:
    """About three figures."""
    decimals = 0 if time >= 100 else 1 if time >= 10 else 2  # noqa: PLR2004
    return f"{time:,.{decimals}f} {unit}"
