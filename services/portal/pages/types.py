"""How the JSON API reads numbers, days and times: as its description says, and no looser.

A number in quotation marks, or a moment written as a number, is a slip that would be guessed at.
"""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?",
    re.ASCII | re.IGNORECASE,
)
_CLOCK = re.compile(r"([01]\d|2[0-4]):[0-5]\d", re.ASCII)


def _number(value: Any) -> Any:
    if isinstance(value, bool | str):
        raise PydanticCustomError("int_type", "This is not a whole number.")
    return value


def _day(value: Any) -> Any:
    # A day that pages have read already is one.
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise PydanticCustomError("date_parsing", "This is not a date (YYYY-MM-DD).")
    return value


def _moment(value: Any) -> Any:
    if not isinstance(value, str) or _MOMENT.fullmatch(value) is None:
        raise PydanticCustomError("datetime_parsing", "This is not a date and time.")
    return value


def _clock(value: str) -> str:
    if _CLOCK.fullmatch(value) is None:
        raise PydanticCustomError("time_parsing", "This is not a time (HH:MM).")
    return value


Flag = StrictBool
Number = Annotated[int, BeforeValidator(_number)]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_moment),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "ISO 8601 with its offset from UTC, or Z.",
        }
    ),
]
Clock = Annotated[
    str,
    AfterValidator(_clock),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^([01]\d|2[0-4]):[0-5]\d$",
            "description": "Wall time of the district, 00:00 to 24:00.",
        }
    ),
]
Line = Annotated[str, StringConstraints(max_length=300)]
Text = Annotated[str, StringConstraints(max_length=20_000)]
