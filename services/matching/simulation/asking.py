"""What a policy is: at each look at a request it says whom to ask now, and when to look again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from services.matching.domain.tuning import Tuning
from services.matching.simulation.pairs import Pairs
from services.matching.simulation.volunteers import Floats
from services.matching.simulation.world import World


@dataclass(frozen=True, slots=True)
class Asking:
    """One volunteer to be asked now."""

    row: int
    chance: float
    """Of a yes, as the policy judges it."""
    within: timedelta
    """How long their answer is waited for."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whom to ask now; looks again at `look_at`, None: not before something happens."""

    asks: Sequence[Asking] = field(default=())
    look_at: datetime | None = None


class Look(Protocol):
    """What a policy may know of a request that is open and has a free place."""

    @property
    def world(self) -> World: ...
    @property
    def pairs(self) -> Pairs: ...
    @property
    def number(self) -> int:
        """Of the request."""

    @property
    def now(self) -> datetime: ...
    @property
    def free(self) -> int:
        """Places."""

    @property
    def mails(self) -> int:
        """How many were sent so far, for all requests."""

    @property
    def yes_rate(self) -> float:
        """The share of them that was answered with yes."""

    @property
    def wave(self) -> int:
        """How many waves went out."""

    def candidates(self) -> Sequence[int]:
        """Rows of those whom no rule keeps out but, perhaps, the ask budget."""

    def chances(self, rows: Sequence[int]) -> Floats:
        """The product's chance of a yes, by each one's own answers so far."""

    def fatigue(self, rows: Sequence[int]) -> Floats:
        """Mails not yet forgotten, which anybody who sends them can count."""

    def plan(self) -> Decision:
        """The product's own plan."""


class Policy(Protocol):
    """A way of asking. Keeps no state: what it knows it reads from the look."""

    @property
    def name(self) -> str: ...
    @property
    def tuning(self) -> Tuning:
        """The quiet hours for all, and the figures of the product's own waves."""

    @property
    def expects(self) -> timedelta:
        """Over how long a time requests are taken to come again, in the plan of the district."""

    @property
    def looks_after_answers(self) -> bool:
        """Whether each answer leads to another look, as in the service."""

    def decide(self, look: Look) -> Decision: ...
