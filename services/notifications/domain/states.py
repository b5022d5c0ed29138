"""Where an email stands, and what others are told of it."""

from enum import StrEnum


class State(StrEnum):
    """Where an email stands. `sent`, `failed` and `cancelled` are the end."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


SETTLED = frozenset({State.SENT, State.FAILED, State.CANCELLED})


class Effect(StrEnum):
    """What others are to be told after a step, in the transaction of the step."""

    SENT = "email_sent"
    FAILED = (
        "email_failed"  # with `last_code`, which is "not_sent" for a mail that came too late
    )
    PARKED = "email_parked"  # nobody knows whether it arrived: a task for the coordinator
