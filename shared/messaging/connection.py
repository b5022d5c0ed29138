"""The connection to NATS: reconnects for ever, own inbox, own key, loud about forbidden subjects."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from faststream.nats import NatsBroker, NatsNKey
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from shared.observability.metrics import NATS_CONNECTED, NATS_ERRORS

log = structlog.get_logger(__name__)

PUBLISH_TIMEOUT_S = 5.0


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
            graceful_timeout=20,
            apply_types=False,
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

    async def close(self, deadline_s: float = 25.0) -> None:
        """Let running handlers end, then close; also during an outage, when draining cannot work."""
        try:
            await asyncio.wait_for(self.broker.stop(), deadline_s)
        except (NatsError, TimeoutError, ConnectionError) as error:
            log.warning("nats.closed_without_draining", error=type(error).__name__)
        if self._client is not None and not self._client.is_closed:
            await self._client.close()

    async def _on_error(self, error: Exception) -> None:
        NATS_ERRORS.labels(self.name, type(error).__name__).inc()
        text = str(error)
        log.warning("nats.error", service=self.name, error=type(error).__name__)
        if "permissions violation" in text.lower():
            # The caller only sees a timeout; this is the one place that knows.
            self.forbidden = text
            log.error("nats.forbidden", service=self.name, detail=text)

    async def _on_disconnected(self) -> None:
        NATS_CONNECTED.labels(self.name).set(0)
        log.warning("nats.disconnected", service=self.name)

    async def _on_reconnected(self) -> None:
        NATS_CONNECTED.labels(self.name).set(1)
        log.info("nats.reconnected", service=self.name)

    async def _on_closed(self) -> None:
        NATS_CONNECTED.labels(self.name).set(0)
        self.lost.set()


def inbox_prefix(name: str) -> str:
    """Replies to `name` arrive below this subject, which nobody else may read."""
    return f"_INBOX_{name}"


async def retry_for_ever(
    step: Callable[[], Awaitable[None]], *, what: str, stop: asyncio.Event
) -> None:
    """Run `step` until `stop` is set; after an error wait 0.2 s, doubling up to 10 s."""
    delay = 0.2
    while not stop.is_set():
        try:
            await step()
            delay = 0.2
        except Exception as error:
            log.warning("loop.failed", loop=what, error=type(error).__name__)
            logging.getLogger(__name__).debug("loop failed", exc_info=True)
            await wait_or(stop, delay)
            delay = min(delay * 2, 10.0)


async def wait_or(stop: asyncio.Event, seconds: float) -> bool:
    """Wait for `seconds`, or less when `stop` is set; True if it was."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True
