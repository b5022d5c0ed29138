"""Writing a changed board: only what differs, with the histories of those who answered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.matching.domain.board import Board, Claim, ClaimState, Invitation
from services.matching.domain.telling import NEAR
from services.matching.store import histories
from services.matching.store.boards import LockedBoard
from services.matching.store.codes import claim_values, invitation_values
from services.matching.store.people import touch
from services.matching.store.replaced import keep_sent
from services.matching.store.tables import ClaimRow, InvitationRow
from shared.kernel.ids import VolunteerId

_QUIETLY = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Beside:
    """What is stored beside what the domain knows."""

    whys: Mapping[VolunteerId, dict[str, Any]] = field(default_factory=dict)
    """Of new invitations."""
    staff_id: UUID | None = None
    """Of new invitations, who asked or assigned by hand."""
    look_at: datetime | None = None
    """When the planner should look at the board, if not at once."""


async def save_board(
    session: AsyncSession, locked: LockedBoard, after: Board, beside: Beside, now: datetime
) -> None:
    """Write what changed, and let the planner look at the board."""
    before, row = locked.board, locked.row
    if after == before:
        return
    counted = await _save_invitations(session, locked, after, beside, now)
    await _save_claims(session, locked, after, now)
    if after.closed:
        row.request_state = after.state.value
    row.excluded = sorted(after.excluded)
    row.held_back = {str(who): until.isoformat() for who, until in after.held_back}
    row.freed_at = after.freed_at
    row.told_at = after.told_at
    row.exhausted = after.exhausted
    row.version = after.version
    row.revision += 1
    look_at = beside.look_at or now
    row.next_look_at = min(look_at, row.next_look_at or look_at)
    await session.flush()
    await touch(session, (_freed(before, after) | counted) & locked.rows.keys())


async def _save_invitations(
    session: AsyncSession, locked: LockedBoard, after: Board, beside: Beside, now: datetime
) -> set[VolunteerId]:
    """Return whose answer history counts more than before."""
    old: dict[UUID, Invitation] = {one.invitation_id: one for one in locked.board.invitations}
    new: dict[UUID, Invitation] = {one.invitation_id: one for one in after.invitations}
    gone = old.keys() - new.keys()
    await _delete(session, InvitationRow.invitation_id, gone)
    request_id = locked.row.request_id
    await keep_sent(session, request_id, (old[identity] for identity in gone))
    counted: set[VolunteerId] = set()
    for identity, invitation in new.items():
        if old.get(identity) == invitation:
            continue
        stored = locked.invitations.get(identity)
        before = None if stored is None else stored.counted
        person = locked.rows.get(invitation.volunteer_id)
        result = histories.count(person, invitation, counted=before, now=now)
        if result is not before:
            counted.add(invitation.volunteer_id)
        await _put_invitation(session, locked, invitation, beside, counted=result)
    return counted


async def _put_invitation(
    session: AsyncSession,
    locked: LockedBoard,
    invitation: Invitation,
    beside: Beside,
    *,
    counted: bool | None,
) -> None:
    values = invitation_values(invitation) | {"counted": counted}
    stored = locked.invitations.get(invitation.invitation_id)
    if stored is None:
        values |= {
            "invitation_id": invitation.invitation_id,
            "request_id": locked.row.request_id,
            "why": beside.whys.get(invitation.volunteer_id, {}),
            "staff_id": beside.staff_id,
        }
        await session.execute(insert(InvitationRow).values(values))
        return
    if stored.volunteer_id != invitation.volunteer_id:
        values["why"] = {}  # of an erased person only the figures stay
    elif "against" in (by_hand := beside.whys.get(invitation.volunteer_id, {})):
        values["why"] = stored.why | {"against": by_hand["against"]}
    await session.execute(
        update(InvitationRow)
        .where(InvitationRow.invitation_id == invitation.invitation_id)
        .values(values)
        .execution_options(**_QUIETLY)
    )


async def _save_claims(
    session: AsyncSession, locked: LockedBoard, after: Board, now: datetime
) -> None:
    old: dict[UUID, Claim] = {one.assignment_id: one for one in locked.board.claims}
    new: dict[UUID, Claim] = {one.assignment_id: one for one in after.claims}
    await _delete(session, ClaimRow.assignment_id, old.keys() - new.keys())
    last = max((one.position for one in locked.claims.values()), default=0)
    for identity, claim in new.items():
        earlier = old.get(identity)
        if earlier == claim:
            continue
        values = claim_values(claim)
        newly = earlier is None or earlier.state is not ClaimState.ASSIGNED
        if newly and claim.state is ClaimState.ASSIGNED and _is_near(after, now):
            # So shortly before the start the receipt says all that the reminder would.
            values["told_near_for"] = after.need.starts_at
        if earlier is not None:
            await session.execute(
                update(ClaimRow)
                .where(ClaimRow.assignment_id == identity)
                .values(values)
                .execution_options(**_QUIETLY)
            )
            continue
        last += 1
        values |= {
            "assignment_id": identity,
            "request_id": locked.row.request_id,
            "position": last,
        }
        await session.execute(insert(ClaimRow).values(values))


async def _delete(
    session: AsyncSession, key: InstrumentedAttribute[UUID], gone: Collection[UUID]
) -> None:
    if gone:
        statement = delete(key.class_).where(key.in_(gone))
        await session.execute(statement.execution_options(**_QUIETLY))


def _is_near(board: Board, now: datetime) -> bool:
    return now > board.need.starts_at - NEAR


def _freed(before: Board, after: Board) -> set[VolunteerId]:
    """Who gave a place back, whose dates moved or whose ask no longer counts: others may ask them."""
    held = {claim.volunteer_id for claim in before.claims if claim.holds_place}
    holding = {claim.volunteer_id for claim in after.claims if claim.holds_place}
    if after.need.slots != before.need.slots:
        holding = set()
    return (held - holding) | {
        one.volunteer_id
        for one in before.invitations
        if before.has_open_ask(one.volunteer_id)
        and not after.has_open_ask(one.volunteer_id)
        and after.asked_at(one.volunteer_id) is None
    }
