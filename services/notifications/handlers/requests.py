"""Mails to organisations about their requests."""

from services.notifications.handlers.queueing import Post
from shared.contracts.matching import CandidatesExhausted, RequestFilled
from shared.contracts.requests import RequestExpired, RequestReceived
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam


def subscribe(seam: Seam, post: Post) -> None:
    """Bind the organisation's mails: received, who comes, nobody yet, nobody at all."""

    @seam.event(RequestReceived)
    async def on_request_received(event: RequestReceived, work: Work) -> None:
        await post.to_organisation(
            work,
            event,
            "organisation_received",
            event.organisation_id,
            request_id=event.request_id,
            details={"in_review": event.in_review},
        )

    @seam.event(RequestFilled)
    async def on_request_filled(event: RequestFilled, work: Work) -> None:
        await post.to_organisation(
            work,
            event,
            "organisation_who_comes",
            event.organisation_id,
            # The same state may be told more than once; it is news once.
            key=f"{event.request_id}:{event.sequence}",
            request_id=event.request_id,
            sequence=event.sequence,
        )

    @seam.event(CandidatesExhausted)
    async def on_candidates_exhausted(event: CandidatesExhausted, work: Work) -> None:
        await post.to_organisation(
            work,
            event,
            "organisation_nobody_yet",
            event.organisation_id,
            request_id=event.request_id,
            details={"free": event.free},
        )

    @seam.event(RequestExpired)
    async def on_request_expired(event: RequestExpired, work: Work) -> None:
        await post.to_organisation(
            work,
            event,
            "organisation_expired",
            event.organisation_id,
            request_id=event.request_id,
        )
