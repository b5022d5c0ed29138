"""Who is asked in which order, who is not, and why: for the service, the dry run, the what-if."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.agenda import Agenda, lay_out
from services.matching.domain.chance import chances_now, chances_of_yes, fatigue
from services.matching.domain.columns.doings import Doings, total
from services.matching.domain.columns.layout import (
    BY_PHONE,
    HAS_POINT,
    SAID_LANGUAGES,
    SAID_SKILLS,
    UNSTATED,
    Columns,
    Mask,
    Rows,
)
from services.matching.domain.columns.pool import Pool
from services.matching.domain.exclusions import CALENDAR, TEMPORARY, Reason
from services.matching.domain.need import Need
from services.matching.domain.question import Question, put
from services.matching.domain.roster import Person
from services.matching.domain.score import NEARNESS, Score, score, tie_break
from services.matching.domain.screening import BIT, ORDER, Met, Reasons, screen, sift
from services.matching.domain.tuning import Tuning
from shared.kernel.fields import Channel
from shared.kernel.ids import VolunteerId
from shared.kernel.slots import Slot

MOST = 200
"""So many candidates are laid out; nobody reads, and no wave needs, more."""
ALL = 20_000
"""So few rows are looked at sooner, one after the other, than picked out by an index."""
FEW = 2_000
"""So few rows of an index are looked at sooner than fewer are found."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who fits, with the reasons for the position."""

    volunteer_id: VolunteerId
    score: Score
    chance: float
    """Of a yes, in 0..1."""
    fatigue: float
    """How much recent asks weigh on them: about the number of those in the last three weeks, fewer
    for somebody who chose a larger ask budget than the usual one."""
    channel: Channel
    way_km: float | None
    clashes: tuple[Slot, ...]
    """Dates of a series or tandem at which they are not free: the mail names them."""
    unstated: tuple[str, ...]
    """Needed languages and skills of which they have said nothing: they are asked last."""


@dataclass(slots=True)
class Ranking:
    """Everybody in the pool, on one of two sides. To be used while nobody writes the pool.

    Who fits was found by the index; why the others do not is looked up when it is asked for.
    """

    question: Question
    pool: Pool
    doings: Doings
    met: Met
    candidates: tuple[Candidate, ...]
    """Best first, those last who have not said what is needed; at most as many as wanted."""
    fits: int
    """How many candidates there are in all."""
    _screened: tuple[Rows, Reasons] | None = None

    @property
    def screened(self) -> tuple[Rows, Reasons]:
        """Everybody's row, and the reasons against each; none against candidates."""
        if self._screened is None:
            rows = self.pool.everybody()
            self._screened = rows, self._screen(rows)
        return self._screened

    def against(self, ids: Iterable[VolunteerId]) -> dict[VolunteerId, tuple[Reason, ...]]:
        """The reasons against these people, the most telling first; who is not there is missing."""
        rows = np.sort(self.pool.rows(ids))
        return dict(zip(self.pool.ids(rows), map(named, self._screen(rows)), strict=True))

    def excluded(self) -> dict[VolunteerId, tuple[Reason, ...]]:
        """Everybody who is not asked, and why; the most telling reason first."""
        rows, reasons = self.screened
        out = reasons != 0
        whose = self.pool.ids(rows[out])
        return dict(zip(whose, map(named, reasons[out]), strict=True))

    def excluded_by_reason(self) -> dict[Reason, int]:
        """How many people each reason keeps out; who has several counts for the first."""
        _, reasons = self.screened
        first = reasons & (~reasons + np.uint32(1))
        bits, counts = np.unique(first[first != 0], return_counts=True)
        return {named(bit)[0]: int(count) for bit, count in zip(bits, counts, strict=True)}

    def fitting(self) -> int:
        """How many people fit, were it not for the dates or for having been asked enough."""
        return int(self._kept_out_by_at_most(CALENDAR | TEMPORARY).sum())

    def free_then(self) -> int:
        """How many of those fitting are free at the dates."""
        return int(self._kept_out_by_at_most(TEMPORARY).sum())

    def gained_without(self, reason: Reason) -> int:
        """How many candidates more there would be if this one rule were given up."""
        return int(np.count_nonzero(self.screened[1] == BIT[reason]))

    def not_now(self) -> tuple[VolunteerId, ...]:
        """Whom only a pause, a budget or a coordinator's wish holds back."""
        rows, reasons = self.screened
        return tuple(self.pool.ids(rows[self._kept_out_by_at_most(TEMPORARY) & (reasons != 0)]))

    def waiting(self, most: int) -> tuple[Candidate, ...]:
        """The order among those of `not_now`, as if they could be asked."""
        rows, reasons = self.screened
        held_back = rows[self._kept_out_by_at_most(TEMPORARY) & (reasons != 0)]
        best = best_of(self.question, self.pool, self.doings, held_back, most)
        return _laid_out(self.question, self.pool, self.doings, best)

    def _kept_out_by_at_most(self, few: frozenset[Reason]) -> Mask:
        others = ~np.bitwise_or.reduce([BIT[reason] for reason in few])
        kept_out: Mask = (self.screened[1] & others) == 0
        return kept_out

    def _screen(self, rows: Rows) -> Reasons:
        return screen(self.question, self.pool, self.doings, rows, self.met)


def named(bits: np.uint32) -> tuple[Reason, ...]:
    """The reasons that the bits stand for, the most telling first."""
    return tuple(reason for reason in ORDER if bits & BIT[reason])


def rank(
    need: Need,
    people: Iterable[Person],
    now: datetime,
    tuning: Tuning,
    met: Met | None = None,
) -> Ranking:
    """Order these people, who carry with them what they hold and were asked."""
    listed = tuple(people)
    pool = Pool.of(listed)
    doings = Doings.of(pool, listed, need.organisation_id)
    return rank_pool(lay_out(need, now, tuning), pool, doings, met)


def rank_pool(
    agenda: Agenda, pool: Pool, doings: Doings, met: Met | None = None, most: int = MOST
) -> Ranking:
    """Order everybody in the pool who fits, best first, whatever order the rows have.

    `met` are those whom the request has met already (`Board.exclusions`). A volunteer's place in
    the order depends on nobody else, so one more person never takes a candidate away.
    """
    question = put(agenda, pool)
    rows = sift(question, pool, doings, worth_a_look(question, pool), met)
    best = best_of(question, pool, doings, rows, most)
    candidates = _laid_out(question, pool, doings, best)
    return Ranking(question, pool, doings, met or {}, candidates, len(rows))


def worth_a_look(question: Question, pool: Pool, few: int = ALL) -> Rows | None:
    """The fewest rows that the index can say hold everybody who fits.

    None: all, which is sooner as long as the pool has only a few.
    """
    if pool.columns.size <= few:
        return None
    index, point = pool.index, question.need.point
    spoken = index.speaking(wanted.bits for wanted in question.languages)
    if spoken is not None and len(spoken) <= FEW:
        return spoken
    if point is None or question.need.lift_offered:
        return spoken
    near = index.near(point, None if spoken is None else len(spoken))
    return spoken if near is None else near


def as_candidate(agenda: Agenda, person: Person) -> Candidate:
    """One person as a ranking shows those who fit, whether they do or not."""
    pool = Pool.of([person])
    doings = Doings.of(pool, [person], agenda.need.organisation_id)
    question = put(agenda, pool)
    best = best_of(question, pool, doings, pool.everybody(), 1)
    (candidate,) = _laid_out(question, pool, doings, best)
    return candidate


@dataclass(frozen=True, slots=True)
class Best:
    """The best rows in their order, with their scores."""

    rows: Rows
    scores: Sequence[Score]


def best_of(question: Question, pool: Pool, doings: Doings, rows: Rows, most: int) -> Best:
    """The best of the sorted rows: who has said what is needed first, then by score."""
    if not len(rows) or most < 1:
        return Best(rows[:0], ())
    scores = score(question, pool, doings, rows)
    points = scores.total
    if question.languages or question.need.skills:
        points = points + _HEARD * ~_unheard(question, pool, rows)
    at = np.arange(len(rows))
    if len(rows) > most:
        least = np.partition(points, len(rows) - most)[len(rows) - most]
        at = np.flatnonzero(points >= least)
        points = points[at]
    if len(set(points.tolist())) < len(at):
        ties = tie_break(question.need.request_id, pool.columns, rows[at])
        order = np.lexsort((ties, -points))
    else:
        order = np.argsort(-points)
    best = at[order[:most]]
    return Best(rows[best], scores.of(best))


_HEARD = 1001
"""More than any score: who has said what is needed comes before who has not."""


def _unheard(question: Question, pool: Pool, rows: Rows) -> Mask:
    """Who has said nothing of needed languages or skills."""
    traits = pool.columns.traits[rows]
    unheard = np.zeros(len(rows), np.bool_)
    if question.languages:
        unheard |= (traits & SAID_LANGUAGES) == 0
    if question.need.skills:
        unheard |= (traits & SAID_SKILLS) == 0
    return unheard


def _laid_out(
    question: Question, pool: Pool, doings: Doings, best: Best
) -> tuple[Candidate, ...]:
    """Candidates for these rows, in their order."""
    columns, rows = pool.columns, best.rows
    order = np.argsort(rows)
    weights = fatigue(doings.asked_at, question.now)
    tired = total(rows[order], doings.asked_rows, weights)[np.argsort(order)]
    tired = tired / _asks_wanted(question, columns, rows)
    record = chances_of_yes(
        columns.asked[rows], columns.yes[rows], columns.counted_at[rows], question.now
    )
    nearness = np.array([one.nearness for one in best.scores]) / NEARNESS
    if question.need.point is None:
        nearness = np.full(len(rows), 0.5)
    chances = chances_now(record, nearness, tired)
    ways = None if question.need.point is None else question.way_km(columns, rows)
    traits = columns.traits[rows]
    return tuple(
        Candidate(
            who,
            best.scores[at],
            float(chances[at]),
            float(tired[at]),
            Channel.PHONE if traits[at] & BY_PHONE else Channel.EMAIL,
            float(ways[at]) if ways is not None and traits[at] & HAS_POINT else None,
            _clashes(question, pool, int(rows[at])),
            _unstated(question.need, int(traits[at])),
        )
        for at, who in enumerate(pool.ids(rows))
    )


def _asks_wanted(question: Question, columns: Columns, rows: Rows) -> NDArray[np.float64]:
    """Each one's ask budget in shares of the usual one: who wants many asks tires of more."""
    usual = question.agenda.tuning.asks_per_week
    chosen = columns.asks_per_week[rows].astype(np.float64)
    chosen[chosen == UNSTATED] = usual
    return np.maximum(chosen, 1.0) / usual


def _clashes(question: Question, pool: Pool, row: int) -> tuple[Slot, ...]:
    """The dates at which somebody is away or not free."""
    busy = question.busy(pool.columns, np.array([row], np.int32))[question.pattern_of, 0]
    away = question.falls(pool.absences.get(row, ()))
    occasions = question.agenda.occasions
    return tuple(occasions[at].slot for at in np.flatnonzero(busy | away))


def _unstated(need: Need, traits: int) -> tuple[str, ...]:
    said_languages, said_skills = traits & SAID_LANGUAGES, traits & SAID_SKILLS
    languages = () if said_languages else tuple(wanted.tag for wanted in need.languages)
    return (*languages, *(() if said_skills else sorted(need.skills)))
