"""Who is asked in which order, who is not, and why: for the service, the dry run, the what-if."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from services.matching.domain.agenda import Agenda, lay_out
from services.matching.domain.candidates import NOBODY, Best, Candidate, laid_out
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.layout import SAID_LANGUAGES, SAID_SKILLS, Mask, Rows
from services.matching.domain.columns.pool import Pool
from services.matching.domain.exclusions import CALENDAR, TEMPORARY, Reason
from services.matching.domain.need import Need
from services.matching.domain.question import Question, put
from services.matching.domain.roster import Person
from services.matching.domain.score import salt_of, score, tie_break
from services.matching.domain.screening import BIT, ORDER, Met, Reasons, screen
from services.matching.domain.sifting import Fitting, sift
from services.matching.domain.tuning import Tuning
from shared.kernel.ids import VolunteerId

MOST = 200
"""So many candidates are laid out; nobody reads, and no wave needs, more."""
ALL = 20_000
"""So few rows are looked at sooner, one after the other, than picked out by an index."""


@dataclass(slots=True)
class Shortlist:
    """Everybody in the pool, on one of two sides. To be used while nobody writes the pool.

    Who fits was found by the index; why the others do not is looked up when it is asked for.
    """

    question: Question
    pool: Pool
    doings: Doings
    met: Met
    best: Best
    """Best first, those last who have not said what is needed; at most as many as wanted."""
    fits: int
    """How many there are in all."""
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
        return reasons_against(ids, self.question, self.pool, self.doings, self.met)

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
        best = best_of(self.question, self.pool, self.doings, Fitting(held_back), most)
        return laid_out(self.question, self.pool, self.doings, best)

    def _kept_out_by_at_most(self, few: frozenset[Reason]) -> Mask:
        others = ~np.bitwise_or.reduce([BIT[reason] for reason in few])
        kept_out: Mask = (self.screened[1] & others) == 0
        return kept_out

    def _screen(self, rows: Rows) -> Reasons:
        return screen(self.question, self.pool, self.doings, rows, self.met)


@dataclass(slots=True)
class Ranking(Shortlist):
    """A shortlist to be read, with what is said of each of the best."""

    candidates: tuple[Candidate, ...] = field(kw_only=True)


def reasons_against(
    ids: Iterable[VolunteerId], question: Question, pool: Pool, doings: Doings, met: Met
) -> dict[VolunteerId, tuple[Reason, ...]]:
    """The reasons against these people, the most telling first; who is not there is missing."""
    rows = np.sort(pool.rows(ids))
    if not len(rows):
        return {}
    reasons = screen(question, pool, doings, rows, met)
    return dict(zip(pool.ids(rows), map(named, reasons), strict=True))


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
    """`shortlist`, with what is said of each."""
    found = shortlist(agenda, pool, doings, met, most)
    candidates = laid_out(found.question, pool, doings, found.best)
    return Ranking(
        found.question,
        pool,
        doings,
        found.met,
        found.best,
        found.fits,
        candidates=candidates,
    )


def shortlist(
    agenda: Agenda, pool: Pool, doings: Doings, met: Met | None = None, most: int = MOST
) -> Shortlist:
    """Order everybody in the pool who fits, best first, whatever order the rows have.

    `met` are those whom the request has met already (`Board.exclusions`). A volunteer's place in
    the order depends on nobody else, so one more person never takes a candidate away.
    """
    question = put(agenda, pool)
    fitting = sift(question, pool, doings, worth_a_look(question, pool), met)
    best = best_of(question, pool, doings, fitting, most)
    return Shortlist(question, pool, doings, met or {}, best, len(fitting))


def position_of(
    agenda: Agenda, pool: Pool, doings: Doings, met: Met, who: VolunteerId
) -> int | None:
    """The position of somebody among all who fit, from 1; None if a rule speaks against them."""
    question = put(agenda, pool)
    fitting = sift(question, pool, doings, worth_a_look(question, pool), met)
    rows = fitting.rows
    at = np.flatnonzero(rows == pool.row_of.get(who, -1))
    if not len(at):
        return None
    order = best_of(question, pool, doings, fitting, len(fitting)).rows
    return int(np.flatnonzero(order == rows[at[0]])[0]) + 1


def worth_a_look(question: Question, pool: Pool, few: int = ALL) -> Rows | None:
    """The fewest rows that the index can say hold everybody who fits.

    None: all, which is sooner as long as the pool has only a few.
    """
    if pool.columns.size <= few:
        return None
    need = question.need
    return pool.index.worth_a_look(
        (wanted.tongues.bits for wanted in question.languages),
        need.point if question.way_counts else None,
        question.marks,
    )


def as_candidate(agenda: Agenda, person: Person) -> Candidate:
    """One person as a ranking shows those who fit, whether they do or not."""
    pool = Pool.of([person])
    doings = Doings.of(pool, [person], agenda.need.organisation_id)
    question = put(agenda, pool)
    best = best_of(question, pool, doings, Fitting(pool.everybody()), 1)
    (candidate,) = laid_out(question, pool, doings, best)
    return candidate


def best_of(
    question: Question, pool: Pool, doings: Doings, fitting: Fitting, most: int
) -> Best:
    """The best of those who fit: who has said what is needed first, then by score."""
    rows = fitting.rows
    if most <= 0 or not len(rows):
        return NOBODY
    scores = score(question, pool, doings, fitting)
    points = scores.total
    if question.languages or question.need.skills:
        points = points + HEARD * ~unheard(question, pool, rows)
    at = np.arange(len(rows))
    if len(rows) > most:
        least = np.partition(points, len(rows) - most)[len(rows) - most]
        at = np.flatnonzero(points >= least)
        points = points[at]
    if len(set(points.tolist())) < len(at):
        ties = tie_break(salt_of(question.need.request_id), pool.columns, rows[at])
        order = np.lexsort((ties, -points))
    else:
        order = np.argsort(-points)
    best = at[order[:most]]
    return Best(rows[best], scores.at(best))


HEARD = 1001
"""More than any score: who has said what is needed comes before who has not."""


def unheard(question: Question, pool: Pool, rows: Rows) -> Mask:
    """Who has said nothing of needed languages or skills."""
    traits = pool.columns.traits[rows]
    silent = np.zeros(len(rows), np.bool_)
    if question.languages:
        silent |= (traits & SAID_LANGUAGES) == 0
    if question.need.skills:
        silent |= (traits & SAID_SKILLS) == 0
    return silent
