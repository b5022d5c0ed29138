"""Tables as offices save them: encodings, separators, line numbers, and what is no table."""

import io
import time
import zipfile
from datetime import date, datetime
from datetime import time as clock_time

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from infra.importing.tables import (
    MAX_CELL,
    FileUnreadable,
    Table,
    column_letter,
    read_table,
)

HEADING = "first_name;last_name;postcode"
BODY = "Jürgen;Müller-Lüdenscheid;04600"


@pytest.fixture
def read(tmp_path):
    def read_content(content: bytes | str, name: str = "people.csv") -> Table:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_table(path)

    return read_content


@pytest.fixture
def read_sheet(tmp_path):
    def read_rows(*rows) -> Table:
        book = Workbook()
        for row in rows:
            book.active.append(row)
        path = tmp_path / "people.xlsx"
        book.save(path)
        return read_table(path)

    return read_rows


def cells(table: Table) -> list[dict[str, str]]:
    return [row.cells for row in table.rows]


def lines(table: Table) -> list[int]:
    return [row.line for row in table.rows]


def faults(table: Table) -> list[tuple[int, str | None, str]]:
    return [(r.line, r.fault.field, r.fault.message) for r in table.rows if r.fault]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encoding_separator_and_line_ends_do_not_matter(read, encoding, delimiter, newline):
    text = newline.join((HEADING, BODY, "")).replace(";", delimiter)

    table = read(text.encode(encoding))

    assert table.columns == ("first_name", "last_name", "postcode")
    assert cells(table) == [
        {"first_name": "Jürgen", "last_name": "Müller-Lüdenscheid", "postcode": "04600"}
    ]
    assert lines(table) == [2]


def test_the_separator_that_a_file_tells_excel_is_believed(read):
    table = read("sep=,\r\nfirst_name,last_name\r\nAmal,Feldquell\r\n")

    assert cells(table) == [{"first_name": "Amal", "last_name": "Feldquell"}]
    assert lines(table) == [3]


def test_a_row_is_named_by_the_line_on_which_it_begins(read):
    table = read(f'{HEADING}\n"Amal\nMaria";Feldquell;04600\n\n   ;;\nBernd;Waldtal;04600\n')

    assert [row.cells["first_name"] for row in table.rows] == ["Amal\nMaria", "Bernd"]
    assert lines(table) == [2, 6]


def test_the_heading_may_come_late_and_be_written_as_people_write(read):
    table = read("\n;;\nFirst Name; LAST-NAME ;Post code;\nAmal;Feldquell;04600;\n")

    assert table.columns == ("first_name", "last_name", "post_code", "")
    assert table.letters == {"first_name": "A", "last_name": "B", "post_code": "C"}
    assert lines(table) == [4]


def test_cells_that_are_missing_at_the_end_are_empty(read):
    assert cells(read(f"{HEADING}\nAmal\n")) == [{"first_name": "Amal"}]


def test_a_heading_alone_is_a_table_without_rows(read):
    assert read(HEADING).rows == ()


def test_a_row_with_more_cells_than_the_heading_is_refused_and_costs_no_other(read):
    table = read(f"{HEADING}\nAmal;Feldquell;04600;de:B2\nBernd;Waldtal;04600\n")

    assert [line for line, _, _ in faults(table)] == [2]
    assert [row.line for row in table.rows if row.fault is None] == [3]


def test_an_open_quotation_mark_names_its_line_and_column_and_costs_one_row(read):
    table = read(
        f'{HEADING}\nAmal;Feldquell;04600\nBernd;"Waldtal;04600\nClara;Bergsee;04600\n'
        "Darius;Auenland;04600\n"
    )

    assert [(line, field) for line, field, _ in faults(table)] == [(3, "last_name")]
    assert "not closed" in faults(table)[0][2]
    assert [row.line for row in table.rows if row.fault is None] == [2, 4, 5]


def test_an_open_quotation_mark_does_not_swallow_what_comes_until_the_next_one(read):
    table = read(
        f'{HEADING}\n"Amal;Feldquell;04600\nBernd;Waldtal;04600\n"Clara";Bergsee;04600\n'
    )

    assert [line for line, _, _ in faults(table)] == [2]
    assert [row.cells["first_name"] for row in table.rows if row.fault is None] == [
        "Bernd",
        "Clara",
    ]


def test_a_quotation_mark_inside_a_cell_is_explained(read):
    table = read(f'{HEADING}\n"Amal "die Schnelle"";Feldquell;04600\nBernd;Waldtal;04600\n')

    assert [line for line, _, _ in faults(table)] == [2]
    assert "twice" in faults(table)[0][2]
    assert lines(table) == [2, 3]


def test_thousands_of_open_quotation_marks_do_not_take_for_ever(read):
    table = read(HEADING + '\n"Amal;Feldquell;04600' * 20_000)

    assert len(faults(table)) == 20_000


def test_an_open_quotation_mark_in_the_heading_refuses_the_file(read):
    with pytest.raises(FileUnreadable, match="line 1: a quotation mark is opened"):
        read('first_name;"last_name\nAmal;Feldquell\n')


def test_a_cell_without_end_is_refused_and_not_cut(read):
    (row,) = read(f"{HEADING}\nAmal;{'a' * (MAX_CELL + 1)};04600\n").rows

    assert set(row.bad) == {"last_name"}
    assert row.cells == {"first_name": "Amal", "postcode": "04600"}


@pytest.mark.parametrize("error", ["#N/A", "#NV", "#BEZUG!", "#REF!"])
def test_every_formula_that_shows_an_error_is_refused(read, error):
    (row,) = read(f"{HEADING}\n{error};Feldquell;{error}\n").rows

    assert (set(row.bad), set(row.cells)) == ({"first_name", "postcode"}, {"last_name"})


def test_a_spreadsheets_cells_come_as_somebody_would_have_typed_them(read_sheet):
    table = read_sheet(
        ["day", "moment", "number", "share", "yes", "no", "time", "text", "nothing"],
        [
            datetime(2026, 12, 31),  # noqa: DTZ001  as a spreadsheet has it
            datetime(2026, 12, 31, 18, 30),  # noqa: DTZ001
            4600.0,
            2.5,
            True,
            False,
            clock_time(18, 30),
            " Straße ",
            None,
        ],
        [date(2026, 12, 31), None, 3],
    )

    assert cells(table) == [
        {
            "day": "2026-12-31",
            "moment": "2026-12-31T18:30",
            "number": "4600",
            "share": "2.5",
            "yes": "true",
            "no": "false",
            "time": "18:30",
            "text": "Straße",
        },
        {"day": "2026-12-31", "number": "3"},
    ]


def test_a_spreadsheets_empty_rows_count_as_lines(read_sheet):
    table = read_sheet(["first_name"], ["Amal"], [], [None, ""], ["Bernd"])

    assert lines(table) == [2, 5]


def test_a_note_beside_a_spreadsheets_table_is_no_fault(read_sheet):
    table = read_sheet(
        ["first_name", "last_name"], ["Amal", "Feldquell", None, "bitte anrufen"]
    )

    assert faults(table) == []
    assert cells(table) == [{"first_name": "Amal", "last_name": "Feldquell"}]


def test_rows_beyond_the_size_that_a_spreadsheet_states_are_read(tmp_path):
    book = Workbook()
    for row in (["first_name"], ["Amal"], ["Bernd"]):
        book.active.append(row)
    whole = io.BytesIO()
    book.save(whole)
    path = tmp_path / "people.xlsx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part.replace(b'ref="A1:A3"', b'ref="A1:A1"'))
    assert b'ref="A1:A1"' in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")

    assert [row.cells["first_name"] for row in read_table(path).rows] == ["Amal", "Bernd"]


def a_zip(name: str, content: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb004300") + bytes(range(256))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\n\n ; ;\n", "is empty"),
        (JPEG, "neither CSV nor XLSX"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "neither CSV nor XLSX"),
        (b"first_name\nAn\x81e\n", "neither CSV nor XLSX"),
        ("first_name\nÄnne\n".encode("utf-16-le"), "neither CSV nor XLSX"),
        (b"\xff\xfea", "encoding"),
        (b"\xef\xbb\xbffirst_name\nAnne\nJ\xfcrgen\n", "line 3"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "old Excel file or has a password"),
        (a_zip("note.txt", "hello"), "not a spreadsheet"),
        (a_zip("[Content_Types].xml", "<broken"), "not a spreadsheet"),
        (a_zip("xl/workbook.xml", "<a/>")[:-20], "neither CSV nor XLSX"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(read, content, says):
    with pytest.raises(FileUnreadable, match=says) as refused:
        read(content)
    assert "\n" not in refused.value.message


def test_a_broken_sheet_in_a_good_book_is_refused(tmp_path):
    whole = io.BytesIO()
    Workbook().save(whole)
    path = tmp_path / "people.xlsx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part[:60] if name.endswith("sheet1.xml") else part)

    with pytest.raises(FileUnreadable, match="not a spreadsheet"):
        read_table(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(FileUnreadable, match="No such file"):
        read_table(tmp_path / "nowhere.csv")
    with pytest.raises(FileUnreadable, match="cannot be read"):
        read_table(tmp_path)


def test_fifty_thousand_rows_are_read_within_seconds(read):
    row = ";".join(["Amal", "Feldquell", "04600", *(["some words"] * 17)])
    heading = ";".join(["first_name", "last_name", "postcode", *(f"c{i}" for i in range(17))])
    content = "\n".join([heading, *([row] * 50_000)])

    began = time.perf_counter()
    table = read(content)

    assert len(table.rows) == 50_000
    assert table.rows[-1].line == 50_001
    assert time.perf_counter() - began < 10


def test_columns_are_lettered_as_in_a_spreadsheet():
    for number in range(1, 1000):
        assert column_letter(number) == get_column_letter(number)
