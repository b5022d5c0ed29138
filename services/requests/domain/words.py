"""The words of a request: cleaned, not too long, and without anybody's address or number."""

from collections.abc import Callable
from dataclasses import replace

from services.requests.domain.content import CatalogueTask, Content
from services.requests.domain.refusals import ContactDetailsFound
from shared.kernel.findings import Findings
from shared.kernel.languages import DEFAULT_LOCALE
from shared.kernel.text import (
    TextTooLong,
    clean_line,
    clean_text,
    contains_contact_details,
)

MAX_TITLE = 120
MAX_DESCRIPTION = 4000
MAX_LINE = 120
"""Of a municipality and of a meeting point."""

_SURELY_TOO_LONG = 4
"""Times the limit: such a text is refused unread, since reading a megabyte takes long."""


def with_clean_words(content: Content, task: CatalogueTask | None, found: Findings) -> Content:
    """Return the content with its words cleaned; a task gives the title that is missing."""
    title = _line(content.title, "title", MAX_TITLE, found, required=content.task is None)
    description = _checked(
        content.description,
        "description",
        MAX_DESCRIPTION,
        found,
        lambda text: clean_text(text, field="description", max_length=MAX_DESCRIPTION),
    )
    return replace(
        content,
        title=title or (task.title[DEFAULT_LOCALE] if task else None),
        description=description,
        municipality=_line(content.municipality, "municipality", MAX_LINE, found),
        meeting_point=_line(content.meeting_point, "meeting_point", MAX_LINE, found),
    )


def _line(
    value: str | None, field: str, limit: int, found: Findings, *, required: bool = False
) -> str | None:
    def clean(text: str) -> str:
        return clean_line(text, field=field, max_length=limit, required=required)

    return _checked(value or "", field, limit, found, clean) or None


def _checked(
    value: str, field: str, limit: int, found: Findings, clean: Callable[[str], str]
) -> str:
    if len(value) > _SURELY_TOO_LONG * limit:
        found.add(TextTooLong(f"at most {limit} characters", field=field))
        return ""
    text = found.read(lambda: clean(value), "")
    if contains_contact_details(text):
        found.add(ContactDetailsFound(field))
    return text
