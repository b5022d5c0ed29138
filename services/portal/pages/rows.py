"""Rows of a form (`slots.0.on`, `slots.3.on`): numbered as its errors are."""

import re
from collections.abc import Mapping
from dataclasses import replace

from shared.web.field_errors import FieldError
from shared.web.forms import Form, ModelT
from shared.web.templating import Words
from shared.web.translations import msg

_ROW_NAMES: Mapping[str, str] = {
    "slots": msg("Termin %(number)s"),
    "weekly": msg("Wochentag %(number)s"),
    "languages": msg("Sprache %(number)s"),
}


def compacted(form: Form[ModelT], *groups: str) -> Form[ModelT]:
    """Close the gaps that empty rows leave, as the model did: errors name rows by their new number."""
    typed = dict(form.typed)
    for group in groups:
        typed = _without_gaps(typed, group)
    return replace(form, typed=typed)


def rows_filled(form: Form[ModelT], group: str) -> int:
    """How many rows have something in them."""
    prefix = f"{group}."
    numbers = [
        int(name.split(".")[1]) + 1
        for name, values in form.typed.items()
        if name.startswith(prefix) and name.split(".")[1].isdecimal() and any(values)
    ]
    return max(numbers, default=0)


def row_labels(form: Form[ModelT], words: Words) -> dict[str, str]:
    """What the rows with errors are called in the summary on top of the page."""
    labels = {}
    for error in form.errors:
        group, _, rest = error.field.partition(".")
        number = rest.partition(".")[0]
        if group in _ROW_NAMES and number.isdecimal():
            labels[error.field] = words.gettext(_ROW_NAMES[group], number=int(number) + 1)
    return labels


def renamed(form: Form[ModelT], names: Mapping[str, str]) -> Form[ModelT]:
    """The form with its errors at the fields that it has: services speak of their own.

    `names` maps patterns of the services' names to replacements.
    """
    return replace(
        form,
        errors=tuple(replace(error, field=_renamed(error, names)) for error in form.errors),
    )


def _renamed(error: FieldError, names: Mapping[str, str]) -> str:
    for pattern, name in names.items():
        if re.fullmatch(pattern, error.field):
            return re.sub(pattern, name, error.field)
    return error.field


def _without_gaps(typed: dict[str, tuple[str, ...]], group: str) -> dict[str, tuple[str, ...]]:
    row = re.compile(rf"{group}\.(\d{{1,3}})\.(.+)", re.ASCII)
    rows: dict[int, dict[str, tuple[str, ...]]] = {}
    others: dict[str, tuple[str, ...]] = {}
    for name, values in typed.items():
        match = row.fullmatch(name)
        if match is None:
            others[name] = values
        elif any(values):
            rows.setdefault(int(match[1]), {})[match[2]] = values
    for number, key in enumerate(sorted(rows)):
        others |= {f"{group}.{number}.{rest}": values for rest, values in rows[key].items()}
    return others
