"""Tandems in the database: to and from the domain's value, locked one by one.

A tandem's row is locked after that of its board, where both are needed (`store`).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.tandems.schedule import next_look_at
from services.matching.domain.tandems.tandem import By, End, Given, Question, Tandem, Wish
from services.matching.domain.tuning import Tuning
from services.matching.store.tables import BoardRow, TandemRow, VolunteerRow
from shared.kernel.fields import Channel, Side, TandemAnswer, TandemQuestion, Via
from shared.kernel.ids import (
    AssignmentId,
    InvitationId,
    OrganisationId,
    RequestId,
    VolunteerId,
)


def tandem_of(row: TandemRow) -> Tandem:
    """The domain's value of a row."""
    return Tandem(
        assignment_id=AssignmentId(row.assignment_id),
        request_id=RequestId(row.request_id),
        organisation_id=OrganisationId(row.organisation_id),
        volunteer_id=VolunteerId(row.volunteer_id),
        invitation_id=InvitationId(row.invitation_id),
        first_at=row.first_at,
        last_at=row.last_at,
        questions=tuple(map(_question, row.questions)),
        end=_end(row),
        wish=None if row.wished_at is None else Wish(row.wished_at, row.wish_reason or ""),
        settled_at=row.settled_at,
        version=row.version,
    )


def save_tandem(row: TandemRow, after: Tandem, now: datetime, tuning: Tuning) -> None:
    """Write a step into the locked row, with what is searched for beside it."""
    ended, wish, current = after.end, after.wish, after.current
    row.first_at, row.last_at = after.first_at, after.last_at
    row.questions = [_stored(one) for one in after.questions]
    row.ended_at = None if ended is None else ended.at
    row.end_reason = None if ended is None else ended.reason
    row.ended_by = None if ended is None else ended.by.value
    row.wished_at = None if wish is None else wish.at
    row.wish_reason = None if wish is None else wish.reason
    row.settled_at = after.settled_at
    row.version = after.version
    row.next_at = next_look_at(after, now, tuning)
    row.trouble_at = after.trouble_at
    to_ring = (
        current is not None
        and current.channel is Channel.PHONE
        and after.awaits(Side.VOLUNTEER)
    )
    row.ring_at = current.asked_at if to_ring and current is not None else None
    row.touched_at = now


async def add_tandem(
    session: AsyncSession, tandem: Tandem, now: datetime, tuning: Tuning
) -> None:
    """Begin a tandem; one that is there stays as it is."""
    await session.execute(
        insert(TandemRow)
        .values(
            assignment_id=tandem.assignment_id,
            request_id=tandem.request_id,
            organisation_id=tandem.organisation_id,
            volunteer_id=tandem.volunteer_id,
            invitation_id=tandem.invitation_id,
            first_at=tandem.first_at,
            last_at=tandem.last_at,
            next_at=next_look_at(tandem, now, tuning),
            touched_at=now,
        )
        .on_conflict_do_nothing()
    )


async def meant_by(session: AsyncSession, assignment_id: UUID) -> tuple[UUID, UUID] | None:
    """Request and volunteer of a tandem; None if there is none (any more)."""
    row = await session.get(TandemRow, assignment_id)
    return None if row is None else (row.request_id, row.volunteer_id)


async def lock_tandem(session: AsyncSession, assignment_id: UUID) -> TandemRow | None:
    """A tandem's row, locked; None if there is none (any more)."""
    return await session.get(
        TandemRow, assignment_id, with_for_update=True, populate_existing=True
    )


async def lock_tandems(
    session: AsyncSession, assignment_ids: Collection[UUID]
) -> Sequence[TandemRow]:
    """These tandems that there are, locked in their order."""
    rows = await session.scalars(
        select(TandemRow)
        .where(TandemRow.assignment_id.in_(assignment_ids))
        .order_by(TandemRow.assignment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def lock_living(
    session: AsyncSession, *, request_id: UUID | None = None, volunteer_id: UUID | None = None
) -> Sequence[TandemRow]:
    """The tandems of a request, or of a volunteer, that have not ended, locked in their order."""
    statement = select(TandemRow).where(TandemRow.ended_at.is_(None))
    if request_id is not None:
        statement = statement.where(TandemRow.request_id == request_id)
    if volunteer_id is not None:
        statement = statement.where(TandemRow.volunteer_id == volunteer_id)
    rows = await session.scalars(
        statement.order_by(TandemRow.assignment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def tandems_of(session: AsyncSession, request_id: UUID) -> Sequence[TandemRow]:
    """All tandems of a request, the living first, the older first."""
    rows = await session.scalars(
        select(TandemRow)
        .where(TandemRow.request_id == request_id)
        .order_by(TandemRow.ended_at.is_not(None), TandemRow.assignment_id)
    )
    return rows.all()


async def count_living(session: AsyncSession, request_id: UUID) -> int:
    """How many tandems of a request have not ended."""
    living = select(func.count()).where(
        TandemRow.request_id == request_id, TandemRow.ended_at.is_(None)
    )
    return await session.scalar(living) or 0


async def due_tandems(
    session: AsyncSession, now: datetime, *, besides: Collection[UUID], limit: int
) -> list[UUID]:
    """Tandems that are to be asked something by now, the longest waiting first.

    While their request is held, nobody is asked.
    """
    found = await session.scalars(
        select(TandemRow.assignment_id)
        .join(BoardRow, BoardRow.request_id == TandemRow.request_id)
        .where(
            TandemRow.next_at <= now,
            TandemRow.assignment_id.not_in(besides),
            BoardRow.request_state == "open",
        )
        .order_by(TandemRow.next_at)
        .limit(limit)
    )
    return list(found)


async def troubled_tandems(session: AsyncSession) -> Sequence[TandemRow]:
    """Tandems of which a coordinator should talk to both sides."""
    rows = await session.scalars(select(TandemRow).where(TandemRow.trouble_at.is_not(None)))
    return rows.all()


async def tandems_to_ring(session: AsyncSession, limit: int) -> Sequence[TandemRow]:
    """Tandems whose volunteer waits for a call, the longest waiting first."""
    rows = await session.scalars(
        select(TandemRow)
        .where(TandemRow.ring_at.is_not(None))
        .order_by(TandemRow.ring_at, TandemRow.assignment_id)
        .limit(limit)
    )
    return rows.all()


async def channel_of(session: AsyncSession, volunteer_id: UUID) -> Channel | None:
    """By which way a volunteer is asked; None for somebody who is gone."""
    row = await session.get(VolunteerRow, volunteer_id)
    return None if row is None or row.entry is None else Channel(row.entry["channel"])


async def forget_volunteer(session: AsyncSession, volunteer_id: UUID, stand_in: UUID) -> None:
    """Let a random id stand for an erased volunteer, and keep of what they said only the hours."""
    rows = await session.scalars(
        select(TandemRow)
        .where(TandemRow.volunteer_id == volunteer_id)
        .order_by(TandemRow.assignment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for row in rows:
        row.volunteer_id = stand_in
        row.questions = [_without_words(one) for one in row.questions]
    await session.flush()


def _without_words(stored: dict[str, Any]) -> dict[str, Any]:
    said = stored["volunteer"]
    return stored if said is None else stored | {"volunteer": said | {"said": None}}


def _end(row: TandemRow) -> End | None:
    if row.ended_at is None or row.end_reason is None or row.ended_by is None:
        return None
    return End(row.ended_at, row.end_reason, By(row.ended_by))


def _question(stored: Mapping[str, Any]) -> Question:
    reminded_at = stored["reminded_at"]
    return Question(
        number=stored["number"],
        what=TandemQuestion(stored["what"]),
        asked_at=datetime.fromisoformat(stored["asked_at"]),
        from_on=date.fromisoformat(stored["from_on"]),
        to_on=date.fromisoformat(stored["to_on"]),
        channel=Channel(stored["channel"]),
        reminded_at=None if reminded_at is None else datetime.fromisoformat(reminded_at),
        volunteer=_given(stored["volunteer"]),
        organisation=_given(stored["organisation"]),
    )


def _given(stored: Mapping[str, Any] | None) -> Given | None:
    if stored is None:
        return None
    said = stored["said"]
    return Given(
        said=None if said is None else TandemAnswer(said),
        at=datetime.fromisoformat(stored["at"]),
        via=Via(stored["via"]),
        hours=stored["hours"],
    )


def _stored(question: Question) -> dict[str, Any]:
    reminded_at = question.reminded_at
    return {
        "number": question.number,
        "what": question.what.value,
        "asked_at": question.asked_at.isoformat(),
        "from_on": question.from_on.isoformat(),
        "to_on": question.to_on.isoformat(),
        "channel": question.channel.value,
        "reminded_at": None if reminded_at is None else reminded_at.isoformat(),
        "volunteer": _stored_word(question.volunteer),
        "organisation": _stored_word(question.organisation),
    }


def _stored_word(given: Given | None) -> dict[str, Any] | None:
    if given is None:
        return None
    return {
        "said": given.said and given.said.value,
        "at": given.at.isoformat(),
        "via": given.via.value,
        "hours": given.hours,
    }
