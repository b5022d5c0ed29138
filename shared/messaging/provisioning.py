"""Brings the broker to what the catalogue says: streams and consumers; tells the difference.

Only fields that we declare are compared, so that a newer server's defaults are no drift.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, StreamConfig
from nats.js.errors import BadRequestError, NotFoundError, ServerError

from shared.kernel.errors import BrueckeError
from shared.messaging.topology import Durable, durables, streams


class CannotMend(BrueckeError):
    """A difference that only an operator can decide about."""

    code: ClassVar[str] = "messaging.cannot_mend"
    retryable: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what is and what should be."""

    what: str
    name: str
    action: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        detail = f" ({', '.join(self.fields)})" if self.fields else ""
        return f"{self.action} {self.what} {self.name}{detail}"


def _drift(declared: StreamConfig | ConsumerConfig, found: Any) -> tuple[str, ...]:
    wanted = {key: value for key, value in declared.as_dict().items() if value is not None}
    present = found.as_dict()
    return tuple(sorted(key for key, value in wanted.items() if present.get(key) != value))


async def provision_broker(
    jetstream: JetStreamContext, *, apply: bool, max_bytes: int
) -> list[Change]:
    """Make or mend streams and consumers; with `apply=False` only tell."""
    changes: list[Change] = []
    for stream in streams(max_bytes):
        changes += await _provision_stream(jetstream, stream, apply=apply)
    wanted = durables()
    for durable in wanted:
        changes += await _provision_durable(jetstream, durable, apply=apply)
    changes += await _remove_unknown(
        jetstream, {durable.name for durable in wanted}, apply=apply
    )
    return changes


async def _provision_stream(
    jetstream: JetStreamContext, stream: StreamConfig, *, apply: bool
) -> list[Change]:
    name = str(stream.name)
    try:
        found = await jetstream.stream_info(name)
    except NotFoundError:
        if apply:
            await jetstream.add_stream(stream)
        return [Change("stream", name, "add")]
    drift = _drift(stream, found.config)
    if drift and apply:
        with _told_what_the_server_refuses(f"stream {name}", drift):
            await jetstream.update_stream(stream)
    return [Change("stream", name, "change", drift)] if drift else []


async def _provision_durable(
    jetstream: JetStreamContext, durable: Durable, *, apply: bool
) -> list[Change]:
    try:
        found = await jetstream.consumer_info(durable.stream, durable.name)
    except NotFoundError:
        if apply:
            await jetstream.add_consumer(durable.stream, durable.config)
        return [Change("consumer", durable.name, "add")]
    drift = consumer_drift(durable, found.config)
    if drift and apply:
        with _told_what_the_server_refuses(f"consumer {durable.name}", drift):
            await jetstream.add_consumer(durable.stream, durable.config)
    return [Change("consumer", durable.name, "change", drift)] if drift else []


@contextmanager
def _told_what_the_server_refuses(what: str, drift: tuple[str, ...]) -> Iterator[None]:
    try:
        yield
    except (BadRequestError, ServerError) as error:
        raise CannotMend(
            f"{what} differs in {', '.join(drift)}, which the server does not change in place: "
            "remove it by hand if its messages may be lost or come again, then provision anew"
        ) from error


def consumer_drift(durable: Durable, found: ConsumerConfig) -> tuple[str, ...]:
    """Declared fields in which a found consumer differs."""
    return _drift(durable.config, found)


async def _remove_unknown(
    jetstream: JetStreamContext, wanted: set[str], *, apply: bool
) -> list[Change]:
    """A consumer that no contract declares would hold commands or count as lag for ever."""
    changes: list[Change] = []
    for stream in ("EVENTS", "COMMANDS"):
        try:
            found = await jetstream.consumers_info(stream)
        except NotFoundError:
            continue
        for consumer in found:
            if consumer.name not in wanted:
                changes.append(Change("consumer", consumer.name, "remove"))
                if apply:
                    await jetstream.delete_consumer(stream, consumer.name)
    return changes
