"""Mails to both sides of a tandem: its questions, one reminder, and that it has ended."""

from services.notifications.handlers.queueing import Post
from services.notifications.store.emails import Details
from shared.contracts.matching import TandemAsked, TandemEnded
from shared.kernel.fields import Channel, Side
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam


def subscribe(seam: Seam, post: Post) -> None:
    """Bind the mails about tandems. Who is asked by telephone gets a call instead."""

    @seam.event(TandemAsked)
    async def on_tandem_asked(event: TandemAsked, work: Work) -> None:
        if event.channel is Channel.EMAIL:
            await ask(event, work, post)

    @seam.event(TandemEnded)
    async def on_tandem_ended(event: TandemEnded, work: Work) -> None:
        if event.announced:
            await tell_end(event, work, post)


async def ask(event: TandemAsked, work: Work, post: Post) -> None:
    """Ask the side that the event names."""
    template = f"tandem_{event.what.value}"
    details: Details = {
        "assignment_id": str(event.assignment_id),
        "question": event.question,
        "again": event.again,
        "from_on": event.from_on.isoformat(),
        "to_on": event.to_on.isoformat(),
    }
    if event.side is Side.VOLUNTEER:
        await post.to_volunteer(
            work,
            event,
            template,
            event.volunteer_id,
            request_id=event.request_id,
            not_after=event.not_after,
            details=details,
        )
    else:
        await post.to_organisation(
            work,
            event,
            f"organisation_{template}",
            event.organisation_id,
            request_id=event.request_id,
            not_after=event.not_after,
            details=details,
        )


async def tell_end(event: TandemEnded, work: Work, post: Post) -> None:
    """Thank both, and say neither who ended it nor why; dates to come leave the calendar."""
    details: Details = {"assignment_id": str(event.assignment_id)}
    await post.to_volunteer(
        work,
        event,
        "tandem_ended",
        event.volunteer_id,
        request_id=event.request_id,
        invitation_id=event.invitation_id,
        sequence=event.place_sequence,
        details=details,
    )
    await post.to_organisation(
        work,
        event,
        "organisation_tandem_ended",
        event.organisation_id,
        request_id=event.request_id,
        details=details,
    )
