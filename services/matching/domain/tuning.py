"""The figures a district may turn, and where its clock and its quiet hours are."""

from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from shared.kernel.office_hours import OfficeHours
from shared.kernel.quiet_hours import QuietHours
from shared.kernel.slots import TIMEZONE


@dataclass(frozen=True, slots=True)
class Tuning:
    """Settings of matching. The defaults are the design's; the chances are in 0..1."""

    zone: ZoneInfo = TIMEZONE
    """The wall time in which weekdays, dates and weekly times are meant."""
    quiet_hours: QuietHours = field(default_factory=QuietHours)
    """When no offer goes out and no deadline ends."""
    office_hours: OfficeHours | None = None
    """When somebody decides and rings; None: at any time."""

    series_percent: int = 80
    """A volunteer fits a series or a tandem when free at this share of its dates."""
    asks_per_week: int = 2
    """The ask budget of somebody who has not chosen one."""

    fill_target: float = 0.95
    """Nobody more is asked once the places are filled with this chance."""
    mail_price: float = 0.11
    """What a mail must add to the chance of filling, with time left and to somebody rested."""
    fatigue_price: float = 1.3
    """So much of the price more for each recent ask (`Candidate.fatigue`)."""
    late_price: float = 0.3
    """What a yes that comes too late costs, with time left."""
    scarcity_price: float = 0.5
    """The share that counts of what other requests would lose with somebody, by the plan."""
    fit_weight: float = 0.1
    """What a score of 1000 points is worth beside the chance of a yes."""
    look_every: timedelta = timedelta(hours=3)
    """How long a silence lasts until it is asked whether others should be."""

    shortest_step: timedelta = timedelta(hours=4)
    longest_step: timedelta = timedelta(hours=24)
    """Who is asked has a quarter of the time left to answer, within these two."""

    decide_within: timedelta = timedelta(hours=24)
    """How long a step that waits for a coordinator may wait."""
    ask_first_within: timedelta = timedelta(hours=24)
    """So close to the start the waiting list is asked before somebody moves up."""
    move_up_within: timedelta = timedelta(hours=2)
    """How long somebody of the waiting list has, when asked, before the next is asked too; never
    more than half of the time to the start."""
    move_up_chance: float = 0.7
    """The chance that somebody of the waiting list still wants the place."""

    plan_every: timedelta = timedelta(minutes=15)
    """How old the plan of the district may be whose prices a wave uses."""

    tandem_trial: timedelta = timedelta(weeks=4)
    """From the first date to the question whether a tandem fits."""
    talk_within: timedelta = timedelta(days=3)
    """How soon a coordinator should talk to both sides of a tandem that does not fit."""
