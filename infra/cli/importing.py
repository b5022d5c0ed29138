"""`bruecke import`: reads a file, shows progress, tells every bad cell, stops at none."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from infra.cli.connecting import asker
from infra.importing.run import RowResult, import_rows, missing_columns, unknown_columns
from infra.importing.tables import Table, read_table

console = Console()
problems_console = Console(stderr=True)


class Kind(StrEnum):
    VOLUNTEERS = "volunteers"
    ORGANISATIONS = "organisations"
    REQUESTS = "requests"


def import_command(
    kind: Annotated[Kind, typer.Argument(help="What the rows are.")],
    file: Annotated[Path, typer.Argument(help="CSV or XLSX.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check every row and store nothing.")
    ] = False,
) -> None:
    """Import rows; running it twice imports nothing twice. Exit code 1 if a row was refused."""
    table = read_table(file)
    unknown = unknown_columns(kind, table)
    if unknown:
        console.print(f"Columns ignored: {escape(', '.join(unknown))}", style="yellow")
    missing = missing_columns(kind, table)
    if missing:
        problems_console.print(
            f"{escape(file.name)}: these columns are missing: {', '.join(missing)}",
            style="bold red",
        )
        raise typer.Exit(1)
    results = asyncio.run(_run(kind, table, dry_run=dry_run))
    bad = [result for result in results if not result.imported]
    done = len(results) - len(bad)
    verb = "would be imported" if dry_run else "imported"
    console.print(f"{done} of {len(results)} rows {verb}.", highlight=False)
    if bad:
        _tell(file, bad)
        raise typer.Exit(1)


async def _run(kind: Kind, table: Table, *, dry_run: bool) -> list[RowResult]:
    results: list[RowResult] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    async with asker() as ask:
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task(f"Importing {kind}", total=len(table.rows))
            async for result in import_rows(kind, table, ask, dry_run=dry_run):
                results.append(result)
                progress.advance(task)
    return sorted(results, key=lambda result: result.line)


def _tell(file: Path, bad: list[RowResult]) -> None:
    for result in bad:
        for problem in result.problems:
            where = f", column {problem.column}" if problem.column else ""
            letter = f" ({problem.letter})" if problem.letter else ""
            problems_console.print(
                f"{escape(file.name)}, line {problem.line}{where}{letter}: {escape(problem.reason)}",
                highlight=False,
                soft_wrap=True,
            )
