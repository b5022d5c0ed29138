"""Real servers for tests: PostgreSQL once a run, NATS and a provisioned database for each district.

async def test_…(district):
    app = await district.start(create_app, ProfilesSettings)
    portal = await district.asker("portal")
    await portal.ask(RegisterVolunteer(…))
    await district.until(lambda: …)
    rows = await district.sql("SELECT … FROM profiles.volunteers")
"""

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import nats
import pytest
import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from sqlalchemy.engine import URL

from infra.dev.throwaway import run_command, stop, throwaway_postgres, wait_until_ready
from infra.local import nats as nats_server
from infra.provision import SERVICES, ensure_database, provision_nats
from shared.messaging.asking import Asker
from shared.messaging.connection import Connection
from shared.messaging.secrets import make_secrets, server_config
from shared.observability.logs import where_it_happened
from shared.persistence.provisioning import provision_database
from shared.service.application import Application
from tests.ports import free_port
from tests.waiting import until

TEMPLATE = "template_district"
DEADLINE_S = 40.0
STREAM_BYTES = 2**28
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Servers:
    """PostgreSQL and JetStream's store, both with a provisioned template; the secrets that fit."""

    postgres: URL
    secrets: Path
    store: Path


@dataclass
class District:
    """One fresh district: its own NATS server, its own database, the services that a test starts."""

    servers: Servers
    folder: Path
    database: str
    nats_port: int
    clock: str = ""
    _nats: subprocess.Popen[bytes] | None = None
    _running: list[tuple[Application, asyncio.Event, asyncio.Task[None]]] = field(
        default_factory=list
    )
    _connections: list[Connection] = field(default_factory=list)
    _client: Client | None = None
    _sql: asyncpg.Connection | None = None
    _asking_sql: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def nats_url(self) -> str:
        return f"nats://127.0.0.1:{self.nats_port}"

    @property
    def url(self) -> URL:
        return self.servers.postgres.set(database=self.database)

    def settings(self, kind: type[Any], **more: Any) -> Any:
        """A service's settings for this district."""
        address = f"postgresql://{self.url.host}:{self.url.port}/{self.database}"
        return kind(
            _env_file=None,
            nats_url=self.nats_url,
            database_url=address,
            secrets=self.servers.secrets,
            clock=self.clock,
            metrics_port=0,
            **more,
        )

    async def start(
        self, create_app: Callable[[Any], Application], kind: type[Any], **more: Any
    ) -> Application:
        """Run a service in this event loop until the test ends; returns once it is ready."""
        app = create_app(self.settings(kind, **more))
        stopping = asyncio.Event()
        task = asyncio.create_task(app.run(stopping))
        ready = asyncio.create_task(app.ready.wait())
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if task.done():
            task.result()
        self._running.append((app, stopping, task))
        return app

    async def stop(self, app: Application) -> None:
        """Stop one service, as by SIGTERM."""
        for entry in list(self._running):
            if entry[0] is app:
                self._running.remove(entry)
                entry[1].set()
                await entry[2]

    async def asker(self, name: str) -> Asker:
        """Ask in the name of a service or of the command line."""
        connection = Connection(name, self.nats_url, self.servers.secrets)
        await connection.open()
        self._connections.append(connection)
        return Asker(connection)

    async def client(self, name: str = "provision") -> Client:
        """A bare NATS client with the rights of `name`."""
        client = await nats.connect(
            self.nats_url,
            nkeys_seed=str(self.servers.secrets / f"{name}.nkey"),
            inbox_prefix=f"_INBOX_{name}".encode(),
        )
        if name == "provision":
            self._client = client
        return client

    async def jetstream(self) -> JetStreamContext:
        """JetStream with the provisioning user's rights."""
        if self._client is None or self._client.is_closed:
            await self.client()
        assert self._client is not None
        return self._client.jetstream(timeout=5)

    async def handled(self, stream: str, *durables: str) -> None:
        """Wait until these consumers have acknowledged all that their stream holds for them.

        The number of pending messages alone follows a publication late: so the last one counts.
        """
        await self.until(lambda: self._all_handled(stream, durables))

    async def _all_handled(self, stream: str, durables: tuple[str, ...]) -> bool:
        jetstream = await self.jetstream()
        for durable in durables:
            info = await jetstream.consumer_info(stream, durable)
            last = 0
            with contextlib.suppress(NotFoundError):
                last = (await jetstream.get_last_msg(stream, info.config.filter_subject)).seq
            seen = info.delivered.stream_seq
            if info.num_pending or info.num_ack_pending or seen < last:
                return False
        return True

    async def sql(self, statement: str, *values: Any) -> list[Any]:
        """Rows of a statement, run by the provisioning user."""
        async with self._asking_sql:
            if self._sql is None or self._sql.is_closed():
                # Kept, because a password costs both sides milliseconds, and tests ask in circles.
                self._sql = await self._connect()
            return list(await self._sql.fetch(statement, *values))

    async def _connect(self) -> asyncpg.Connection:
        url = self.url
        return await asyncpg.connect(
            host=url.host,
            port=url.port,
            user=url.username,
            password=url.password,
            database=url.database,
            # Tests change schemas under prepared statements.
            statement_cache_size=0,
        )

    async def until(self, condition: Callable[[], Any], within_s: float = DEADLINE_S) -> Any:
        """Wait until `condition()` (plain or async) is true and return it; fail at the deadline."""
        return await until(condition, within_s)

    def start_nats(self) -> None:
        """Start the NATS server on this district's port, with what its store holds."""
        config = self.folder / "nats.conf"
        config.write_text(
            server_config(
                self.servers.secrets, port=self.nats_port, store=self.folder / "jetstream"
            )
        )
        self._nats = run_command(nats_server.command(config), self.folder / "nats.log")

        async def ready() -> bool:
            return await nats_server.ready(self.nats_port)

        wait_until_ready(ready, self._nats)

    def kill_nats(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End (or freeze, or thaw) the NATS server."""
        assert self._nats is not None
        self._nats.send_signal(number)
        if number is signal.SIGKILL:
            self._nats.wait()
        elif number is signal.SIGSTOP:
            # Sent is not stopped: on a busy machine it would still answer for a moment.
            os.waitid(os.P_PID, self._nats.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    async def close(self) -> None:
        for app, _, _ in list(reversed(self._running)):
            await self.stop(app)
        for connection in self._connections:
            await connection.close(deadline_s=3)
        if self._client is not None:
            await self._client.close()
        if self._sql is not None:
            self._sql.terminate()
        if self._nats is not None:
            # Its store ends with the test; a polite end would take a second.
            stop(self._nats, signal.SIGKILL)

    def stop_nats(self) -> None:
        """End the NATS server as an operator would."""
        assert self._nats is not None
        stop(self._nats, signal.SIGTERM)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    # Unconfigured, structlog paints each traceback with all its locals: seconds of a frozen loop.
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.ExceptionRenderer(where_it_happened),
            structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
        ]
    )
    folder = tmp_path_factory.mktemp("servers")
    secrets = folder / "secrets"
    make_secrets(secrets)
    with throwaway_postgres(folder, port=free_port()) as url:
        asyncio.run(_make_template(url.set(database=TEMPLATE), secrets))
        servers = Servers(url, secrets, folder / "jetstream")
        _make_store(servers, folder)
        yield servers


def _make_store(servers: Servers, folder: Path) -> None:
    """Streams and consumers once a run; each of a hundred consumers costs a sync to disk."""
    district = District(servers, folder, TEMPLATE, free_port())
    district.start_nats()
    try:
        asyncio.run(
            provision_nats(
                district.nats_url, servers.secrets, apply=True, max_bytes=STREAM_BYTES
            )
        )
    finally:
        district.stop_nats()


async def _make_template(url: URL, secrets: Path) -> None:
    await ensure_database(url, apply=True)
    await provision_database(url, SERVICES, secrets, apply=True)


@contextlib.asynccontextmanager
async def fresh_district(servers: Servers, folder: Path) -> AsyncIterator[District]:
    """A district of its own, provisioned as its templates are, without any service running."""
    district = District(servers, folder, f"district_{next(_numbers)}", free_port())
    await asyncio.to_thread(shutil.copytree, servers.store, folder / "jetstream")
    url = servers.postgres
    connection = await asyncpg.connect(
        host=url.host,
        port=url.port,
        user=url.username,
        password=url.password,
        database="postgres",
    )
    try:
        # Whole files: page by page through the log would be twice the work.
        await connection.execute(
            f"CREATE DATABASE {district.database} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"
        )
        await asyncio.to_thread(district.start_nats)
        yield district
    finally:
        # Also after a start that failed: a server left behind would be the next test's trouble.
        await district.close()
        await connection.execute(f"DROP DATABASE IF EXISTS {district.database} WITH (FORCE)")
        await connection.close()


@pytest.fixture
async def district(servers: Servers, tmp_path: Path) -> AsyncIterator[District]:
    async with fresh_district(servers, tmp_path) as fresh:
        yield fresh
