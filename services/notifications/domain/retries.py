"""When a mail that could not be delivered is tried again, and when we give up."""

from datetime import datetime, timedelta

from services.notifications.domain.outcome import Reply

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
GIVE_UP_AFTER = timedelta(days=4)
# Four days hold about thirty tries; more happen only if the sender itself dies again and again.
MAX_ATTEMPTS = 40
RESEND_AFTER = timedelta(minutes=10)
_JITTER = 0.2
# A server that is busy or greylists wants to be left alone for some minutes.
_PATIENCE = timedelta(minutes=5)
_BUSY_CODES = frozenset({421, 450, 451})


def retry_delay(attempt: int, reply: Reply | None, jitter: float) -> timedelta:
    """Time to wait after try number `attempt` (from 1); the last delay of the list repeats.

    `jitter` between 0 and 1 lengthens it by up to a fifth, so that mails deferred together do
    not come back together.
    """
    delay = DELAYS[min(attempt, len(DELAYS)) - 1]
    if reply is not None and is_busy(reply):
        delay = max(delay, _PATIENCE)
    return delay * (1 + _JITTER * jitter)


def is_busy(reply: Reply) -> bool:
    """Whether the server asks for patience: 421, 451, greylisting (450 or 4.7.x)."""
    greylisted = reply.temporary and (reply.enhanced or "").startswith("4.7.")
    return reply.code in _BUSY_CODES or greylisted


def is_given_up(first_tried_at: datetime, next_at: datetime) -> bool:
    """Whether a next try would come more than four days after the first one (RFC 5321: 4-5 days)."""
    return next_at - first_tried_at > GIVE_UP_AFTER
