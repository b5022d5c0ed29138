"""Rows of forms: some are left empty, and what is wrong must be shown at the row that was typed."""

from collections.abc import Callable
from typing import Any

from shared.web.forms import Form


def without_empty(value: object, key: str) -> object:
    """Leave out rows in which the decisive field is empty: a chosen level without a language, say."""
    if not isinstance(value, list):
        return value
    return [row for row in value if not isinstance(row, dict) or row.get(key)]


def typed_rows(form: Form[Any], name: str, key: str) -> list[str]:
    """The numbers of the rows that were filled in, in their order."""
    numbers = {
        typed.split(".")[1]
        for typed, values in form.typed.items()
        if typed.startswith(f"{name}.") and typed.endswith(f".{key}") and any(values)
    }
    return sorted(numbers, key=int)


def at_typed_row(form: Form[Any], **keys: str) -> Callable[[str], str]:
    """Give the field of a wish the number of the row it was typed in.

    `keys` names the lists and the field that makes a row count, as for `without_empty`.
    """

    def shown_at(field: str) -> str:
        name, _, rest = field.partition(".")
        number, _, below = rest.partition(".")
        if name not in keys or not number.isdigit():
            return field
        rows = typed_rows(form, name, keys[name])
        row = rows[int(number)] if int(number) < len(rows) else number
        return ".".join(filter(None, (name, row, below)))

    return shown_at
