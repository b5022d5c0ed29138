"""Those who fit as people read them: the score, the chance, the way and what the mail must name.

Everything is worked out for all of them at once; what is said of one is only picked out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.chance import chances_by, chances_now, counts_now, fatigue
from services.matching.domain.columns.doings import Doings, total
from services.matching.domain.columns.layout import (
    BY_PHONE,
    HAS_POINT,
    SAID_LANGUAGES,
    SAID_SKILLS,
    UNSTATED,
    Rows,
)
from services.matching.domain.columns.pool import Pool
from services.matching.domain.need import Need
from services.matching.domain.question import Question
from services.matching.domain.score import NEARNESS, Score, Scores
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
    fatigue: float
    """How much recent asks weigh on them: about the number of those in the last three weeks, fewer
    for somebody who chose a larger ask budget than the usual one."""
    channel: Channel
    way_km: float | None
    clashes: tuple[Slot, ...]
    """Dates of a series or tandem at which they are not free: the mail names them."""
    unstated: tuple[str, ...]
    """Needed languages and skills of which they have said nothing: they are asked last."""
    asked: float
    """How often they were asked and answered or stayed silent; older ones count less."""
    yes: float
    """How often of these they said yes, faded alike."""
    by_record: float
    """The chance of a yes by these two alone, in 0..1: before the way and the recent asks."""


@dataclass(frozen=True, slots=True)
class Best:
    """The best rows in their order, with their scores."""

    rows: Rows
    scores: Scores


NOBODY = Best(np.zeros(0, np.int32), Scores(np.zeros((5, 0), np.int64)))


def laid_out(
    question: Question, pool: Pool, doings: Doings, best: Best
) -> tuple[Candidate, ...]:
    """Candidates for these rows, in their order."""
    columns, rows = pool.columns, best.rows
    if not len(rows):
        return ()
    tired = tired_of(question, pool, doings, rows)
    asked, yes = counts_of(question, pool, rows)
    by_record = chances_by(asked, yes)
    traits = columns.traits[rows]
    known_way = question.need.point is not None
    ways = question.way_km(columns, rows).tolist() if known_way else [None] * len(rows)
    return tuple(
        map(
            Candidate,
            pool.ids(rows),
            best.scores.each(),
            chances_of(question, best, by_record, tired).tolist(),
            tired.tolist(),
            [Channel.PHONE if by else Channel.EMAIL for by in (traits & BY_PHONE).tolist()],
            [
                way if placed else None
                for way, placed in zip(ways, (traits & HAS_POINT).tolist(), strict=True)
            ],
            _clashes(question, pool, rows),
            _unstated(question.need, traits),
            asked.tolist(),
            yes.tolist(),
            by_record.tolist(),
        )
    )


def tired_of(question: Question, pool: Pool, doings: Doings, rows: Rows) -> NDArray[np.float64]:
    """The fatigue of each, by the ask budget in shares of the usual one.

    Who wants many asks tires of more.
    """
    order = np.argsort(rows)
    weights = fatigue(doings.asked_at, question.now)
    tired = total(rows[order], doings.asked_rows, weights)[np.argsort(order)]
    usual = question.agenda.tuning.asks_per_week
    chosen = pool.columns.asks_per_week[rows].astype(np.float64)
    chosen[chosen == UNSTATED] = usual
    shares: NDArray[np.float64] = tired * usual / np.maximum(chosen, 1.0)
    return shares


def chances_of(
    question: Question, best: Best, by_record: NDArray[np.float64], tired: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The chance of a yes of each, by their record and by what this ask is like."""
    nearness = np.full(len(best.rows), UNKNOWN_NEARNESS)
    if question.need.point is not None:
        nearness = best.scores.nearness / NEARNESS
    return chances_now(by_record, nearness, tired)


UNKNOWN_NEARNESS = 0.5
"""Of a need that is nowhere, too."""


def record_of(question: Question, pool: Pool, rows: Rows) -> NDArray[np.float64]:
    """The chance of a yes of each by their record alone."""
    return chances_by(*counts_of(question, pool, rows))


def counts_of(
    question: Question, pool: Pool, rows: Rows
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How often each was asked and said yes, as it weighs now."""
    columns = pool.columns
    return counts_now(
        columns.asked[rows], columns.yes[rows], columns.counted_at[rows], question.now
    )


def _clashes(question: Question, pool: Pool, rows: Rows) -> list[tuple[Slot, ...]]:
    """The dates at which each is away or not free."""
    missed = question.busy(pool.columns, rows)[question.pattern_of]
    who, away = question.away(pool, rows)
    missed[:, who] |= away.T
    clashes: list[tuple[Slot, ...]] = [()] * len(rows)
    slots = [occasion.slot for occasion in question.agenda.occasions]
    for at in np.flatnonzero(missed.any(axis=0)):
        clashes[at] = tuple(slots[date] for date in np.flatnonzero(missed[:, at]))
    return clashes


def _unstated(need: Need, traits: NDArray[np.uint32]) -> list[tuple[str, ...]]:
    """What is needed and each has said nothing of."""
    languages, skills = (
        tuple(wanted.tag for wanted in need.languages),
        tuple(sorted(need.skills)),
    )
    return [
        (() if said & SAID_LANGUAGES else languages) + (() if said & SAID_SKILLS else skills)
        for said in traits.tolist()
    ]
