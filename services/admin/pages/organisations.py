"""Organisations: who they are, whether we know them, and taking one in by telephone."""

import asyncio
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.admin.pages.acting import (
    Failed,
    act,
    after,
    failed,
    refused_as_typed,
)
from services.admin.pages.context import Desk, Gaps, SignedIn, Staff, TheDesk
from services.admin.pages.requests import counts_of
from services.admin.pages.wording.labels import ORGANISATION_STATES
from services.admin.store.accounts import staff_names
from services.admin.store.deeds import deeds_about
from shared.contracts.messages import Command
from shared.contracts.network import (
    EraseOrganisation,
    FindOrganisations,
    RegisterOrganisation,
    SuspendOrganisation,
    VerifyOrganisation,
)
from shared.contracts.requests import FindRequests
from shared.kernel.fields import OrganisationKind, Via
from shared.web.field_errors import FieldError
from shared.web.forms import Form, read_form
from shared.web.problems import Problem

router = APIRouter(include_in_schema=False)

SHOWN = 100
DEEDS = 20
MAX_LINE = 200
MAX_SEARCH = 80

Deed = Literal["verify", "suspend", "erase"]
WISHES: dict[Deed, type[Any]] = {
    "verify": VerifyOrganisation,
    "suspend": SuspendOrganisation,
    "erase": EraseOrganisation,
}
NOTE_OF: dict[Deed, str] = {
    "verify": "verified",
    "suspend": "suspended",
    "erase": "organisation_erased",
}


class DeedForm(BaseModel):
    """Which button was pressed; erasing wants a tick."""

    model_config = ConfigDict(hide_input_in_errors=True)

    deed: Deed
    really: bool = False


class NewOrganisation(BaseModel):
    """An organisation and the person who speaks for it, as somebody tells it on the telephone."""

    model_config = ConfigDict(hide_input_in_errors=True)

    name: str = Field(max_length=MAX_LINE)
    kind: OrganisationKind
    contact_first_name: str = Field(max_length=MAX_LINE)
    contact_last_name: str = Field(max_length=MAX_LINE)
    email: str = Field(max_length=MAX_LINE)
    phone: str | None = Field(default=None, max_length=MAX_LINE)
    postcode: str | None = Field(default=None, max_length=MAX_LINE)
    municipality: str | None = Field(default=None, max_length=MAX_LINE)


@router.get("/organisations")
async def list_organisations(
    request: Request, desk: TheDesk, state: str = "", text: str = ""
) -> Response:
    """Organisations by state or by a part of the name."""
    gaps = Gaps()
    found = await desk.learn(
        FindOrganisations(
            state=state if state in ORGANISATION_STATES else None,
            text=text.strip()[:MAX_SEARCH] or None,
            limit=SHOWN,
        ),
        gaps,
    )
    return desk.show(
        request,
        "organisations.html",
        gaps=gaps,
        form=Form[DeedForm].blank({"state": state, "text": text}),
        cards=found.cards if found else (),
        states=list(ORGANISATION_STATES),
        limit=SHOWN,
    )


@router.get("/organisations/new")
async def new_organisation(request: Request, desk: TheDesk) -> Response:
    """An empty form."""
    return _new_page(request, desk, Form[NewOrganisation].blank())


@router.post("/organisations/new")
async def add_organisation(request: Request, desk: TheDesk, staff: SignedIn) -> Response:
    """Take an organisation in; whoever rings is known to the coordinator."""
    form = await read_form(request, NewOrganisation)
    if form.value is None:
        return _new_page(request, desk, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    wish = RegisterOrganisation(
        **form.value.model_dump(),
        command_key=f"admin:{form.nonce}",
        via=Via.PHONE,
        staff_id=staff.staff_id,
        verified=True,
    )
    outcome = await act(desk, staff, wish)
    if outcome.reply is None:
        if outcome.refusal is not None:
            form = refused_as_typed(form, outcome.refusal)
        told = failed(request, form, outcome)
        return _new_page(request, desk, form, failed=told, status=outcome.status)
    known = outcome.reply.status == "known"
    note = "organisation_known" if known else "organisation_added"
    return after(outcome, f"/organisations/{outcome.reply.organisation_id}", note)


@router.get("/organisations/{organisation_id}")
async def show_organisation(organisation_id: UUID, request: Request, desk: TheDesk) -> Response:
    """One organisation, its contact and its requests."""
    return await _page(request, desk, organisation_id, Form[DeedForm].blank())


@router.post("/organisations/{organisation_id}")
async def decide(
    organisation_id: UUID, request: Request, desk: TheDesk, staff: SignedIn
) -> Response:
    """Verify, suspend or erase."""
    form = await read_form(request, DeedForm)
    value = form.value
    if value is None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "admin.not_possible")
    if value.deed == "erase" and not value.really:
        form = form.refused(FieldError("really", "admin.tick_to_erase", "Tick the box."))
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await _page(request, desk, organisation_id, form, status=status)
    outcome = await act(desk, staff, _wish(form, value.deed, organisation_id, staff))
    if outcome.went_well:
        erased = value.deed == "erase"
        back = "/organisations" if erased else f"/organisations/{organisation_id}"
        return after(outcome, back, NOTE_OF[value.deed])
    told = failed(request, form, outcome)
    return await _page(request, desk, organisation_id, form, failed=told, status=outcome.status)


def _wish(
    form: Form[DeedForm], deed: Deed, organisation_id: UUID, staff: Staff
) -> Command[Any]:
    wish: Command[Any] = WISHES[deed](
        command_key=f"admin:{form.nonce}:{deed}",
        staff_id=staff.staff_id,
        organisation_id=organisation_id,
    )
    return wish


async def _page(
    request: Request,
    desk: Desk,
    organisation_id: UUID,
    form: Form[DeedForm],
    *,
    failed: Failed | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    gaps = Gaps()
    found, requests = await asyncio.gather(
        desk.learn(FindOrganisations(organisation_id=organisation_id), gaps),
        desk.learn(FindRequests(organisation_id=organisation_id), gaps),
    )
    if found is not None and not found.cards:
        raise Problem(HTTPStatus.NOT_FOUND, "network.organisation_unknown")
    async with desk.transaction() as session:
        deeds = await deeds_about(session, organisation_id, DEEDS)
        names = await staff_names(session, [row.staff_id for row in deeds])
    return desk.show(
        request,
        "organisation.html",
        status=status,
        gaps=gaps,
        card=found.cards[0] if found else None,
        organisation_id=organisation_id,
        requests=requests,
        counts=await counts_of(desk, requests, gaps),
        deeds=deeds,
        staff_names=names,
        people=await desk.people([], gaps),
        form=form,
        failed=failed,
    )


def _new_page(
    request: Request,
    desk: Desk,
    form: Form[NewOrganisation],
    *,
    failed: Failed | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    return desk.show(
        request,
        "organisation_new.html",
        status=status,
        form=form,
        failed=failed,
        kinds=list(OrganisationKind),
    )
