"""One request: its facts, who could come, who was asked, who comes, and what happened so far."""

import asyncio
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.admin.pages import more_asked
from services.admin.pages.acting import Failed
from services.admin.pages.context import Desk, Gaps, TheDesk
from services.admin.pages.not_asked import NAME as NOT_ASKED
from services.admin.pages.not_asked import from_address
from services.admin.pages.request_dossier import Dossier, ExcludedGroup, grouped
from services.admin.store.accounts import staff_names
from services.admin.store.deeds import deeds_about
from services.admin.store.tables import DeedRow
from shared.contracts.matching import (
    BoardShown,
    ShowBoard,
    TandemShown,
    TandemsOf,
)
from shared.contracts.network import (
    FindOrganisations,
    HandoverContact,
    HandoverShown,
    OrganisationCard,
)
from shared.contracts.notifications import FindEmails
from shared.contracts.reporting import Timeline, TimelineOf
from shared.contracts.requests import RequestShown, ShowRequest
from shared.kernel.fields import Kind
from shared.web.forms import Form
from shared.web.problems import Problem

router = APIRouter(include_in_schema=False)

CANDIDATES = 30
EVENTS = 200
DEEDS = 30
MAILS = 20


class Nothing(BaseModel):
    """A form that carries its key alone."""


@router.get("/requests/{request_id}")
async def show_request(request_id: UUID, request: Request, desk: TheDesk) -> Response:
    """The whole request."""
    return await request_page(request, desk, request_id)


async def request_page(
    request: Request,
    desk: Desk,
    request_id: UUID,
    *,
    failed: Failed | None = None,
    form: Form[Any] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    """The page, and above it what did not come about if something did not."""
    gaps = Gaps()
    not_asked = from_address(request.query_params.getlist(NOT_ASKED))
    dossier = await _dossier(desk, request_id, gaps, [one.volunteer_id for one in not_asked])
    return desk.show(
        request,
        "request.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form and form.errors else status,
        gaps=gaps,
        dossier=dossier,
        request_id=request_id,
        form=form or _blank(dossier),
        failed=failed,
        not_asked=not_asked,
        more_asked=more_asked.from_address(request.url.query),
        now=desk.clock.now(),
    )


def _blank(dossier: Dossier) -> Form[Nothing]:
    """The page's forms as they are at first: all whom matching proposes are ticked."""
    proposed = [str(entry.volunteer_id) for entry in dossier.planned]
    return Form.blank({"volunteer_ids": proposed, "people": "3"})


async def _dossier(
    desk: Desk, request_id: UUID, gaps: Gaps, also_named: Sequence[UUID]
) -> Dossier:
    shown, board, timeline, emails = await asyncio.gather(
        desk.learn(ShowRequest(request_id=request_id), gaps),
        desk.learn(ShowBoard(request_id=request_id, candidates=CANDIDATES), gaps),
        desk.learn(TimelineOf(request_id=request_id, limit=EVENTS), gaps),
        desk.learn(FindEmails(request_id=request_id, limit=MAILS), gaps),
    )
    if shown is not None and not shown.found:
        raise Problem(HTTPStatus.NOT_FOUND, "requests.unknown")
    shown = shown or RequestShown(found=False)
    if board is not None and not board.found:
        board = None
    excluded = list(grouped(board)) if board else []
    tandems = await _tandems(desk, shown, gaps)
    async with desk.transaction() as session:
        deeds = await deeds_about(session, request_id, DEEDS)
        names = await staff_names(session, [row.staff_id for row in deeds])
    organisation, contact, people = await asyncio.gather(
        _organisation(desk, shown, gaps),
        _contact(desk, shown, gaps),
        desk.people([*_named(board, timeline, excluded, deeds, tandems), *also_named], gaps),
    )
    return Dossier(
        shown,
        board,
        timeline,
        emails,
        organisation,
        contact,
        deeds,
        names,
        people,
        excluded,
        tandems,
    )


async def _tandems(desk: Desk, shown: RequestShown, gaps: Gaps) -> Sequence[TandemShown]:
    """The tandems of a request of that kind, the living first."""
    if shown.words is None or shown.words.kind is not Kind.TANDEM:
        return ()
    found = await desk.learn(TandemsOf(request_id=shown.words.request_id), gaps)
    return found.tandems if found else ()


async def _organisation(desk: Desk, shown: RequestShown, gaps: Gaps) -> OrganisationCard | None:
    if shown.organisation_id is None:
        return None
    found = await desk.learn(FindOrganisations(organisation_id=shown.organisation_id), gaps)
    return found.cards[0] if found and found.cards else None


async def _contact(desk: Desk, shown: RequestShown, gaps: Gaps) -> HandoverShown | None:
    if shown.words is None or shown.words.contact_id is None:
        return None
    found = await desk.learn(HandoverContact(contact_id=shown.words.contact_id), gaps)
    return found if found and found.found else None


def _named(
    board: BoardShown | None,
    timeline: Timeline | None,
    excluded: Sequence[ExcludedGroup],
    deeds: Sequence[DeedRow],
    tandems: Sequence[TandemShown],
) -> Iterator[UUID | None]:
    """Everybody whose name the page needs."""
    yield from (tandem.volunteer_id for tandem in tandems)
    if board is not None:
        yield from (*board.assigned, *board.reserved, *board.waiting)
        for skip in board.skips:
            yield from (skip.volunteer_id, *skip.taken_by)
        yield from (entry.volunteer_id for entry in board.invitations)
        yield from (entry.volunteer_id for entry in board.candidates)
    for group in excluded:
        yield from (entry.volunteer_id for entry in group.shown)
    if timeline is not None:
        yield from (entry.volunteer_id for entry in timeline.entries)
    yield from (row.volunteer_id for row in deeds)
