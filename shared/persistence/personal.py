"""Declarations of personal data: each column says why it is kept, on what basis, and how long.

The declaration sits on the column (`info=`), so that the record of processing, the deletion job
and the export cannot drift from the schema. A column that cannot hold anything about a person
says so with `NOT_PERSONAL`.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Date, Enum, LargeBinary, String, Text, TypeEngine, Uuid

INFO_KEY = "personal"


class Basis(StrEnum):
    """Legal bases of the GDPR that the project relies on."""

    CONSENT = "Art. 6(1)(a)"
    AGREEMENT = "Art. 6(1)(b)"
    LEGAL_DUTY = "Art. 6(1)(c)"
    PUBLIC_TASK = "Art. 6(1)(e)"


@dataclass(frozen=True, slots=True)
class Personal:
    """Why a column that can hold personal data exists.

    `keep` is counted from the event named in `counted_from`, a column of the same table; None
    means: as long as the person is with us, ended by erasure.
    """

    purpose: str
    basis: Basis
    keep: timedelta | None = None
    counted_from: str | None = None


NOT_PERSONAL: dict[Any, Any] = {INFO_KEY: None}
"""For a column that holds codes, counts or keys that say nothing about a person."""


def personal(
    purpose: str,
    basis: Basis = Basis.PUBLIC_TASK,
    *,
    keep: timedelta | None = None,
    counted_from: str | None = None,
) -> dict[Any, Any]:
    """The `info` of a column that can hold personal data."""
    return {INFO_KEY: Personal(purpose, basis, keep, counted_from)}


_CAN_HOLD: tuple[type[TypeEngine[Any]], ...] = (String, Text, JSONB, LargeBinary, Date, ARRAY)
PERSON_ID_COLUMNS = ("volunteer_id", "contact_id", "staff_id", "person_id")


def can_hold_personal_data(column: Column[Any]) -> bool:
    """Whether a column's type or name makes a declaration necessary."""
    if isinstance(column.type, Enum):
        return False
    if isinstance(column.type, Uuid):
        return column.name in PERSON_ID_COLUMNS
    return isinstance(column.type, _CAN_HOLD)


def undeclared(table: Table) -> list[str]:
    """Columns of `table` that can hold personal data and say nothing about it."""
    return [
        f"{table.fullname}.{column.name}"
        for column in table.columns
        if can_hold_personal_data(column) and INFO_KEY not in column.info
    ]


def declared(table: Table) -> dict[str, Personal]:
    """Columns of `table` with personal data, and their declarations."""
    return {
        column.name: column.info[INFO_KEY]
        for column in table.columns
        if column.info.get(INFO_KEY) is not None
    }
