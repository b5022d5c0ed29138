"""Everything that is wrong with a new request as it was typed, at once and in the form's order.

What is typed may already be refused here, while `requests` alone knows what a request needs. So
it is asked about the rest, too: nobody fills in one field only to be told of the next.
"""

from dataclasses import replace
from typing import Any

from services.admin.pages.context import Desk, Gaps
from services.admin.pages.request_form import (
    RequestFields,
    content_of,
    phone_without_name,
    refused_form,
)
from shared.contracts.requests import PreviewNeed
from shared.kernel.errors import Refusal
from shared.web.field_errors import FieldError
from shared.web.forms import Form, ModelT, parse_form

ON_THE_PAGE = (
    "organisation_id", "task", "kind", "field", "title", "description", "places", "slots", "weekly",
    "starts_on", "ends_on", "answer_by_on", "remote", "postcode", "municipality", "meeting_point",
    "contact_name", "contact_phone", "languages", "checks", "skills",
)  # fmt: skip
_SELECTS = {"organisation_id": "admin.pick_organisation"} | dict.fromkeys(
    ("kind", "field"), "admin.pick_one"
)
_MISSING = {"missing", "requests.required"}
_ONE_OF_TWO = {"slots": "weekly", "weekly": "slots"}
"""What stands in for the other: where one cannot be read, the other is not missed."""


async def all_that_is_wrong(desk: Desk, form: Form[ModelT], gaps: Gaps) -> Form[ModelT]:
    """The form with what is wrong by our own look and, if its owner answers, by the owner's."""
    faulty = {_whole(error) for error in form.errors}
    readable = {
        name: values
        for name, values in form.typed.items()
        if name.partition(".")[0] not in faulty
    }
    rest = parse_form({"places": ("1",), **readable}, RequestFields).value
    also: list[FieldError] = []
    if rest is not None:
        form = phone_without_name(form, rest) or form
        known = faulty | {_ONE_OF_TWO.get(name, name) for name in faulty}
        told = await _told_by_owner(desk, form, rest, gaps)
        also = [error for error in told if _whole(error) not in known]
    return with_remedies(form.refused(*also))


def with_remedies(form: Form[ModelT]) -> Form[ModelT]:
    """The refused form, with what to do about each field, in the order of the page."""
    errors = tuple(map(_with_remedy, form.errors))
    return replace(form, errors=errors).in_order(ON_THE_PAGE)


async def _told_by_owner(
    desk: Desk, form: Form[Any], rest: RequestFields, gaps: Gaps
) -> tuple[FieldError, ...]:
    try:
        await desk.learn(PreviewNeed(content=content_of(rest, None)), gaps)
    except Refusal as refusal:
        return refused_form(replace(form, errors=()), refusal).errors
    return ()


def _with_remedy(error: FieldError) -> FieldError:
    """A choice that is missing is chosen, not filled in."""
    missing = error.code in _MISSING and error.field in _SELECTS
    return replace(error, code=_SELECTS[error.field]) if missing else error


def _whole(error: FieldError) -> str:
    return error.field.partition(".")[0]
