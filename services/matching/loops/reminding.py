"""Reminders that are due on a locked board: half-way to who said `later`, and the day before."""

from datetime import datetime

from sqlalchemy import update

from services.matching.domain.board import Board, ClaimState, InvitationState
from services.matching.domain.telling import NEAR
from services.matching.store.tables import ClaimRow, InvitationRow
from shared.contracts.matching import AssignmentNear, InvitationReminded
from shared.kernel.fields import Answer, Channel
from shared.kernel.ids import AssignmentId, VolunteerId
from shared.messaging.outbox import Work


async def remind(work: Work, board: Board) -> None:
    """Remind, once each, who said `later` and has used half of the time.

    Who is asked by telephone is a task again instead (`OpenPhoneTasks`).
    """
    if board.closed:
        return
    due = await work.session.execute(
        update(InvitationRow)
        .where(
            InvitationRow.request_id == board.need.request_id,
            InvitationRow.state == InvitationState.SENT.value,
            InvitationRow.channel == Channel.EMAIL.value,
            InvitationRow.answer == Answer.LATER.value,
            InvitationRow.remind_at <= work.now,
            InvitationRow.reminded_at.is_(None),
            InvitationRow.deadline > work.now,
        )
        .values(reminded_at=work.now)
        .returning(
            InvitationRow.invitation_id, InvitationRow.volunteer_id, InvitationRow.deadline
        )
        .execution_options(synchronize_session=False)
    )
    for invitation_id, volunteer_id, deadline in due.all():
        await work.publish(
            InvitationReminded(
                request_id=board.need.request_id,
                invitation_id=invitation_id,
                volunteer_id=volunteer_id,
                not_after=deadline,
                occurred_at=work.now,
            )
        )


async def tell_near(work: Work, board: Board) -> None:
    """Tell the assigned once, on the day before their first date; once more if that moved."""
    if board.closed:
        return
    near: dict[datetime, list[AssignmentId]] = {}
    for claim in board.claims:
        starts_at = claim.first_date(board.need).starts_at
        if claim.state is ClaimState.ASSIGNED and starts_at - NEAR <= work.now < starts_at:
            near.setdefault(starts_at, []).append(claim.assignment_id)
    for starts_at, assignment_ids in near.items():
        await _tell_near(work, board, starts_at, assignment_ids)


async def _tell_near(
    work: Work, board: Board, starts_at: datetime, assignment_ids: list[AssignmentId]
) -> None:
    due = await work.session.execute(
        update(ClaimRow)
        .where(
            ClaimRow.assignment_id.in_(assignment_ids),
            ClaimRow.told_near_for.is_distinct_from(starts_at),
        )
        .values(told_near_for=starts_at)
        .returning(ClaimRow.assignment_id, ClaimRow.volunteer_id)
        .execution_options(synchronize_session=False)
    )
    for assignment_id, volunteer_id in due.all():
        invitation = board.invitation_of(VolunteerId(volunteer_id))
        if invitation is not None:
            await work.publish(
                AssignmentNear(
                    request_id=board.need.request_id,
                    invitation_id=invitation.invitation_id,
                    volunteer_id=volunteer_id,
                    assignment_id=assignment_id,
                    not_after=starts_at,
                    occurred_at=work.now,
                )
            )
