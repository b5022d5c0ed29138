"""Paced retries and dead letters, in one place.

The framework's own policies lose messages (reject on error) or burn their deliveries within
milliseconds (negative acknowledgement without a delay), so each failure is classified here:

* unreadable or refused for good     → dead letter at once
* too early (another message first)  → again with growing delays for 24 h, then dead letter
* database or broker away            → again, for as long as it takes
* anything else                      → `MAX_TRIES` times, growing delays, then dead letter
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import ClassVar

import structlog
from faststream.exceptions import NackMessage, RejectMessage
from faststream.nats import NatsMessage
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.kernel.errors import BrueckeError
from shared.messaging.envelope import MSG_ID
from shared.observability.metrics import DEAD_LETTERS, HANDLED

log = structlog.get_logger(__name__)

MAX_TRIES = 8
DELAYS_S = (1.0, 2.0, 5.0, 15.0, 60.0, 180.0, 600.0)
OUTAGE_DELAY_S = 3.0
TOO_EARLY_FOR = timedelta(hours=24)
DEAD_LETTER_STREAM = "DEAD_LETTERS"


class TooEarly(BrueckeError):
    """What this message speaks of is not known here yet; it will come."""

    code: ClassVar[str] = "messaging.too_early"


class Unavailable(BrueckeError):
    """Another service or server does not answer at the moment."""

    code: ClassVar[str] = "messaging.unavailable"


def error_code(error: BaseException) -> str:
    """What may be told about an error: our code or the class's name, never its text."""
    return error.code if isinstance(error, BrueckeError) else type(error).__name__


def is_outage(error: BaseException) -> bool:
    """Whether the fault is a server's that will come back, not the message's."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _is_connection_error(error.orig)
    return isinstance(error, (Unavailable, PoolTimeout, NatsError)) or _is_connection_error(
        error
    )


def _is_connection_error(error: BaseException | None) -> bool:
    while error is not None:
        name = type(error).__name__
        if isinstance(error, OSError) or name in {
            "CannotConnectNowError",
            "ConnectionDoesNotExistError",
            "AdminShutdownError",
            "CrashShutdownError",
            "InterfaceError",
            "TooManyConnectionsError",
        }:
            return True
        error = error.__cause__
    return False


def is_permanent(error: BaseException) -> bool:
    """Whether trying again the same way cannot help."""
    if isinstance(error, BrueckeError):
        return not error.retryable
    return isinstance(error, (ValidationError, UnicodeDecodeError))


def delay_after(tries: int, spread: float) -> float:
    """Seconds until the next try; `spread` in 0..1 makes ±20 % so that retries do not march."""
    planned = DELAYS_S[min(tries, len(DELAYS_S)) - 1]
    return planned * (0.8 + 0.4 * spread)


class Retries:
    """Runs a durable's handler and decides what a failure means."""

    def __init__(self, durable: str, jetstream: Callable[[], JetStreamContext]) -> None:
        self._durable = durable
        self._jetstream = jetstream

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
            HANDLED.labels(self._durable, "ok").inc()

    async def _decide(self, message: NatsMessage, error: Exception) -> None:
        metadata = message.raw_message.metadata
        tries = metadata.num_delivered
        code = error_code(error)
        log.warning("handler.failed", consumer=self._durable, error=code, tries=tries)
        if is_outage(error):
            HANDLED.labels(self._durable, "outage").inc()
            raise NackMessage(delay=OUTAGE_DELAY_S) from error
        given_up = tries >= MAX_TRIES
        if isinstance(error, TooEarly):
            given_up = tries >= MAX_TRIES + TOO_EARLY_FOR.total_seconds() / DELAYS_S[-1]
        if is_permanent(error) or given_up:
            await self._bury(message, code, tries)
            raise RejectMessage from error
        HANDLED.labels(self._durable, "retry").inc()
        spread = random.random()  # noqa: S311  jitter
        raise NackMessage(delay=delay_after(tries, spread)) from error

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
            raise NackMessage(delay=OUTAGE_DELAY_S) from error
        DEAD_LETTERS.labels(self._durable).inc()
        HANDLED.labels(self._durable, "dead").inc()
        log.error("handler.gave_up", consumer=self._durable, error=code, tries=tries)
