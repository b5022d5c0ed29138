"""Registrations for tests of `profiles` and `network`, and looks at what they leave behind."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from nats.js.errors import NotFoundError

from shared.contracts.messages import Event, Service, durable_of
from shared.contracts.network import RegisterOrganisation
from shared.contracts.profiles import ChangeVolunteer, RegisterVolunteer
from shared.kernel.clock import DomainClock
from shared.kernel.fields import OrganisationKind
from shared.messaging.envelope import MSG_ID, Correlation, event_headers
from tests.servers import District

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
"""A Monday."""

_numbers = itertools.count(1)


def a_key() -> str:
    """A key for a wish of its own."""
    return f"key-{next(_numbers):08}"


def a_registration(**changes: Any) -> RegisterVolunteer:
    """A volunteer who says what is required and a little more."""
    values = {
        "command_key": a_key(),
        "first_name": "Amira",
        "last_name": "Haddad",
        "email": "amira@haddad.example",
        "postcode": "04600",
        "consent_version": "2026-11",
    }
    return RegisterVolunteer.model_validate(values | changes)


def a_change(volunteer_id: UUID, version: int, **changes: Any) -> ChangeVolunteer:
    """What `a_registration` says, again, with changes; sent from the volunteer's own page."""
    said = a_registration(**changes).model_dump()
    about = {"volunteer_id": volunteer_id, "version": version, "command_key": a_key()}
    return ChangeVolunteer.model_validate(said | about | changes)


def an_organisation(**changes: Any) -> RegisterOrganisation:
    """An association that registers."""
    values = {
        "command_key": a_key(),
        "name": "Begegnungscafé Lucka e. V.",
        "kind": OrganisationKind.ASSOCIATION,
        "contact_first_name": "Jana",
        "contact_last_name": "Richter",
        "email": "jana@cafe-lucka.example",
        "phone": "034492 12345",
        "postcode": "04613",
    }
    return RegisterOrganisation.model_validate(values | changes)


def set_clock(district: District, domain: datetime) -> None:
    """Let the services that start from now on begin at this domain time."""
    real = datetime.now(UTC)  # noqa: TID251  the machine's time is the point
    district.clock = DomainClock(real, domain).to_line()


def days_later(days: float) -> datetime:
    return NOON + timedelta(days=days)


async def events(district: District, *names: str) -> list[dict[str, Any]]:
    """The bodies in the stream EVENTS, oldest first; only of these names, if any are given."""
    jetstream = await district.jetstream()
    state = (await jetstream.stream_info("EVENTS")).state
    found = []
    for sequence in range(max(1, state.first_seq), state.last_seq + 1):
        try:
            message = await jetstream.get_msg("EVENTS", sequence)
        except NotFoundError:
            continue
        name = (message.subject or "").split(".")[2]
        if not names or name in names:
            found.append({"name": name} | json.loads(message.data or b"{}"))
    return found


async def publish_twice(district: District, event: Event, reader: Service) -> None:
    """Put an event into the stream under two message ids, and wait until `reader` had both."""
    client = await district.client(event.owner)
    for attempt in range(2):
        await client.jetstream(timeout=5).publish(
            event.subject,
            event.model_dump_json().encode(),
            stream="EVENTS",
            headers=event_headers(event, Correlation.fresh())
            | {MSG_ID: f"{event.event_id}.{attempt}"},
        )
    await client.close()
    await district.handled("EVENTS", durable_of(reader, type(event)))


async def names_of_events(district: District) -> list[str]:
    return [event["name"] for event in await events(district)]


async def everything_in(district: District, schema: str) -> str:
    """All rows of all tables of a schema, and all of the stream, as one text."""
    tables = await district.sql(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = $1", schema
    )
    rows = [
        row["line"]
        for table in tables
        for row in await district.sql(
            f'SELECT t::text AS line FROM {schema}."{table["table_name"]}" t'  # noqa: S608
        )
    ]
    return "\n".join(rows)
