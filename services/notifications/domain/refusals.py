"""What the state machine of an email refuses."""

from typing import ClassVar

from shared.kernel.errors import BrueckeError


class LeaseLost(BrueckeError):
    """The try is no longer the sender's to go on with: it must not enter DATA."""

    code: ClassVar[str] = "notifications.lease_lost"
    retryable: ClassVar[bool] = False


class NotDue(BrueckeError):
    """The email is not waiting to be sent now."""

    code: ClassVar[str] = "notifications.email_not_due"
    retryable: ClassVar[bool] = False
