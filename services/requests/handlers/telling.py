"""What the domain's facts are as events, and the one way of saving a step with them."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from services.requests.domain.life import Fact, State, Step
from services.requests.handlers.wire import need_in
from services.requests.store import RequestRow
from shared.contracts.messages import Event
from shared.contracts.requests import (
    RequestCancelled,
    RequestChanged,
    RequestCompleted,
    RequestExpired,
    RequestHeld,
    RequestOpened,
    RequestReceived,
)
from shared.messaging.outbox import Work


class _About(TypedDict):
    request_id: UUID
    sequence: int
    occurred_at: datetime


async def keep(row: RequestRow, step: Step, work: Work) -> None:
    """Write a step into the locked row and publish its facts; need and content are set before."""
    life, facts = step
    row.live(life, work.now)
    await work.publish(*(_event(fact, row, work) for fact in facts))


_PLAIN: dict[Fact, type[RequestHeld | RequestCancelled | RequestCompleted]] = {
    Fact.HELD: RequestHeld,
    Fact.CANCELLED: RequestCancelled,
    Fact.COMPLETED: RequestCompleted,
}


def _event(fact: Fact, row: RequestRow, work: Work) -> Event:
    about: _About = {
        "request_id": row.request_id,
        "sequence": row.version,
        "occurred_at": work.now,
    }
    organisation_id = row.organisation_id
    match fact:
        case Fact.RECEIVED:
            in_review = row.state == State.REVIEW
            return RequestReceived(
                **about, organisation_id=organisation_id, in_review=in_review
            )
        case Fact.OPENED:
            return RequestOpened(
                **about,
                organisation_id=organisation_id,
                need=need_in(row),
                facts_sequence=row.facts_version,
                linked_to=row.linked_to,
            )
        case Fact.CHANGED:
            return RequestChanged(
                **about,
                organisation_id=organisation_id,
                need=need_in(row),
                material=row.facts_version == row.version,
                facts_sequence=row.facts_version,
            )
        case Fact.EXPIRED:
            return RequestExpired(**about, organisation_id=organisation_id)
        case _:
            return _PLAIN[fact](**about)
