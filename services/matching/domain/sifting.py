"""Who fits: row after row is dropped, so that somebody is found among a million.

The rules are those of `screening`, in steps that tell on what part of a question they depend: of
many questions that have it in common, one stands for all (`together`).
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.columns.doings import Doings, among
from services.matching.domain.columns.layout import SAID_LANGUAGES, Mask, Rows, picked
from services.matching.domain.columns.pool import Pool
from services.matching.domain.question import Question
from services.matching.domain.screening import (
    Found,
    Met,
    Rule,
    absent,
    burdened,
    calendar,
    checks,
    paused,
    skills,
    too_far,
)
from services.matching.domain.speaking import speaks_all


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the rules. None in place of a mask: nobody is dropped."""

    keeps: Callable[[Question, Pool, Doings, Rows], Mask | None]
    """Which of the sorted rows are left."""
    key: Callable[[Question, Pool, Doings], Hashable]
    """All of a question that the answer depends on, apart from now and the tuning."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """Rows of people to be scored, sorted: those who fit, or who would but for what is looked at."""

    rows: Rows
    way_km: NDArray[np.float64] | None = None
    """How far each is from the need; None where no rule had to know."""

    def __len__(self) -> int:
        return len(self.rows)


def sift(
    question: Question,
    pool: Pool,
    doings: Doings,
    rows: Rows | None,
    met: Met | None = None,
) -> Fitting:
    """Those of the rows against whom nothing speaks: they whom `screen` leaves clear.

    None: of all rows.
    """
    rows = _first_cut(question, pool, rows)
    for keeps in _AFTER_THE_FIRST:
        keep = keeps(question, pool, doings, rows) if len(rows) else None
        rows = rows if keep is None else rows[keep]
    if met and len(rows):
        rows = rows[~among(rows, pool.rows(met))]
    return _near(question, pool, rows)


def _first_cut(question: Question, pool: Pool, rows: Rows | None) -> Rows:
    """What a word of bits decides: few columns, in one go where all rows are looked at."""
    if rows is not None and not len(rows):
        return rows
    at = slice(0, pool.columns.size) if rows is None else rows
    keep = has_traits(question, pool, at)
    for mask in (speaks(question, pool, at), is_free(question, pool, at)):
        if mask is not None:
            keep &= mask
    return np.flatnonzero(keep).astype(np.int32) if rows is None else np.sort(rows[keep])


def has_traits(question: Question, pool: Pool, at: Rows | slice) -> Mask:
    """Confirmed, known where that matters, willing in the field, of the wished gender."""
    required = question.required
    has: Mask = (picked(pool.columns.traits, at) & required) == required
    return has


def speaks(question: Question, pool: Pool, at: Rows | slice) -> Mask | None:
    """States all needed languages, each at its level, or none at all."""
    if not question.languages:
        return None
    silent: Mask = (picked(pool.columns.traits, at) & SAID_LANGUAGES) == 0
    keep: Mask = silent
    for number, speaking in enumerate(speaks_all(question.languages, pool.columns, at)):
        keep = keep & (speaking | silent) if number else speaking | silent
    return keep


def is_free(question: Question, pool: Pool, at: Rows | slice) -> Mask | None:
    """Free at each pattern, where every date must be kept."""
    if not question.need.every_date:
        return None
    keep: Mask | None = None
    for pattern in question.patterns:
        for day, mask in pattern:
            free = (picked(pool.columns.free[day], at) & mask) == mask
            keep = free if keep is None else keep & free
    return keep


FIRST = (
    Step(lambda q, pool, _, rows: has_traits(q, pool, rows), lambda q, *_: int(q.required)),
    Step(lambda q, pool, _, rows: speaks(q, pool, rows), lambda q, *_: q.need.languages),
    Step(
        lambda q, pool, _, rows: is_free(q, pool, rows),
        lambda q, *_: q.patterns if q.need.every_date else None,
    ),
)
"""The steps of the first cut."""


def _clear(found: Found) -> Mask | None:
    """Against whom nothing was found."""
    out: Mask | None = None
    for _, mask in found:
        out = mask if out is None else out | mask
    return None if out is None else ~out


def _by(rule: Rule, key: Callable[[Question, Pool, Doings], Hashable]) -> Step:
    return Step(lambda question, pool, _, rows: _clear(rule(question, pool, rows)), key)


def _dates(question: Question, pool: Pool, rows: Rows) -> Found:
    """What the first cut leaves of the calendar."""
    rule = absent if question.need.every_date else calendar
    return rule(question, pool, rows)


PROFILE = (
    _by(skills, lambda q, *_: q.need.skills),
    _by(checks, lambda q, *_: (q.checks, int(q.check_day)) if q.checks else None),
    _by(paused, lambda *_: None),
    _by(
        _dates,
        lambda q, pool, _: (
            (q.need.slots, q.need.every_date)
            if pool.absences or not q.need.every_date
            else None
        ),
    ),
)
"""What a profile says besides."""
BURDEN = Step(
    lambda question, pool, doings, rows: _clear(burdened(question, pool, doings, rows)),
    lambda q, _, doings: (
        (q.need.slots, q.need.every_date)
        if len(doings.held.rows) or len(doings.skipped.rows)
        else q.most_minutes
    ),
)
"""What somebody holds and was asked."""


_AFTER_THE_FIRST = (*(step.keeps for step in PROFILE), BURDEN.keeps)


def _near(question: Question, pool: Pool, rows: Rows) -> Fitting:
    """No step: mostly each question is somewhere else, so one stands for no other.

    The last, so that the ways are those of all who fit, and the score need not find them again.
    """
    if not (question.way_counts and len(rows)):
        return Fitting(rows)
    way_km = question.way_km(pool.columns, rows)
    near = ~too_far(way_km, pool.columns, rows, question.farther_km)
    return Fitting(rows[near], way_km[near])
