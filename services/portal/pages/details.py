"""What volunteers say about themselves, changed on their own page: the registration's form, filled."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.portal.pages import options
from services.portal.pages.context import Context, Portal
from services.portal.pages.me import described, volunteer_of
from services.portal.pages.registering import (
    NAMES,
    PLAIN,
    DayPart,
    DescriptionForm,
    SpokenRow,
    offered_in,
    times_of,
)
from services.portal.pages.rows import compacted, renamed, rows_filled
from shared.contracts.profiles import ChangeVolunteer, VolunteerDescription
from shared.contracts.values import LanguageOf, Times
from shared.kernel.errors import Refusal
from shared.kernel.fields import Gender, Travel, Via
from shared.kernel.languages import language_name, normalise_tag
from shared.kernel.weeks import Week
from shared.messaging.asking import Unavailable
from shared.web.field_errors import FieldError
from shared.web.forms import Form, Shown, read_form
from shared.web.frame import opening_hours
from shared.web.locales import Locale
from shared.web.middleware import private_page
from shared.web.templating import Words

router = APIRouter(include_in_schema=False, dependencies=[Depends(private_page)])

LANGUAGES_AT_MOST = 60
OUTDATED = "profiles.version_outdated"
_ALSO_PLAIN = {"radius_km", "travel", "skills", "asks_per_week", "hours_per_week", "gender"}
_NAMES = {**NAMES, r"skills\..*": "skills", "version": ""}


class DetailsForm(DescriptionForm):
    """A description as it stands, to be changed; what a form cannot show is kept as it was.

    `week`: the free times that days and parts of days cannot express, as `keep_week` keeps them.
    """

    version: int = Field(ge=1)
    languages: tuple[SpokenRow, ...] = Field(default=(), max_length=LANGUAGES_AT_MOST)
    week: str | None = None
    keep_week: bool = False
    radius_km: Annotated[int, Field(ge=1, le=200)] | None = None
    travel: tuple[Travel, ...] = ()
    skills: tuple[str, ...] = ()
    asks_per_week: Annotated[int, Field(ge=0, le=14)] | None = None
    hours_per_week: Annotated[int, Field(ge=1, le=60)] | None = None
    gender: Gender | None = None


@router.get("/me/{token}/details")
async def show(token: str, request: Request, portal: Context) -> Response:
    """The form, filled with what is known."""
    version, known = await described(portal, volunteer_of(portal, token))
    form = Form[DetailsForm].blank(values_of(known, version))
    return _page(request, portal, token, form)


@router.post("/me/{token}/details")
async def save(token: str, request: Request, portal: Context) -> Response:
    """Store the description whole."""
    volunteer_id = volunteer_of(portal, token)
    form = compacted(await read_form(request, DetailsForm), "languages")
    said = form.value
    if said is None:
        return _page(request, portal, token, form, status=422)
    version = said.version
    try:
        version, known = await described(portal, volunteer_id)
        wish = ChangeVolunteer(
            **content_of(said, known),
            command_key=f"details:{form.nonce}",
            via=Via.WEB,
            volunteer_id=volunteer_id,
            version=said.version,
        )
        await portal.asker.ask(wish)
    except Refusal as refusal:
        refused = _in_our_words(form.refused_by(refusal), said)
        if refusal.code == OUTDATED:
            refused = replace(refused, typed={**refused.typed, "version": (str(version),)})
        status = portal.status_of(refusal)
        return _page(request, portal, token, refused, status=status)
    except Unavailable:
        kept = form.refused(FieldError("", Unavailable.code, ""))
        return _page(request, portal, token, kept, status=503)
    return RedirectResponse(f"/me/{token}?saved=details", status_code=303)


def content_of(said: DetailsForm, before: VolunteerDescription) -> dict[str, Any]:
    """The whole description that a filled-in form means.

    The address, the absences and what somebody does in a language are not in the form: they stay.
    Raises WeeklyTimesUnclear.
    """
    modes = {spoken.tag: spoken.modes for spoken in before.languages}
    return {
        **said.model_dump(include=PLAIN | _ALSO_PLAIN),
        "email": before.email,
        "absences": before.absences,
        "languages": tuple(
            LanguageOf(tag=row.tag, level=row.level, modes=modes.get(row.tag, ()))
            for row in said.languages
        ),
        "availability": _times(said),
    }


def values_of(known: VolunteerDescription, version: int) -> dict[str, Shown]:
    """What stands in the form of somebody who is known."""
    texts = ("first_name", "last_name", "phone", "channel", "locale", "postcode")
    more = ("municipality", "shares", "radius_km", "asks_per_week", "hours_per_week", "gender")
    values: dict[str, Shown] = {name: _text(getattr(known, name)) for name in (*texts, *more)}
    for number, spoken in enumerate(known.languages):
        values[f"languages.{number}.tag"] = spoken.tag
        values[f"languages.{number}.level"] = spoken.level
    values |= {
        "version": str(version),
        "fields": list(known.fields),
        "travel": list(known.travel),
        "skills": known.skills,
    }
    return values | _week_values(known.availability)


def _week_values(times: tuple[Times, ...] | None) -> dict[str, Shown]:
    """Ticks where they say it all; else the times themselves, to be kept or replaced by ticks."""
    if not times:
        return {}
    week = Week.from_entries([entry.model_dump() for entry in times])
    ticks = _ticks_of(week)
    if ticks is None:
        return {"week": week.to_text(), "keep_week": True}
    days, parts = ticks
    return {"days": [str(day) for day in days], "parts": list(parts)}


def _ticks_of(week: Week) -> tuple[tuple[int, ...], tuple[DayPart, ...]] | None:
    """The days and parts of days that mean this very week, if there are any that do."""
    days = tuple(day for day, free in enumerate(week.days) if free)
    parts = tuple(part for part in DayPart if _week_of(days, (part,)) | week == week)
    return (days, parts) if parts and _week_of(days, parts) == week else None


def _week_of(days: tuple[int, ...], parts: tuple[DayPart, ...]) -> Week:
    return Week.from_entries([entry.model_dump() for entry in times_of(days, parts) or ()])


def _times(said: DetailsForm) -> tuple[Times, ...] | None:
    """What is ticked; without a tick what shall be kept, if there is something to keep."""
    if said.days or said.parts or not (said.week and said.keep_week):
        return times_of(said.days, said.parts)
    return tuple(Times.model_validate(entry) for entry in Week.parse(said.week).entries())


def _in_our_words(form: Form[DetailsForm], said: DetailsForm) -> Form[DetailsForm]:
    """The errors at the form's own fields: the address is not in it, what needs one is."""
    return renamed(form, _NAMES | {"email": "channel" if said.phone else "phone"})


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _page(
    request: Request,
    portal: Portal,
    token: str,
    form: Form[DetailsForm],
    *,
    status: int = 200,
) -> Response:
    locale = portal.pages.locale(request)
    words = portal.pages.words(locale)
    form = form.in_order(DetailsForm.model_fields)
    offered = offered_in(request, portal, form, at_most=LANGUAGES_AT_MOST)
    rows = rows_filled(form, "languages")
    return portal.pages.render(
        request,
        "details.html",
        status=status,
        form=form,
        back=f"/me/{token}",
        **offered
        | {
            "rows": min(rows + 1, LANGUAGES_AT_MOST),
            "spoken": _spoken(form, offered["spoken"], locale),
        },
        exact_times=_exact_times(form, words),
        travels=options.choices(words, options.TRAVELS),
        skills=options.skills(portal.district, locale),
        genders=options.choices(words, options.OWN_GENDERS),
    )


def _spoken(
    form: Form[DetailsForm], offered: options.Options, locale: Locale
) -> options.Options:
    """The languages to choose from, with those that somebody has and the district does not list."""
    listed = {tag for tag, _ in offered}
    typed = [form.text(f"languages.{row}.tag") for row in range(LANGUAGES_AT_MOST)]
    rare = [(tag, language_name(tag, locale.formats)) for tag in typed if _is_rare(tag, listed)]
    return [*offered, *dict(rare).items()]


def _is_rare(tag: str, listed: set[str]) -> bool:
    try:
        return bool(tag) and tag not in listed and normalise_tag(tag, field="tag") == tag
    except Refusal:
        return False


def _exact_times(form: Form[DetailsForm], words: Words) -> str:
    """The times that can be kept, in words; empty where there are none."""
    try:
        week = Week.parse(form.text("week"))
    except Refusal:
        return ""
    return ", ".join(words.formats.hours(opening_hours(week)))
