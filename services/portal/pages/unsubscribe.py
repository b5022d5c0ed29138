"""Pausing offers by a mailed link, and RFC 8058: one POST of a mail program, without a page.

It pauses offers and reminders only: receipts for what somebody already took on still come.
"""

import json
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from services.portal.pages.context import EVERY_LANGUAGE, Context, Portal, meant_by
from services.portal.pages.known import Known, Volunteer
from shared.contracts.messages import Command
from shared.contracts.profiles import ExportVolunteer, PauseVolunteer, ResumeVolunteer
from shared.contracts.values import Done
from shared.kernel.fields import Via
from shared.kernel.ids import new_id
from shared.messaging.asking import Unavailable, WishRefused
from shared.web.forms import Form, read_form
from shared.web.links import Purpose
from shared.web.middleware import private_page

router = APIRouter(include_in_schema=False, dependencies=[Depends(private_page)])

WEEKS = 4
UNKNOWN = "profiles.volunteer_unknown"


class PauseForm(BaseModel):
    """What a person chose; a mail program sends only `List-Unsubscribe=One-Click`: for good."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    choice: Literal["weeks", "stop", "resume"] = "stop"


@router.get("/u/{token}")
async def show(token: str, request: Request, portal: Context) -> Response:
    """Say how it stands, and offer what can be chosen now."""
    volunteer = await _known(portal, _volunteer(portal, token))
    return _page(request, portal, Form[PauseForm].blank(), _standing(volunteer), volunteer)


@router.post("/u/{token}")
async def pause(token: str, request: Request, portal: Context) -> Response:
    """Pause offers, or take them up again; never a redirect, which mail programs do not follow."""
    volunteer_id = _volunteer(portal, token)
    form = await read_form(request, PauseForm)
    if form.value is None:
        return _page(request, portal, form, None, status=422)
    try:
        reply = await portal.send(standing_command(volunteer_id, form.value.choice, Via.EMAIL))
    except WishRefused as refusal:
        if (
            refusal.code == UNKNOWN
        ):  # nobody is there who could be asked: that is what they want
            return _page(request, portal, form, "gone")
        raise
    if reply is None:
        return _page(request, portal, form, "received", status=202)
    return _page(request, portal, form, form.value.choice, await _known(portal, volunteer_id))


def standing_command(
    volunteer_id: UUID, choice: Literal["weeks", "stop", "resume"], via: Via
) -> Command[Done]:
    """The command for a choice; a second one like it changes nothing, so each has its own key."""
    key = f"{choice}:{new_id()}"
    if choice == "resume":
        return ResumeVolunteer(command_key=key, via=via, volunteer_id=volunteer_id)
    return PauseVolunteer(
        command_key=key,
        via=via,
        volunteer_id=volunteer_id,
        weeks=WEEKS if choice == "weeks" else None,
    )


def _volunteer(portal: Portal, token: str) -> UUID:
    return meant_by(portal.links.read(Purpose.UNSUBSCRIBE, token))


async def _known(portal: Portal, volunteer_id: UUID) -> Volunteer | None:
    """How the volunteer stands; None while it cannot be asked, or of somebody who is gone."""
    try:
        found = await portal.asker.ask(ExportVolunteer(volunteer_id=volunteer_id))
    except Unavailable:
        return None
    return Known.of(json.loads(found.document)).volunteer if found.found else None


def _standing(volunteer: Volunteer | None) -> str | None:
    """What was chosen before, in the words of the choice."""
    if volunteer is None or volunteer.state != "paused":
        return None
    return "stop" if volunteer.paused_until is None else "weeks"


def _page(
    request: Request,
    portal: Portal,
    form: Form[PauseForm],
    done: str | None,
    volunteer: Volunteer | None = None,
    *,
    status: int = 200,
) -> Response:
    return portal.pages.render(
        request,
        "pause.html",
        status=status,
        offered=EVERY_LANGUAGE,
        form=form,
        done=done,
        weeks=WEEKS,
        until=volunteer.paused_until if volunteer else None,
    )
