"""A toy with a known bound: whom to notify of each task, when a mail silences its reader for a while.

The model of Manshadi and Rodilitz, Online Policies for Efficient Volunteer Crowdsourcing (EC 2020;
Management Science 2022): in each period at most one task arrives; a volunteer who is active and
notified says yes with a chance by the task's type; whoever is notified while active is inactive
for a time. A task is completed by one yes. Here that time is geometric, so with each period an
inactive volunteer comes back with the same chance, and when one wrote last says all that can be
known of them: a further mail to somebody inactive changes nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.simulation.volunteers import Floats

Ints = NDArray[np.int64]

_MAKING, _PLAYING = range(2)
_NEVER = -(10**6)


@dataclass(frozen=True)
class Toy:
    """One instance of the model."""

    arrives: Floats
    """The chance that a task of each type (column) arrives in each period (row); rows sum to < 1."""
    says_yes: Floats
    """The chance of a yes of each volunteer (row) to each type (column)."""
    returns: float
    """The chance that somebody inactive is active in the next period: the model's hazard rate q."""


@dataclass(frozen=True)
class Played:
    """Means over the replications."""

    completed: float
    """Tasks."""
    arrived: float
    mails: float


def make_toy(
    seed: int, returns: float, *, volunteers: int = 40, types: int = 8, periods: int = 60
) -> Toy:
    """A random instance: 0.9 tasks a period; of each type 40 % may say yes, 0.35 of these on average."""
    chance = np.random.default_rng((seed, _MAKING))
    arrives = chance.dirichlet(np.ones(types), periods) * 0.9
    may = chance.random((volunteers, types)) < 0.4  # noqa: PLR2004
    says_yes = np.where(may, chance.beta(1, 3, (volunteers, types)) * 1.4, 0)
    return Toy(arrives, np.minimum(says_yes, 0.9), returns)


def prices_of(toy: Toy, needed: float) -> Floats:
    """What a mail costs: for each period (row) and volunteer (column), in tasks.

    The difference between an active and an inactive volunteer in the next period, by backward
    induction over what one could still do, if a share `needed` of their yeses were needed. The
    price falls towards the end, when nothing is left to be saved for.
    """
    stays_out = 1 - toy.returns
    difference = np.zeros(len(toy.says_yes))
    prices = np.empty((len(toy.arrives), len(toy.says_yes)))
    for period in range(len(toy.arrives) - 1, -1, -1):
        prices[period] = price = stays_out * difference
        gain = np.maximum(0, toy.says_yes * needed - price[:, None])
        difference = gain @ toy.arrives[period] + price
    return prices


def play_toy(toy: Toy, prices: Floats, *, replications: int, seed: int) -> Played:
    """Notify greedily: whoever adds most beyond their price, until nobody adds more than it.

    A mail to somebody who is active with chance a adds a·(p·missing - price): both the yes and the
    silence happen only if they are active. All replications are played at once.
    """
    chance = np.random.default_rng((seed, _PLAYING))
    periods, volunteers = prices.shape
    back_at = np.zeros((replications, volunteers), dtype=np.int64)
    mailed_at = np.full((replications, volunteers), _NEVER)
    completed = arrived = mails = 0
    for period in range(periods):
        kinds = np.searchsorted(toy.arrives[period].cumsum(), chance.random(replications))
        tasks = np.flatnonzero(kinds < toy.arrives.shape[1])
        likely = toy.says_yes[:, kinds[tasks]].T
        silent = (period - mailed_at[tasks]).astype(float)
        notified = _notified(likely, 1 - (1 - toy.returns) ** silent, prices[period])
        reached = notified & (back_at[tasks] <= period)
        yes = reached & (chance.random(likely.shape) < likely)
        away = chance.geometric(toy.returns, likely.shape)
        back_at[tasks] = np.where(reached, period + away, back_at[tasks])
        mailed_at[tasks] = np.where(notified, period, mailed_at[tasks])
        completed += int(yes.any(axis=1).sum())
        arrived += len(tasks)
        mails += int(notified.sum())
    return Played(completed / replications, arrived / replications, mails / replications)


def _notified(likely: Floats, active: Floats, price: Floats) -> NDArray[np.bool_]:
    """Whom to notify of each task (row): one more at a time, while one is worth their price."""
    notified = np.zeros(likely.shape, dtype=bool)
    missing = np.ones(len(likely))
    tasks = np.arange(len(likely))
    for _ in range(likely.shape[1]):
        worth = active * (likely * missing[:, None] - price)
        worth[notified] = 0
        best = worth.argmax(axis=1)
        adds = worth[tasks, best] > 0
        if not adds.any():
            break
        notified[tasks[adds], best[adds]] = True
        missing[adds] *= 1 - (active * likely)[tasks[adds], best[adds]]
    return notified
