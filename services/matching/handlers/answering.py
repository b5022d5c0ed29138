"""A volunteer answers, on the page or through a coordinator on the telephone."""

from services.matching.domain.answering import Reply, answer
from services.matching.domain.board import NOT_YET_ASKED, Board, Claim, ClaimState
from services.matching.domain.refusals import (
    InvitationIsStopped,
    InvitationIsWithdrawn,
    InvitationUnknown,
)
from services.matching.domain.tuning import Tuning
from services.matching.handlers.publishing import keep
from services.matching.store.boards import asked_by, lock_board
from services.matching.store.decisions import record
from shared.contracts.matching import AnswerCameTooLate, AnswerInvitation, AnswerTaken
from shared.contracts.messages import Refused
from shared.kernel.fields import Answer
from shared.kernel.ids import AssignmentId, InvitationId, VolunteerId, new_id
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam

_BY_STATE = {
    ClaimState.ASSIGNED: "assigned",
    ClaimState.RESERVED: "reserved",
    ClaimState.WAITING: "waitlisted",
}


def subscribe(seam: Seam, tuning: Tuning) -> None:
    @seam.command(AnswerInvitation, unheard=tell_that_it_came_too_late)
    async def on_answer_invitation(command: AnswerInvitation, work: Work) -> AnswerTaken:
        return await answer_invitation(command, work, tuning)


async def answer_invitation(
    command: AnswerInvitation, work: Work, tuning: Tuning
) -> AnswerTaken:
    """Take an answer under the locks of the volunteer, the waiting list and the board.

    The link of an invitation that a newer has replaced answers the newer one.
    """
    found = await asked_by(work.session, command.invitation_id)
    if found is None:
        raise InvitationUnknown
    request_id, who = found
    volunteer_id = VolunteerId(who)
    locked = await lock_board(work.session, request_id, [volunteer_id], now=work.now)
    if locked is None or volunteer_id not in locked.standings:
        raise InvitationUnknown  # erased in between
    before = locked.board.claim_of(volunteer_id)
    reply = Reply(
        _meant(locked.board, InvitationId(command.invitation_id), volunteer_id),
        command.answer,
        command.via,
        locked.board.need.version if command.version is None else command.version,
        AssignmentId(new_id()),
    )
    people = locked.people_with(volunteer_id)
    step = answer(locked.board, reply, people, now=work.now, tuning=tuning)
    after = await keep(work, locked, step, tuning)
    if command.staff_id is not None:
        await record(
            work.session,
            deed=f"answer_{command.answer.value}",
            request_id=request_id,
            volunteer_id=volunteer_id,
            staff_id=command.staff_id,
            reason=None,
            now=work.now,
        )
    return _taken(command.answer, volunteer_id, before, after)


def _meant(
    board: Board, invitation_id: InvitationId, volunteer_id: VolunteerId
) -> InvitationId:
    """The invitation itself, or the newer one in its place if they may have heard of that.

    Raises InvitationIsStopped while the newer one is to come, InvitationIsWithdrawn without one.
    """
    if board.invitation(invitation_id) is not None:
        return invitation_id
    newer = board.invitation_of(volunteer_id)
    if newer is None:
        raise InvitationIsWithdrawn
    if newer.state in NOT_YET_ASKED:
        raise InvitationIsStopped
    return newer.invitation_id


async def tell_that_it_came_too_late(
    command: AnswerInvitation, refused: Refused, work: Work
) -> None:
    """Let a volunteer know by mail; of an answer that a coordinator typed it is not theirs to tell."""
    found = await asked_by(work.session, command.invitation_id)
    if command.staff_id is not None or found is None:
        return
    request_id, who = found
    volunteer_id = VolunteerId(who)
    locked = await lock_board(work.session, request_id, [volunteer_id], now=work.now)
    if locked is None or volunteer_id not in locked.standings:
        return  # erased in between: the id is to come back nowhere
    await work.publish(
        AnswerCameTooLate(
            request_id=request_id,
            invitation_id=command.invitation_id,
            volunteer_id=volunteer_id,
            code=refused.code,
            answered_at=command.answered_at,
            occurred_at=work.now,
        )
    )


def _taken(
    said: Answer, volunteer_id: VolunteerId, before: Claim | None, after: Board
) -> AnswerTaken:
    claim = after.claim_of(volunteer_id)
    if said is Answer.LATER:
        return AnswerTaken(outcome="later")
    if claim is None:
        gave_back = before is not None and before.holds_place
        return AnswerTaken(outcome="released" if gave_back else "declined")
    return AnswerTaken(
        outcome=_BY_STATE[claim.state], waiting_position=waiting_position(after, volunteer_id)
    )


def waiting_position(board: Board, volunteer_id: VolunteerId) -> int | None:
    """The position in the waiting list, from 1; None for who is not in it."""
    waiting = [claim.volunteer_id for claim in board.waiting]
    return waiting.index(volunteer_id) + 1 if volunteer_id in waiting else None
