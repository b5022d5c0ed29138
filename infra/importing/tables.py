"""Reads a table from CSV or XLSX as offices save it: BOM, Windows-1252, semicolons, blank lines.

Values come out as cleaned strings with their line and column, whatever the file was.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import ClassVar

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from shared.kernel.errors import Refusal

MAX_BYTES = 50_000_000
MAX_CELL = 20_000


class FileUnreadable(Refusal):
    """The file as a whole cannot be read."""

    code: ClassVar[str] = "import.file_unreadable"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its line in the file (the heading is line 1 or later) and its cells by column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and its rows. `letters` says which column of a spreadsheet a name stands in."""

    columns: tuple[str, ...]
    letters: dict[str, str]
    rows: tuple[TableRow, ...]


def read_table(path: Path) -> Table:
    """Read the first sheet or the whole file.

    Raises:
        FileUnreadable: no file, too large, neither CSV nor XLSX, or without a heading.

    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be opened ({error.strerror})") from error
    if size > MAX_BYTES:
        raise FileUnreadable(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB")
    content = path.read_bytes()
    lines = _spreadsheet(content, path) if zipfile.is_zipfile(io.BytesIO(content)) else None
    return _table(lines if lines is not None else _csv(content, path), path)


def _spreadsheet(content: bytes, path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise FileUnreadable(f"{path.name} is not a spreadsheet that can be read") from error
    sheet = book.worksheets[0]
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        yield number, [_as_text(cell) for cell in row]


def _as_text(cell: object) -> str:
    """A cell as somebody would have typed it: whole numbers without a point, days in ISO form."""
    if isinstance(cell, datetime) and cell.time() != time(0):
        text = cell.isoformat(timespec="minutes")
    elif isinstance(cell, datetime):
        text = cell.date().isoformat()
    elif isinstance(cell, date):
        text = cell.isoformat()
    elif isinstance(cell, time):
        text = cell.isoformat(timespec="minutes")
    elif isinstance(cell, bool):
        text = "true" if cell else "false"
    elif isinstance(cell, float) and cell.is_integer():
        text = str(int(cell))
    else:
        text = "" if cell is None else str(cell)
    return text


def _csv(content: bytes, path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    text = _decoded(content, path)
    if "\0" in text:
        raise FileUnreadable(f"{path.name} is neither CSV nor XLSX")
    heading = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(";,\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileUnreadable(
                f"{path.name}, line {reader.line_num}: a quotation mark is not closed"
            ) from error
        yield line, row
        line = reader.line_num + 1


def _decoded(content: bytes, path: Path) -> str:
    """UTF-8 with or without BOM, UTF-16 with BOM, else what German Excel writes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise FileUnreadable(f"{path.name} is neither UTF-8 nor Windows-1252") from error


def _table(lines: Iterator[tuple[int, Sequence[str]]], path: Path) -> Table:
    columns: tuple[str, ...] = ()
    rows: list[TableRow] = []
    for line, cells in lines:
        values = [cell.strip() for cell in cells]
        if not any(values):
            continue
        if not columns:
            columns = tuple(_column_name(value) for value in values)
            continue
        named = {
            name: value[:MAX_CELL]
            for name, value in zip(columns, values, strict=False)
            if name and value
        }
        rows.append(TableRow(line, named))
    if not columns:
        raise FileUnreadable(f"{path.name} is empty: the first line names the columns")
    twice = {name for name in columns if name and columns.count(name) > 1}
    if twice:
        raise FileUnreadable(f"{path.name} has a column twice: {', '.join(sorted(twice))}")
    letters = {name: get_column_letter(i) for i, name in enumerate(columns, start=1) if name}
    return Table(columns, letters, tuple(rows))


def _column_name(heading: str) -> str:
    return "_".join(heading.lower().replace("-", " ").split())
