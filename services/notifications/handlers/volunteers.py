"""Mails to volunteers about what they are asked and what they hold."""

from datetime import datetime

from services.notifications.handlers.queueing import Post
from services.notifications.store.emails import lock_waiting_asks, save, to_domain
from shared.contracts.matching import (
    AnswerCameTooLate,
    AssignedAskedAgain,
    AssignmentCancelled,
    AssignmentNear,
    DateSkipped,
    DateUnskipped,
    InvitationIssued,
    InvitationReminded,
    InvitationWithdrawn,
    PlaceReserved,
    ReservationDeclined,
    VolunteerAssigned,
    VolunteerWaitlisted,
)
from shared.kernel.fields import Channel
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam

TANDEM_ENDED = "tandem_ended"
RULE_CAME_UP = "rule_came_up"


def subscribe(seam: Seam, post: Post) -> None:
    """Bind the volunteer's mails. Who is asked by telephone gets a call, not an offer."""
    _subscribe_asking(seam, post)
    _subscribe_answered(seam, post)
    _subscribe_places(seam, post)
    _subscribe_dates(seam, post)


def _subscribe_asking(seam: Seam, post: Post) -> None:
    @seam.event(InvitationIssued)
    async def on_invitation_issued(event: InvitationIssued, work: Work) -> None:
        if event.channel is Channel.EMAIL:
            await _about(
                event,
                work,
                post,
                "offer",
                not_after=event.not_after,
                urgent=not event.holdable,
                answer_by=event.answer_by.isoformat(),
            )

    @seam.event(InvitationReminded)
    async def on_invitation_reminded(event: InvitationReminded, work: Work) -> None:
        await _about(event, work, post, "reminder", not_after=event.not_after)

    @seam.event(InvitationWithdrawn)
    async def on_invitation_withdrawn(event: InvitationWithdrawn, work: Work) -> None:
        if event.reason == RULE_CAME_UP:
            return  # nobody was asked
        await withdraw(event, work, post)


def _subscribe_answered(seam: Seam, post: Post) -> None:
    @seam.event(AnswerCameTooLate)
    async def on_answer_came_too_late(event: AnswerCameTooLate, work: Work) -> None:
        answered_at = event.answered_at.isoformat() if event.answered_at else None
        await _about(
            event, work, post, "answer_too_late", code=event.code, answered_at=answered_at
        )

    @seam.event(PlaceReserved)
    async def on_place_reserved(event: PlaceReserved, work: Work) -> None:
        await _about(event, work, post, "reserved", decide_by=event.decide_by.isoformat())

    @seam.event(ReservationDeclined)
    async def on_reservation_declined(event: ReservationDeclined, work: Work) -> None:
        await _about(event, work, post, "reservation_declined", reason=event.reason)

    @seam.event(VolunteerWaitlisted)
    async def on_volunteer_waitlisted(event: VolunteerWaitlisted, work: Work) -> None:
        await _about(event, work, post, "waiting_list", position=event.position)


def _subscribe_places(seam: Seam, post: Post) -> None:
    @seam.event(VolunteerAssigned)
    async def on_volunteer_assigned(event: VolunteerAssigned, work: Work) -> None:
        template = "moved_up" if event.moved_up else "receipt"
        await _about(event, work, post, template, sequence=event.sequence)

    @seam.event(AssignmentCancelled)
    async def on_assignment_cancelled(event: AssignmentCancelled, work: Work) -> None:
        if event.reason == TANDEM_ENDED:
            return  # its own mails say so
        called_off = event.reason == "request_cancelled"
        template = "request_cancelled" if called_off else "assignment_cancelled"
        await _about(event, work, post, template, sequence=event.sequence, reason=event.reason)

    @seam.event(AssignedAskedAgain)
    async def on_assigned_asked_again(event: AssignedAskedAgain, work: Work) -> None:
        await _about(event, work, post, "changed", sequence=event.sequence)

    @seam.event(AssignmentNear)
    async def on_assignment_near(event: AssignmentNear, work: Work) -> None:
        await _about(event, work, post, "day_before", not_after=event.not_after)


def _subscribe_dates(seam: Seam, post: Post) -> None:
    @seam.event(DateSkipped)
    async def on_date_skipped(event: DateSkipped, work: Work) -> None:
        await _about_date(event, work, post, "date_skipped")

    @seam.event(DateUnskipped)
    async def on_date_unskipped(event: DateUnskipped, work: Work) -> None:
        await _about_date(event, work, post, "date_unskipped")


async def _about_date(
    event: DateSkipped | DateUnskipped, work: Work, post: Post, template: str
) -> None:
    date_at = event.starts_at.isoformat()
    await _about(event, work, post, template, sequence=event.sequence, date_at=date_at)


async def withdraw(event: InvitationWithdrawn, work: Work, post: Post) -> None:
    """Call back what still asks, and tell of it.

    Whether there is anybody to tell, who was asked by then, is seen when the mail is written:
    the offer's own event may come after this one.
    """
    await _about(event, work, post, "withdrawn", reason=event.reason, waited=event.waited)
    for row in await lock_waiting_asks(work.session, event.invitation_id):
        save(row, to_domain(row).cancel())


_OfInvitation = (
    InvitationIssued
    | InvitationReminded
    | InvitationWithdrawn
    | AnswerCameTooLate
    | PlaceReserved
    | ReservationDeclined
    | VolunteerWaitlisted
    | VolunteerAssigned
    | AssignmentCancelled
    | AssignedAskedAgain
    | AssignmentNear
    | DateSkipped
    | DateUnskipped
)


async def _about(
    event: _OfInvitation,
    work: Work,
    post: Post,
    template: str,
    *,
    sequence: int | None = None,
    not_after: datetime | None = None,
    urgent: bool = False,
    **details: str | int | bool | None,
) -> None:
    await post.to_volunteer(
        work,
        event,
        template,
        event.volunteer_id,
        request_id=event.request_id,
        invitation_id=event.invitation_id,
        sequence=sequence,
        not_after=not_after,
        urgent=urgent,
        details=details,
    )
