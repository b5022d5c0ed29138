"""The sender: claims a mail, has it written, hands it over, and sees to it that this is noted."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.notifications.domain.email import Email
from services.notifications.domain.outcome import Deferred, Outcome, Phase, Unknown
from services.notifications.domain.refusals import LeaseLost
from services.notifications.domain.states import State
from services.notifications.loops.compose import Composer, Gone, Outdated, Ready
from services.notifications.loops.ledger import Ledger
from services.notifications.mail.deliver import Delivery
from services.notifications.store.tables import EmailRow
from shared.messaging.asking import Unavailable
from shared.messaging.connection import wait_or
from shared.messaging.retries import error_code, is_outage
from shared.observability.failpoints import failpoint

log = structlog.get_logger(__name__)

POLL_S = 0.5
OWNERS_AWAY = timedelta(seconds=3)
DATABASE_AWAY_S = 0.5
NOTED_WITHIN_TRIES = 5
FIRST_REST_S, LONGEST_REST_S = 1.0, 60.0
LONGEST_CODE = 60


@dataclass(frozen=True, slots=True)
class Parts:
    """What a sender works with; several senders share them."""

    ledger: Ledger
    composer: Composer
    sender_address: str


class Sender:
    """One sender with one connection to the mail server."""

    def __init__(self, parts: Parts, delivery: Delivery) -> None:
        self._parts = parts
        self._ledger = parts.ledger
        self._delivery = delivery
        self._stop = asyncio.Event()
        self._rest_s = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Send what is due until `stop`."""
        self._stop = stop
        try:
            while not stop.is_set():
                if not self._parts.composer.can_ask or not await self._send_next():
                    await wait_or(stop, POLL_S)
                elif self._rest_s:
                    await wait_or(stop, self._rest_s)
        finally:
            await self._delivery.close()

    async def _send_next(self) -> bool:
        """Claim and send one mail; False when nothing is due."""
        claimed = await self._ledger.claim()
        if claimed is None:
            return False
        email, row = claimed
        if email.state is State.SENDING:
            failpoint("sender.claimed")
            await self._try(email, row)
        return True

    async def _try(self, email: Email, row: EmailRow) -> None:
        ledger = self._ledger
        try:
            composed = await self._parts.composer.compose(row)
        except Exception as error:  # noqa: BLE001  whatever one mail brings about, the others go on
            await self._not_written(email, error)
            return
        match composed:
            case Ready():
                await self._hand_over(email, composed)
            case Gone(reason):
                await self._surely(lambda: ledger.give_up(email, reason))
            case Outdated():
                await self._surely(lambda: ledger.drop(email))

    async def _not_written(self, email: Email, error: Exception) -> None:
        """An owner or the database is away: it waits. Else it is our fault: tried more rarely."""
        if isinstance(error, Unavailable) or is_outage(error):
            await self._surely(lambda: self._ledger.postpone(email, OWNERS_AWAY))
            return
        code = error_code(error)[:LONGEST_CODE]
        log.error(
            "email.not_written",
            email_id=str(email.id),
            template=email.template,
            error=code,
            exc_info=error,
        )
        await self._surely(lambda: self._ledger.not_written(email, code))

    async def _hand_over(self, email: Email, ready: Ready) -> None:
        entered = False

        async def data_started() -> None:
            nonlocal entered
            await self._ledger.start_data(email, ready.disclosures)
            entered = True
            failpoint("sender.data_started")

        outcome: Outcome
        try:
            outcome = await self._delivery.send(
                ready.message,
                sender=self._parts.sender_address,
                recipient=ready.address,
                data_started=data_started,
            )
        except LeaseLost:
            return
        except Exception as error:
            log.exception(
                "email.not_handed_over", email_id=str(email.id), error=error_code(error)
            )
            outcome = Unknown() if entered else Deferred(Phase.MAIL)
        failpoint("sender.delivered_not_noted")
        if outcome == Deferred(Phase.CONNECT):
            await self._rest(email)
        else:
            self._rest_s = 0.0
            await self._surely(lambda: self._ledger.report(email, outcome, ready.digest))

    async def _rest(self, email: Email) -> None:
        """Nobody is there: the mail server's trouble, which shall not cost each mail a try."""
        self._rest_s = min(max(self._rest_s * 2, FIRST_REST_S), LONGEST_REST_S)
        log.warning("mail_server.unreachable", rest_s=self._rest_s)
        wait = timedelta(seconds=self._rest_s)
        await self._surely(lambda: self._ledger.postpone(email, wait))

    async def _surely(self, note: Callable[[], Awaitable[None]]) -> None:
        """Note what is certain, however long the database is away: what is forgotten is sent twice."""
        tries = 0
        while True:
            try:
                await note()
            except Exception as error:
                tries += not is_outage(error)
                if self._stop.is_set() or tries >= NOTED_WITHIN_TRIES:
                    raise
                log.warning("email.not_noted", error=error_code(error))
                await wait_or(self._stop, DATABASE_AWAY_S)
            else:
                return
