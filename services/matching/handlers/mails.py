"""What `notifications` says became of offers: deadline, budget and chance count from the mail."""

from datetime import datetime

from services.matching.domain.board import Board, InvitationState, Step
from services.matching.domain.coordinating import hold_back
from services.matching.domain.sending import email_sent, not_sent
from services.matching.domain.tuning import Tuning
from services.matching.handlers.publishing import keep
from services.matching.store.boards import LockedBoard, lock_board, request_of
from services.matching.store.people import lock_people
from services.matching.store.replaced import keep_ask
from services.matching.store.saving import Beside
from shared.contracts.notifications import EmailFailed, EmailSent
from shared.kernel.ids import InvitationId
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam

OFFER = "offer"
NOT_ABOUT_ADDRESS = frozenset({"not_sent", "stale"})
"""The reasons of a mail that came too late, or would have said what was no longer so."""


def subscribe(seam: Seam, tuning: Tuning) -> None:
    @seam.event(EmailSent)
    async def on_email_sent(event: EmailSent, work: Work) -> None:
        await note_mail(event, work, tuning)

    @seam.event(EmailFailed)
    async def on_email_failed(event: EmailFailed, work: Work) -> None:
        await note_mail(event, work, tuning)


async def note_mail(event: EmailSent | EmailFailed, work: Work, tuning: Tuning) -> None:
    """Note that an offer left, or never will; other mails are no matter."""
    if event.template != OFFER or event.invitation_id is None:
        return
    invitation_id = InvitationId(event.invitation_id)
    locked = await _lock_invited(invitation_id, work)
    if locked is None:
        await _count_replaced(event, work)
        return
    if isinstance(event, EmailSent):
        step = email_sent(locked.board, invitation_id, sent_at=event.occurred_at, tuning=tuning)
        sent = step[0].invitation(invitation_id)
        # Nothing is to be done before the deadline that has just begun.
        beside = Beside(look_at=None if sent is None else sent.deadline)
    else:
        until = event.occurred_at + tuning.longest_step
        step = _failed(locked.board, invitation_id, event, until)
        beside = Beside()
    await keep(work, locked, step, tuning, beside)


async def _lock_invited(invitation_id: InvitationId, work: Work) -> LockedBoard | None:
    """The board of an invitation, if it is still there."""
    found = await request_of(work.session, invitation_id)
    if found is None:
        return None
    request_id, volunteer_id = found
    locked = await lock_board(work.session, request_id, [volunteer_id], now=work.now)
    here = locked is not None and locked.board.invitation(invitation_id) is not None
    return locked if here else None


async def _count_replaced(event: EmailSent | EmailFailed, work: Work) -> None:
    """Count an offer that left and whose invitation is gone; not of somebody who is erased."""
    who = event.volunteer_id
    if not isinstance(event, EmailSent) or who is None or event.invitation_id is None:
        return
    if await lock_people(work.session, [who]):
        await keep_ask(
            work.session, event.invitation_id, event.request_id, who, event.occurred_at
        )


def _failed(
    board: Board, invitation_id: InvitationId, event: EmailFailed, until: datetime
) -> Step:
    """An offer that could not be made then may be made again; one that bounced would bounce at once."""
    after, told = not_sent(board, invitation_id, failed_at=event.occurred_at)
    failed = after.invitation(invitation_id)
    if failed is None or failed.state is not InvitationState.NOT_SENT:
        return after, told
    if event.reason not in NOT_ABOUT_ADDRESS:
        after, _ = hold_back(after, failed.volunteer_id, until)
    return after, told
