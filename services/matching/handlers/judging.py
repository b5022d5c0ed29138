"""How one volunteer stands to one request, for a coordinator who decides about them by hand."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from services.matching.domain.agenda import lay_out
from services.matching.domain.board import Standing
from services.matching.domain.exclusions import Exclusion, Reason
from services.matching.domain.need import Need
from services.matching.domain.ranking import Candidate, as_candidate
from services.matching.domain.roster import Person
from services.matching.domain.rules import exclusions
from services.matching.domain.tuning import Tuning
from services.matching.handlers.explaining import why
from services.matching.handlers.refusals import VolunteerUnknown
from services.matching.store.boards import LockedBoard
from services.matching.store.people import people_now
from shared.kernel.ids import VolunteerId
from shared.messaging.outbox import Work
from shared.messaging.retries import TooEarly

FITS = "fits"
"""The reason that is none: no rule speaks against it."""

_BY_HAND = frozenset({Reason.EXCLUDED_BY_COORDINATOR, Reason.HELD_BACK})
"""What a coordinator decided before; all else that the request knows of somebody is no rule."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One volunteer with all that speaks for and against asking them."""

    person: Person
    candidate: Candidate
    exclusions: tuple[Exclusion, ...]

    def without(self, reasons: Collection[Reason]) -> "Judged":
        kept = tuple(found for found in self.exclusions if found.reason not in reasons)
        return replace(self, exclusions=kept)

    def override(self, reason: str) -> str | None:
        """The reason to go against a rule; None if there is no rule to go against, or no reason."""
        return reason if self.exclusions and reason != FITS else None

    def why(self, need: Need) -> dict[str, Any]:
        return why(need, self.candidate, self.person)


def standing_of(locked: LockedBoard, volunteer_id: VolunteerId) -> Standing:
    """How a locked volunteer stands, by the newest profile.

    Raises VolunteerUnknown, and TooEarly while a newer profile is on its way: a coordinator who
    has just ticked a check and assigns at once waits a moment instead of being refused.
    """
    row = locked.rows.get(volunteer_id)
    if row is None:
        raise VolunteerUnknown
    if volunteer_id not in locked.standings or row.wanted > row.version:
        raise TooEarly("the volunteer's profile is being asked for")
    return locked.standings[volunteer_id]


async def judge(
    work: Work, locked: LockedBoard, volunteer_id: VolunteerId, tuning: Tuning
) -> Judged:
    """Look at one locked volunteer as a ranking would. Raises as `standing_of` does."""
    standing_of(locked, volunteer_id)
    need = locked.board.need
    row = {volunteer_id: locked.rows[volunteer_id]}
    person = (await people_now(work.session, row, need, work.now))[volunteer_id]
    agenda = lay_out(need, work.now, tuning)
    against = exclusions(agenda, person)
    met = locked.board.exclusions(work.now).get(volunteer_id)
    if met is not None and met.reason in _BY_HAND:
        against = (met, *against)
    return Judged(person, as_candidate(agenda, person), against)
