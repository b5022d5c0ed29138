"""What would help: how many more could be asked if something were asked differently."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, islice
from operator import or_

import numpy as np

from services.matching.domain.columns.layout import Rows
from services.matching.domain.differently import Change, Details, Way, asked, ways_of
from services.matching.domain.exclusions import Reason
from services.matching.domain.ranking import Shortlist
from services.matching.domain.screening import BIT
from services.matching.domain.sifting import sift

TOGETHER = 3
"""So many changes at once are tried at most: a language, a weekday and a check."""
FEW = 3
"""So many of them are told where it takes several at once."""
MOST_TRIED = 240
"""So often is counted at most, for each number of changes: a page must not wait for it."""


@dataclass(frozen=True, slots=True)
class Relief:
    """A change, its facts for a sentence, and how many more could be asked then."""

    change: Change
    details: Details
    gained: int
    also: tuple[tuple[Change, Details], ...] = ()
    """What must be changed besides, where no single change brings anybody."""


_Some = tuple[Way, ...]
_Told = tuple[tuple[Change, str], ...]
"""What is told of some ways: another weekday is another weekday, whichever it is."""
_Gains = dict[_Told, tuple[_Some, int]]


def what_if(found: Shortlist) -> tuple[Relief, ...]:
    """What helps, the most helpful first: single changes, or the best few of several at once.

    Several are told only if fewer bring nobody. Of other weekdays only the best is told, and that
    a language is given up only where that brings more than a lower level.
    """
    ways = tuple(ways_of(found.question.agenda))
    tries = _Tries(found)
    for together in range(1, TOGETHER + 1):
        gains: _Gains = {}
        for some, gained in tries.gains(ways, together):
            told = tuple((way.change, way.about) for way in some)
            if gained > max(0, gains[told][1] if told in gains else 0):
                gains[told] = some, gained
        worth = [gain for told, gain in gains.items() if not _too_much(told, gains)]
        if worth:
            best = sorted(worth, key=lambda gain: -gain[1])
            return tuple(_relief(*gain) for gain in (best if together == 1 else best[:FEW]))
    return ()


def _too_much(told: _Told, gains: _Gains) -> bool:
    """Whether a language is given up for no more people than a lower level would bring."""
    for at, (change, about) in enumerate(told):
        gentler = (*told[:at], (Change.LOWER_LEVEL, about), *told[at + 1 :])
        less = gains[gentler][1] if gentler in gains else 0
        if change is Change.WITHOUT_LANGUAGE and less >= gains[told][1]:
            return True
    return False


def _relief(some: _Some, gained: int) -> Relief:
    first, *others = some
    also = tuple((way.change, way.details) for way in others)
    return Relief(first.change, first.details, gained, also)


class _Tries:
    """Counts who could be asked. Only those are looked at whom the changes can concern."""

    def __init__(self, found: Shortlist) -> None:
        self._found = found
        self._rows, self._reasons = found.screened
        self._kinds = [int(kind) for kind in np.unique(self._reasons) if kind]
        self._looked_up: dict[tuple[tuple[frozenset[Reason], ...], ...], Rows | None] = {}

    def gains(self, ways: Iterable[Way], together: int) -> Iterator[tuple[_Some, int]]:
        """So many of the ways at once, each with how many more could be asked."""
        promising = (
            (some, rows)
            for some in combinations(ways, together)
            if len({way.about for way in some}) == together
            and (rows := self._concerned(some)) is not None
        )
        found = self._found
        for some, rows in islice(promising, MOST_TRIED):
            question = asked(some, found.question.agenda, found.pool)
            yield some, len(sift(question, found.pool, found.doings, rows)) - found.fits

    def _concerned(self, some: _Some) -> Rows | None:
        """Who may fit then; None if against nobody just what the ways can take away speaks."""
        key = tuple((way.lifts, way.brings) for way in some)
        if key not in self._looked_up:
            lifted = [_bits(way.lifts) for way in some]
            brought = [_bits_of_others(way, some) for way in some]
            left = ~reduce(or_, lifted) & _ALL
            helps = any(
                not kind & left
                and all((kind | new) & bits for bits, new in zip(lifted, brought, strict=True))
                for kind in self._kinds
            )
            clear = (self._reasons & np.uint32(left)) == 0
            self._looked_up[key] = self._rows[clear] if helps else None
        return self._looked_up[key]


_ALL = 0xFFFFFFFF


def _bits_of_others(way: Way, some: _Some) -> int:
    """What the others of some ways can bring, for this one to take away."""
    return reduce(or_, (_bits(other.brings) for other in some if other is not way), 0)


def _bits(reasons: Iterable[Reason]) -> int:
    return reduce(or_, (int(BIT[reason]) for reason in reasons), 0)
