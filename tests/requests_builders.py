"""Wishes and events for tests of `requests` and `reporting`, and ways to send them."""

import asyncio
import os
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest

from shared.contracts.matching import RequestFilled, RequestReopened, TandemEnded
from shared.contracts.messages import Command, Event, durable_of
from shared.contracts.network import (
    OrganisationErased,
    OrganisationSuspended,
    OrganisationVerified,
)
from shared.contracts.requests import (
    ChangeRequest,
    PostRequest,
    RequestContent,
    RequestPosted,
    RequestShown,
    ShowRequest,
)
from shared.contracts.values import Dated
from shared.kernel.fields import Field, Kind
from shared.kernel.ids import new_id
from shared.messaging.asking import Asker, WishRefused
from shared.messaging.envelope import MSG_ID, Correlation, event_headers
from shared.service.settings import ServiceSettings
from tests.example_service import answered
from tests.people_builders import NOON, a_key, events
from tests.servers import District

KILLED = 137

EventT = TypeVar("EventT", bound=Event)


def a_date(days: float = 2, hours: float = 2) -> Dated:
    start = NOON + timedelta(days=days)
    return Dated(starts_at=start, ends_at=start + timedelta(hours=hours))


def a_content(**changes: Any) -> RequestContent:
    """A language café that needs two people in Altenburg in two days."""
    values = {
        "kind": Kind.SINGLE,
        "field": Field.LANGUAGE,
        "title": "Sprachcafé begleiten",
        "description": "Wir sitzen zusammen und reden.",
        "places": 2,
        "postcode": "04600",
        "meeting_point": "Bibliothek",
        "slots": (a_date(),),
    }
    return RequestContent.model_validate(values | changes)


def a_post(organisation_id: UUID, **changes: Any) -> PostRequest:
    return PostRequest(
        command_key=a_key(),
        request_id=new_id(),
        organisation_id=organisation_id,
        content=a_content(**changes),
    )


def verified(organisation_id: UUID, sequence: int = 1) -> OrganisationVerified:
    return OrganisationVerified(
        organisation_id=organisation_id, sequence=sequence, occurred_at=NOON
    )


def suspended(organisation_id: UUID, sequence: int = 2) -> OrganisationSuspended:
    return OrganisationSuspended(
        organisation_id=organisation_id, sequence=sequence, occurred_at=NOON
    )


def erased(organisation_id: UUID) -> OrganisationErased:
    return OrganisationErased(organisation_id=organisation_id, occurred_at=NOON)


def counts(
    kind: type[RequestFilled] | type[RequestReopened],
    request_id: UUID,
    sequence: int,
    *,
    assigned: int,
    reserved: int = 0,
    at: datetime = NOON,
) -> RequestFilled | RequestReopened:
    values = {
        "request_id": request_id,
        "sequence": sequence,
        "places": 2,
        "reserved": reserved,
        "assigned": assigned,
        "waitlisted": 0,
        "occurred_at": at,
        "organisation_id": new_id(),
    }
    return kind.model_validate(values)


def tandem_ended(request_id: UUID, **changes: Any) -> TandemEnded:
    """The only tandem of a request has run and reached its goal."""
    values = {
        "request_id": request_id,
        "invitation_id": new_id(),
        "volunteer_id": new_id(),
        "assignment_id": new_id(),
        "organisation_id": new_id(),
        "sequence": 3,
        "reason": "goal_reached",
        "by": "volunteer",
        "begun": True,
        "completes": True,
        "left": 0,
        "announced": True,
        "occurred_at": NOON,
    }
    return TandemEnded.model_validate(values | changes)


async def publish(district: District, event: Event) -> None:
    """Put an event into the stream as if for the first time; its own id stays the same."""
    headers = event_headers(event, Correlation.fresh())
    headers[MSG_ID] = str(new_id())
    jetstream = await district.jetstream()
    await jetstream.publish(event.subject, event.model_dump_json().encode(), headers=headers)


async def happen(district: District, service: str, *happened: Event, times: int = 1) -> None:
    """Publish events, each `times` times, and wait until the service has had them all."""
    for event in happened:
        for _ in range(times):
            await publish(district, event)
    await district.handled("EVENTS", *{durable_of(service, type(event)) for event in happened})


async def dies_at(district: District, kind: type[ServiceSettings], failpoint: str) -> None:
    """Run the service with these settings in a process of its own until the failpoint kills it."""
    settings = district.settings(kind)
    service = kind.__name__.removesuffix("Settings").lower()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "infra.cli.main", "run", service),
        env={
            "PATH": os.environ["PATH"],
            "BRUECKE_NATS_URL": settings.nats_url,
            "BRUECKE_DATABASE_URL": settings.database_url,
            "BRUECKE_SECRETS": str(settings.secrets),
            "BRUECKE_CLOCK": settings.clock,
            "BRUECKE_METRICS_PORT": "0",
            "BRUECKE_FAILPOINTS": f"{failpoint}:1",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert await asyncio.wait_for(process.wait(), 40) == KILLED
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def shown(asker: Asker, request_id: UUID) -> RequestShown:
    return await asker.ask(ShowRequest(request_id=request_id))


def a_change(
    request_id: UUID, organisation_id: UUID | None = None, *, version: int = 1, **changes: Any
) -> ChangeRequest:
    return ChangeRequest(
        command_key=a_key(),
        request_id=request_id,
        organisation_id=organisation_id,
        version=version,
        content=a_content(**changes),
    )


async def granted(asker: Asker, wish: Command[RequestPosted]) -> RequestPosted:
    """Send any wish that is granted."""
    return await answered(asker, wish)


async def refused(asker: Asker, wish: Command[RequestPosted]) -> tuple[str, str | None]:
    """Send a wish that is refused; return code and field."""
    with pytest.raises(WishRefused) as caught:
        await answered(asker, wish)
    return caught.value.code, caught.value.field


async def of_kind(district: District, contract: type[EventT], count: int) -> list[EventT]:
    """The events of one kind, once there are this many."""

    async def there() -> list[dict[str, Any]] | None:
        found = await events(district, contract.snake_name)
        return found if len(found) >= count else None

    found = await district.until(there)
    assert len(found) == count
    return [contract.model_validate(body) for body in found]
