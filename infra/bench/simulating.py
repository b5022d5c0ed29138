"""What simulations are measured by: the toy of volunteer notification and its upper bound.

scipy, which the product does not have at run time, solves the bound.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, diags_array, eye_array, hstack, kron

from services.matching.simulation.toy import Toy, make_toy, play_toy, prices_of

BARS = {0.02: 0.66, 0.1: 0.79, 0.5: 0.97}
"""For each chance to come back, the share of the bound to be reached."""
TUNED_ON, REPORTED_ON = range(10), range(20, 40)
"""Seeds of instances: prices are chosen on the first and reported on the second."""
NEEDED = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
"""Shares of a yes that may turn out to be the right ones (`prices_of`)."""
REPLICATIONS = 1000


@dataclass(frozen=True, slots=True)
class Notified:
    """How the priced greedy does in the toy for one chance to come back."""

    returns: float
    bar: float
    needed: float
    """As chosen on other instances."""
    ratio: float
    """Completed tasks over the bound, the mean over the reported instances."""
    standard_error: float
    """Of that mean."""
    mails_per_task: float
    """For each task that arrived."""


def volunteer_notification(
    tuned_on: Sequence[int] = TUNED_ON,
    reported_on: Sequence[int] = REPORTED_ON,
    replications: int = REPLICATIONS,
) -> list[Notified]:
    """Choose the price on some instances and measure it on others, for each of `BARS`."""
    return [
        _notified(returns, bar, tuned_on, reported_on, replications)
        for returns, bar in BARS.items()
    ]


def most_completed(toy: Toy) -> float:
    """No policy completes more tasks on average: the linear programme of Manshadi and Rodilitz.

    Over x[v,s,t], the chance to notify v of a task of type s in period t: complete z[s,t] at most
    once and at most as often as somebody says yes, and notify only who is active. How far v is
    inactive in t is a variable of its own, y[v,t] = (1-q)·y[v,t-1] + what is sent in t, instead of
    a sum over all earlier periods: the same bound from a matrix that is thousands of times sparser.
    """
    who, what = np.nonzero(toy.says_yes)
    periods, types = toy.arrives.shape
    people, pairs = len(toy.says_yes), np.arange(len(who))
    likely = csr_array((toy.says_yes[who, what], (what, pairs)), (types, len(who)))
    each = csr_array((np.ones(len(who)), (who, pairs)), (people, len(who)))
    period = eye_array(periods)
    sent = kron(each, period) @ diags_array(toy.arrives.T[what].ravel())
    stays_out = period - (1 - toy.returns) * eye_array(periods, k=-1)
    z, y = types * periods, people * periods
    at_most = hstack([-kron(likely, period), eye_array(z), csr_array((z, y))])
    away = hstack([sent, csr_array((y, z)), -kron(eye_array(people), stays_out)])
    worth = np.zeros(at_most.shape[1])
    worth[-z - y : -y] = -toy.arrives.T.ravel()
    solved = milp(
        worth,
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(at_most, -np.inf, 0),
            LinearConstraint(away, 0, 0),
        ],
    )
    if not solved.success:
        raise ArithmeticError(solved.message)
    return -float(solved.fun)


def _notified(
    returns: float,
    bar: float,
    tuned_on: Iterable[int],
    reported_on: Iterable[int],
    replications: int,
) -> Notified:
    known = [make_toy(seed, returns) for seed in tuned_on]
    needed = max(
        NEEDED, key=lambda share: sum(_completed(toy, share, replications) for toy in known)
    )
    ratios: list[float] = []
    mails: list[float] = []
    for seed in reported_on:
        toy = make_toy(seed, returns)
        played = play_toy(toy, prices_of(toy, needed), replications=replications, seed=seed)
        ratios.append(played.completed / most_completed(toy))
        mails.append(played.mails / played.arrived)
    error = stdev(ratios) / sqrt(len(ratios)) if len(ratios) > 1 else 0.0
    return Notified(returns, bar, needed, fmean(ratios), error, fmean(mails))


def _completed(toy: Toy, needed: float, replications: int) -> float:
    """Tasks completed with this price, by random numbers that no reported figure uses."""
    prices = prices_of(toy, needed)
    return play_toy(toy, prices, replications=replications, seed=0).completed
