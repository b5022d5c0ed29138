"""`bruecke import`: reads a file, shows progress, tells every bad cell, stops at none."""

import asyncio
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from infra.cli.connecting import asker
from infra.cli.telling import tell_error
from infra.importing.columns import COLUMNS
from infra.importing.run import (
    Problem,
    RowResult,
    doubled_columns,
    import_rows,
    missing_columns,
    unknown_columns,
)
from infra.importing.tables import FileUnreadable, Table, read_table
from shared.messaging.asking import Unavailable

MOST_SHOWN = 40
"""Characters of a heading that is repeated."""


class Kind(StrEnum):
    VOLUNTEERS = "volunteers"
    ORGANISATIONS = "organisations"
    REQUESTS = "requests"


def import_command(
    kind: Annotated[Kind, typer.Argument(help="What the rows are.")],
    file: Annotated[
        Path, typer.Argument(help="CSV or XLSX; the first line names the columns.")
    ],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check every row and store nothing.")
    ] = False,
) -> None:
    """Import rows; running it twice imports nothing twice. Exit code 1 if a row was refused."""
    console = Console(highlight=False, soft_wrap=True, markup=False)
    with console.status(f"Reading {file.name}"):
        table = read_table(file)
    _look_at_heading(kind, file, table, console)
    results: list[RowResult] = []
    try:
        asyncio.run(_run(kind, table, results, console, dry_run=dry_run))
    except Unavailable as error:
        _sum_up(file, results, len(table.rows), console, dry_run=dry_run)
        tell_error(f"stopped: {error}. Run the same command again; it goes on from there.")
        raise typer.Exit(1) from error
    _sum_up(file, results, len(table.rows), console, dry_run=dry_run)
    if any(result.refused for result in results):
        raise typer.Exit(1)


def _look_at_heading(kind: Kind, file: Path, table: Table, console: Console) -> None:
    unknown, missing = unknown_columns(kind, table), missing_columns(kind, table)
    if not set(table.columns) & set(COLUMNS[kind].readers):
        # Not repeated: without a heading the first line is somebody's data.
        names = ", ".join(COLUMNS[kind].readers)
        raise FileUnreadable(f"{file.name}: the first line must name the columns: {names}")
    if missing:
        raise FileUnreadable(f"{file.name}: these columns are missing: {', '.join(missing)}")
    doubled = doubled_columns(kind, table)
    if doubled:
        raise FileUnreadable(
            f"{file.name}: these columns are there twice: {', '.join(doubled)}"
        )
    if unknown:
        names = ", ".join(name[:MOST_SHOWN] for name in unknown)
        console.print(f"Columns ignored: {names}", style="yellow")


async def _run(
    kind: Kind, table: Table, results: list[RowResult], console: Console, *, dry_run: bool
) -> None:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    async with asker() as ask:
        with Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        ) as progress:
            task = progress.add_task(f"Importing {kind}", total=len(table.rows))
            async for result in import_rows(kind, table, ask, dry_run=dry_run):
                results.append(result)
                progress.advance(task)


def _sum_up(
    file: Path, results: list[RowResult], total: int, console: Console, *, dry_run: bool
) -> None:
    bad = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    for result in sorted(results, key=lambda result: result.line):
        for problem in result.problems:
            bad.print(f"{file.name}, {where(problem)}: {problem.reason}")
    counted = Counter(
        "refused" if result.refused else "known" if result.known else "done"
        for result in results
    )
    verb = "would be imported" if dry_run else "imported"
    parts = [f"{counted['done']} of {total} rows {verb}"]
    if counted["known"]:
        parts.append(f"{counted['known']} were already there and stay as they are")
    if counted["refused"]:
        parts.append(f"{counted['refused']} refused")
    if len(results) < total:
        parts.append(f"{total - len(results)} not looked at")
    console.print(f"{'; '.join(parts)}.")


def where(problem: Problem) -> str:
    """`line 3, column languages (I), entry 2`."""
    text = f"line {problem.line}"
    if problem.column:
        text += f", column {problem.column}"
    if problem.letter:
        text += f" ({problem.letter})"
    entry, _, name = problem.within.partition(".")
    if entry.isdigit():
        text += f", entry {entry}"
    elif entry:
        name = problem.within
    return f"{text} {name}".rstrip()
