"""Imports a table: each row becomes one wish under a key made of its content.

Running it twice imports nothing twice: the same row has the same key and gets its stored reply,
and a person who is known already is recognised by the owner.
"""

import asyncio
import hashlib
import json
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid5

from pydantic import ValidationError

from infra.importing.cells import ORGANISATIONS, REQUESTS, VOLUNTEERS, CellUnclear, Columns
from infra.importing.tables import Table, TableRow
from shared.contracts.network import (
    KeepHandoverContact,
    OrganisationByEmail,
    RegisterOrganisation,
)
from shared.contracts.profiles import RegisterVolunteer
from shared.contracts.requests import PostRequest, PreviewNeed, RequestContent
from shared.kernel.errors import Refusal
from shared.kernel.fields import Via
from shared.messaging.asking import Asker, NotSaved
from shared.messaging.retries import Unavailable
from shared.web.field_errors import from_pydantic

ResultT = TypeVar("ResultT")

COLUMNS = {"volunteers": VOLUNTEERS, "organisations": ORGANISATIONS, "requests": REQUESTS}
IMPORTED = UUID("6f1c44a1-0a3f-5d6e-9b1f-0f6b0c1d2e3f")
AT_ONCE = 8
TRIES = 5
DEFAULT_CONSENT = "import"
_CONTACT = {"contact_name", "contact_phone", "organisation_email"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One refused cell: where, what, and no word of what stood there."""

    line: int
    column: str
    letter: str
    reason: str


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row."""

    line: int
    problems: tuple[Problem, ...] = ()

    @property
    def imported(self) -> bool:
        return not self.problems


class OrganisationUnknown(Refusal):
    """A request names an organisation that is not there."""

    code = "import.organisation_unknown"


def unknown_columns(kind: str, table: Table) -> list[str]:
    """Columns that this kind of file does not have: named and ignored."""
    return [name for name in table.columns if name and name not in COLUMNS[kind].readers]


def missing_columns(kind: str, table: Table) -> list[str]:
    """Columns without which no row can be imported."""
    return sorted(COLUMNS[kind].required - set(table.columns))


def read_rows(
    kind: str, table: Table
) -> Iterator[tuple[TableRow, dict[str, Any], list[Refusal]]]:
    """Each row with its values in the outside interface's shape, and what could not be read."""
    for row in table.rows:
        yield row, *_values(COLUMNS[kind], row)


def _values(columns: Columns, row: TableRow) -> tuple[dict[str, Any], list[Refusal]]:
    values: dict[str, Any] = {}
    refused: list[Refusal] = []
    for name, reader in columns.readers.items():
        cell = row.cells.get(name)
        if cell is None:
            if name in columns.required:
                refused.append(CellUnclear("this column must not be empty", field=name))
            continue
        try:
            values[name] = reader(cell, name)
        except Refusal as refusal:
            refused.append(refusal)
    return values, refused


async def import_rows(
    kind: str, table: Table, asker: Asker, *, dry_run: bool
) -> AsyncIterator[RowResult]:
    """Import row by row, a few at once; results come as they are done.

    Raises:
        Unavailable: the services do not answer; what was imported stays, run it again.

    """
    send = SENDERS[kind]
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(row: TableRow, values: dict[str, Any], refused: list[Refusal]) -> RowResult:
        if not refused:
            async with gate:
                refused = await _import_one(
                    send, _key(row.cells), values, asker, dry_run=dry_run
                )
        return RowResult(row.line, tuple(_problem(table, row, error) for error in refused))

    tasks = [one(row, values, refused) for row, values, refused in read_rows(kind, table)]
    async for result in _as_done(tasks):
        yield result


async def import_values(
    send: "Sender", rows: Sequence[dict[str, Any]], asker: Asker
) -> AsyncIterator[list[Refusal]]:
    """Import rows that are in the outside interface's shape already; what refused each.

    Raises:
        Unavailable: the services do not answer.

    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(values: dict[str, Any]) -> list[Refusal]:
        async with gate:
            return await _import_one(send, _key(values), values, asker, dry_run=False)

    async for refused in _as_done([one(values) for values in rows]):
        yield refused


async def _as_done(steps: Sequence[Coroutine[Any, Any, ResultT]]) -> AsyncIterator[ResultT]:
    tasks = [asyncio.create_task(step) for step in steps]
    try:
        for task in asyncio.as_completed(tasks):
            yield await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _import_one(
    send: "Sender", key: str, values: dict[str, Any], asker: Asker, *, dry_run: bool
) -> list[Refusal]:
    for attempt in range(TRIES):
        try:
            await send(values, key, asker, dry_run)
        except ValidationError as error:
            found = from_pydantic(error.errors(include_url=False, include_input=False))
            return [CellUnclear(one.message, field=one.field) for one in found]
        except Refusal as refusal:
            return list(refusal.errors) or [refusal]
        except Unavailable:
            if attempt == TRIES - 1:
                raise
            await asyncio.sleep(0.5 * 2**attempt)
        else:
            return []
    raise AssertionError("the loop above returns or raises")


def _key(cells: Mapping[str, Any]) -> str:
    content = json.dumps(cells, sort_keys=True, ensure_ascii=False, default=str)
    return f"import:{hashlib.sha256(content.encode()).hexdigest()}"


def _problem(table: Table, row: TableRow, error: Refusal) -> Problem:
    column = (error.field or "").split(".")[0]
    return Problem(row.line, error.field or "", table.letters.get(column, ""), error.message)


Sender = Callable[[dict[str, Any], str, Asker, bool], Awaitable[None]]


async def _send_volunteer(
    values: dict[str, Any],
    key: str,
    asker: Asker,
    dry_run: bool,  # noqa: FBT001
) -> None:
    wish = RegisterVolunteer.model_validate(
        {"consent_version": DEFAULT_CONSENT} | values | _wish(key, dry_run=dry_run)
    )
    await asker.ask(wish)


async def _send_organisation(
    values: dict[str, Any],
    key: str,
    asker: Asker,
    dry_run: bool,  # noqa: FBT001
) -> None:
    wish = RegisterOrganisation.model_validate(
        {"contact_first_name": "", "contact_last_name": ""}
        | values
        | {"verified": True}
        | _wish(key, dry_run=dry_run)
    )
    await asker.ask(wish)


async def _send_request(
    values: dict[str, Any],
    key: str,
    asker: Asker,
    dry_run: bool,  # noqa: FBT001
) -> None:
    found = await asker.ask(OrganisationByEmail(email=values["organisation_email"]))
    if found.organisation_id is None:
        raise OrganisationUnknown(
            "no organisation has this address; import organisations first",
            field="organisation_email",
        )
    content = RequestContent.model_validate(
        {name: value for name, value in values.items() if name not in _CONTACT}
    )
    if dry_run:
        await asker.ask(PreviewNeed(content=content))
        return
    if values.get("contact_name"):
        kept = await asker.ask(
            KeepHandoverContact(
                command_key=f"{key}:contact",
                via=Via.IMPORT,
                organisation_id=found.organisation_id,
                name=values["contact_name"],
                phone=values.get("contact_phone"),
            )
        )
        content = content.model_copy(update={"contact_id": kept.contact_id})
    outcome = await asker.send(
        PostRequest(
            command_key=key,
            via=Via.IMPORT,
            request_id=uuid5(IMPORTED, key),
            organisation_id=found.organisation_id,
            content=content,
        )
    )
    if isinstance(outcome, NotSaved):
        raise Unavailable("the message server is away")


def _wish(key: str, *, dry_run: bool) -> dict[str, Any]:
    suffix = ":dry" if dry_run else ""
    return {"command_key": key + suffix, "via": Via.IMPORT, "dry_run": dry_run}


SENDERS: dict[str, Sender] = {
    "volunteers": _send_volunteer,
    "organisations": _send_organisation,
    "requests": _send_request,
}
