"""The ledger: every step of a mail's life, each in a transaction of its own.

A crash between any two steps leaves a mail that is leased, due, or settled; the state machine in
the domain says what happens next. Locks are always taken in this order: the one against erasures,
the mail's row, the standing of its address.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.email import LOST, NOT_SENT, STALE, Email, Step
from services.notifications.domain.outcome import Outcome
from services.notifications.domain.recipient import RecipientKind
from services.notifications.domain.refusals import LeaseLost
from services.notifications.domain.states import Effect
from services.notifications.loops.quiet import QuietAt
from services.notifications.store import emails, people
from services.notifications.store.emails import to_domain
from services.notifications.store.people import Disclosure
from services.notifications.store.tables import EmailRow
from shared.contracts.messages import Event
from shared.contracts.notifications import AddressSuspended, EmailFailed, EmailSent
from shared.kernel.clock import Clock, RunningClock
from shared.messaging.envelope import Correlation
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam
from shared.observability.metrics import EMAILS

LEASE = timedelta(minutes=3)
"""Composing takes 45 s at most, reaching the mail server twice 60 s."""
DATA_LEASE = timedelta(minutes=11)
"""The mail server may think about a mail for ten minutes."""
HELD_AT_LEAST = timedelta(seconds=0.5)

OUR_REASONS = frozenset({NOT_SENT, STALE, "gone", "suspended", "address_unusable"})


@dataclass(frozen=True, slots=True)
class Ledger:
    """Claims mails, notes what became of them, and tells others."""

    seam: Seam
    machine_clock: Clock
    quiet_at: QuietAt

    async def claim(self) -> tuple[Email, EmailRow] | None:
        """Take the mail that waits longest, or settle it, or hold it; None when nothing is due."""
        now, domain_now = self.machine_clock.now(), self.seam.clock.now()
        async with self.seam.database.transaction() as session:
            row = await emails.lock_next_due(session, now)
            if row is None:
                return None
            email = to_domain(row)
            if email.holdable and self.quiet_at(domain_now).quiet(domain_now):
                email = email.held(now + self._until_open(domain_now))
                emails.save(row, email)
                return email, row
            step = email.claim(now, LEASE, domain_now=domain_now)
            await self._note(session, row, step)
            return step.email, row

    async def start_data(self, email: Email, disclosures: Sequence[Disclosure]) -> None:
        """Note that the mail may be there from now on, and whom it tells of whom.

        Raises LeaseLost if the try is no longer the sender's, or names somebody erased since.
        """
        now = self.machine_clock.now()
        async with self.seam.database.transaction() as session:
            for told in disclosures:
                if await people.is_erased(session, told.volunteer_id):
                    raise LeaseLost(f"Email {email.id} names somebody who is gone.")
            row = await emails.lock(session, email.id)
            if row is None:
                raise LeaseLost(f"Email {email.id} is gone.")
            emails.save(row, to_domain(row).data_started(email.attempt, now, DATA_LEASE))
            work = self._work(session, row)
            await people.note_disclosures(session, email.id, disclosures, work.now)

    async def report(self, email: Email, outcome: Outcome, digest: str) -> None:
        """Note what a delivery led to, for the mail and for its address."""
        now, jitter = self.machine_clock.now(), _jitter()
        async with self.seam.database.transaction() as session:
            row = await emails.lock(session, email.id)
            if row is None:
                return
            step = to_domain(row).report(email.attempt, outcome, now, jitter)
            await self._note(session, row, step)
            # Somebody erased in between has another id by now, and no address any more.
            if row.person_id == email.recipient.id:
                await self._judge_address(session, row, outcome, digest)

    async def postpone(self, email: Email, wait: timedelta) -> None:
        """Put a try back that could not even begin; it does not count."""
        until = self.machine_clock.now() + wait
        await self._step(email, lambda now: Step(now.postponed(email.attempt, until)))

    async def give_up(self, email: Email, code: str) -> None:
        """Nobody is there to write to."""
        await self._step(email, lambda now: now.given_up(email.attempt, code))

    async def drop(self, email: Email) -> None:
        """There is nothing to say any more."""
        await self._step(email, lambda now: now.outdated(email.attempt))

    async def not_written(self, email: Email, code: str) -> None:
        """Our own program failed over this mail."""
        now, jitter = self.machine_clock.now(), _jitter()
        await self._step(
            email, lambda current: current.not_written(email.attempt, code, now, jitter)
        )

    async def take_back_one(self) -> bool:
        """Take a mail back from a sender thought dead; False if there is none."""
        now = self.machine_clock.now()
        async with self.seam.database.transaction() as session:
            row = await emails.lock_next_leaseless(session, now)
            if row is not None:
                await self._note(session, row, to_domain(row).lease_expired(now))
            return row is not None

    async def expire_one(self) -> bool:
        """Settle a waiting mail that is too late by now; False if there is none."""
        domain_now = self.seam.clock.now()
        async with self.seam.database.transaction() as session:
            row = await emails.lock_next_late(session, domain_now)
            if row is not None:
                await self._note(session, row, to_domain(row).expired(domain_now))
            return row is not None

    async def release_held(self) -> None:
        """Look anew at what was held until some moment of this machine's time."""
        async with self.seam.database.transaction() as session:
            await emails.release_held(session, self.machine_clock.now())

    async def _step(self, email: Email, step: Callable[[Email], Step]) -> None:
        async with self.seam.database.transaction() as session:
            row = await emails.lock(session, email.id)
            if row is not None:
                await self._note(session, row, step(to_domain(row)))

    async def _note(self, session: AsyncSession, row: EmailRow, step: Step) -> None:
        """Save a step and publish what it causes, in one transaction."""
        emails.save(row, step.email)
        work = self._work(session, row)
        for effect in step.effects:
            EMAILS.labels(row.template, effect.value).inc()
            if effect is Effect.SENT:
                row.sent_at = work.now
            await work.publish(_event(row, effect, work.now))

    async def _judge_address(
        self, session: AsyncSession, row: EmailRow, outcome: Outcome, digest: str
    ) -> None:
        person_id, today = row.person_id, self.machine_clock.now().date()
        kept, standing = await people.lock_standing(session, person_id, digest)
        if standing.after(outcome, on=today) == standing:
            return
        work = self._work(session, row)
        if kept is None:
            await people.add_standing(session, person_id, work.now)
            kept, standing = await people.lock_standing(session, person_id, digest)
        after = standing.after(outcome, on=today)
        if kept is not None:
            people.save_standing(kept, after, digest, work.now)
        newly_suspended = after.suspended and not standing.suspended
        if newly_suspended and row.recipient_kind == RecipientKind.VOLUNTEER:
            await work.publish(AddressSuspended(volunteer_id=person_id, occurred_at=work.now))

    def _until_open(self, domain_now: datetime) -> timedelta:
        """How long quiet hours last yet, in machine time."""
        opens = self.quiet_at(domain_now).next_open(domain_now)
        clock = self.seam.clock
        if isinstance(clock, RunningClock):
            wait = timedelta(seconds=clock.seconds_until(opens))
        else:
            wait = opens - domain_now
        return max(wait, HELD_AT_LEAST)

    def _work(self, session: AsyncSession, row: EmailRow) -> Work:
        return self.seam.work(session, Correlation(row.correlation_id))


def _event(row: EmailRow, effect: Effect, now: datetime) -> Event:
    about = {
        "email_id": row.email_id,
        "template": row.template,
        "volunteer_id": row.volunteer_id,
        "invitation_id": row.invitation_id,
        "request_id": row.request_id,
        "occurred_at": now,
    }
    if effect is Effect.SENT:
        return EmailSent.model_validate(about)
    reason = "parked" if effect is Effect.PARKED else _reason(row.last_code or LOST)
    return EmailFailed.model_validate(about | {"reason": reason})


def _reason(code: str) -> str:
    """A code for the event: ours as it is; the mail server's numbers and our faults by their kind."""
    if code in OUR_REASONS:
        return code
    if code == LOST:
        return "unreachable"
    return "refused" if code[0].isdigit() else "not_written"


def _jitter() -> float:
    """Spreads retries."""
    return random.random()  # noqa: S311  nothing depends on nobody guessing it
