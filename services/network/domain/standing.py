"""How an organisation stands: whether its contact confirmed, and whether we know it."""

from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    """What an organisation's requests may do."""

    UNCONFIRMED = "unconfirmed"
    """Nobody has said yes on the page behind the mailed link."""
    UNVERIFIED = "unverified"
    """The address is right; requests wait in review."""
    VERIFIED = "verified"
    """A coordinator knows them: requests open by themselves."""
    SUSPENDED = "suspended"
    """A coordinator stopped them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An organisation's state; a contact may also confirm after a coordinator verified."""

    state: State = State.UNCONFIRMED
    is_confirmed: bool = False

    def confirmed(self) -> "Standing":
        """Return the standing after the contact said yes; a second yes changes nothing."""
        state = State.UNVERIFIED if self.state is State.UNCONFIRMED else self.state
        return Standing(state, is_confirmed=True)

    def verified(self) -> "Standing":
        """Return the standing after a coordinator vouched, also for one that was suspended."""
        return replace(self, state=State.VERIFIED)

    def suspended(self) -> "Standing":
        """Return the standing after a coordinator's stop."""
        return replace(self, state=State.SUSPENDED)

    @property
    def may_lapse(self) -> bool:
        """Whether the registration is forgotten if nothing happens."""
        return self.state is State.UNCONFIRMED
