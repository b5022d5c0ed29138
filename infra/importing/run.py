"""Imports a table: each row becomes one wish, a few rows at once, and none stops another.

Running it twice imports nothing twice: the owner knows a person or an organisation by address and
name, and a request has an id made of what it asks for. So a row is the same row although a note
beside it, its spelling or the file's format changed.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pydantic import ValidationError

from infra.importing.columns import COLUMNS
from infra.importing.rows import Reading, read_row
from infra.importing.sending import Sender, send_organisation, send_request, send_volunteer
from infra.importing.tables import Table, TableRow
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.messaging.asking import Asker, Unavailable
from shared.web.field_errors import from_pydantic

ResultT = TypeVar("ResultT")


SENDERS: dict[str, Sender] = {
    "volunteers": send_volunteer,
    "organisations": send_organisation,
    "requests": send_request,
}
AT_ONCE = 8
TRIES = 5
FIRST_DELAY_S = 0.5


class ValueRefused(Refusal):
    """A value is not one that the contract allows."""

    code: ClassVar[str] = "import.value_refused"


class RowNotDone(Refusal):
    """The services failed on this row, time and again; others may have gone through."""

    code: ClassVar[str] = "import.row_not_done"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was refused: where, and no word of what stood there."""

    line: int
    column: str
    """Empty where the whole row is at fault."""
    letter: str
    """The column as a spreadsheet names it."""
    within: str
    """Where in the cell, counted from 1 as people do (`2`, `1.ends_at`); mostly empty."""
    reason: str


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row."""

    line: int
    problems: tuple[Problem, ...] = ()
    known: bool = False
    """It was there before, and stays as it is."""

    @property
    def refused(self) -> bool:
        return bool(self.problems)


@dataclass(frozen=True, slots=True)
class _Outcome:
    refused: tuple[Refusal, ...] = ()
    known: bool = False
    unavailable: Unavailable | None = None


def unknown_columns(kind: str, table: Table) -> list[str]:
    """Columns that this kind of file does not have: named and ignored."""
    found = (name for name in table.columns if name and name not in COLUMNS[kind].readers)
    return list(dict.fromkeys(found))


def missing_columns(kind: str, table: Table) -> list[str]:
    """Columns without which no row can be imported."""
    return sorted(COLUMNS[kind].required - set(table.columns))


def doubled_columns(kind: str, table: Table) -> list[str]:
    """Columns of this kind of file that are there twice: nobody can tell which one counts."""
    known = [name for name in table.columns if name in COLUMNS[kind].readers]
    return sorted({name for name in known if known.count(name) > 1})


async def import_rows(
    kind: str, table: Table, asker: Asker, *, dry_run: bool
) -> AsyncIterator[RowResult]:
    """Import row by row; results come as they are done, in any order.

    Raises:
        Unavailable: the services do not answer; what was imported stays, run it again.

    """
    columns, send = COLUMNS[kind], SENDERS[kind]

    async def one(row: TableRow) -> tuple[TableRow, _Outcome]:
        if row.fault is not None:
            # Nobody can tell which cell belongs to which column.
            return row, _Outcome((row.fault,))
        return row, await _import_one(send, read_row(columns, row), asker, dry_run=dry_run)

    silent = 0
    async for row, outcome in _several(one(row) for row in table.rows):
        problems = _problems(table, row, outcome.refused)
        silent = silent + 1 if outcome.unavailable else 0
        if outcome.unavailable and silent >= AT_ONCE:
            raise outcome.unavailable
        yield RowResult(row.line, problems, outcome.known)
    if silent and silent == len(table.rows):
        raise Unavailable("the services do not answer")


async def import_values(
    kind: str, rows: Iterable[dict[str, Any]], asker: Asker
) -> AsyncIterator[tuple[Refusal, ...]]:
    """Import rows that are in the outside interface's shape already; what refused each.

    Raises:
        Unavailable: the services do not answer.

    """
    readings = (Reading(COLUMNS[kind], values) for values in rows)
    steps = (_import_one(SENDERS[kind], reading, asker, dry_run=False) for reading in readings)
    async for outcome in _several(steps):
        if outcome.unavailable:
            raise outcome.unavailable
        yield outcome.refused


async def _several(
    steps: Iterable[Coroutine[Any, Any, ResultT]],
) -> AsyncIterator[ResultT]:
    """Run the steps, `AT_ONCE` at a time; results as they are done."""
    running: set[asyncio.Task[ResultT]] = set()
    try:
        for step in steps:
            running.add(asyncio.create_task(step))
            if len(running) == AT_ONCE:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        for ended in asyncio.as_completed(running):
            yield await ended
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _import_one(
    send: Sender, reading: Reading, asker: Asker, *, dry_run: bool
) -> _Outcome:
    """One row; where the contract refuses some of it, the owner is asked about the rest."""
    try:
        return await _tried(send, reading, asker, dry_run=dry_run)
    except ValidationError as error:
        found = from_pydantic(error.errors(include_url=False, include_input=False))
        refused = [ValueRefused(one.message, field=one.field) for one in found]
        return await _tried(send, reading.without(refused), asker, dry_run=dry_run)


async def _tried(send: Sender, reading: Reading, asker: Asker, *, dry_run: bool) -> _Outcome:
    """One row, tried again while its service does not answer.

    The key is new for each run and the same for its tries: a stored reply must not speak for a
    person who was erased since, nor a stored refusal for a catalogue that was mended.
    """
    key = f"import:{new_id()}"
    # Of a row with findings nothing may be stored: the owner only says what else is wrong.
    checked_only = dry_run or bool(reading.findings)
    for attempt in range(TRIES):
        try:
            known = await send(reading.values, key, asker, dry_run=checked_only)
            return _Outcome(reading.findings, known=known and not reading.findings)
        except Refusal as refusal:
            return _Outcome(reading.told(refusal.errors or (refusal,)))
        except Unavailable as error:
            if attempt == TRIES - 1:
                again = RowNotDone("the services failed on this row; import it again later")
                return _Outcome((*reading.findings, again), unavailable=error)
            await asyncio.sleep(FIRST_DELAY_S * 2**attempt)
    raise AssertionError("the loop above returns")


def _problems(table: Table, row: TableRow, errors: Iterable[Refusal]) -> tuple[Problem, ...]:
    """In the order of the file's columns, what is wrong with the whole row last."""
    order = {name: position for position, name in enumerate(table.letters)}
    found = (_problem(table, row, error) for error in errors)
    return tuple(sorted(found, key=lambda one: order.get(one.column, len(order))))


def _problem(table: Table, row: TableRow, error: Refusal) -> Problem:
    column, *rest = (error.field or "").split(".")
    within = ".".join(str(int(part) + 1) if part.isdigit() else part for part in rest)
    return Problem(row.line, column, table.letters.get(column, ""), within, error.message)
