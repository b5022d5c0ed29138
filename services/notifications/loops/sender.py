"""The sender: claims a mail, asks what it says, hands it over, and notes what became of it.

Each step is a transaction of its own, so that a crash between any two leaves a mail that is
leased, due, or settled; the state machine in the domain says what happens next.
"""

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.email import Effect, Email, State, Step
from services.notifications.domain.outcome import Outcome
from services.notifications.domain.recipient import Recipient, RecipientKind
from services.notifications.loops.compose import Composer, Gone, Ready
from services.notifications.mail.deliver import Delivery
from services.notifications.store.emails import (
    lock,
    lock_expired_leases,
    lock_next_due,
    save,
    save_standing,
    standing_of,
    to_domain,
)
from services.notifications.store.tables import EmailRow
from shared.contracts.messages import Event
from shared.contracts.notifications import AddressSuspended, EmailFailed, EmailSent
from shared.kernel.clock import Clock, RunningClock
from shared.kernel.quiet_hours import QuietHours
from shared.messaging.connection import wait_or
from shared.messaging.envelope import Correlation
from shared.messaging.outbox import Work
from shared.messaging.retries import Unavailable
from shared.messaging.seam import Seam
from shared.observability.failpoints import failpoint
from shared.observability.metrics import EMAILS
from shared.persistence.database import Database

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=3)
DATA_LEASE = timedelta(minutes=11)
POLL_S = 0.5
OWNERS_AWAY = timedelta(seconds=3)
OUR_REASONS = frozenset({"not_sent", "gone", "stale", "suspended", "address_unusable"})


@dataclass(frozen=True, slots=True)
class Parts:
    """What a sender works with."""

    seam: Seam
    composer: Composer
    quiet_hours: QuietHours
    machine_clock: Clock
    sender_address: str

    @property
    def database(self) -> Database:
        return self.seam.database

    def work(self, session: AsyncSession, row: EmailRow) -> Work:
        return self.seam.work(session, Correlation(row.correlation_id))


class Sender:
    """One sender with one connection to the mail server; several may run side by side."""

    def __init__(self, parts: Parts, delivery: Delivery) -> None:
        self._parts = parts
        self._delivery = delivery

    async def run(self, stop: asyncio.Event) -> None:
        """Send what is due until `stop`."""
        try:
            while not stop.is_set():
                await self._take_back_expired()
                if not await self._send_next():
                    await wait_or(stop, POLL_S)
        finally:
            await self._delivery.close()

    async def _take_back_expired(self) -> None:
        now = self._parts.machine_clock.now()
        async with self._parts.database.transaction() as session:
            for row in await lock_expired_leases(session, now):
                step = to_domain(row).lease_expired(now)
                await self._note(self._parts.work(session, row), row, step)

    async def _send_next(self) -> bool:
        """Claim and send one mail; False when nothing is due."""
        claimed = await self._claim()
        if claimed is None:
            return False
        email, row = claimed
        if email.state is not State.SENDING:
            return True
        failpoint("sender.claimed")
        try:
            composed = await self._parts.composer.compose(row)
        except Unavailable:
            await self._postpone(email)
            return True
        if isinstance(composed, Gone):
            await self._give_up(email, composed.reason)
            return True
        await self._hand_over(email, composed)
        return True

    async def _claim(self) -> tuple[Email, EmailRow] | None:
        now = self._parts.machine_clock.now()
        domain_now = self._parts.seam.clock.now()
        async with self._parts.database.transaction() as session:
            row = await lock_next_due(session, now)
            if row is None:
                return None
            email = to_domain(row)
            held = self._held(email, now, domain_now)
            if held is not None:
                save(row, held)
                return held, row
            step = email.claim(now, LEASE, domain_now=domain_now)
            await self._note(self._parts.work(session, row), row, step)
            return step.email, row

    def _held(self, email: Email, now: datetime, domain_now: datetime) -> Email | None:
        """The mail held back until quiet hours end, or None when it may go or is too late."""
        if not email.holdable or not self._parts.quiet_hours.quiet(domain_now):
            return None
        opens = self._parts.quiet_hours.next_open(domain_now)
        if email.not_after is not None and domain_now > email.not_after:
            return None
        clock = self._parts.seam.clock
        wait = (
            clock.seconds_until(opens)
            if isinstance(clock, RunningClock)
            else (opens - domain_now).total_seconds()
        )
        return email.held(now + timedelta(seconds=max(wait, POLL_S)))

    async def _hand_over(self, email: Email, ready: Ready) -> None:
        async def data_started() -> None:
            await self._mark_data_started(email)
            failpoint("sender.data_started")

        outcome = await self._delivery.send(
            ready.message,
            sender=self._parts.sender_address,
            recipient=ready.address,
            data_started=data_started,
        )
        failpoint("sender.delivered_not_noted")
        await self._report(email, outcome)

    async def _mark_data_started(self, email: Email) -> None:
        now = self._parts.machine_clock.now()
        async with self._parts.database.transaction() as session:
            row = await lock(session, email.id)
            if row is not None:
                save(row, to_domain(row).data_started(email.attempt, now, DATA_LEASE))

    async def _report(self, email: Email, outcome: Outcome) -> None:
        now = self._parts.machine_clock.now()
        jitter = random.random()  # noqa: S311  spreads retries
        async with self._parts.database.transaction() as session:
            row = await lock(session, email.id)
            if row is None:
                return
            work = self._parts.work(session, row)
            step = to_domain(row).report(email.attempt, outcome, now, jitter)
            await self._judge_address(work, email.recipient, outcome)
            await self._note(work, row, step)

    async def _judge_address(self, work: Work, recipient: Recipient, outcome: Outcome) -> None:
        row, standing = await standing_of(work.session, recipient, work.now)
        after = standing.after(outcome, on=self._parts.machine_clock.now().date())
        save_standing(row, after)
        newly_suspended = after.suspended and not standing.suspended
        if newly_suspended and recipient.kind is RecipientKind.VOLUNTEER:
            await work.publish(
                AddressSuspended(volunteer_id=recipient.id, occurred_at=work.now)
            )

    async def _postpone(self, email: Email) -> None:
        """The owners of name or words do not answer: this try does not count."""
        until = self._parts.machine_clock.now() + OWNERS_AWAY
        async with self._parts.database.transaction() as session:
            row = await lock(session, email.id)
            if row is not None:
                save(row, to_domain(row).postponed(email.attempt, until))

    async def _give_up(self, email: Email, reason: str) -> None:
        """Nobody is there to write to, or nothing to say any more."""
        async with self._parts.database.transaction() as session:
            row = await lock(session, email.id)
            if row is not None:
                step = to_domain(row).given_up(email.attempt, reason)
                await self._note(self._parts.work(session, row), row, step)

    async def _note(self, work: Work, row: EmailRow, step: Step) -> None:
        """Save a step and publish what it causes, in one transaction."""
        save(row, step.email)
        for effect in step.effects:
            EMAILS.labels(row.template, effect.value).inc()
            if effect is Effect.SENT:
                row.sent_at = work.now
            await work.publish(_event(row, effect, work.now))


def _event(row: EmailRow, effect: Effect, now: datetime) -> Event:
    facts: dict[str, UUID | str | datetime | None] = {
        "email_id": row.email_id,
        "template": row.template,
        "volunteer_id": row.volunteer_id,
        "invitation_id": row.invitation_id,
        "request_id": row.request_id,
        "occurred_at": now,
    }
    if effect is Effect.SENT:
        return EmailSent.model_validate(facts)
    reason = "parked" if effect is Effect.PARKED else _reason(row.last_code)
    return EmailFailed.model_validate(facts | {"reason": reason})


def _reason(code: str | None) -> str:
    """A code for the event: ours as it is, a mail server's as `refused`."""
    return code if code in OUR_REASONS else "refused"
