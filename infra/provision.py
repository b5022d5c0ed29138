"""Brings running servers to what the code expects: database, roles, schemas, streams, consumers."""

from pathlib import Path

import asyncpg
import nats
from sqlalchemy.engine import URL

from shared.contracts.messages import Service
from shared.messaging.provisioning import provision_broker
from shared.messaging.topology import GIB, PROVISION
from shared.persistence.provisioning import provision_database

SERVICES = tuple(service.value for service in Service)


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
    """
    changes = await ensure_database(database, apply=apply)
    if apply or not changes:
        changes += await provision_database(database, SERVICES, secrets, apply=apply)
    changes += await provision_nats(nats_url, secrets, apply=apply, max_bytes=max_bytes)
    return changes


async def ensure_database(url: URL, *, apply: bool) -> list[str]:
    """Make the database that `url` names if the server has none of that name."""
    connection = await asyncpg.connect(
        host=url.host,
        port=url.port,
        user=url.username,
        password=url.password,
        database="postgres",
        timeout=10,
    )
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
    """Make or mend streams and consumers in the name of the provisioning user."""
    connection = await nats.connect(
        nats_url,
        nkeys_seed=str(secrets / f"{PROVISION}.nkey"),
        name="bruecke-provision",
        inbox_prefix=b"_INBOX_provision",
        allow_reconnect=False,
        connect_timeout=10,
    )
    try:
        jetstream = connection.jetstream(timeout=10)
        found = await provision_broker(jetstream, apply=apply, max_bytes=max_bytes)
        return [str(change) for change in found]
    finally:
        await connection.close()
