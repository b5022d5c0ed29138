"""A service of the tests' own: real contracts under a real name, with handlers that a test chooses.

Rights, consumers and readers come from the catalogue, so it stands in for `profiles` (takes
`PauseVolunteer`, publishes `VolunteerPaused`) or `reporting` (reads it) and binds only what a test
needs; the watchdog, which demands all, is no part of it. As a process of its own it can be made
to die at a failpoint:

    BRUECKE_FAILPOINTS=relay.before_publish:1 python -m tests.example_service profiles
    BRUECKE_FAILPOINTS=command.stored_not_answered:1 python -m tests.example_service send KEY
"""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar
from uuid import UUID

from nats.aio.msg import Msg
from nats.js.errors import NotFoundError
from sqlalchemy import BigInteger, Column, Identity, String, Table, insert
from sqlalchemy.ext.asyncio import create_async_engine

from shared.contracts.catalogue import CATALOGUE
from shared.contracts.messages import Command, Event, Message, Private, Query, Service
from shared.contracts.profiles import PauseVolunteer, VolunteerPaused
from shared.contracts.values import Done
from shared.kernel.clock import MachineClock
from shared.kernel.ids import new_id
from shared.messaging.asking import Asker, Received, Replied
from shared.messaging.connection import Connection
from shared.messaging.envelope import Correlation
from shared.messaging.outbox import Work
from shared.messaging.relay import Relay
from shared.messaging.retries import Pace
from shared.messaging.seam import Seam
from shared.messaging.tables import messaging_tables
from shared.persistence.database import Database, build_engine, metadata_for, service_url
from shared.service.application import Application
from shared.service.process import run_applications
from shared.service.settings import ServiceSettings
from tests.servers import DEADLINE_S, District
from tests.waiting import until

ReplyT = TypeVar("ReplyT", bound=Message)

EFFECTS = "effects_of_tests"
QUICK = Pace(delays=(0.05, 0.1, 0.2), outage=0.1)
KILLED = 137


async def answered(sender: Asker, command: Command[ReplyT]) -> ReplyT:
    """What a command comes to, its refusal too; sent again if a busy machine takes longer."""

    async def told() -> Replied[ReplyT] | None:
        reply = await sender.send(command)
        assert isinstance(reply, Replied | Received), reply
        return reply if isinstance(reply, Replied) else None

    found: Replied[ReplyT] = await until(told, DEADLINE_S)
    return found.reply


class ExampleService:
    """One service's connection, database, seam and relay; a test adds the handlers."""

    def __init__(self, service: Service, settings: ServiceSettings, pace: Pace = QUICK) -> None:
        self.service = service
        self.metadata = metadata_for(service)
        self.tables = messaging_tables(self.metadata)
        self.effects = Table(
            EFFECTS,
            self.metadata,
            Column("id", BigInteger, Identity(), primary_key=True),
            Column("about", String(60), nullable=False),
        )
        url = service_url(settings.database_url, service, settings.secrets)
        self.database = Database(build_engine(url, application=f"test-{service}"))
        self.connection = Connection(service, settings.nats_url, settings.secrets)
        self.seam = Seam(
            service, self.connection, self.database, self.tables, MachineClock(), pace
        )
        self.relay = Relay(service, self.database, self.tables, self.connection)
        self._relaying: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.connection.open()
        await self.connection.broker.start()
        self._relaying = asyncio.create_task(self.relay.run())

    async def stop(self) -> None:
        self.relay.stop()
        if self._relaying is not None:
            await asyncio.wait({self._relaying}, timeout=2)
            self._relaying.cancel()
            await asyncio.gather(self._relaying, return_exceptions=True)
        await self.connection.close(deadline_s=5)
        await self.database.close()

    @contextlib.asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """A transaction that no message began."""
        async with self.database.transaction() as session:
            yield self.seam.work(session, Correlation.fresh())

    async def note(self, work: Work, about: UUID) -> None:
        """The effect of a handler: one row, and two of them if it acts twice."""
        await work.session.execute(insert(self.effects).values(about=str(about)))

    def take_pauses(self) -> None:
        """Handle `PauseVolunteer`: an effect, and the event that it causes."""

        @self.seam.command(PauseVolunteer)
        async def on_pause(command: PauseVolunteer, work: Work) -> Done:
            await self.note(work, command.volunteer_id)
            await work.publish(paused(command.volunteer_id, sequence=command.weeks or 0))
            return Done(version=command.weeks or 0)

    def note_every(self, contract: type[Event]) -> None:
        """Handle an event by noting what it is about."""

        @self.seam.event(contract)
        async def on_event(event: Event, work: Work) -> None:
            await self.note(work, UUID(event.about))


def paused(volunteer_id: UUID, *, sequence: int = 0) -> VolunteerPaused:
    return VolunteerPaused(
        volunteer_id=volunteer_id, sequence=sequence, occurred_at=MachineClock().now()
    )


def a_pause(
    key: str | None = None, *, volunteer_id: UUID | None = None, weeks: int = 1
) -> PauseVolunteer:
    return PauseVolunteer(
        command_key=key or str(new_id()), volunteer_id=volunteer_id or new_id(), weeks=weeks
    )


def whole_service(service: Service) -> Callable[[ServiceSettings], Application]:
    """A factory of a service that handles all that the catalogue asks of it, by doing nothing."""

    def create_app(settings: ServiceSettings) -> Application:
        metadata = metadata_for(service)
        app = Application(service, settings, metadata, messaging_tables(metadata))
        for contract in CATALOGUE.values():
            if issubclass(contract, Event) and service in contract.readers:
                app.seam.event(contract)(_do_nothing)
            elif issubclass(contract, Command) and contract.owner is service:
                app.seam.command(contract)(_do_nothing)
            elif issubclass(contract, Query) and contract.owner is service:
                app.seam.query(contract)(_do_nothing)
            elif issubclass(contract, Private) and contract.owner is service:
                app.seam.private(contract)(_do_nothing)
        return app

    return create_app


async def _do_nothing(_message: Any, _work: Any) -> Done:
    return Done()


async def make_tables(district: District, *services: Service) -> None:
    """The tables of example services; what a service's own migration made stays as it is."""
    engine = create_async_engine(district.url.set(drivername="postgresql+asyncpg"))
    for service in services:
        example = ExampleService(service, district.settings(ServiceSettings))
        async with engine.begin() as connection:
            await connection.run_sync(example.metadata.create_all)
        await example.database.close()
    await engine.dispose()


@contextlib.asynccontextmanager
async def running(
    district: District,
    service: Service,
    *handlers: Callable[[ExampleService], None],
    pace: Pace = QUICK,
) -> AsyncIterator[ExampleService]:
    """An example service with these handlers, in this event loop."""
    await make_tables(district, service)
    example = ExampleService(service, district.settings(ServiceSettings), pace)
    for register in handlers:
        register(example)
    try:
        await example.start()
        yield example
    finally:
        await example.stop()


async def effects(district: District, service: Service) -> list[str]:
    """What the handlers of a service noted, in order."""
    rows = await district.sql(f"SELECT about FROM {service}.{EFFECTS} ORDER BY id")  # noqa: S608
    return [row["about"] for row in rows]


async def stored(district: District, stream: str, subject: str = ">") -> list[Msg]:
    """The messages that a stream holds, oldest first."""
    jetstream = await district.jetstream()
    state = (await jetstream.stream_info(stream)).state
    found: list[Any] = []
    for sequence in range(max(state.first_seq, 1), state.last_seq + 1):
        with contextlib.suppress(NotFoundError):
            found.append(await jetstream.get_msg(stream, sequence))
    return [message for message in found if subject in {">", message.subject}]


async def spawn(district: District, *arguments: str, failpoint: str = "") -> Process:
    """An example service, or a sender, as a process of its own."""
    settings = district.settings(ServiceSettings)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.example_service",
        *arguments,
        stdout=PIPE,
        env=os.environ
        | {
            "BRUECKE_NATS_URL": settings.nats_url,
            "BRUECKE_DATABASE_URL": settings.database_url,
            "BRUECKE_SECRETS": str(settings.secrets),
            "BRUECKE_FAILPOINTS": f"{failpoint}:1" if failpoint else "",
        },
    )


async def _serve(service: Service) -> None:
    example = ExampleService(service, ServiceSettings(_env_file=None))
    if service is Service.PROFILES:
        example.take_pauses()
    else:
        example.note_every(VolunteerPaused)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    closing: list[asyncio.Task[None]] = []
    await example.start()
    # Closed under its feet, as the client does by itself after some errors.
    close = example.connection.client.close
    loop.add_signal_handler(signal.SIGUSR1, lambda: closing.append(loop.create_task(close())))
    print("ready", flush=True)  # noqa: T201  whoever started us waits for it
    lost = asyncio.create_task(example.connection.lost.wait())
    await asyncio.wait({lost, asyncio.create_task(stop.wait())}, return_when="FIRST_COMPLETED")
    await example.stop()
    sys.exit(1 if lost.done() else 0)


async def _send(key: str) -> None:
    settings = ServiceSettings(_env_file=None)
    connection = Connection("portal", settings.nats_url, settings.secrets)
    await connection.open()
    await Asker(connection).send(a_pause(key, volunteer_id=UUID(int=7)))
    await connection.close()


async def _serve_whole(service: Service) -> None:
    await run_applications([whole_service(service)(ServiceSettings(_env_file=None))], 0)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["send", key]:
            asyncio.run(_send(key))
        case ["whole", name]:
            asyncio.run(_serve_whole(Service(name)))
        case [name]:
            asyncio.run(_serve(Service(name)))
