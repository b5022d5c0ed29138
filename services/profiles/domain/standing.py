"""How a volunteer stands: unconfirmed, active or paused, and the steps between."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from shared.kernel.errors import Refusal


class NotConfirmed(Refusal):
    """Who has not confirmed gets no offers that could be paused."""

    code: ClassVar[str] = "profiles.not_confirmed"


class State(StrEnum):
    """Whether offers may be made."""

    UNCONFIRMED = "unconfirmed"
    ACTIVE = "active"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Standing:
    """A volunteer's state; `paused_until` None in a pause means until they resume."""

    state: State = State.UNCONFIRMED
    paused_until: datetime | None = None

    def confirmed(self) -> "Standing":
        """Return the standing after a confirmation; a second one changes nothing."""
        return Standing(State.ACTIVE) if self.state is State.UNCONFIRMED else self

    def paused(self, weeks: int | None, now: datetime) -> "Standing":
        """Return the standing in a pause of some weeks, or until resumed; the last wish counts.

        Raises NotConfirmed.
        """
        if self.state is State.UNCONFIRMED:
            raise NotConfirmed(
                "The address is not confirmed yet; there are no offers to pause."
            )
        return Standing(State.PAUSED, now + timedelta(weeks=weeks) if weeks else None)

    def resumed(self) -> "Standing":
        """Return the standing after a pause; without one, the same."""
        return Standing(State.ACTIVE) if self.state is State.PAUSED else self

    def at(self, now: datetime) -> "Standing":
        """Return the standing at `now`: a pause ends by itself when its time has come."""
        over = self.paused_until is not None and self.paused_until <= now
        return self.resumed() if over else self
