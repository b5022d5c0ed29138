"""Rebuilds a projection: empties it, then feeds it the archives of every owner again.

The events come from the owners' outboxes, which keep what was published, and go through
`replay.<durable>` to that one consumer: the same code as the first time, nobody else hears them.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine

from shared.contracts.messages import Event, Refused
from shared.kernel.errors import Refusal
from shared.messaging.envelope import OK, STATUS
from shared.messaging.topology import Durable, durables

BATCH = 500
REPLAY_TIMEOUT_S = 30.0


class NotAProjection(Refusal):
    """A service that keeps a truth of its own cannot be made from events."""

    code: ClassVar[str] = "rebuild.not_a_projection"


class ReplayFailed(Refusal):
    """A consumer refused an event; what was fed before it stays, run the command again."""

    code: ClassVar[str] = "rebuild.replay_failed"


class ProjectionAway(Refusal):
    """Nobody listens who could take the events."""

    code: ClassVar[str] = "rebuild.projection_away"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild is."""

    done: int
    total: int


async def rebuild(projection: str, database: URL, client: Client) -> AsyncIterator[Progress]:
    """Empty a projection and feed it everything again; tells its progress.

    Raises:
        NotAProjection: the service has nothing that can be rebuilt.
        ProjectionAway: the service does not run; before anything is emptied, if possible.
        ReplayFailed: an event was refused.

    """
    empty = _emptier(projection)
    fed = [durable for durable in durables() if durable.reader == projection]
    for durable in fed:
        await _must_listen(client, durable)
    engine = create_async_engine(
        database.set(drivername="postgresql+asyncpg"), hide_parameters=True
    )
    try:
        async with AsyncSession(engine) as session, session.begin():
            await empty(session)
        async with engine.connect() as connection:
            total = sum([await _count(connection, durable) for durable in fed])
            done = 0
            for durable in fed:
                async for payload, headers in _archived(connection, durable):
                    await _replay(client, durable, payload, dict(headers))
                    done += 1
                    yield Progress(done, total)
    finally:
        await engine.dispose()


def _emptier(projection: str) -> Any:
    names = {durable.reader.value for durable in durables()}
    store = import_module(f"services.{projection}.store") if projection in names else None
    empty = getattr(store, "empty", None)
    if empty is None:
        raise NotAProjection(f"{projection} cannot be rebuilt; reporting can")
    return empty


def _source(durable: Durable) -> str:
    if not issubclass(durable.contract, Event):
        raise NotAProjection(f"{durable.name} takes commands")
    return f"{durable.contract.owner}.outbox"


async def _count(connection: AsyncConnection, durable: Durable) -> int:
    found = await connection.scalar(
        text(f"SELECT count(*) FROM {_source(durable)} WHERE subject = :subject"),  # noqa: S608
        {"subject": durable.contract.subject},
    )
    return int(found or 0)


async def _archived(
    connection: AsyncConnection, durable: Durable
) -> AsyncIterator[tuple[dict[str, Any], dict[str, str]]]:
    """The owner's archive of one event, oldest first, in batches."""
    last = 0
    statement = text(
        f"SELECT id, payload, headers FROM {_source(durable)} "  # noqa: S608  names are ours
        "WHERE subject = :subject AND id > :last ORDER BY id LIMIT :batch"
    )
    while True:
        rows = (
            await connection.execute(
                statement,
                {"subject": durable.contract.subject, "last": last, "batch": BATCH},
            )
        ).all()
        for row in rows:
            yield row.payload, row.headers
            last = row.id
        if len(rows) < BATCH:
            return


async def _must_listen(client: Client, durable: Durable) -> None:
    """An empty body is nobody's event: whoever is there answers that it is unreadable."""
    await _ask(client, durable, b"", {})


async def _replay(
    client: Client, durable: Durable, payload: dict[str, Any], headers: dict[str, str]
) -> None:
    body = json.dumps(payload, separators=(",", ":")).encode()
    answer = await _ask(client, durable, body, headers)
    if (answer.headers or {}).get(STATUS) != OK:
        refused = Refused.model_validate_json(answer.data)
        raise ReplayFailed(f"{durable.name} refused an event: {refused.code}")


async def _ask(client: Client, durable: Durable, body: bytes, headers: dict[str, str]) -> Msg:
    try:
        return await client.request(
            f"replay.{durable.name}", body, timeout=REPLAY_TIMEOUT_S, headers=headers or None
        )
    except (NatsError, TimeoutError) as error:
        raise ProjectionAway(
            f"{durable.reader} does not answer. Start it, then run the command again."
        ) from error
