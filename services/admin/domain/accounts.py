"""Staff accounts: roles, sign-in links and how long things last. All times are machine time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from shared.kernel.errors import Refusal
from shared.kernel.ids import StaffId

SESSION_LASTS = timedelta(hours=12)
LINK_LASTS = timedelta(minutes=30)
MAILS_PER_HOUR = 5
MAIL_WINDOW = timedelta(hours=1)


class Role(StrEnum):
    """What somebody is at the office."""

    COORDINATOR = "coordinator"
    INTEGRATION_MANAGER = "integration_manager"
    OPERATOR = "operator"
    """Keeps the machines running: sees mails and dead letters, and nobody's name."""

    @property
    def sees_people(self) -> bool:
        """Whether pages that name volunteers and organisations are open to this role."""
        return self is not Role.OPERATOR


class RoleUnknown(Refusal):
    """There is no such role."""

    code: ClassVar[str] = "admin.role_unknown"


class AccountUnknown(Refusal):
    """Nobody of the staff has this address."""

    code: ClassVar[str] = "admin.account_unknown"


class SignInLinkOver(Refusal):
    """The link is older than half an hour, or its owner has signed out everywhere since."""

    code: ClassVar[str] = "admin.sign_in_link_over"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sign-in link says: who, in which generation of links, made when."""

    staff_id: StaffId
    generation: int
    made_at: datetime


def parse_role(text: str) -> Role:
    """Return the role of this code. Raises RoleUnknown."""
    try:
        return Role(text)
    except ValueError:
        roles = ", ".join(Role)
        raise RoleUnknown(f"a role is one of {roles}", field="role") from None


def check_claim(claim: Claim, generation: int, now: datetime) -> None:
    """Say whether a link still opens the account whose links are at `generation`.

    Raises SignInLinkOver.
    """
    if claim.generation != generation or now >= claim.made_at + LINK_LASTS:
        raise SignInLinkOver("ask for a new sign-in link")


def may_mail(mailed_lately: int) -> bool:
    """Whether one more mail is allowed after so many within `MAIL_WINDOW`."""
    return mailed_lately < MAILS_PER_HOUR
