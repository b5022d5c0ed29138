"""Reads a table from CSV or XLSX as offices save it: BOM, Windows-1252, semicolons, blank lines.

Values come out as cleaned strings with their line and column, whatever the file was. A row that
cannot be read is kept as such, with its line and the reason, and costs no other row.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, TypeAlias

from shared.kernel.errors import Refusal

MAX_BYTES = 50_000_000
MAX_CELL = 20_000
"""Characters; the services allow far less, but a cell must not be cut in silence."""

_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF_8_BOM = b"\xef\xbb\xbf"
_UTF_16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ";,\t"
_EXCEL_HINT = re.compile(r"sep=(.)", re.IGNORECASE)
"""A first line by which a file tells Excel its separator."""
_FORMULA_ERRORS = {
    "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A",
    "#WERT!", "#BEZUG!", "#ZAHL!", "#NV", "#ÜBERLAUF!", "#SPILL!",
}  # fmt: skip


class FileUnreadable(Refusal):
    """The file as a whole cannot be read."""

    code: ClassVar[str] = "import.file_unreadable"


class RowMalformed(Refusal):
    """One row cannot be taken apart; `field` is the column, if it is known."""

    code: ClassVar[str] = "import.row_malformed"


class CellMalformed(Refusal):
    """One cell holds nothing that anybody wrote there, or far too much; `field` is its column."""

    code: ClassVar[str] = "import.cell_malformed"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its first line in the file (from 1) and its cells by column; empty ones are missing.

    With a `fault` or with `bad` cells it must not be imported, whatever the others say.
    """

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    bad: dict[str, CellMalformed] = field(default_factory=dict)
    """By column; they are not among the `cells`."""
    fault: RowMalformed | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and its rows. `letters` says which column of a spreadsheet a name stands in."""

    columns: tuple[str, ...]
    letters: dict[str, str]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class _Broken:
    """What stands in for the cells of a record that cannot be taken apart."""

    position: int | None
    reason: str


_Record: TypeAlias = tuple[int, Sequence[str] | _Broken]
"""The first line and the cells."""


def read_table(path: Path) -> Table:
    """Read the whole file, or the first sheet of a spreadsheet.

    Raises:
        FileUnreadable: no file, too large, neither CSV nor XLSX, or without a heading.

    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be read ({error.strerror})") from error
    if size > MAX_BYTES:
        raise FileUnreadable(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB")
    if content.startswith(_OLD_EXCEL):
        raise FileUnreadable(
            f"{path.name} is an old Excel file or has a password; save it as .xlsx without one"
        )
    if zipfile.is_zipfile(io.BytesIO(content)):
        return _table(_sheet(content, path), path, separated=False)
    return _table(_records(_decoded(content, path)), path, separated=True)


def _sheet(content: bytes, path: Path) -> Iterator[_Record]:
    # Here, because it takes half a second, and most files are CSV.
    from infra.importing import spreadsheets  # noqa: PLC0415 - slow, see above

    try:
        yield from enumerate(spreadsheets.spreadsheet_rows(content), start=1)
    except spreadsheets.SpreadsheetUnreadable as error:
        raise FileUnreadable(f"{path.name}: {error.message}") from error


def _decoded(content: bytes, path: Path) -> str:
    """UTF-8 with or without BOM, UTF-16 with BOM, else what German Excel writes."""
    neither = FileUnreadable(f"{path.name} is neither CSV nor XLSX")
    marked = content.startswith((_UTF_8_BOM, *_UTF_16_BOMS))
    if b"\0" in content and not content.startswith(_UTF_16_BOMS):
        raise neither
    try:
        text = content.decode("utf-16" if content.startswith(_UTF_16_BOMS) else "utf-8-sig")
    except UnicodeDecodeError as error:
        if marked:
            line = error.object[: error.start].count(b"\n") + 1
            raise FileUnreadable(
                f"{path.name}, line {line}: not in the encoding that the file announces"
            ) from error
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            raise neither from error
    if "\0" in text:
        raise neither
    return text


def _records(text: str) -> Iterator[_Record]:
    """The rows of a CSV text, each with the line on which it begins.

    After a quotation mark that is never closed, or that stands where none may, reading goes on
    with the next line: one slip costs one row, not the rest of the file.
    """
    lines = list(io.StringIO(text, newline=""))
    start = 0
    hint = _EXCEL_HINT.fullmatch(lines[0].strip()) if lines else None
    if hint:
        start = 1
    heading = next((line for line in lines[start:] if line.strip()), "")
    delimiter = hint[1] if hint else max(_DELIMITERS, key=heading.count)
    while start < len(lines):
        begun = start
        reader = csv.reader(_from(lines, start), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                yield begun + 1, cells
                begun = start + reader.line_num
        except csv.Error:
            yield begun + 1, _broken(lines[begun], delimiter)
            start = begun + 1
        else:
            return


def _from(lines: Sequence[str], start: int) -> Iterator[str]:
    return (lines[at] for at in range(start, len(lines)))


def _broken(line: str, delimiter: str) -> _Broken:
    """Say what is wrong with the quotation marks of a line."""
    try:
        list(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "expected after" in str(error):
            reason = "write a quotation mark inside a cell twice, and the cell between two"
            return _Broken(None, reason)
    # Read leniently, the open cell takes in the rest of the line: it is the last one.
    cells = next(csv.reader([line], delimiter=delimiter), [""])
    return _Broken(len(cells) - 1, "a quotation mark is opened here and not closed")


def _table(records: Iterable[_Record], path: Path, *, separated: bool) -> Table:
    """Name the cells. In a `separated` text a row with more cells than the heading is malformed."""
    columns: tuple[str, ...] = ()
    rows: list[TableRow] = []
    for line, cells in records:
        if isinstance(cells, _Broken):
            if not columns:
                raise FileUnreadable(f"{path.name}, line {line}: {cells.reason}")
            rows.append(TableRow(line, fault=_malformed(cells, columns)))
            continue
        values = [cell.strip() for cell in cells]
        if not any(values):
            continue
        if columns:
            rows.append(_row(line, values, columns, separated=separated))
        else:
            columns = tuple(_column_name(value) for value in values)
    if not columns:
        raise FileUnreadable(f"{path.name} is empty: the first line names the columns")
    letters = {name: column_letter(i) for i, name in enumerate(columns, start=1) if name}
    return Table(columns, letters, tuple(rows))


def _row(
    line: int, values: Sequence[str], columns: Sequence[str], *, separated: bool
) -> TableRow:
    cells = {n: value for n, value in zip(columns, values, strict=False) if n and value}
    bad = {n: wrong for n, value in cells.items() if (wrong := _cell_fault(n, value))}
    good = {n: value for n, value in cells.items() if n not in bad}
    fault = None
    if separated and any(values[len(columns) :]):
        fault = RowMalformed(
            "more cells than the heading has; put a cell that holds the separator in quotation "
            "marks"
        )
    return TableRow(line, good, bad, fault)


def _cell_fault(name: str, value: str) -> CellMalformed | None:
    if len(value) > MAX_CELL:
        return CellMalformed(f"at most {MAX_CELL} characters", field=name)
    if value.upper() in _FORMULA_ERRORS:
        return CellMalformed("a formula that shows an error; write its value", field=name)
    return None


def _malformed(broken: _Broken, columns: Sequence[str]) -> RowMalformed:
    at = broken.position
    name = columns[at] if at is not None and at < len(columns) else ""
    return RowMalformed(broken.reason, field=name or None)


def _column_name(heading: str) -> str:
    return "_".join(heading.lower().replace("-", " ").replace("_", " ").split())


def column_letter(number: int) -> str:
    """The name that spreadsheets give to the column of this number, from 1: A … Z, AA …"""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
