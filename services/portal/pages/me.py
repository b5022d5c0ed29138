"""A volunteer's own page, by a mailed link: what we know, a pause, what is agreed, erasure."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict

from services.portal.pages import options
from services.portal.pages.context import Context, Portal, meant_by
from services.portal.pages.known import Known
from services.portal.pages.unsubscribe import WEEKS, PauseForm, standing_command
from shared.contracts.matching import AssignedTo
from shared.contracts.profiles import (
    EraseVolunteer,
    ExportVolunteer,
    ShowVolunteer,
    VolunteerDescription,
)
from shared.contracts.requests import Words, WordsOf
from shared.district import in_locale
from shared.kernel.errors import Refusal
from shared.kernel.fields import Field as FieldOfAction
from shared.kernel.fields import Via
from shared.kernel.languages import language_name
from shared.kernel.weeks import Week
from shared.messaging.asking import Unavailable
from shared.web.export import export_of
from shared.web.field_errors import FieldError
from shared.web.forms import Form, read_form
from shared.web.frame import opening_hours
from shared.web.links import Purpose
from shared.web.locales import BY_TAG, Locale
from shared.web.middleware import private_page
from shared.web.problems import Problem

router = APIRouter(include_in_schema=False, dependencies=[Depends(private_page)])

VALID_FOR = timedelta(days=30)
MANY = 200
UNKNOWN = "profiles.volunteer_unknown"


class EraseForm(BaseModel):
    """A tick, so that no stray click deletes anybody."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    sure: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """A task that somebody said yes to: they hold a place, or wait for one."""

    words: Words
    starts_at: datetime
    ends_at: datetime


@router.get("/me/{token}")
async def show(token: str, request: Request, portal: Context) -> Response:
    """What we know and what is agreed, in plain words."""
    return await _page(request, portal, token, Form[PauseForm].blank())


@router.post("/me/{token}")
async def pause(token: str, request: Request, portal: Context) -> Response:
    """Pause offers, or take them up again."""
    volunteer_id = volunteer_of(portal, token)
    form = await read_form(request, PauseForm)
    if form.value is None:
        return await _page(request, portal, token, form, status=422)
    command = standing_command(volunteer_id, form.value.choice, Via.WEB)
    try:
        reply = await portal.send(command)
    except Refusal as refusal:
        if refusal.code == UNKNOWN:
            raise
        refused = form.refused_by(refusal)
        return await _page(request, portal, token, refused, status=portal.status_of(refusal))
    if reply is None:
        return portal.pages.render(request, "wish_received.html", status=202)
    return RedirectResponse(request.url.path, status_code=303)


@router.get("/me/{token}/export")
async def export(token: str, portal: Context) -> Response:
    """Everything that is kept, and to whom it was given, as a file (Art. 15 and 20 GDPR)."""
    document = await export_of(portal.asker, volunteer_of(portal, token))
    if document is None:
        raise Problem(410, UNKNOWN)
    return Response(
        document,
        media_type="application/json; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="meine-daten.json"'},
    )


@router.get("/me/{token}/erase")
async def ask_to_erase(token: str, request: Request, portal: Context) -> Response:
    """Say what goes, and ask whether it shall."""
    volunteer_of(portal, token)
    return portal.pages.render(
        request, "erase.html", form=Form[EraseForm].blank(), back=f"/me/{token}"
    )


@router.post("/me/{token}/erase")
async def erase(token: str, request: Request, portal: Context) -> Response:
    """Delete the person everywhere; a second time changes nothing."""
    volunteer_id = volunteer_of(portal, token)
    form = await read_form(request, EraseForm)
    if form.value is None or not form.value.sure:
        refused = form.refused(FieldError("sure", "portal.tick_to_erase", ""))
        return portal.pages.render(
            request, "erase.html", status=422, form=refused, back=f"/me/{token}"
        )
    command = EraseVolunteer(command_key=f"erase:{volunteer_id}", volunteer_id=volunteer_id)
    if await portal.send(command) is None:
        return portal.pages.render(request, "wish_received.html", status=202)
    return portal.pages.render(request, "erased.html")


def volunteer_of(portal: Portal, token: str) -> UUID:
    """Whose page it is; raises LinkForged, LinkExpired."""
    return meant_by(portal.links.read(Purpose.VOLUNTEER_PAGE, token, max_age=VALID_FOR))


def today(portal: Portal) -> date:
    """The district's date."""
    return portal.clock.now().astimezone(portal.district.timezone).date()


async def described(portal: Portal, volunteer_id: UUID) -> tuple[int, VolunteerDescription]:
    """The description, to be changed, with its version."""
    shown = await portal.asker.ask(ShowVolunteer(volunteer_id=volunteer_id))
    if shown.description is None:
        raise Problem(410, UNKNOWN)
    return shown.version, shown.description


async def _document(portal: Portal, volunteer_id: UUID) -> str:
    found = await portal.asker.ask(ExportVolunteer(volunteer_id=volunteer_id))
    if not found.found:
        raise Problem(410, UNKNOWN)
    return found.document


async def _promises(portal: Portal, volunteer_id: UUID) -> list[Promise] | None:
    """What is still to come, the next first; None while it cannot be asked."""
    try:
        held = await portal.asker.ask(AssignedTo(volunteer_id=volunteer_id))
        request_ids = tuple(places.request_id for places in held.places)[:MANY]
        found = await portal.asker.ask(WordsOf(request_ids=request_ids))
    except Unavailable:
        return None
    now = portal.clock.now()
    promises = [
        Promise(words, words.slots[0].starts_at, words.slots[-1].ends_at)
        for words in found.words
        if words.slots
    ]
    coming = [promise for promise in promises if promise.ends_at > now]
    return sorted(coming, key=lambda promise: promise.starts_at)


async def _page(
    request: Request,
    portal: Portal,
    token: str,
    form: Form[PauseForm],
    *,
    status: int = 200,
) -> Response:
    volunteer_id = volunteer_of(portal, token)
    known = Known.of(json.loads(await _document(portal, volunteer_id)))
    locale = portal.pages.locale(request)
    return portal.pages.render(
        request,
        "me.html",
        status=status,
        form=form,
        away=Form[PauseForm].blank(),
        today=today(portal),
        saved=request.query_params.get("saved"),
        known=known,
        volunteer=known.volunteer,
        said=_said(known, portal, locale),
        promises=await _promises(portal, volunteer_id),
        weeks=WEEKS,
        base=f"/me/{token}",
    )


def _said(known: Known, portal: Portal, locale: Locale) -> dict[str, object]:
    """Codes in words: what `profiles` keeps as codes, the page says in the visitor's language."""
    volunteer, district = known.volunteer, portal.district
    words = portal.pages.words(locale)
    profile = volunteer.profile
    levels = dict(options.choices(words, options.LEVELS))
    week = Week.from_entries([times.model_dump() for times in profile.availability or ()])
    return {
        "state": dict(options.choices(words, options.VOLUNTEER_STATES))[volunteer.state],
        "channel": dict(options.choices(words, options.CHANNELS))[volunteer.channel],
        "shares": dict(options.choices(words, options.SHARES))[volunteer.shares],
        "locale": BY_TAG[volunteer.locale].own_name,
        "travel": [words.gettext(options.TRAVELS[way]) for way in profile.travel],
        "languages": [
            (language_name(spoken.tag, locale.formats), levels[spoken.level])
            for spoken in profile.languages
        ],
        "fields": [
            in_locale(district.fields[FieldOfAction(code)], locale.tag)
            for code in profile.fields
        ],
        "skills": [
            in_locale(district.skills[code], locale.tag)
            for code in profile.skills
            if code in district.skills
        ],
        "times": words.formats.hours(opening_hours(week)),
        "checks": [
            (words.gettext(options.CHECKS[held.check]), held.valid_until)
            for held in known.checks
        ],
        "away": volunteer.away(today(portal)),
    }
