"""One request: its facts, who could come, who was asked, who comes, and what happened so far."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.admin.pages import more_asked
from services.admin.pages.acting import Failed
from services.admin.pages.context import Desk, Gaps, People, TheDesk
from services.admin.pages.not_asked import NAME as NOT_ASKED
from services.admin.pages.not_asked import from_address
from services.admin.pages.wording.matching import MET
from services.admin.store.accounts import staff_names
from services.admin.store.deeds import deeds_about
from services.admin.store.tables import DeedRow
from shared.contracts.matching import (
    BoardShown,
    ExcludedShown,
    InvitationShown,
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
from shared.contracts.notifications import FindEmails, OutboxEntries
from shared.contracts.reporting import Timeline, TimelineOf
from shared.contracts.requests import RequestShown, ShowRequest
from shared.kernel.fields import Answer, Channel, Kind
from shared.web.forms import Form
from shared.web.problems import Problem

router = APIRouter(include_in_schema=False)

CANDIDATES = 30
EVENTS = 200
DEEDS = 30
MAILS = 20
NAMED_PER_REASON = 12


class Nothing(BaseModel):
    """A form that carries its key alone."""


@dataclass(frozen=True, slots=True)
class ExcludedGroup:
    """People who are not asked for the same first reason."""

    code: str
    count: int
    shown: Sequence[ExcludedShown]


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that the page of one request tells; None where an owner did not answer."""

    shown: RequestShown
    board: BoardShown | None
    timeline: Timeline | None
    emails: OutboxEntries | None
    organisation: OrganisationCard | None
    contact: HandoverShown | None
    deeds: Sequence[DeedRow]
    staff_names: dict[UUID, str]
    people: People
    excluded: Sequence[ExcludedGroup]
    tandems: Sequence[TandemShown] = ()

    @property
    def planned(self) -> list[InvitationShown]:
        """Invitations that wait for a coordinator, the best first."""
        waiting = [entry for entry in self._invitations if entry.state == "planned"]
        return sorted(waiting, key=lambda entry: (entry.rank is None, entry.rank))

    @property
    def asked(self) -> list[InvitationShown]:
        """Invitations that are on their way or were answered."""
        return [entry for entry in self._invitations if entry.state != "planned"]

    def invitation_of(self, volunteer_id: UUID) -> InvitationShown | None:
        """How somebody was asked, or given a place by hand."""
        return next(
            (one for one in self._invitations if one.volunteer_id == volunteer_id), None
        )

    @property
    def withdrawn_by_stop(self) -> int:
        """How many open questions a stop would withdraw by mail."""
        return sum(
            entry.state in {"issued", "sent"}
            and entry.answer in {None, Answer.LATER}
            and entry.channel is Channel.EMAIL
            for entry in self._invitations
        )

    @property
    def concerned(self) -> list[UUID]:
        """Who hears of it when the request is called off: with a place, waiting, or asked."""
        if self.board is None:
            return []
        asked = (
            entry.volunteer_id
            for entry in self._invitations
            if entry.state == "sent" and entry.answer in {None, Answer.LATER}
        )
        board = self.board
        return list(dict.fromkeys((*board.assigned, *board.reserved, *board.waiting, *asked)))

    @property
    def to_ring(self) -> list[UUID]:
        """Those of the concerned who get no mail, because they want to be rung."""
        cards = [(one, self.people.card(one)) for one in self.concerned]
        return [one for one, card in cards if card and card.channel is Channel.PHONE]

    @property
    def can_ask_more(self) -> bool:
        """Whether places are free and somebody is left whom a coordinator may have asked now."""
        board = self.board
        if board is None or board.state != "open" or self.planned or not self.lacks_people:
            return False
        return any(not one.not_now for one in board.candidates)

    @property
    def full(self) -> bool:
        """Whether all places are known to be held; then a proposal cannot be approved."""
        return bool(self.board and self.board.places) and not self.lacks_people

    @property
    def lacks_people(self) -> bool:
        """Whether there are places that nobody holds."""
        count = self.board.places if self.board else None
        return count is not None and count.places > count.assigned + count.reserved

    @property
    def _invitations(self) -> Sequence[InvitationShown]:
        return self.board.invitations if self.board else ()


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
    excluded = list(_grouped(board)) if board else []
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


def _grouped(board: BoardShown) -> Iterator[ExcludedGroup]:
    """By the first reason of each, the largest group first."""
    by_reason: dict[str, list[ExcludedShown]] = {code: [] for code in board.excluded_counts}
    for entry in board.excluded:
        if entry.exclusions:
            by_reason.setdefault(entry.exclusions[0].code, []).append(entry)
    sizes = {
        code: max(board.excluded_counts.get(code, 0), len(entries))
        for code, entries in by_reason.items()
    }
    for code in sorted(sizes.keys() - MET, key=lambda code: (-sizes[code], code)):
        yield ExcludedGroup(code, sizes[code], by_reason[code][:NAMED_PER_REASON])


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
