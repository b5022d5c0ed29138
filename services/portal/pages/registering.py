"""Becoming a volunteer: one short page, and the page that says to look into the mailbox."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.portal.pages import options
from services.portal.pages.context import Context, Portal
from services.portal.pages.rows import compacted, renamed, row_labels, rows_filled
from shared.contracts.profiles import RegisterVolunteer
from shared.contracts.values import LanguageOf, Times
from shared.kernel.fields import Channel, Share, Via
from shared.kernel.fields import Field as FieldOfAction
from shared.web.field_errors import FieldError
from shared.web.forms import Form, read_form
from shared.web.middleware import private_page

router = APIRouter(include_in_schema=False)

CONSENT_VERSION = "2026-11"
"""Of the privacy page's text; a change that asks for more needs a new one."""
LANGUAGE_ROWS = 3
MOST_ROWS = 12

PLAIN = {
    "first_name",
    "last_name",
    "phone",
    "channel",
    "locale",
    "postcode",
    "municipality",
    "fields",
    "shares",
}
"""Of a description: what the form and the message call the same."""
NAMES = {
    "consent_version": "consent",
    r"availability\..*": "days",
    r"languages\.(\d+)\.modes.*": r"languages.\1.tag",
}


class DayPart(StrEnum):
    """When on a day somebody is usually free."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


HOURS = {
    DayPart.MORNING: ("08:00", "12:00"),
    DayPart.AFTERNOON: ("12:00", "17:00"),
    DayPart.EVENING: ("17:00", "21:00"),
}


class SpokenRow(BaseModel):
    """A language and how well; an empty one is refused by its owner, at its field."""

    tag: str = ""
    level: str = ""


class DescriptionForm(BaseModel):
    """What volunteers type about themselves, in the page's order.

    Nothing is required here: `profiles` says what is missing.
    """

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    first_name: str = ""
    last_name: str | None = None
    phone: str | None = None
    postcode: str = ""
    municipality: str | None = None
    fields: tuple[FieldOfAction, ...] = ()
    languages: tuple[SpokenRow, ...] = Field(default=(), max_length=MOST_ROWS)
    days: tuple[Annotated[int, Field(ge=0, le=6)], ...] = ()
    parts: tuple[DayPart, ...] = ()
    channel: Channel | None = None
    locale: str = "de"
    shares: Share | None = None


class HelpForm(DescriptionForm):
    """A description with the address that the first mail goes to, and the consent."""

    email: str | None = None
    consent: bool = False


HELP_ORDER = tuple(dict.fromkeys(("first_name", "last_name", "email", *HelpForm.model_fields)))
"""The address stands behind the name."""


@router.get("/help")
async def show(request: Request, portal: Context) -> Response:
    """The empty form."""
    locale = portal.pages.locale(request)
    blank = {
        "channel": Channel.EMAIL.value,
        "shares": Share.COORDINATOR.value,
        "locale": locale.tag,
    }
    return _page(request, portal, Form[HelpForm].blank(blank))


@router.post("/help", dependencies=[Depends(private_page)])
async def register(request: Request, portal: Context) -> Response:
    """Register; whoever is known already gets a mail that says so, and nobody else learns it."""
    form = compacted(await read_form(request, HelpForm), "languages")
    if form.value is None:
        return _page(request, portal, form, status=422)
    wish = registration_of(form.value, f"help:{form.nonce}")
    if refused := await portal.tried(form, portal.asker.ask(wish)):
        again, status = refused
        return _page(request, portal, _in_our_words(again, form.value), status=status)
    by = "email" if form.value.email else "phone"
    return RedirectResponse(f"/help/received?by={by}", status_code=303)


@router.get("/help/received")
async def received(request: Request, portal: Context) -> Response:
    """What happens next: a mail to look for, or a call."""
    by = "phone" if request.query_params.get("by") == "phone" else "email"
    return portal.pages.render(request, "help_received.html", by=by)


def registration_of(said: HelpForm, key: str) -> RegisterVolunteer:
    """The registration that a filled-in form means."""
    return RegisterVolunteer(
        **said.model_dump(include=PLAIN),
        command_key=key,
        via=Via.WEB,
        email=said.email,
        languages=tuple(LanguageOf(tag=row.tag, level=row.level) for row in said.languages),
        availability=times_of(said.days, said.parts),
        consent_version=CONSENT_VERSION if said.consent else "",
    )


def times_of(days: tuple[int, ...], parts: tuple[DayPart, ...]) -> tuple[Times, ...] | None:
    """Each part on each day; only days mean the whole day, only parts every day, nothing nothing."""
    if not days and not parts:
        return None
    return tuple(
        Times(weekday=day, from_=HOURS[part][0], to=HOURS[part][1])
        for day in (days or range(7))
        for part in (parts or tuple(DayPart))
    )


def _in_our_words(form: Form[HelpForm], said: HelpForm) -> Form[HelpForm]:
    """The errors at the form's own fields, and in words that fit a form."""
    ours = {"consent": "portal.tick_consent"}
    if not said.postcode:
        ours["postcode"] = "text.missing"
    named = renamed(form, NAMES)
    errors = (
        FieldError(error.field, ours.get(error.field, error.code), error.message)
        for error in named.errors
    )
    return Form(named.typed, named.nonce, tuple(errors))


def _page(
    request: Request, portal: Portal, form: Form[HelpForm], *, status: int = 200
) -> Response:
    form = form.in_order(HELP_ORDER)
    return portal.pages.render(
        request, "help.html", status=status, form=form, **offered_in(request, portal, form)
    )


def offered_in(
    request: Request, portal: Portal, form: Form[Any], *, at_most: int = MOST_ROWS
) -> dict[str, Any]:
    """What the fields of a description offer to choose from."""
    locale = portal.pages.locale(request)
    words = portal.pages.words(locale)
    return {
        "row_labels": row_labels(form, words),
        "rows": max(LANGUAGE_ROWS, min(rows_filled(form, "languages"), at_most)),
        "fields": options.fields(portal.district, locale),
        "spoken": options.spoken(portal.district, locale),
        "levels": options.choices(words, options.LEVELS),
        "weekdays": options.weekdays(locale),
        "day_parts": options.choices(words, options.DAY_PARTS),
        "channels": options.choices(words, options.CHANNELS),
        "shares": options.choices(words, options.SHARES),
        "locales": options.locales(),
    }
