"""Mails to volunteers about what they are asked and what they hold."""

from services.notifications.domain.email import State
from services.notifications.handlers.queueing import Post
from services.notifications.store.emails import lock_open_of_invitation, save, to_domain
from shared.contracts.matching import (
    AssignedAskedAgain,
    AssignmentCancelled,
    AssignmentNear,
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


def subscribe(seam: Seam, post: Post) -> None:
    """Bind the volunteer's mails. Who is asked by telephone gets a call, not an offer."""

    @seam.event(InvitationIssued)
    async def on_invitation_issued(event: InvitationIssued, work: Work) -> None:
        if event.channel is Channel.EMAIL:
            await post.to_volunteer(
                work,
                event,
                "offer",
                event.volunteer_id,
                request_id=event.request_id,
                invitation_id=event.invitation_id,
                not_after=event.not_after,
                urgent=not event.holdable,
                details={"answer_by": event.answer_by.isoformat()},
            )

    @seam.event(InvitationReminded)
    async def on_invitation_reminded(event: InvitationReminded, work: Work) -> None:
        await post.to_volunteer(
            work,
            event,
            "reminder",
            event.volunteer_id,
            request_id=event.request_id,
            invitation_id=event.invitation_id,
            not_after=event.not_after,
        )

    @seam.event(InvitationWithdrawn)
    async def on_invitation_withdrawn(event: InvitationWithdrawn, work: Work) -> None:
        await withdraw(event, work, post)

    _subscribe_places(seam, post)


def _subscribe_places(seam: Seam, post: Post) -> None:
    @seam.event(PlaceReserved)
    async def on_place_reserved(event: PlaceReserved, work: Work) -> None:
        await _about(event, work, post, "reserved", decide_by=event.decide_by.isoformat())

    @seam.event(ReservationDeclined)
    async def on_reservation_declined(event: ReservationDeclined, work: Work) -> None:
        await _about(event, work, post, "reservation_declined", reason=event.reason)

    @seam.event(VolunteerAssigned)
    async def on_volunteer_assigned(event: VolunteerAssigned, work: Work) -> None:
        template = "moved_up" if event.moved_up else "receipt"
        await _about(event, work, post, template, sequence=event.sequence)

    @seam.event(VolunteerWaitlisted)
    async def on_volunteer_waitlisted(event: VolunteerWaitlisted, work: Work) -> None:
        await _about(event, work, post, "waiting_list", position=event.position)

    @seam.event(AssignmentCancelled)
    async def on_assignment_cancelled(event: AssignmentCancelled, work: Work) -> None:
        called_off = event.reason == "request_cancelled"
        template = "request_cancelled" if called_off else "assignment_cancelled"
        await _about(event, work, post, template, sequence=event.sequence, reason=event.reason)

    @seam.event(AssignedAskedAgain)
    async def on_assigned_asked_again(event: AssignedAskedAgain, work: Work) -> None:
        await _about(event, work, post, "changed", version=event.version)

    @seam.event(AssignmentNear)
    async def on_assignment_near(event: AssignmentNear, work: Work) -> None:
        await post.to_volunteer(
            work,
            event,
            "day_before",
            event.volunteer_id,
            request_id=event.request_id,
            invitation_id=event.invitation_id,
            not_after=event.not_after,
        )


async def withdraw(event: InvitationWithdrawn, work: Work, post: Post) -> None:
    """Call back an offer that waits; tell only those who got it."""
    asked = True
    for row in await lock_open_of_invitation(work.session, event.invitation_id):
        never_tried = row.template == "offer" and row.state in {State.QUEUED, State.DEFERRED}
        asked = asked and not never_tried
        save(row, to_domain(row).cancel())
    if asked:
        await _about(event, work, post, "withdrawn", reason=event.reason)


_Placed = (
    PlaceReserved
    | ReservationDeclined
    | VolunteerAssigned
    | VolunteerWaitlisted
    | AssignmentCancelled
    | AssignedAskedAgain
    | InvitationWithdrawn
)


async def _about(
    event: _Placed, work: Work, post: Post, template: str, **details: str | int | bool | None
) -> None:
    await post.to_volunteer(
        work,
        event,
        template,
        event.volunteer_id,
        request_id=event.request_id,
        invitation_id=event.invitation_id,
        details=details,
    )
