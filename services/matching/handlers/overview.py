"""What of a ranking a coordinator sees, chosen before anybody's particulars are asked for."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.agenda import Agenda
from services.matching.domain.board import Board
from services.matching.domain.candidates import Candidate
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.exclusions import Reason
from services.matching.domain.lacking import Lack, lacking
from services.matching.domain.ranking import rank_pool
from services.matching.domain.waves import pending_chances
from services.matching.domain.what_if import Relief, what_if
from shared.kernel.ids import VolunteerId

MOST_EXCLUDED = 300
"""How many of the excluded are shown, those with the fewest reasons first; all are counted."""
OF_EACH_REASON = 12
"""So many of each first reason are shown in any case."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What of a ranking is shown, before the people are asked for."""

    candidates: tuple[Candidate, ...]
    """Candidates first, then who cannot be asked just now."""
    fits: int
    """So many of them fit; the others wait."""
    excluded: tuple[VolunteerId, ...]
    """The nearest to fitting, and some of each first reason."""
    counts: Mapping[str, int]
    """Of all the excluded, by first reason."""
    reliefs: tuple[Relief, ...]
    lacks: tuple[Lack, ...]
    pending: tuple[float, ...]
    """The chance of each yes that is still to come."""

    @property
    def everybody(self) -> frozenset[VolunteerId]:
        return frozenset(one.volunteer_id for one in self.candidates) | set(self.excluded)


def look_over(
    board: Board,
    agenda: Agenda,
    most: int,
    pool: Pool,
    doings: Doings,
    *,
    about: UUID | None = None,
) -> Looked:
    """Rank and choose what is shown, `about` among it. Milliseconds of CPU: for a thread."""
    met = board.exclusions(agenda.now)
    ranking = rank_pool(agenda, pool, doings, met, most)
    waiting = ranking.waiting(most - len(ranking.candidates))
    reliefs = what_if(ranking)
    return Looked(
        (*ranking.candidates, *waiting),
        len(ranking.candidates),
        _nearest(ranking.excluded(), about),
        {reason.value: count for reason, count in ranking.excluded_by_reason().items()},
        reliefs,
        lacking(ranking, reliefs),
        pending_chances(board, ranking.against, agenda.now),
    )


def _nearest(
    excluded: Mapping[VolunteerId, tuple[Reason, ...]], about: UUID | None
) -> tuple[VolunteerId, ...]:
    def nearness(who: VolunteerId) -> tuple[int, VolunteerId]:
        return len(excluded[who]), who

    seen: Counter[Reason] = Counter()
    named: list[VolunteerId] = []
    others: list[VolunteerId] = []
    for who in sorted(excluded, key=nearness):
        reason = excluded[who][0]
        seen[reason] += 1
        wanted = who == about or seen[reason] <= OF_EACH_REASON
        (named if wanted else others).append(who)
    named += others[: max(0, MOST_EXCLUDED - len(named))]
    return tuple(sorted(named, key=nearness))
