"""How many were asked, have a place or wait, request by request."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.board import ClaimState, InvitationState
from services.matching.domain.effects import Counts
from services.matching.store.boards import is_stopped
from services.matching.store.finding import exhausted, free_places, inviting
from services.matching.store.tables import BoardRow, ClaimRow, InvitationRow

_ASKED = tuple(
    state.value
    for state in (
        InvitationState.ISSUED,
        InvitationState.SENT,
        InvitationState.EXPIRED,
        InvitationState.WITHDRAWN,
    )
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one request stands."""

    request_id: UUID
    sequence: int
    invited: int
    counts: Counts
    nobody_left: bool
    stopped: bool


async def standings_of(
    session: AsyncSession, request_ids: Collection[UUID], now: datetime
) -> list[Standing]:
    """How these requests stand; what was never opened is missing."""
    boards = await session.execute(
        select(
            BoardRow.request_id,
            BoardRow.version,
            BoardRow.need["places"].as_integer(),
            and_(exhausted(), inviting(now), free_places() > 0),
            BoardRow.request_state,
            BoardRow.stopped,
            BoardRow.kept_free,
        )
        .where(BoardRow.request_id.in_(request_ids), BoardRow.need.is_not(None))
        .order_by(BoardRow.request_id)
    )
    claims = await _claims_on(session, request_ids)
    invited = await _invited_on(session, request_ids)
    found: list[Standing] = []
    for request_id, version, places, nobody_left, state, stopped, kept_free in boards:
        reserved = claims[request_id, ClaimState.RESERVED.value]
        assigned = claims[request_id, ClaimState.ASSIGNED.value]
        counts = Counts(
            places=max(places, reserved + assigned),
            reserved=reserved,
            assigned=assigned,
            waitlisted=claims[request_id, ClaimState.WAITING.value],
        )
        found.append(
            Standing(
                request_id,
                version,
                invited[request_id],
                counts,
                bool(nobody_left),
                is_stopped(state, stopped=stopped, kept_free=kept_free),
            )
        )
    return found


async def _claims_on(
    session: AsyncSession, request_ids: Collection[UUID]
) -> Counter[tuple[UUID, str]]:
    """How many have a claim, request by request and state by state."""
    found = await session.execute(
        select(ClaimRow.request_id, ClaimRow.state, func.count().label("claims"))
        .where(ClaimRow.request_id.in_(request_ids))
        .group_by(ClaimRow.request_id, ClaimRow.state)
    )
    return Counter({(row.request_id, row.state): row.claims for row in found})


async def _invited_on(session: AsyncSession, request_ids: Collection[UUID]) -> Counter[UUID]:
    """How many were asked, request by request."""
    found = await session.execute(
        select(InvitationRow.request_id, func.count().label("asked"))
        .where(
            InvitationRow.request_id.in_(request_ids),
            InvitationRow.state.in_(_ASKED),
            InvitationRow.wave > 0,
        )
        .group_by(InvitationRow.request_id)
    )
    return Counter({row.request_id: row.asked for row in found})
