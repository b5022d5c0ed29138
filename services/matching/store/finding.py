"""Lists over all boards: what waits for a coordinator, whom to ring, what is due."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.board import ClaimState, InvitationState
from services.matching.domain.waves import Next
from services.matching.store.doings import HOLDS
from services.matching.store.tables import BoardRow, ClaimRow, InvitationRow, VolunteerRow
from shared.kernel.fields import Answer, Channel

UNLIKELY = 0.25
"""A chance of filling below which a coordinator is told, once all who fit are asked."""
_NOBODY_LEFT = (Next.EXHAUSTED.value, Next.NO_TIME_LEFT.value)


async def requests_of(session: AsyncSession, volunteer_id: UUID) -> list[UUID]:
    """Requests on which somebody holds a place or waits."""
    found = await session.scalars(
        select(ClaimRow.request_id).where(ClaimRow.volunteer_id == volunteer_id)
    )
    return list(found)


async def holders_of(
    session: AsyncSession, request_ids: Collection[UUID]
) -> dict[UUID, tuple[UUID, ...]]:
    """Who has a place, or one reserved, on each of these requests that anybody holds."""
    found: dict[UUID, tuple[UUID, ...]] = {}
    if request_ids:
        for request_id, who in await session.execute(
            select(ClaimRow.request_id, ClaimRow.volunteer_id)
            .where(ClaimRow.request_id.in_(request_ids), ClaimRow.state.in_(HOLDS))
            .order_by(ClaimRow.position)
        ):
            found[request_id] = (*found.get(request_id, ()), who)
    return found


def exhausted() -> ColumnElement[bool]:
    """Boards for which nobody was left to ask.

    Somebody may have come since that was told: what the planner found last counts, too.
    """
    found_last = BoardRow.waits_for["code"].astext.in_(_NOBODY_LEFT)
    return and_(BoardRow.exhausted.is_(True), found_last)


def inviting(now: datetime) -> ColumnElement[bool]:
    """Boards on which somebody may still be asked."""
    return and_(
        BoardRow.request_state == "open",
        ~BoardRow.stopped,
        ~BoardRow.kept_free,
        BoardRow.starts_at > now,
    )


def stopped(now: datetime) -> ColumnElement[bool]:
    """Boards that a coordinator has stopped, while they might go on."""
    return and_(
        BoardRow.request_state == "open",
        BoardRow.stopped,
        ~BoardRow.kept_free,
        BoardRow.starts_at > now,
    )


def free_places() -> ColumnElement[int]:
    """Places of a board that nobody holds."""
    held = (
        select(func.count())
        .where(ClaimRow.request_id == BoardRow.request_id, ClaimRow.state.in_(HOLDS))
        .correlate(BoardRow)
        .scalar_subquery()
    )
    free: ColumnElement[int] = BoardRow.need["places"].as_integer() - held
    return free


async def reservations(
    session: AsyncSession, now: datetime
) -> Sequence[Row[UUID, UUID, datetime | None]]:
    """Reserved places to decide about: request, volunteer, decide_by."""
    found = await session.execute(
        select(ClaimRow.request_id, ClaimRow.volunteer_id, ClaimRow.decide_by)
        .join(BoardRow, BoardRow.request_id == ClaimRow.request_id)
        .where(ClaimRow.state == ClaimState.RESERVED.value, BoardRow.ends_at > now)
    )
    return found.all()


async def planned_waves(
    session: AsyncSession, now: datetime
) -> Sequence[Row[UUID, datetime | None, int]]:
    """Waves to approve while something is free: request, decide_by, people."""
    found = await session.execute(
        select(
            InvitationRow.request_id,
            func.min(InvitationRow.decide_by).label("decide_by"),
            func.count().label("people"),
        )
        .join(BoardRow, BoardRow.request_id == InvitationRow.request_id)
        .where(
            InvitationRow.state == InvitationState.PLANNED.value,
            inviting(now),
            free_places() > 0,
        )
        .group_by(InvitationRow.request_id)
    )
    return found.all()


async def exhausted_boards(
    session: AsyncSession, now: datetime
) -> Sequence[Row[UUID, datetime | None, int]]:
    """Requests with free places and nobody left to ask: request, starts_at, people missing."""
    return await _lacking(session, now, exhausted())


async def sparing_boards(
    session: AsyncSession, now: datetime
) -> Sequence[Row[UUID, datetime | None, int]]:
    """The same of requests for which nobody is asked, because all who fit are spared just now."""
    return await _lacking(session, now, BoardRow.waits_for["code"].astext == Next.SPARING.value)


async def unlikely_boards(
    session: AsyncSession, now: datetime
) -> Sequence[Row[UUID, datetime | None, int]]:
    """The same of requests for which all who fit are asked, and will hardly be enough."""
    code, details = BoardRow.waits_for["code"].astext, BoardRow.waits_for["details"]
    hardly = and_(
        code == Next.AWAITING_ANSWERS.value,
        details["left"].as_integer() == 0,
        details["chance"].as_float() < UNLIKELY,
    )
    return await _lacking(session, now, hardly)


async def stopped_boards(
    session: AsyncSession, now: datetime
) -> Sequence[Row[UUID, datetime | None, int]]:
    """Requests with free places for which nobody is asked until a coordinator lets them go on."""
    return await _free(session, stopped(now))


async def _lacking(
    session: AsyncSession, now: datetime, condition: ColumnElement[bool]
) -> Sequence[Row[UUID, datetime | None, int]]:
    return await _free(session, condition, inviting(now))


async def _free(
    session: AsyncSession, *conditions: ColumnElement[bool]
) -> Sequence[Row[UUID, datetime | None, int]]:
    free = free_places()
    found = await session.execute(
        select(BoardRow.request_id, BoardRow.starts_at, free.label("people")).where(
            *conditions, free > 0
        )
    )
    return found.all()


async def phone_tasks(
    session: AsyncSession, now: datetime, limit: int
) -> Sequence[tuple[InvitationRow, ClaimRow | None, BoardRow, bool]]:
    """Whom to ring: who is asked, is to be reminded, or holds a place and is asked again.

    Last and marked: whose deadline has passed without an answer while a place is free.
    """
    asked = and_(
        InvitationRow.state == InvitationState.SENT.value,
        or_(
            InvitationRow.answer.is_(None),
            and_(InvitationRow.answer == Answer.LATER.value, InvitationRow.remind_at <= now),
        ),
        BoardRow.starts_at > now,
    )
    again = and_(ClaimRow.ask_again.is_(True), BoardRow.ends_at > now)
    missed = and_(
        InvitationRow.state == InvitationState.EXPIRED.value,
        or_(InvitationRow.answer.is_(None), InvitationRow.answer == Answer.LATER.value),
        inviting(now),
        free_places() > 0,
    )
    found = await session.execute(
        select(InvitationRow, ClaimRow, BoardRow, missed.label("missed"))
        .join(BoardRow, BoardRow.request_id == InvitationRow.request_id)
        .outerjoin(
            ClaimRow,
            (ClaimRow.request_id == InvitationRow.request_id)
            & (ClaimRow.volunteer_id == InvitationRow.volunteer_id),
        )
        .where(
            InvitationRow.channel == Channel.PHONE.value,
            BoardRow.request_state.in_(("open", "held")),
            or_(asked, again, missed),
        )
        .order_by(missed, InvitationRow.deadline.nulls_last(), InvitationRow.invitation_id)
        .limit(limit)
    )
    return [(asked, claim, board, late) for asked, claim, board, late in found]


async def due_boards(
    session: AsyncSession, now: datetime, *, besides: Collection[UUID], limit: int
) -> list[UUID]:
    """Boards to look at by now, the longest waiting first."""
    found = await session.scalars(
        select(BoardRow.request_id)
        .where(BoardRow.next_look_at <= now, BoardRow.request_id.not_in(besides))
        .order_by(BoardRow.next_look_at)
        .limit(limit)
    )
    return list(found)


async def waiting_boards(
    session: AsyncSession, now: datetime, codes: Collection[str]
) -> list[UUID]:
    """Boards on which somebody may be asked and that wait for one of these."""
    found = await session.scalars(
        select(BoardRow.request_id).where(
            BoardRow.waits_for["code"].astext.in_(codes), inviting(now)
        )
    )
    return list(found)


async def inviting_boards(session: AsyncSession, now: datetime) -> list[UUID]:
    """Boards on which somebody may be asked."""
    return list(await session.scalars(select(BoardRow.request_id).where(inviting(now))))


async def is_behind(session: AsyncSession) -> bool:
    """Whether profiles that were announced have not been fetched yet."""
    return bool(
        await session.scalar(
            select(
                select(VolunteerRow.volunteer_id)
                .where(VolunteerRow.wanted > VolunteerRow.version)
                .exists()
            )
        )
    )
