"""Answers with lists: counts, who comes, whom to ring, what waits for a coordinator."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.board import ClaimState
from services.matching.domain.tuning import Tuning
from services.matching.handlers.explaining import reasons_in
from services.matching.handlers.showing import purpose_of
from services.matching.handlers.tandems.showing import tandem_calls, tandem_troubles
from services.matching.store.boards import read_board
from services.matching.store.codes import claim_of, invitation_of
from services.matching.store.counting import Standing, standings_of
from services.matching.store.finding import (
    exhausted_boards,
    phone_tasks,
    planned_waves,
    requests_of,
    reservations,
    sparing_boards,
    stopped_boards,
    unlikely_boards,
)
from shared.contracts.matching import (
    AssignedOn,
    AssignedPeople,
    AssignedTo,
    Decision,
    Decisions,
    OpenDecisions,
    OpenPhoneTasks,
    PhoneTask,
    PhoneTasks,
    PlacesOf,
    PlacesOfMany,
    PlacesShown,
)
from shared.messaging.seam import Seam

_LAST = datetime.max.replace(tzinfo=UTC)


def subscribe(seam: Seam, tuning: Tuning) -> None:
    clock = seam.clock

    @seam.query(PlacesOf)
    async def on_places_of(query: PlacesOf, session: AsyncSession) -> PlacesOfMany:
        return _many(await standings_of(session, query.request_ids, clock.now()))

    @seam.query(AssignedTo)
    async def on_assigned_to(query: AssignedTo, session: AsyncSession) -> PlacesOfMany:
        request_ids = await requests_of(session, query.volunteer_id)
        return _many(await standings_of(session, request_ids, clock.now()))

    @seam.query(AssignedOn)
    async def on_assigned_on(query: AssignedOn, session: AsyncSession) -> AssignedPeople:
        return await assigned_on(query, session)

    @seam.query(OpenPhoneTasks)
    async def on_open_phone_tasks(query: OpenPhoneTasks, session: AsyncSession) -> PhoneTasks:
        return await open_phone_tasks(query, session, clock.now())

    @seam.query(OpenDecisions)
    async def on_open_decisions(query: OpenDecisions, session: AsyncSession) -> Decisions:
        return await open_decisions(query, session, clock.now(), tuning)


async def assigned_on(query: AssignedOn, session: AsyncSession) -> AssignedPeople:
    """Who comes, in the order of the yeses."""
    stored = await read_board(session, query.request_id)
    if stored is None:
        return AssignedPeople(volunteer_ids=())
    assigned = (one for one in stored.board.claims if one.state is ClaimState.ASSIGNED)
    return AssignedPeople(
        volunteer_ids=tuple(claim.volunteer_id for claim in assigned),
        places=stored.board.need.places,
    )


async def open_phone_tasks(
    query: OpenPhoneTasks, session: AsyncSession, now: datetime
) -> PhoneTasks:
    """Whom to ring, the soonest deadline first; tandems' questions, which have time, after that.

    Last come the missed ones, so that they crowd out nobody.
    """
    calls = [
        PhoneTask(
            invitation_id=invitation.invitation_id,
            request_id=invitation.request_id,
            volunteer_id=invitation.volunteer_id,
            purpose=purpose_of(
                invitation_of(invitation),
                None if claim is None else claim_of(claim),
                board.facts_changed_at,
            ),
            deadline=board.starts_at if claim and claim.ask_again else invitation.deadline,
            missed=missed,
            reasons=reasons_in(invitation.why),
        )
        for invitation, claim, board, missed in await phone_tasks(session, now, query.limit)
    ]
    tasks = [call for call in calls if not call.missed]
    tasks += await tandem_calls(session, query.limit - len(tasks))
    tasks += [call for call in calls if call.missed]
    return PhoneTasks(tasks=tuple(tasks[: query.limit]))


async def open_decisions(
    query: OpenDecisions, session: AsyncSession, now: datetime, tuning: Tuning
) -> Decisions:
    """What waits for a coordinator, the soonest `decide_by` first, also when that has passed."""
    waiting = [
        Decision(
            what="decide_reservation",
            request_id=row.request_id,
            volunteer_id=row.volunteer_id,
            decide_by=row.decide_by,
        )
        for row in await reservations(session, now)
    ]
    waiting += [
        Decision(
            what="approve_wave",
            request_id=row.request_id,
            people=row.people,
            decide_by=row.decide_by,
        )
        for row in await planned_waves(session, now)
    ]
    waiting += _lacking("nobody_left", await exhausted_boards(session, now))
    waiting += _lacking("all_spared", await sparing_boards(session, now))
    waiting += _lacking("unlikely", await unlikely_boards(session, now))
    waiting += _lacking("stopped", await stopped_boards(session, now))
    waiting += await tandem_troubles(session, tuning)
    waiting.sort(key=lambda one: (one.decide_by or _LAST, one.request_id))
    return Decisions(decisions=tuple(waiting[: query.limit]), total=len(waiting))


def _lacking(
    what: str, boards: Iterable[Row[UUID, datetime | None, int]]
) -> Iterator[Decision]:
    for row in boards:
        yield Decision(
            what=what, request_id=row.request_id, people=row.people, decide_by=row.starts_at
        )


def _many(found: list[Standing]) -> PlacesOfMany:
    return PlacesOfMany(
        places=tuple(
            PlacesShown(
                request_id=one.request_id,
                sequence=one.sequence,
                places=one.counts.places,
                invited=one.invited,
                reserved=one.counts.reserved,
                assigned=one.counts.assigned,
                waitlisted=one.counts.waitlisted,
                nobody_left=one.nobody_left,
                stopped=one.stopped,
            )
            for one in found
        )
    )
