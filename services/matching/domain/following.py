"""Who follows in the order when a coordinator has more people asked, and why no more of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from services.matching.domain.candidates import Candidate
from services.matching.domain.exclusions import Reason
from services.matching.domain.ranking import Ranking
from shared.kernel.ids import VolunteerId


@dataclass(frozen=True, slots=True)
class Following:
    """Those to ask, the first first."""

    chosen: Mapping[VolunteerId, Candidate]
    not_now: Mapping[Reason, int]
    """Where they are fewer than wished: who else fits but may not be asked now, by first reason."""


def following(ranking: Ranking, people: int) -> Following:
    """So many of the order; fewer if fewer may be asked now."""
    chosen = {one.volunteer_id: one for one in ranking.candidates[:people]}
    if len(chosen) == people:
        return Following(chosen, {})
    against = ranking.against(ranking.not_now())
    return Following(chosen, Counter(reasons[0] for reasons in against.values()))
