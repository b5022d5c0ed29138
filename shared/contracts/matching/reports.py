"""How good the proposals were, and what waits for a coordinator."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.matching.showing import Reason
from shared.contracts.messages import Message
from shared.contracts.values import Code


class Foretold(Message):
    """Settled asks: how many yeses their chances foretold, and how many came."""

    asks: int = 0
    expected: float = 0.0
    came: int = 0
    brier: float | None = None
    """The mean squared difference between chance and outcome; 0 foretells all. None: no asks."""
    brier_of_average: float | None = None
    """The same, had everybody been given the average: what the chances must beat."""


class ChanceBand(Message):
    """A tenth of the settled asks, from the smallest chances to the largest."""

    foretold: float
    came: float
    asks: int


class Position(Message):
    """How often the coordinator let that position of a proposed wave be asked."""

    position: int
    proposed: int
    approved: int


class HandPicks(Message):
    """Whom coordinators invited or gave a place by themselves, by their rank at that moment."""

    picks: int = 0
    """Of people who fitted."""
    first_three: int = 0
    first_ten: int = 0
    median_rank: float | None = None
    against_rules: dict[Code, int] = Field(default_factory=dict)
    """Picks whom a rule spoke against, by the coordinator's reason."""
    left_out: dict[Code, int] = Field(default_factory=dict)
    """People who fitted and were left out or held back, by the coordinator's reason."""


class EngineReport(Message):
    """How well the chances foretell, and how far coordinators agree with the order."""

    since: AwareDatetime
    until: AwareDatetime
    by_engine: Foretold = Foretold()
    by_hand: Foretold = Foretold()
    bands: tuple[ChanceBand, ...] = ()
    waves: int = 0
    waves_unchanged: int = 0
    positions: tuple[Position, ...] = ()
    """Of waves laid before a coordinator; the last stands for all behind it, too."""
    hand_picks: HandPicks = HandPicks()


class PhoneTask(Message):
    """Somebody to ring: a volunteer who is asked by telephone, about an invitation or a tandem."""

    invitation_id: UUID
    request_id: UUID
    volunteer_id: UUID
    assignment_id: UUID | None = None
    """Of a tandem whose question waits for an answer."""
    purpose: Code = "offer"
    """`offer`, `move_up` or `changed`; of a tandem `trial` or `check_in`: what is asked."""
    deadline: AwareDatetime | None = None
    missed: bool = False
    """Nobody has answered by the deadline; a yes still takes a place that is free."""
    reasons: tuple[Reason, ...] = ()


class PhoneTasks(Message):
    tasks: tuple[PhoneTask, ...]


class Decision(Message):
    """What waits for a coordinator on one request.

    `approve_wave` (`people` of them), `decide_reservation` (of `volunteer_id`), `nobody_left`
    (`people` places are free and nobody is left to ask), `unlikely` (the same, but for those already
    asked, who will hardly be enough), `all_spared` (those left are not asked just now),
    `stopped` (`people` places are free, and nobody is asked until it goes on), `tandem_trouble` (a
    side says that it does not fit or needs help, or the organisation would like to end it).
    """

    what: Code
    request_id: UUID
    volunteer_id: UUID | None = None
    assignment_id: UUID | None = None
    """Of a tandem."""
    people: int = 1
    decide_by: AwareDatetime | None = None


class Decisions(Message):
    decisions: tuple[Decision, ...]
    total: int = 0
