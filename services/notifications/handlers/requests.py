"""Mails to organisations about their requests."""

from datetime import datetime

from services.notifications.handlers.queueing import Post
from shared.contracts.matching import (
    CandidatesExhausted,
    RequestFilled,
    RequestNear,
    WhoComesChanged,
)
from shared.contracts.requests import RequestExpired, RequestReceived, RequestRefusedLate
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam

UNKNOWN = "requests.unknown"
"""Also the code for another organisation's request, of which nobody learns that it exists."""


def subscribe(seam: Seam, post: Post) -> None:
    """Bind the organisation's mails about a request."""
    _subscribe_course(seam, post)
    _subscribe_lists(seam, post)


def _subscribe_course(seam: Seam, post: Post) -> None:
    @seam.event(RequestReceived)
    async def on_request_received(event: RequestReceived, work: Work) -> None:
        await _about(event, work, post, "organisation_received", in_review=event.in_review)

    @seam.event(CandidatesExhausted)
    async def on_candidates_exhausted(event: CandidatesExhausted, work: Work) -> None:
        template = "organisation_nobody_yet"
        await _about(event, work, post, template, free=event.free, asked=event.asked)

    @seam.event(RequestExpired)
    async def on_request_expired(event: RequestExpired, work: Work) -> None:
        await _about(event, work, post, "organisation_expired")

    @seam.event(RequestRefusedLate)
    async def on_request_refused_late(event: RequestRefusedLate, work: Work) -> None:
        await refused_late(event, work, post)


async def refused_late(event: RequestRefusedLate, work: Work, post: Post) -> None:
    """Tell an organisation what was not done. Only of its own request may the mail say more."""
    is_theirs = event.deed != "post" and event.code != UNKNOWN
    await post.to_organisation(
        work,
        event,
        "organisation_refused",
        event.organisation_id,
        request_id=event.request_id if is_theirs else None,
        details={
            "deed": event.deed,
            "code": event.code,
            "wanted_at": event.starts_at.isoformat() if event.starts_at else None,
        },
    )


def _subscribe_lists(seam: Seam, post: Post) -> None:
    @seam.event(RequestFilled)
    async def on_request_filled(event: RequestFilled, work: Work) -> None:
        # The same state may be told more than once; it is news once.
        key = f"{event.request_id}:{event.sequence}"
        await _about(
            event,
            work,
            post,
            "organisation_who_comes",
            key=key,
            sequence=event.sequence,
            again=event.again,
        )

    @seam.event(WhoComesChanged)
    async def on_who_comes_changed(event: WhoComesChanged, work: Work) -> None:
        await _about(
            event,
            work,
            post,
            "organisation_changed",
            sequence=event.sequence,
            given_back=event.given_back,
            looking=event.looking,
        )

    @seam.event(RequestNear)
    async def on_request_near(event: RequestNear, work: Work) -> None:
        await _about(
            event,
            work,
            post,
            "organisation_day_before",
            sequence=event.sequence,
            not_after=event.not_after,
            looking=event.looking,
        )


_OfRequest = (
    RequestReceived
    | RequestFilled
    | WhoComesChanged
    | RequestNear
    | CandidatesExhausted
    | RequestExpired
)


async def _about(
    event: _OfRequest,
    work: Work,
    post: Post,
    template: str,
    *,
    key: str | None = None,
    sequence: int | None = None,
    not_after: datetime | None = None,
    **details: str | int | bool | None,
) -> None:
    await post.to_organisation(
        work,
        event,
        template,
        event.organisation_id,
        key=key,
        request_id=event.request_id,
        sequence=sequence,
        not_after=not_after,
        details=details,
    )
