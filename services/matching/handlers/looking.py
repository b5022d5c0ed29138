"""Answers about one request: an invitation's page, a coordinator's board, the dry run.

What takes milliseconds of CPU runs in a thread.
"""

import asyncio
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.agenda import lay_out
from services.matching.domain.board import (
    NOT_YET_ASKED,
    Board,
    BoardState,
    ClaimState,
    Invitation,
    InvitationState,
)
from services.matching.domain.calendar_rules import clashes
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.need import Confirm, Need
from services.matching.domain.odds import Odds
from services.matching.domain.ranking import Ranking, rank_pool
from services.matching.domain.roster import Person
from services.matching.domain.tuning import Tuning
from services.matching.domain.waves import Next, WavePlan, plan_wave
from services.matching.handlers.answering import waiting_position
from services.matching.handlers.explaining import dated_of, reasons_told
from services.matching.handlers.overview import look_over
from services.matching.handlers.refusals import NeedUnclear
from services.matching.handlers.requests import Automations, automation_of
from services.matching.handlers.showing import (
    against_rules,
    all_skips_shown,
    invitations_shown,
    lacks_shown,
    places_shown,
    purpose_of,
    ranking_shown,
    reliefs_shown,
    skipped_shown,
    state_shown,
)
from services.matching.store.boards import StoredBoard, asked_by, read_board, request_of
from services.matching.store.codes import history_of, need_from, need_in, person_from
from services.matching.store.finding import holders_of
from services.matching.store.people import people_of
from services.matching.store.roster import Roster
from services.matching.store.tables import VolunteerRow
from shared.contracts.matching import (
    BoardShown,
    InvitationPage,
    Preview,
    PreviewMatching,
    Reason,
    ShowBoard,
    ShowInvitation,
)
from shared.kernel.ids import InvitationId, OrganisationId, RequestId, VolunteerId
from shared.messaging.seam import Seam

_NOBODY = UUID(int=0)


def subscribe(seam: Seam, tuning: Tuning, automations: Automations, roster: Roster) -> None:
    clock = seam.clock

    @seam.query(ShowInvitation)
    async def on_show_invitation(
        query: ShowInvitation, session: AsyncSession
    ) -> InvitationPage:
        return await show_invitation(query, session, clock.now(), tuning)

    @seam.query(ShowBoard)
    async def on_show_board(query: ShowBoard, session: AsyncSession) -> BoardShown:
        return await show_board(query, session, clock.now(), tuning, roster)

    @seam.query(PreviewMatching)
    async def on_preview_matching(query: PreviewMatching, session: AsyncSession) -> Preview:
        need = _imagined(query, automations)
        return await preview(need, session, clock.now(), tuning, roster)


async def show_invitation(
    query: ShowInvitation, session: AsyncSession, now: datetime, tuning: Tuning
) -> InvitationPage:
    """What the answer page and the mails say of one invitation."""
    found = await (asked_by if query.newest else request_of)(session, query.invitation_id)
    stored = None if found is None else await read_board(session, found[0])
    if found is None or stored is None:
        return InvitationPage(found=False)
    invitation = stored.board.invitation(InvitationId(query.invitation_id))
    if invitation is None and query.newest:
        invitation = stored.board.invitation_of(VolunteerId(found[1]))
        if invitation is None or invitation.state in NOT_YET_ASKED:
            return _between(stored.board, found[1], to_come=invitation is not None)
    if invitation is None:
        return InvitationPage(found=False)
    row = await session.get(VolunteerRow, invitation.volunteer_id)
    person = (
        None if row is None or row.entry is None else person_from(row.entry, history_of(row))
    )
    shown = _page(stored, invitation, person, now, tuning)
    claim = stored.board.claim_of(invitation.volunteer_id)
    skips = () if claim is None else claim.skips
    holders = await holders_of(session, [one.linked_request_id for one in skips])
    return shown.model_copy(update={"skipped": skipped_shown(skips, holders)})


def _between(board: Board, volunteer_id: UUID, *, to_come: bool) -> InvitationPage:
    """Of an invitation that is gone, before anybody hears of another."""
    return InvitationPage(
        found=True,
        request_id=board.need.request_id,
        volunteer_id=volunteer_id,
        state=InvitationState.WITHDRAWN.value,
        only_stopped=to_come,
        starts_at=board.need.starts_at,
        ends_at=board.need.ends_at,
    )


def _page(
    stored: StoredBoard,
    invitation: Invitation,
    person: Person | None,
    now: datetime,
    tuning: Tuning,
) -> InvitationPage:
    board, need = stored.board, stored.board.need
    claim = board.claim_of(invitation.volunteer_id)
    known = person is not None and person.known
    assigned = claim is not None and claim.state is ClaimState.ASSIGNED
    occasions = () if person is None else clashes(lay_out(need, now, tuning), person)
    return InvitationPage(
        found=True,
        invitation_id=invitation.invitation_id,
        request_id=need.request_id,
        volunteer_id=invitation.volunteer_id,
        state=_page_state(board, invitation),
        only_stopped=invitation.stopped_in is not None,
        purpose=purpose_of(invitation, claim, stored.row.facts_changed_at),
        answer=invitation.answer,
        holds_place=assigned,
        hand_over=assigned and known,
        reserved=claim is not None and claim.state is ClaimState.RESERVED,
        waiting_position=waiting_position(board, invitation.volunteer_id),
        free_places=board.free,
        version=need.version,
        deadline=invitation.deadline,
        starts_at=need.starts_at,
        ends_at=need.ends_at,
        confirmed_by_coordinator=need.automation.confirm is Confirm.COORDINATOR or not known,
        reasons=reasons_told(stored.invitations[invitation.invitation_id].why),
        clashes=dated_of(occasion.slot for occasion in occasions),
    )


def _page_state(board: Board, invitation: Invitation) -> str:
    """How far the asking has come; `withdrawn` wherever the page takes no answer any more."""
    if board.state is BoardState.CANCELLED:
        return InvitationState.WITHDRAWN.value
    if invitation.state in NOT_YET_ASKED:
        return InvitationState.PLANNED.value
    return invitation.state.value


async def show_board(
    query: ShowBoard, session: AsyncSession, now: datetime, tuning: Tuning, roster: Roster
) -> BoardShown:
    """Everything a coordinator sees of one request, ranked afresh."""
    stored = await read_board(session, query.request_id)
    if stored is None:
        return BoardShown(found=False)
    board, row = stored.board, stored.row
    agenda = lay_out(board.need, now, tuning)
    see = partial(look_over, board, agenda, query.candidates, about=query.volunteer_id)
    looked = await roster.look(session, board.need, now, see)
    named = looked.everybody | against_rules(board)
    people = await people_of(session, named, board.need, now)
    linked = [one.linked_request_id for claim in board.claims for one in claim.skips]
    holders = await holders_of(session, linked)

    def shown() -> BoardShown:
        candidates, excluded = ranking_shown(board, agenda, looked, people)
        places = {state: board.holding(state) for state in ClaimState}
        return BoardShown(
            found=True,
            places=places_shown(board, row),
            need=need_in(row),
            state=state_shown(row),
            waits_for=_waits_for(stored, looked.pending, now),
            next_look_at=row.next_look_at,
            invitations=invitations_shown(stored, agenda, people),
            assigned=places[ClaimState.ASSIGNED],
            reserved=places[ClaimState.RESERVED],
            waiting=places[ClaimState.WAITING],
            skips=all_skips_shown(board, holders),
            candidates=candidates,
            excluded=excluded,
            excluded_counts=dict(looked.counts),
            reliefs=reliefs_shown(looked.reliefs),
            lacks=lacks_shown(looked.lacks),
        )

    return await asyncio.to_thread(shown)


def _waits_for(stored: StoredBoard, pending: tuple[float, ...], now: datetime) -> Reason | None:
    """A coordinator's decision, and whether it is overdue; else what the planner found last.

    Who is awaited is counted anew: since then some may have been asked, or have answered.
    """
    board = stored.board
    planned = [one for one in board.invitations if one.state is InvitationState.PLANNED]
    if board.free < 1:
        planned = []  # nobody can approve them until a place is free again
    reserved = [one for one in board.claims if one.state is ClaimState.RESERVED]
    for code, waiting in (
        ("awaiting_approval", [one.decide_by for one in planned]),
        ("awaiting_confirmation", [one.decide_by for one in reserved]),
    ):
        due = min((moment for moment in waiting if moment is not None), default=None)
        if due is not None:
            details = {"decide_by": due.isoformat(), "overdue": due <= now}
            return Reason(code=code, details=details)
    found = stored.row.waits_for
    still = None if found is None else _still(Reason.model_validate(found), board, now)
    return None if still is None else _counted(still, board, pending)


def _still(found: Reason, board: Board, now: datetime) -> Reason | None:
    """What the planner found last, unless somebody has changed that since and it has not looked."""
    inviting = board.state is BoardState.OPEN and now < board.need.starts_at
    if board.state is BoardState.STOPPED:
        return Reason(code=Next.CLOSED.value)
    if found.code == Next.AWAITING_APPROVAL:  # nothing is proposed any more
        if any(one.state is InvitationState.APPROVED for one in board.invitations):
            return Reason(code=Next.QUIET_HOURS.value)
        return Reason(code=Next.AWAITING_ANSWERS.value) if board.asking else None
    return None if found.code == Next.CLOSED and inviting else found


def _counted(found: Reason, board: Board, pending: tuple[float, ...]) -> Reason:
    if found.code != Next.AWAITING_ANSWERS and "awaited" not in found.details:
        return found
    if board.free < 1:
        return found
    awaited = {
        "chance": round(Odds(board.free, pending).enough, 3),
        "awaited": len(pending),
        "expected": round(sum(pending), 2),
    }
    return found.model_copy(update={"details": {**found.details, **awaited}})


def _imagined(query: PreviewMatching, automations: Automations) -> Need:
    """The need of a request that nobody has posted. Raises NeedUnclear."""
    try:
        return need_from(
            query.need,
            request_id=RequestId(_NOBODY),
            organisation_id=OrganisationId(_NOBODY),
            version=1,
            facts_version=1,
            automation=automation_of(query.need, automations),
        )
    except ValueError:
        raise NeedUnclear("a need has dates, and levels of languages") from None


async def preview(
    need: Need, session: AsyncSession, now: datetime, tuning: Tuning, roster: Roster
) -> Preview:
    """The dry run: nobody is asked."""

    def tried(pool: Pool, doings: Doings) -> Preview:
        ranking = rank_pool(lay_out(need, now, tuning), pool, doings)
        return _previewed(ranking, plan_wave(Board(need), ranking, now, tuning), now)

    return await roster.look(session, need, now, tried)


def _previewed(ranking: Ranking, plan: WavePlan, now: datetime) -> Preview:
    asks = None if plan.tell_exhausted else plan.next_look_at
    return Preview(
        fitting=ranking.fitting(),
        free_then=ranking.free_then(),
        first_mail_at=now if plan.next is Next.INVITE else asks,
        excluded={
            reason.value: count for reason, count in ranking.excluded_by_reason().items()
        },
    )
