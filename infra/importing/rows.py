"""What one row says, and everything that is wrong with it: told at once, not one after another.

Three judge a row: the readers of its cells, the contract, and the owner with its own rules. Each of
them sees what is left by the one before, so where a value is wrong something must stand for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from infra.importing.cells import Several
from infra.importing.columns import Columns
from infra.importing.tables import TableRow
from shared.kernel.errors import Refusal
from shared.kernel.findings import Findings


class ColumnEmpty(Refusal):
    """A row lacks what no row can do without."""

    code: ClassVar[str] = "import.column_empty"


@dataclass(frozen=True, slots=True)
class Reading:
    """A row in the outside interface's shape; with findings it must be checked and not stored."""

    columns: Columns
    values: Mapping[str, Any]
    """A stand-in, or nothing, in the place of each finding."""
    findings: tuple[Refusal, ...] = ()

    def without(self, refused: Iterable[Refusal]) -> "Reading":
        """The reading without values that are refused."""
        values = dict(self.values)
        findings = tuple(refused)
        for finding in findings:
            column, entry = self._place(finding)
            reader = self.columns.readers.get(column)
            if isinstance(reader, Several) and entry is not None:
                values[column] = [*values[column]]
                values[column][entry] = reader.stand_in
            else:
                _put(values, column, self.columns.stand_in(column))
        return Reading(self.columns, values, (*self.findings, *findings))

    def told(self, refused: Iterable[Refusal]) -> tuple[Refusal, ...]:
        """All findings, and what the owner `refused` of values that were not stand-ins."""
        places = {self._place(finding) for finding in self.findings}
        of_values = (
            refusal
            for refusal in refused
            if places.isdisjoint({self._place(refusal), (self._place(refusal)[0], None)})
        )
        return (*self.findings, *of_values)

    def _place(self, refusal: Refusal) -> tuple[str, int | None]:
        """The column, and the entry if others of the same cell are still there."""
        column, *within = (refusal.field or "").split(".")
        several = isinstance(self.columns.readers.get(column), Several)
        if several and within and within[0].isdecimal():
            return column, int(within[0])
        return column, None


def read_row(columns: Columns, row: TableRow) -> Reading:
    """Read every cell of a row that could be taken apart."""
    found = Findings()
    values: dict[str, Any] = {}
    for name in columns.readers:
        _put(values, name, _value(columns, name, row, found))
    return Reading(columns, values, found.refusals)


def _value(columns: Columns, name: str, row: TableRow, found: Findings) -> Any:
    cell, reader = row.cells.get(name), columns.readers[name]
    if name in row.bad:
        found.add(row.bad[name])
        return columns.stand_in(name)
    if cell is not None and isinstance(reader, Several):
        return reader.read(cell, name, found)
    if cell is not None:
        return found.read(lambda: reader(cell, name), columns.stand_in(name))
    if name in columns.required:
        found.add(ColumnEmpty("this must not be empty", field=name))
        return columns.stand_in(name)
    return None


def _put(values: dict[str, Any], name: str, value: Any) -> None:
    """Nothing is no value: what is missing is unknown."""
    if value is None:
        values.pop(name, None)
    else:
        values[name] = value
