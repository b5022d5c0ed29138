"""Reads the first sheet of an XLSX file: each cell as somebody would have typed it."""

import io
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import ClassVar
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from shared.kernel.errors import Refusal

_BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    EOFError,
    OSError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    NotImplementedError,
)
"""What openpyxl raises on a file that somebody else's program wrote badly."""


class SpreadsheetUnreadable(Refusal):
    """A zip file, but no spreadsheet that can be read."""

    code: ClassVar[str] = "import.spreadsheet_unreadable"


def spreadsheet_rows(content: bytes) -> list[Sequence[str]]:
    """Every row of the first sheet, empty ones included, so that positions are line numbers.

    Raises:
        SpreadsheetUnreadable: it is none, or broken.

    """
    try:
        with warnings.catch_warnings():
            # About styles, validations and headers that we do not read.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            # The size that a file states is often wrong, and rows beyond it would be lost.
            sheet.reset_dimensions()
            return [
                [as_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)
            ]
    except _BROKEN as error:
        raise SpreadsheetUnreadable(
            "not a spreadsheet that can be read; save it as .xlsx or CSV"
        ) from error


def as_text(cell: object) -> str:
    """A cell as text: whole numbers without a point, days and times in ISO form."""
    if isinstance(cell, datetime) and cell.time() == time(0):
        text = cell.date().isoformat()
    elif isinstance(cell, datetime | time):
        text = cell.isoformat(timespec="minutes")
    elif isinstance(cell, date):
        text = cell.isoformat()
    elif isinstance(cell, bool):
        text = "true" if cell else "false"
    elif isinstance(cell, float) and cell.is_integer():
        text = str(int(cell))
    else:
        text = "" if cell is None else str(cell)
    return text
