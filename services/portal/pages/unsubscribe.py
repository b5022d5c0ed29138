"""Pausing offers by a mailed link, and RFC 8058: one POST of a mail program, without a page.

It pauses offers and reminders only: receipts for what somebody already took on still come.
"""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from services.portal.pages.context import EVERY_LANGUAGE, Context, Portal, meant_by
from shared.contracts.messages import Command
from shared.contracts.profiles import PauseVolunteer, ResumeVolunteer
from shared.contracts.values import Done
from shared.kernel.fields import Via
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
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
    """Offer the choice: some weeks, or until they say otherwise."""
    _volunteer(portal, token)
    return _page(request, portal, Form[PauseForm].blank(), None)


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
    return _page(request, portal, form, form.value.choice)


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


def _page(
    request: Request,
    portal: Portal,
    form: Form[PauseForm],
    done: str | None,
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
    )
