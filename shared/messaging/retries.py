"""Paced retries and dead letters, in one place.

The framework's own policies lose messages (reject on error) or burn their deliveries within
milliseconds (negative acknowledgement without a delay), so each failure is classified here:

* unreadable or refused for good     → dead letter at once
* postponed by the handler           → again when it said, uncounted
* too early (another message first)  → again with growing delays for 24 h, then dead letter
* database or broker away            → again, for as long as it takes
* anything else                      → `MAX_TRIES` times, growing delays, then dead letter

The broker counts every delivery, those during an outage too, so the tries that count against a
message are counted here. A restart forgets them, which costs a message more tries, never fewer.
"""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import structlog
from faststream.exceptions import NackMessage, RejectMessage
from faststream.nats import NatsMessage
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.kernel.errors import BrueckeError
from shared.messaging.asking import Unavailable
from shared.messaging.envelope import MSG_ID
from shared.observability.metrics import DEAD_LETTERS, HANDLED

log = structlog.get_logger(__name__)

MAX_TRIES = 8
TOO_EARLY_FOR = timedelta(hours=24)
REMEMBERED = 5000
"""Failing messages whose tries are remembered; more than one consumer may have in flight."""
DEAD_LETTER_STREAM = "DEAD_LETTERS"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds until the next try: growing after a failure (the last goes on), even in an outage."""

    delays: tuple[float, ...] = (1.0, 2.0, 5.0, 15.0, 60.0, 180.0, 600.0)
    outage: float = 3.0

    def delay_after(self, tries: int, spread: float) -> float:
        """Seconds until the next try; `spread` in 0..1 makes ±20 %, so retries do not march."""
        return self.delays[min(tries, len(self.delays)) - 1] * (0.8 + 0.4 * spread)

    @property
    def too_early_tries(self) -> int:
        """How many tries fill the time for which something may be too early."""
        return MAX_TRIES + int(TOO_EARLY_FOR.total_seconds() / self.delays[-1])


class TooEarly(BrueckeError):
    """What this message speaks of is not known here yet; it will come."""

    code: ClassVar[str] = "messaging.too_early"


class Postponed(BrueckeError):
    """Nothing failed: it can only be decided in some seconds, and is no try that counts."""

    code: ClassVar[str] = "messaging.postponed"

    def __init__(self, seconds: float) -> None:
        super().__init__("this is decided later")
        self.seconds = seconds


class Unreadable(BrueckeError):
    """The body is not what its subject says."""

    code: ClassVar[str] = "messaging.unreadable"
    retryable: ClassVar[bool] = False


def error_code(error: BaseException) -> str:
    """What may be told about an error: our code or the class's name, never its text."""
    return error.code if isinstance(error, BrueckeError) else type(error).__name__


_OUTAGE_STATES = ("08", "28", "3D", "53", "57P", "58", "25006")
"""SQLSTATE classes: connection, login, no such database, out of disk, memory or connections,
shutting down or starting, I/O error, and read only (a standby that was promoted elsewhere)."""
_OUR_FILES = (FileNotFoundError, FileExistsError, PermissionError, IsADirectoryError)


def is_outage(error: BaseException) -> bool:
    """Whether the fault is a server's that will come back, not the message's."""
    if isinstance(error, BrueckeError):
        return isinstance(error, Unavailable)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    found: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    while found is not None:
        state = getattr(found, "sqlstate", None)
        if state and state.startswith(_OUTAGE_STATES):
            return True
        if isinstance(found, (PoolTimeout, NatsError)):
            return True
        if isinstance(found, OSError) and not isinstance(found, _OUR_FILES):
            return True
        found = found.__cause__
    return False


def is_permanent(error: BaseException) -> bool:
    """Whether trying again the same way cannot help."""
    return isinstance(error, BrueckeError) and not error.retryable


class Retries:
    """Runs a durable's handler and decides what a failure means."""

    def __init__(
        self,
        durable: str,
        jetstream: Callable[[], JetStreamContext],
        pace: Pace,
    ) -> None:
        self._durable = durable
        self._jetstream = jetstream
        self._pace = pace
        self._failures: OrderedDict[int, int] = OrderedDict()

    async def guard(
        self, message: NatsMessage, handle: Callable[[NatsMessage], Awaitable[None]]
    ) -> None:
        """Handle, or raise what FastStream turns into a delayed negative ack or a rejection."""
        try:
            await handle(message)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001  classified, never swallowed
            await self._decide(message, error)
        else:
            self._failures.pop(message.raw_message.metadata.sequence.stream, None)
            HANDLED.labels(self._durable, "ok").inc()

    async def _decide(self, message: NatsMessage, error: Exception) -> None:
        code = error_code(error)
        if isinstance(error, Postponed):
            HANDLED.labels(self._durable, "postponed").inc()
            raise NackMessage(delay=error.seconds) from error
        if is_outage(error):
            log.warning("handler.outage", consumer=self._durable, error=code)
            HANDLED.labels(self._durable, "outage").inc()
            raise NackMessage(delay=self._pace.outage) from error
        sequence = message.raw_message.metadata.sequence.stream
        tries = self._count(sequence)
        log.warning("handler.failed", consumer=self._durable, error=code, tries=tries)
        limit = self._pace.too_early_tries if isinstance(error, TooEarly) else MAX_TRIES
        if is_permanent(error) or tries >= limit:
            await self._bury(message, code, tries)
            self._failures.pop(sequence, None)
            raise RejectMessage from error
        HANDLED.labels(self._durable, "retry").inc()
        spread = random.random()  # noqa: S311  jitter
        raise NackMessage(delay=self._pace.delay_after(tries, spread)) from error

    def _count(self, sequence: int) -> int:
        self._failures[sequence] = self._failures.pop(sequence, 0) + 1
        if len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)
        return self._failures[sequence]

    async def _bury(self, message: NatsMessage, code: str, tries: int) -> None:
        """Copy to DEAD_LETTERS and wait for its PubAck; only then may the original go."""
        raw = message.raw_message
        metadata = raw.metadata
        kept = {
            key: value
            for key, value in (raw.headers or {}).items()
            if not key.lower().startswith("nats-")
        }
        headers = kept | {
            MSG_ID: f"dead:{self._durable}:{metadata.stream}:{metadata.sequence.stream}",
            "dead-consumer": self._durable,
            "dead-subject": raw.subject,
            "dead-error": code,
            "dead-tries": str(tries),
            "dead-message-id": (raw.headers or {}).get(MSG_ID, ""),
        }
        try:
            await self._jetstream().publish(
                f"dead.{self._durable}",
                raw.data,
                stream=DEAD_LETTER_STREAM,
                timeout=5,
                headers=headers,
            )
        except Exception as error:
            raise NackMessage(delay=self._pace.outage) from error
        DEAD_LETTERS.labels(self._durable).inc()
        HANDLED.labels(self._durable, "dead").inc()
        log.error("handler.gave_up", consumer=self._durable, error=code, tries=tries)
