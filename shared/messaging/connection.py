"""The connection to NATS: reconnects for ever, own inbox, own key, loud about forbidden subjects."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from faststream.nats import NatsBroker, NatsNKey
from faststream.nats.broker.broker import UNRECOVERABLE_CONNECT_ERRORS
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from shared.observability.metrics import NATS_CONNECTED, NATS_ERRORS

log = structlog.get_logger(__name__)

PUBLISH_TIMEOUT_S = 5.0
HANDLERS_END_WITHIN_S = 15.0
CLOSE_WITHIN_S = 20.0
FLUSH_WITHIN_S = 2.0
"""All of stopping fits into the 30 s after which a supervisor kills."""
FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 10.0


class Connection:
    """One service's broker and what is known about its health."""

    def __init__(self, name: str, url: str, secrets: Path) -> None:
        self.name = name
        self.forbidden: str | None = None
        self.lost = asyncio.Event()
        self._client: Client | None = None
        self.broker = NatsBroker(
            url,
            name=f"bruecke-{name}",
            security=NatsNKey.from_file(str(secrets / f"{name}.nkey")),
            inbox_prefix=inbox_prefix(name),
            # Without -1 the client gives up after two minutes and its pull loops then spin
            # without suspending: the whole event loop freezes.
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            connect_timeout=3,
            # A half-open connection is noticed after about 20 s.
            ping_interval=10,
            max_outstanding_pings=2,
            graceful_timeout=HANDLERS_END_WITHIN_S,
            # Nothing is injected into handlers: a model of each one's arguments is not needed.
            apply_types=False,
            serializer=None,
            logger=None,
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=self._on_reconnected,
            closed_cb=self._on_closed,
        )

    @property
    def client(self) -> Client:
        if self._client is None:
            raise RuntimeError("the connection was not opened")
        return self._client

    @property
    def jetstream(self) -> JetStreamContext:
        return self.client.jetstream(timeout=PUBLISH_TIMEOUT_S)

    @property
    def is_connected(self) -> bool:
        return self._client is not None and self._client.is_connected

    async def open(self) -> None:
        """Connect; waits as long as the server is not there."""
        self._client = await self.broker.connect()
        NATS_CONNECTED.labels(self.name).set(1)

    async def open_within(self, seconds: float) -> None:
        """Connect, for a command that a person waits for. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            await self.open()

    async def close(self, deadline_s: float = CLOSE_WITHIN_S) -> None:
        """Let running handlers end, send what they said, and close; also during an outage.

        The broker's own `stop` would drain, which fails at once while reconnecting and waits for
        half a minute when the server is frozen.
        """
        stopping = [subscriber.stop() for subscriber in self.broker.subscribers]
        try:
            await asyncio.wait_for(
                asyncio.gather(*stopping, return_exceptions=True), deadline_s
            )
        except TimeoutError:
            log.warning("nats.handlers_cut_off", service=self.name)
            # What is cut off rolls back; left alone it would keep its locks as long as we live.
            for subscriber in self.broker.subscribers:
                for task in getattr(subscriber, "tasks", ()):
                    task.cancel()
        self._stop_pulling()
        if self._client is not None and not self._client.is_closed:
            for last_words in (self._client.flush, self._client.close):
                with contextlib.suppress(OSError, NatsError):
                    await asyncio.wait_for(last_words(), FLUSH_WITHIN_S)

    def _stop_pulling(self) -> None:
        """On a closed connection a pull loop spins without suspending and freezes the event loop."""
        for subscriber in self.broker.subscribers:
            subscriber.running = False

    async def _on_error(self, error: Exception) -> None:
        NATS_ERRORS.labels(self.name, type(error).__name__).inc()
        text = str(error)
        log.warning("nats.error", service=self.name, error=type(error).__name__)
        if "permissions violation" in text.lower():
            # The caller only sees a timeout; this is the one place that knows.
            self.forbidden = text
            log.error("nats.forbidden", service=self.name, detail=text)
        if text.removeprefix("nats: ").strip("'").lower() in UNRECOVERABLE_CONNECT_ERRORS:
            # The framework now raises into the client's reconnecting task, which dies of it
            # without a word: no reconnecting any more, and no `closed` either.
            self._stop_pulling()
            self.lost.set()

    async def _on_disconnected(self) -> None:
        NATS_CONNECTED.labels(self.name).set(0)
        log.warning("nats.disconnected", service=self.name)

    async def _on_reconnected(self) -> None:
        NATS_CONNECTED.labels(self.name).set(1)
        # Whoever changes rights reloads or restarts the server.
        self.forbidden = None
        log.info("nats.reconnected", service=self.name)

    async def _on_closed(self) -> None:
        NATS_CONNECTED.labels(self.name).set(0)
        self._stop_pulling()
        self.lost.set()


def inbox_prefix(name: str) -> str:
    """Replies to `name` arrive below this subject, which nobody else may read."""
    return f"_INBOX_{name}"


async def retry_for_ever(
    step: Callable[[], Awaitable[None]], *, what: str, stop: asyncio.Event
) -> None:
    """Run `step` until `stop` is set; after an error wait 0.2 s, doubling up to 10 s.

    A step that ran for longer than that before it failed starts again at 0.2 s.
    """
    loop = asyncio.get_running_loop()
    delay = FIRST_DELAY_S
    while not stop.is_set():
        started = loop.time()
        try:
            await step()
            delay = FIRST_DELAY_S
        except Exception as error:
            log.warning("loop.failed", loop=what, error=type(error).__name__)
            logging.getLogger(__name__).debug("loop failed", exc_info=True)
            if loop.time() - started > LONGEST_DELAY_S:
                delay = FIRST_DELAY_S
            await wait_or(stop, delay)
            delay = min(delay * 2, LONGEST_DELAY_S)


async def wait_or(stop: asyncio.Event, seconds: float) -> bool:
    """Wait for `seconds`, or less when `stop` is set; True if it was."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True
