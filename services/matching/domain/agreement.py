"""How far coordinators agree with the engine's order, read from what they decided by hand.

Where waves are laid before a coordinator first (`invite: after review`) the engine is a shadow: it
proposes and a human chooses. What is approved by position says whether the order is any good before
anybody relies on it: a matching that is best by its own forecast can be worse than the old practice
(counterfactual harm, arXiv 2407.13052).
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

LAST_POSITION = 10
"""Positions behind it are counted with it."""
_FIRST_THREE, _FIRST_TEN = 3, 10


class Deed(StrEnum):
    """What a coordinator decided about somebody who had a position in the engine's order."""

    APPROVE = "approve_wave"
    PASSED_OVER = "passed_over"
    INVITE = "invite"
    ASSIGN = "assign"
    EXCLUDE = "exclude"
    HOLD_BACK = "hold_back"


OF_A_WAVE = frozenset({Deed.APPROVE, Deed.PASSED_OVER})
PICKS = frozenset({Deed.INVITE, Deed.ASSIGN})


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision about one person."""

    deed: Deed
    rank: int | None
    """The position in the proposed wave, else among all who fitted; None: a rule spoke against."""
    reason: str | None = None
    wave: Hashable = None
    """What the decisions on one wave have in common."""


@dataclass(frozen=True, slots=True)
class Position:
    """How often that position of a proposed wave was asked."""

    position: int
    proposed: int
    approved: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """The figures of a report."""

    waves: int
    unchanged: int
    """Waves of which everybody was asked."""
    positions: tuple[Position, ...]
    picks: int
    """Of people who fitted."""
    first_three: int
    first_ten: int
    median_rank: float | None
    against_rules: dict[str, int]
    """Picks whom a rule spoke against, by reason."""
    left_out: dict[str, int]
    """People who fitted and were left out or held back, by reason."""


def agreement(decisions: Iterable[Decided]) -> Agreement:
    """Count agreement over decisions in any order."""
    decided = list(decisions)
    waves: dict[Hashable, list[Decided]] = defaultdict(list)
    for one in decided:
        if one.deed in OF_A_WAVE:
            waves[one.wave].append(one)
    picks = [one for one in decided if one.deed in PICKS]
    ranks = [one.rank for one in picks if one.rank is not None]
    return Agreement(
        waves=len(waves),
        unchanged=sum(_unchanged(wave) for wave in waves.values()),
        positions=_by_position([one for wave in waves.values() for one in wave]),
        picks=len(ranks),
        first_three=sum(rank <= _FIRST_THREE for rank in ranks),
        first_ten=sum(rank <= _FIRST_TEN for rank in ranks),
        median_rank=median(ranks) if ranks else None,
        against_rules=_by_reason(one for one in picks if one.rank is None),
        left_out=_by_reason(
            one
            for one in decided
            if one.deed in {Deed.EXCLUDE, Deed.HOLD_BACK} and one.rank is not None
        ),
    )


def _unchanged(wave: Sequence[Decided]) -> bool:
    return all(one.deed is Deed.APPROVE for one in wave)


def _by_position(decided: Sequence[Decided]) -> tuple[Position, ...]:
    proposed: Counter[int] = Counter()
    approved: Counter[int] = Counter()
    for one in decided:
        if one.rank is not None:
            at = min(one.rank, LAST_POSITION)
            proposed[at] += 1
            approved[at] += one.deed is Deed.APPROVE
    return tuple(Position(at, proposed[at], approved[at]) for at in sorted(proposed))


def _by_reason(decided: Iterable[Decided]) -> dict[str, int]:
    return dict(Counter(one.reason or "not_said" for one in decided).most_common())
