"""Whom it is worth to ask now: a mail must add more to the chance of filling than it costs.

Asking a few, looking again after hours, and asking more fills a request with far fewer mails than
asking everybody at once. What one more mail adds is the chance of a yes while places are still
short, by all that is awaited, less what a yes costs that then comes too late. What it costs is a
price, higher for those who were asked lately and lower when time runs out, and what the others
would lose if this person said yes here: who alone speaks a language is not spent on what twenty
could do. People are tried in the order of what they bring for their price, as in a search for the
best at a cost for each look (Weitzman, Econometrica, 1979).

After the opportunity cost of a notification in Manshadi and Rodilitz (Management Science, 2022),
with what they may not see: when each person was asked last, and who has answered since.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.matching.domain.candidates import Candidate
from services.matching.domain.dates import fill_by
from services.matching.domain.need import Need
from services.matching.domain.odds import Odds
from services.matching.domain.tuning import Tuning
from shared.kernel.ids import VolunteerId

_HURRIES = ((timedelta(hours=48), 1.0), (timedelta(hours=24), 0.5))
_HASTE = 0.25
_POINTS = 1000


@dataclass(frozen=True, slots=True)
class Prices:
    """What a mail for one request costs now, in chances of filling a place."""

    mail: float
    """Of somebody who was not asked for long."""
    fatigue: float
    """So much of that more for each recent ask."""
    late: float
    """What a yes costs for which no place is left: somebody was ready, for nothing."""
    fit: float
    """What a score of 1000 points is worth."""
    scarcity: Mapping[VolunteerId, float] = field(default_factory=dict)
    """What the other requests would lose with somebody; missing: nothing."""

    def of(self, candidate: Candidate) -> float:
        """The price of asking somebody, whether they say yes or not."""
        return self.mail * self.weariness(candidate)

    def weariness(self, candidate: Candidate) -> float:
        """The price in mails to somebody who was not asked for long: 1 and more."""
        return 1 + self.fatigue * candidate.fatigue

    def lost(self, candidate: Candidate) -> float:
        """What the other requests would lose by a yes of somebody, in places: 0 and more."""
        return self.scarcity.get(candidate.volunteer_id, 0.0)

    def fit_of(self, candidate: Candidate) -> float:
        """What it is worth how well somebody fits."""
        return self.fit * candidate.score.total / _POINTS

    def value(self, candidate: Candidate) -> float:
        """What asking somebody first brings for its price, how well they fit included."""
        worth = candidate.chance * (1 - self.lost(candidate)) + self.fit_of(candidate)
        return worth / self.weariness(candidate)

    def gain(self, candidate: Candidate, short: float) -> float:
        """What asking somebody is worth while places are short with that chance."""
        lost = self.lost(candidate)
        return candidate.chance * (short - lost - self.late * (1 - short)) - self.of(candidate)

    def weighed(self, candidate: Candidate, short: float) -> "Weighed":
        """All that decides about asking somebody then."""
        return Weighed(
            candidate,
            lost=self.lost(candidate),
            fit=self.fit_of(candidate),
            weariness=self.weariness(candidate),
            value=self.value(candidate),
            price=self.of(candidate),
            late=self.late,
            short=short,
            gain=self.gain(candidate, short),
        )


@dataclass(frozen=True, slots=True)
class Weighed:
    """Somebody whom it is worth to ask, with the figures that decided it.

    They go with the invitation, so that what is told of it later is what was used, whatever the
    prices are by then. All but `weariness` are in chances of filling a place.
    """

    candidate: Candidate
    lost: float
    """What the other requests would lose by a yes here, as far as it counts."""
    fit: float
    """What it is worth how well they fit."""
    weariness: float
    """The price in mails to somebody who was not asked for long: 1 and more."""
    value: float
    """By what people are tried, the most valuable first."""
    price: float
    """What asking them costs, whether they say yes or not."""
    late: float
    """What a yes costs for which no place is left."""
    short: float
    """The chance that a place stays free, by all awaited and all chosen before them."""
    gain: float
    """What asking them brings after all that it costs; they are asked because it is above 0."""


def prices_of(
    need: Need, now: datetime, tuning: Tuning, scarcity: Mapping[VolunteerId, float] | None
) -> Prices:
    """The prices of a request now: the less time is left, the less a mail may cost.

    `scarcity` is which part of a place, 0..1, the others would lose by a yes here. Counted is less:
    whom they would lose might have said no to them. On the last day a yes that comes too late
    costs nothing: there is no later any more to ask the next one.
    """
    haste = hurry(need, now)
    return Prices(
        mail=tuning.mail_price * haste,
        fatigue=tuning.fatigue_price,
        late=tuning.late_price * haste if haste > _HASTE else 0.0,
        fit=tuning.fit_weight,
        scarcity={who: lost * tuning.scarcity_price for who, lost in (scarcity or {}).items()},
    )


def hurry(need: Need, now: datetime) -> float:
    """1 with more than two days left, less the nearer the time by which places should be filled."""
    left = fill_by(need, now) - now
    if need.urgent:
        return _HASTE
    return next((factor for more, factor in _HURRIES if left > more), _HASTE)


def worth_asking(
    pool: Iterable[Candidate], odds: Odds, prices: Prices, target: float
) -> tuple[Weighed, ...]:
    """Those whom it is worth to ask, the most valuable first; `odds` is brought on by their chances.

    Stops when the chance of filling has reached the target.
    """
    chosen: list[Weighed] = []
    for candidate in sorted(pool, key=lambda one: -prices.value(one)):
        if odds.enough >= target:
            break
        weighed = prices.weighed(candidate, 1 - odds.enough)
        if weighed.gain > 0:
            odds.add(candidate.chance)
            chosen.append(weighed)
    return tuple(chosen)
