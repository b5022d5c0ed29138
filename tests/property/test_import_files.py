"""Whatever somebody imports: a table, or a refusal that does not repeat what stood there."""

import contextlib
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.importing.cells import Reader
from infra.importing.columns import COLUMNS
from infra.importing.tables import FileUnreadable, read_table
from shared.kernel.errors import Refusal

HEADING = ["first_name", "last_name", "postcode"]
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t;,\"'"), max_size=40
)
WRITTEN = TEXT.filter(lambda text: not text.strip().startswith("#"))
"""Without what a formula shows as its error."""
READERS = sorted(
    {reader for kind in COLUMNS.values() for reader in kind.readers.values()}, key=str
)


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("import") / "people.csv"


@given(content=st.binary(max_size=300) | TEXT.map(str.encode))
def test_any_bytes_are_a_table_or_are_refused(path, content):
    path.write_bytes(content)
    with contextlib.suppress(FileUnreadable):
        table = read_table(path)
        lines = [row.line for row in table.rows]
        assert lines == sorted(set(lines))
        assert all(line <= content.count(b"\n") + content.count(b"\r") + 1 for line in lines)


@given(rows=st.lists(st.lists(WRITTEN, min_size=3, max_size=3), max_size=8))
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_what_a_spreadsheet_writes_is_read_back_with_its_lines(path, rows, delimiter):
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\n")
    writer.writerow(HEADING)
    begins = []
    for row in rows:
        begins.append(len(list(io.StringIO(written.getvalue(), newline=""))) + 1)
        writer.writerow(row)
    path.write_bytes(written.getvalue().encode())

    table = read_table(path)

    wanted = {
        line: {
            name: cell.strip() for name, cell in zip(HEADING, row, strict=True) if cell.strip()
        }
        for line, row in zip(begins, rows, strict=True)
    }
    assert {row.line: row.cells for row in table.rows} == {
        line: cells for line, cells in wanted.items() if cells
    }
    assert all(row.fault is None for row in table.rows)


def refusals_of(reader: Reader, cell: str) -> tuple[Refusal, ...]:
    try:
        reader(cell, "column")
    except Refusal as refusal:
        return refusal.errors or (refusal,)
    return ()


@given(cell=TEXT, mark=st.sampled_from(["", "Ξ"]))
def test_any_cell_is_read_or_refused_without_being_repeated(cell, mark):
    typed = f"{mark}{cell}".strip()
    for reader in READERS:
        for refusal in refusals_of(reader, typed):
            assert "Ξ" not in refusal.message
            assert (refusal.field or "").startswith("column")
