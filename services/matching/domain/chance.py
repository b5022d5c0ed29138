"""How likely a yes is: before an ask, and while its answer is still open.

Before: the volunteer's own record, shrunk towards the average (Beta-Binomial): somebody with two
answers is judged mostly by everybody's, somebody with thirty by their own. Old answers fade.
While open: a survival formula; the longer the silence, the smaller the chance that a yes follows.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import erf, log, sqrt

import numpy as np
from numpy.typing import NDArray

AVERAGE_CHANCE = 0.25
"""What an unknown volunteer is trusted with; published rates of yes run from 0.17 to 0.47."""
AVERAGE_WEIGHT = 6.0
"""As many asks as the average counts for."""
KEPT_PER_WEEK = 0.98
"""The share of an old answer's weight that is left after a week: half after 34 weeks."""
LEAST_CHANCE, MOST_CHANCE = 0.02, 0.9

SAID_NO = 0.4
"""The share of those who will not come who say so; the others stay silent."""
MEDIAN_REPLY = timedelta(hours=5)
REPLY_SPREAD = 1.2
"""Reply times are taken as lognormal: half within 5 h, 90 % within a day (spread of the log)."""

NEARNESS_EFFECT = 1.0
FATIGUE_EFFECT = 0.25
"""What nearness and a recent ask do to the logit of a yes: assumptions until the first answers of
a district are fitted."""
TIRES_FOR = timedelta(days=21)
"""After so long an ask weighs a third (1/e) of what it weighed at first."""

_WEEK = timedelta(weeks=1)

Numbers = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AnswerHistory:
    """How often a volunteer was asked and said yes; both fade, so both are fractions."""

    asked: float = 0.0
    yes: float = 0.0
    counted_at: datetime | None = None
    """The moment the two counts are faded to; None when nothing was counted."""

    def faded(self, now: datetime) -> "AnswerHistory":
        """The same history, as it weighs at `now`; an earlier `now` changes nothing."""
        if self.counted_at is None or now <= self.counted_at:
            return self
        kept = KEPT_PER_WEEK ** ((now - self.counted_at) / _WEEK)
        return AnswerHistory(self.asked * kept, self.yes * kept, now)

    def with_outcome(self, now: datetime, *, said_yes: bool) -> "AnswerHistory":
        """The history after one more ask whose outcome (silence counts as no) is settled."""
        then = self.faded(now)
        return replace(
            then,
            asked=then.asked + 1,
            yes=then.yes + said_yes,
            counted_at=then.counted_at or now,
        )


def chance_of_yes(history: AnswerHistory, now: datetime) -> float:
    """The posterior mean `(M·average + yes) / (M + asked)`, kept within 0.02..0.9."""
    weighed = history.faded(now)
    mean = (AVERAGE_WEIGHT * AVERAGE_CHANCE + weighed.yes) / (AVERAGE_WEIGHT + weighed.asked)
    return min(MOST_CHANCE, max(LEAST_CHANCE, mean))


def counts_now(
    asked: Numbers, yes: Numbers, counted_at: Numbers, now: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """`AnswerHistory.faded` of many, whose counts were faded to moments in seconds since 1970."""
    weeks = np.maximum(0.0, now - counted_at) / _WEEK.total_seconds()
    kept = KEPT_PER_WEEK**weeks
    return asked * kept, yes * kept


def chances_by(asked: NDArray[np.float64], yes: NDArray[np.float64]) -> NDArray[np.float64]:
    """`chance_of_yes` of many, of counts as they weigh now."""
    mean = (AVERAGE_WEIGHT * AVERAGE_CHANCE + yes) / (AVERAGE_WEIGHT + asked)
    return np.clip(mean, LEAST_CHANCE, MOST_CHANCE)


def chances_now(
    record: NDArray[np.float64], nearness: NDArray[np.float64], tired: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The chances by the record, moved by what this ask is like (a logistic model).

    `nearness` is 1 next door, 0 at the end of the way that somebody goes and one half where
    nothing is known; `tired` is the sum of `fatigue`. What a usual ask is like is in the record.
    """
    logit = np.log(record / (1 - record))
    logit = logit + NEARNESS_EFFECT * (nearness - 0.5) - FATIGUE_EFFECT * tired
    return np.clip(1 / (1 + np.exp(-logit)), LEAST_CHANCE, MOST_CHANCE)


def fatigue(asked_at: NDArray[np.float64], now: float) -> NDArray[np.float64]:
    """What asks at these moments (seconds since 1970) weigh now, each in 0..1; later ones: 1."""
    ages = np.maximum(0.0, now - asked_at)
    weights: NDArray[np.float64] = np.exp(-ages / TIRES_FOR.total_seconds())
    return weights


def replied_within(age: timedelta) -> float:
    """The share of all replies that arrive within `age` of the mail: the reply-time curve."""
    if age <= timedelta(0):
        return 0.0
    return 0.5 * (1 + erf(log(age / MEDIAN_REPLY) / (REPLY_SPREAD * sqrt(2))))


def chance_still_open(chance: float, age: timedelta) -> float:
    """The chance that a yes still comes after `age` of silence, by Bayes' rule.

    Of those silent so far, some will say yes, some will say no, and some never answer.
    """
    outstanding = 1 - replied_within(age)
    says_no = SAID_NO * (1 - chance) * outstanding
    never_answers = (1 - SAID_NO) * (1 - chance)
    says_yes = chance * outstanding
    silent = says_yes + says_no + never_answers
    return says_yes / silent if silent else 0.0
