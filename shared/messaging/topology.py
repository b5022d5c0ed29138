"""Streams, consumers and rights, derived from the catalogue: what there should be on the broker."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)

from shared.contracts.catalogue import CATALOGUE
from shared.contracts.messages import (
    CLI,
    OPERATORS,
    Command,
    Contract,
    Event,
    Private,
    Query,
    Service,
    Starts,
    durable_of,
)
from shared.messaging.connection import inbox_prefix

KEPT = timedelta(days=30)
DUPLICATE_WINDOW = timedelta(hours=2)
ACK_WAIT = timedelta(seconds=30)
MAX_DELIVER = -1
"""No limit of the broker's: it counts outages too, and what it gives up on is never seen again."""

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Durable:
    """One consumer: whose it is, on which stream, of which contract."""

    name: str
    reader: Service
    stream: str
    contract: type[Contract]

    @property
    def config(self) -> ConsumerConfig:
        starts = DeliverPolicy.ALL
        if (
            issubclass(self.contract, Event)
            and self.contract.readers[self.reader] is Starts.EFFECT
        ):
            starts = DeliverPolicy.NEW
        return ConsumerConfig(
            durable_name=self.name,
            filter_subject=self.contract.subject,
            deliver_policy=starts,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT.total_seconds(),
            max_deliver=MAX_DELIVER,
            max_ack_pending=1000,
        )


def streams(max_bytes: int = GIB) -> tuple[StreamConfig, ...]:
    """The four streams; `max_bytes` bounds the larger two."""

    def stream(
        name: str, subject: str, retention: RetentionPolicy, size: int, kept: timedelta
    ) -> StreamConfig:
        return StreamConfig(
            name=name,
            subjects=[subject],
            retention=retention,
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            max_bytes=size,
            max_age=kept.total_seconds(),
            duplicate_window=DUPLICATE_WINDOW.total_seconds(),
        )

    limits, work = RetentionPolicy.LIMITS, RetentionPolicy.WORK_QUEUE
    advisories = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>"
    return (
        stream("EVENTS", "event.>", limits, max_bytes, KEPT),
        stream("COMMANDS", "command.>", work, max_bytes // 4, KEPT),
        stream("DEAD_LETTERS", "dead.>", limits, max_bytes // 4, timedelta(days=365)),
        stream("ADVISORIES", advisories, limits, max_bytes // 16, KEPT),
    )


def durables() -> tuple[Durable, ...]:
    """Every consumer: one a reader of an event, one a command."""
    found: list[Durable] = []
    for contract in CATALOGUE.values():
        if issubclass(contract, Event):
            found += [
                Durable(durable_of(reader, contract), reader, "EVENTS", contract)
                for reader in contract.readers
            ]
        elif issubclass(contract, Command):
            owner = contract.owner
            found.append(Durable(durable_of(owner, contract), owner, "COMMANDS", contract))
    return tuple(sorted(found, key=lambda durable: durable.name))


@dataclass(frozen=True, slots=True)
class Rights:
    """What one NATS user may publish and subscribe to."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def rights_of(user: str) -> Rights:
    """Least rights of a service or of the command line, from the catalogue alone."""
    publish: list[str] = []
    subscribe: list[str] = [f"{inbox_prefix(user)}.>"]
    for contract in CATALOGUE.values():
        subject = contract.subject
        if issubclass(contract, Event) and contract.owner == user:
            publish.append(subject)
        elif issubclass(contract, (Query, Private)) and contract.owner == user:
            subscribe.append(subject)
            publish += _inboxes(contract.senders)
        if issubclass(contract, (Command, Query, Private)) and user in contract.senders:
            publish.append(subject)
        if issubclass(contract, Command) and contract.owner == user:
            publish += _inboxes(contract.senders)
    for durable in durables():
        name, stream = durable.name, durable.stream
        if durable.reader == user:
            publish += [
                f"$JS.API.CONSUMER.INFO.{stream}.{name}",
                f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}",
                f"$JS.ACK.{stream}.{name}.>",
                f"dead.{name}",
                *_inboxes(OPERATORS),
            ]
            subscribe.append(f"replay.{name}")
        if user in OPERATORS:
            publish.append(f"replay.{name}")
    if user in OPERATORS:
        publish += [
            "$JS.API.STREAM.INFO.DEAD_LETTERS",
            "$JS.API.STREAM.MSG.GET.DEAD_LETTERS",
            "$JS.API.STREAM.MSG.DELETE.DEAD_LETTERS",
        ]
    return Rights(tuple(sorted(set(publish))), tuple(sorted(set(subscribe))))


def _inboxes(senders: Iterable[str]) -> list[str]:
    """Answers go to these by name: a general right to answer would let a sender choose any subject."""
    return [f"{inbox_prefix(sender)}.>" for sender in senders]


USERS: tuple[str, ...] = (*(service.value for service in Service), CLI)
PROVISION = "provision"
