"""Brings running servers to what the code expects: database, roles, schemas, streams, consumers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

import asyncpg
import nats
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from sqlalchemy.engine import URL

from shared.contracts.messages import Service
from shared.kernel.errors import BrueckeError
from shared.messaging.provisioning import provision_broker
from shared.messaging.topology import GIB, PROVISION
from shared.persistence.provisioning import provision_database

SERVICES = tuple(service.value for service in Service)
ANSWER_WITHIN_S = 10


class ServerAway(BrueckeError):
    """A server does not answer, or does not let the provisioning user in."""

    code: ClassVar[str] = "provision.server_away"


async def provision(
    nats_url: str,
    database: URL,
    secrets: Path,
    *,
    apply: bool,
    max_bytes: int = GIB,
) -> list[str]:
    """Make what is missing and mend what drifted; with `apply=False` only tell. Safe twice.

    `database` names the provisioning user and its password. Returns one line a difference.
    Raises ServerAway, CannotMend.
    """
    changes = await ensure_database(database, apply=apply)
    if apply or not changes:
        changes += await provision_database(database, SERVICES, secrets, apply=apply)
    changes += await provision_nats(nats_url, secrets, apply=apply, max_bytes=max_bytes)
    return changes


async def ensure_database(url: URL, *, apply: bool) -> list[str]:
    """Make the database that `url` names if the server has none of that name.

    Raises:
        ServerAway: nobody answers, or the user is not let in.

    """
    try:
        connection = await asyncpg.connect(
            host=url.host,
            port=url.port,
            user=url.username,
            password=url.password,
            database="postgres",
            timeout=ANSWER_WITHIN_S,
        )
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise ServerAway(
            f"The database server at {url.host}:{url.port} does not let {url.username} in "
            f"({type(error).__name__}). Is it running, and is the password right?"
        ) from error
    try:
        known = await connection.fetchval(
            "SELECT 1 FROM pg_database WHERE datname = $1", url.database
        )
        if known:
            return []
        if apply:
            await connection.execute(f'CREATE DATABASE "{url.database}"')
        return [f"add database {url.database}"]
    finally:
        await connection.close()


async def provision_nats(
    nats_url: str, secrets: Path, *, apply: bool, max_bytes: int = GIB
) -> list[str]:
    """Make or mend streams and consumers in the name of the provisioning user.

    Raises:
        ServerAway: nobody answers, or the key is not known there.

    """
    async with provisioning_jetstream(nats_url, secrets) as jetstream:
        found = await provision_broker(jetstream, apply=apply, max_bytes=max_bytes)
        return [str(change) for change in found]


@asynccontextmanager
async def provisioning_jetstream(
    nats_url: str, secrets: Path
) -> AsyncIterator[JetStreamContext]:
    """JetStream with the provisioning user's rights. Raises ServerAway."""

    async def told_by_the_caller(_error: Exception) -> None:
        """The library's own way would be a traceback in the log."""

    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            connection = await nats.connect(
                nats_url,
                nkeys_seed=str(secrets / f"{PROVISION}.nkey"),
                name="bruecke-provision",
                inbox_prefix=b"_INBOX_provision",
                allow_reconnect=False,
                # Otherwise it is tried sixty times, for two minutes.
                max_reconnect_attempts=1,
                reconnect_time_wait=1,
                error_cb=told_by_the_caller,
            )
    except (OSError, TimeoutError, NatsError) as error:
        raise ServerAway(
            f"The NATS server at {nats_url} does not answer, or not to our key "
            f"({type(error).__name__}). Is it running with the user list of these secrets?"
        ) from error
    try:
        yield connection.jetstream(timeout=ANSWER_WITHIN_S)
    finally:
        await connection.close()
