"""Confirming an address: the second half of the double opt-in. GET shows a button, POST confirms."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from services.portal.pages.context import EVERY_LANGUAGE, Context, Portal, meant_by
from shared.contracts.messages import Command
from shared.contracts.network import ConfirmOrganisation
from shared.contracts.profiles import ConfirmVolunteer
from shared.web.links import Purpose
from shared.web.middleware import private_page

router = APIRouter(include_in_schema=False, dependencies=[Depends(private_page)])

VALID_FOR = timedelta(days=7)


@router.get("/help/confirm/{token}")
async def show_volunteer(token: str, request: Request, portal: Context) -> Response:
    """Ask a volunteer to press the button."""
    _person(portal, Purpose.CONFIRM_VOLUNTEER, token)
    return _page(request, portal, "volunteer", "asked")


@router.post("/help/confirm/{token}")
async def confirm_volunteer(token: str, request: Request, portal: Context) -> Response:
    """Confirm a volunteer's address; a second time changes nothing."""
    volunteer_id = _person(portal, Purpose.CONFIRM_VOLUNTEER, token)
    command = ConfirmVolunteer(
        command_key=f"confirm-volunteer:{volunteer_id}", volunteer_id=volunteer_id
    )
    return await _confirmed(request, portal, command, "volunteer")


@router.get("/organisation/confirm/{token}")
async def show_organisation(token: str, request: Request, portal: Context) -> Response:
    """Ask an organisation's contact to press the button."""
    _person(portal, Purpose.CONFIRM_ORGANISATION, token)
    return _page(request, portal, "organisation", "asked")


@router.post("/organisation/confirm/{token}")
async def confirm_organisation(token: str, request: Request, portal: Context) -> Response:
    """Confirm the address of an organisation's contact."""
    organisation_id = _person(portal, Purpose.CONFIRM_ORGANISATION, token)
    command = ConfirmOrganisation(
        command_key=f"confirm-organisation:{organisation_id}", organisation_id=organisation_id
    )
    return await _confirmed(request, portal, command, "organisation")


def _person(portal: Portal, purpose: Purpose, token: str) -> UUID:
    return meant_by(portal.links.read(purpose, token, max_age=VALID_FOR))


async def _confirmed(
    request: Request, portal: Portal, command: Command[Any], role: str
) -> Response:
    if await portal.send(command) is None:
        return _page(request, portal, role, "received", status=202)
    return _page(request, portal, role, "confirmed")


def _page(
    request: Request, portal: Portal, role: str, state: str, *, status: int = 200
) -> Response:
    return portal.pages.render(
        request,
        "confirm.html",
        status=status,
        offered=EVERY_LANGUAGE,
        role=role,
        state=state,
    )
