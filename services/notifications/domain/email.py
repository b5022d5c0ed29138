"""The life of one email, as a pure state machine.

    queued ──claim──▶ sending ──data_started──▶ (in DATA) ──▶ sent | deferred | failed | unknown

SMTP cannot promise "exactly once": between the end of DATA and the reply both sides own the mail
(RFC 1047). What is promised here: no mail is ever lost, and a mail is entered into DATA again
only if the server certainly does not have it, or once, under the same Message-ID, if that is
unknown. Every mail is settled, parked for a human, leased to a sender, or has a `next_at`.

Reports name the try they speak of, so a sender that was thought dead and comes late does no harm:
"delivered" is always believed, any other late report only where it adds something.
Times are machine time, but for `not_after`, which is a deadline of the task (domain time).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.notifications.domain.outcome import (
    Failed,
    Outcome,
    Phase,
    Reply,
    Sent,
    Unknown,
    judge,
)
from services.notifications.domain.recipient import Recipient
from services.notifications.domain.refusals import LeaseLost, NotDue
from services.notifications.domain.retries import (
    MAX_ATTEMPTS,
    RESEND_AFTER,
    is_given_up,
    retry_delay,
)
from services.notifications.domain.states import SETTLED, Effect, State
from services.notifications.domain.templates import asks, waits_in_quiet_hours

LOST = "connection_lost"
NOT_SENT = "not_sent"
STALE = "stale"


@dataclass(frozen=True, slots=True)
class Email:
    """One mail to one recipient.

    `holdable` mails wait in quiet hours. `not_after`: if the first try has not begun by then, the
    mail is not worth sending. `message_id` is the same in every try, so that receivers can drop
    a second copy.
    """

    id: UUID
    dedup_key: str
    message_id: str
    template: str
    recipient: Recipient
    holdable: bool
    next_at: datetime | None
    not_after: datetime | None = None
    state: State = State.QUEUED
    attempt: int = 0
    first_tried_at: datetime | None = None
    lease_until: datetime | None = None
    data_started_at: datetime | None = None
    last_code: str | None = None
    resent: bool = False
    cancel_asked: bool = False

    @property
    def settled(self) -> bool:
        return self.state in SETTLED

    @property
    def parked(self) -> bool:
        """Whether only a human can say how it goes on (`resend` or `cancel`)."""
        return self.state is State.UNKNOWN and self.next_at is None

    def claim(self, now: datetime, lease: timedelta, *, domain_now: datetime) -> "Step":
        """Begin a try, or settle a mail for which it is too late. Raises `NotDue`."""
        if self.next_at is None or now < self.next_at:
            raise NotDue(f"Email {self.id} is not due.")
        if self._is_late(domain_now):
            return self.expired(domain_now)
        if self.attempt >= MAX_ATTEMPTS:
            return _failed(self, self.last_code or LOST)
        return Step(
            replace(
                self,
                state=State.SENDING,
                attempt=self.attempt + 1,
                first_tried_at=self.first_tried_at or now,
                next_at=None,
                lease_until=now + lease,
                data_started_at=None,
                resent=self.resent or self.state is State.UNKNOWN,
            )
        )

    def data_started(self, attempt: int, now: datetime, lease: timedelta) -> "Email":
        """To be committed before DATA; the new lease covers DATA. Raises `LeaseLost`."""
        leased = self.state is State.SENDING and self.lease_until is not None
        if not leased or attempt != self.attempt or self.data_started_at is not None:
            raise LeaseLost(f"Email {self.id} is no longer in try {attempt}.")
        if self.lease_until is not None and now >= self.lease_until:
            raise LeaseLost(f"The lease of email {self.id} is over.")
        return replace(self, data_started_at=now, lease_until=now + lease)

    def report(self, attempt: int, outcome: Outcome, now: datetime, jitter: float) -> "Step":
        """Take note of what a delivery led to."""
        if isinstance(outcome, Sent):
            return self.delivered(attempt)
        if isinstance(outcome, Unknown):
            return self.connection_lost(attempt, Phase.DATA, now, jitter)
        if outcome.reply is None:
            return self.connection_lost(attempt, outcome.phase, now, jitter)
        return self.refused(attempt, outcome.reply, outcome.phase, now, jitter)

    def delivered(self, attempt: int) -> "Step":
        """Believe that the server took it over, whichever try it was, whatever was thought since."""
        if self.state is State.SENT or not 1 <= attempt <= self.attempt:
            return Step(self)
        return Step(_ended(self, State.SENT, None), (Effect.SENT,))

    def refused(
        self, attempt: int, reply: Reply, phase: Phase, now: datetime, jitter: float
    ) -> "Step":
        """Give up or try again later, as the server's reply says (see `judge`)."""
        if not self._open_for(attempt):
            return Step(self)
        if isinstance(judge(reply, phase), Failed):
            return _failed(self, str(reply))
        return self._deferred(str(reply), retry_delay(self.attempt, reply, jitter), now)

    def connection_lost(
        self, attempt: int, phase: Phase, now: datetime, jitter: float
    ) -> "Step":
        """Try again if the connection broke before DATA; after it nobody knows."""
        if not self._open_for(attempt):
            return Step(self)
        if phase is Phase.DATA:
            return self._unknown(now)
        return self._deferred(LOST, retry_delay(self.attempt, None, jitter), now)

    def postponed(self, attempt: int, until: datetime) -> "Email":
        """Put back a try that had to end before anything was sent; it does not count."""
        if not self._before_data(attempt):
            return self
        return replace(
            self,
            state=State.QUEUED,
            next_at=until,
            lease_until=None,
            attempt=attempt - 1,
            # Four days of trying begin with a try that counts.
            first_tried_at=self.first_tried_at if attempt > 1 else None,
        )

    def given_up(self, attempt: int, code: str) -> "Step":
        """End a try for which there is nobody to write to."""
        return _failed(self, code) if self._before_data(attempt) else Step(self)

    def outdated(self, attempt: int) -> "Step":
        """End a try that would say what is no longer so. Of an offer it is told: nobody was asked."""
        if not self._before_data(attempt):
            return Step(self)
        told = (Effect.FAILED,) if asks(self.template) else ()
        return Step(_ended(self, State.CANCELLED, STALE), told)

    def not_written(self, attempt: int, code: str, now: datetime, jitter: float) -> "Step":
        """Try again later what our own program could not put into words; it may be mended."""
        if not self._before_data(attempt):
            return Step(self)
        return self._deferred(code, retry_delay(attempt, None, jitter), now)

    def lease_expired(self, now: datetime) -> "Step":
        """Take the mail back from a sender thought dead; nothing happens while the lease runs."""
        if (
            self.state is not State.SENDING
            or self.lease_until is None
            or now < self.lease_until
        ):
            return Step(self)
        if self.data_started_at is not None:
            return self._unknown(now)
        return Step(replace(self, state=State.QUEUED, next_at=now, lease_until=None))

    def expired(self, domain_now: datetime) -> "Step":
        """Cancel a waiting mail whose `not_after` has passed: nobody was asked."""
        if not self._is_late(domain_now):
            return Step(self)
        if self.resent or self.state is State.UNKNOWN:
            return _parked(self)
        return Step(_ended(self, State.CANCELLED, NOT_SENT), (Effect.FAILED,))

    def held(self, until: datetime) -> "Email":
        """Wait for the end of quiet hours, if this is a mail that waits for it."""
        if not self.holdable or self.next_at is None:
            return self
        return replace(self, next_at=max(self.next_at, until))

    def cancel(self) -> "Email":
        """Send it no more. A mail in DATA cannot be called back, but is not tried again."""
        if self.settled:
            return self
        if self.state is State.SENDING and self.data_started_at is not None:
            return replace(self, cancel_asked=True)
        return _ended(self, State.CANCELLED, self.last_code)

    def resend(self, now: datetime) -> "Email":
        """Send a parked mail once more, as a human decided. Raises `NotDue`."""
        if not self.parked:
            raise NotDue(f"Email {self.id} is not parked.")
        return replace(self, next_at=now)

    def _before_data(self, attempt: int) -> bool:
        sending = self.state is State.SENDING and attempt == self.attempt
        return sending and self.data_started_at is None

    def _open_for(self, attempt: int) -> bool:
        """Whether a report about this try still adds something."""
        return attempt == self.attempt >= 1 and self.state in {
            State.SENDING,
            State.QUEUED,
            State.UNKNOWN,
        }

    def _is_late(self, domain_now: datetime) -> bool:
        waiting = self.next_at is not None
        return waiting and self.not_after is not None and domain_now > self.not_after

    def _deferred(self, code: str, delay: timedelta, now: datetime) -> "Step":
        if self.cancel_asked:
            return Step(_ended(self, State.CANCELLED, code))
        next_at = now + delay
        if is_given_up(self.first_tried_at or now, next_at):
            return _failed(self, code)
        return Step(
            replace(
                self, state=State.DEFERRED, next_at=next_at, lease_until=None, last_code=code
            )
        )

    def _unknown(self, now: datetime) -> "Step":
        if self.state is State.UNKNOWN:
            return Step(self)
        if self.cancel_asked:
            return Step(_ended(self, State.CANCELLED, LOST))
        if asks(self.template) or self.resent:
            return _parked(self)
        return Step(replace(_parked(self).email, next_at=now + RESEND_AFTER))


@dataclass(frozen=True, slots=True)
class Step:
    """The email after a step, and what is to be published because of it."""

    email: Email
    effects: tuple[Effect, ...] = ()


def queue(
    *,
    id: UUID,  # noqa: A002 - the field's own name
    dedup_key: str,
    mail_domain: str,
    template: str,
    recipient: Recipient,
    due_at: datetime,
    not_after: datetime | None = None,
    urgent: bool = False,
) -> Email:
    """Make a new email. Offers, reminders and tandems' questions wait in quiet hours, if not urgent."""
    return Email(
        id=id,
        dedup_key=dedup_key,
        message_id=f"<{id}@{mail_domain}>",
        template=template,
        recipient=recipient,
        holdable=waits_in_quiet_hours(template) and not urgent,
        next_at=due_at,
        not_after=not_after,
    )


def _ended(email: Email, state: State, code: str | None) -> Email:
    return replace(email, state=state, next_at=None, lease_until=None, last_code=code)


def _failed(email: Email, code: str) -> Step:
    return Step(_ended(email, State.FAILED, code), (Effect.FAILED,))


def _parked(email: Email) -> Step:
    parked = replace(email, state=State.UNKNOWN, next_at=None, lease_until=None, last_code=LOST)
    return Step(parked, (Effect.PARKED,))
