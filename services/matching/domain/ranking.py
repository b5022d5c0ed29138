"""Who is asked in which order, who is not, and why: for the service, the dry run, the what-if."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.matching.domain.agenda import Agenda, lay_out
from services.matching.domain.calendar_rules import clashes
from services.matching.domain.chance import chance_of_yes
from services.matching.domain.exclusions import CALENDAR, TEMPORARY, Exclusion, Reason
from services.matching.domain.need import Need
from services.matching.domain.roster import Person
from services.matching.domain.rules import exclusions
from services.matching.domain.score import Score, score, tie_break, way_km
from services.matching.domain.tuning import Tuning
from shared.kernel.fields import Channel
from shared.kernel.ids import VolunteerId
from shared.kernel.slots import Slot


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who fits, with the reasons for the position."""

    volunteer_id: VolunteerId
    score: Score
    chance: float
    """Of a yes, in 0..1."""
    channel: Channel
    way_km: float | None
    clashes: tuple[Slot, ...]
    """Dates of a series or tandem at which they are not free: the mail names them."""
    unstated: tuple[str, ...]
    """Needed languages and skills of which they have said nothing: they are asked last."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """Somebody who is not asked; the first reason is the most telling."""

    volunteer_id: VolunteerId
    exclusions: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Everybody looked at, on one of two sides."""

    candidates: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]

    def excluded_by_reason(self) -> dict[Reason, int]:
        """How many people each reason keeps out; who has several counts for the first."""
        return dict(Counter(entry.exclusions[0].reason for entry in self.excluded))

    def fitting(self) -> int:
        """How many people fit, were it not for the dates or for having been asked enough."""
        return self._kept_out_by_at_most(CALENDAR | TEMPORARY)

    def free_then(self) -> int:
        """How many of those fitting are free at the dates."""
        return self._kept_out_by_at_most(TEMPORARY)

    def _kept_out_by_at_most(self, reasons: frozenset[Reason]) -> int:
        return len(self.candidates) + sum(
            all(exclusion.reason in reasons for exclusion in entry.exclusions)
            for entry in self.excluded
        )

    def gained_without(self, reason: Reason) -> int:
        """How many candidates more there would be if this one rule were given up."""
        return sum(
            all(exclusion.reason is reason for exclusion in entry.exclusions)
            for entry in self.excluded
        )


def rank(
    need: Need,
    people: Iterable[Person],
    now: datetime,
    tuning: Tuning,
    met: Mapping[VolunteerId, Exclusion] | None = None,
) -> Ranking:
    """Order everybody who fits, best first; the same whatever the order of `people`.

    `met` are those whom the request has met already (`Board.exclusions`). A volunteer's place in
    the order depends on nobody else, so one more person never takes a candidate away.
    """
    agenda = lay_out(need, now, tuning)
    already: Mapping[VolunteerId, Exclusion] = met or {}
    candidates: list[Candidate] = []
    excluded: list[Excluded] = []
    for person in people:
        reasons = exclusions(agenda, person)
        if person.volunteer_id in already:
            reasons = (already[person.volunteer_id], *reasons)
        if reasons:
            excluded.append(Excluded(person.volunteer_id, reasons))
        else:
            candidates.append(_candidate(agenda, person))
    candidates.sort(
        key=lambda c: (
            -c.score.total,
            tie_break(need.request_id, c.volunteer_id),
            c.volunteer_id,
        )
    )
    excluded.sort(key=lambda entry: entry.volunteer_id)
    return Ranking(tuple(candidates), tuple(excluded))


def _candidate(agenda: Agenda, person: Person) -> Candidate:
    return Candidate(
        person.volunteer_id,
        score(agenda, person),
        chance_of_yes(person.history, agenda.now),
        person.channel,
        way_km(agenda, person),
        tuple(occasion.slot for occasion in clashes(agenda, person)),
        _unstated(agenda.need, person),
    )


def _unstated(need: Need, person: Person) -> tuple[str, ...]:
    languages = () if person.languages else tuple(wanted.tag for wanted in need.languages)
    skills = () if person.skills else tuple(sorted(need.skills))
    return (*languages, *skills)
