"""The hard rules over columns: for many rows at once, which reasons speak against asking them.

What each rule means is said in `rules` and `calendar_rules`, person by person; a test holds the
two equal. A rule here takes the question and sorted rows and gives, for each reason it knows, the
rows that it excludes. `screen` looks at all of them; `sifting` finds sooner who is left.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.columns.doings import Doings, among, positions, tally
from services.matching.domain.columns.layout import (
    CHECKS,
    CONFIRMED,
    KNOWN,
    NO_CHECK,
    SAID_LANGUAGES,
    SAID_SKILLS,
    UNSTATED,
    Columns,
    Mask,
    Rows,
)
from services.matching.domain.columns.pool import Pool
from services.matching.domain.exclusions import Exclusion, Reason
from services.matching.domain.question import Question
from services.matching.domain.rules import ASK_WINDOW
from services.matching.domain.speaking import level_of
from shared.kernel.fields import Check
from shared.kernel.ids import VolunteerId

Reasons = NDArray[np.uint32]
"""The reasons that speak against each row as bits; 0: none."""

MET = (
    Reason.HAS_PLACE,
    Reason.ON_WAITING_LIST,
    Reason.ALREADY_ANSWERED_NO,
    Reason.ALREADY_ASKED,
    Reason.INVITATION_WITHDRAWN,
    Reason.EXCLUDED_BY_COORDINATOR,
    Reason.HELD_BACK,
)
"""What the request knows of somebody."""
ORDER = (*MET, *(reason for reason in Reason if reason not in MET))
"""In which order reasons are named: what the request knows of somebody, then as `RULES`."""
BIT = {reason: np.uint32(1 << at) for at, reason in enumerate(ORDER)}

Met = Mapping[VolunteerId, Exclusion]
"""Those whom the request has met already (`Board.exclusions`)."""
Found = Iterable[tuple[Reason, Mask]]
Rule = Callable[[Question, Pool, Rows], Found]


def _about_themselves(question: Question, pool: Pool, rows: Rows) -> Found:
    """Confirmed, known where that matters, willing in the field, of the wished gender."""
    traits = pool.columns.traits[rows]
    yield Reason.NOT_ACTIVE, (traits & CONFIRMED) == 0
    if question.need.for_known_people_only:
        yield Reason.NOT_KNOWN, (traits & KNOWN) == 0
    yield Reason.FIELD_DECLINED, (traits & question.accepts_field) == 0
    if question.wished_gender is not None:
        yield Reason.WISHED_GENDER, (traits & question.wished_gender) == 0


def paused(question: Question, pool: Pool, rows: Rows) -> Found:
    yield Reason.PAUSED, pool.columns.paused_until.take(rows) > question.now


def languages(question: Question, pool: Pool, rows: Rows) -> Found:
    """Of the needed languages in their order, the first that is wanting is named."""
    if not question.languages:
        return
    columns = pool.columns
    fine = (columns.traits[rows] & SAID_LANGUAGES) != 0
    missing, too_low = np.zeros_like(fine), np.zeros_like(fine)
    for wanted in question.languages:
        level = level_of(wanted, columns, rows)
        missing |= fine & (level == 0)
        too_low |= fine & (level > 0) & (level < wanted.level)
        fine &= level >= wanted.level
    yield Reason.LANGUAGE_MISSING, missing
    yield Reason.LANGUAGE_TOO_LOW, too_low


def skills(question: Question, pool: Pool, rows: Rows) -> Found:
    if not question.need.skills:
        return
    lacks = np.full(len(rows), question.skills_unheard)
    for word, mask in enumerate(question.skills):
        if mask:
            lacks |= (pool.columns.skills[word, rows] & mask) != mask
    yield Reason.SKILL_MISSING, lacks & ((pool.columns.traits[rows] & SAID_SKILLS) != 0)


def checks(question: Question, pool: Pool, rows: Rows) -> Found:
    """Of the needed checks in their order, the first that is wanting is named."""
    if not question.checks:
        return
    columns = pool.columns
    fine = np.ones(len(rows), np.bool_)
    missing, expired = ~fine, ~fine
    for check in question.checks:
        until = columns.checks[CHECKS.index(check), rows]
        lacks, old = until == NO_CHECK, until < question.check_day
        if check is Check.FIRST_TALK:
            unknown = (columns.traits[rows] & KNOWN) == 0
            lacks, old = lacks & unknown, old & unknown
        missing |= fine & lacks
        expired |= fine & old & ~lacks
        fine &= ~old
    yield Reason.CHECK_MISSING, missing
    yield Reason.CHECK_EXPIRED, expired


def nearness(question: Question, pool: Pool, rows: Rows) -> Found:
    if question.way_counts:
        way_km = question.way_km(pool.columns, rows)
        yield Reason.TOO_FAR, too_far(way_km, pool.columns, rows, question.farther_km)


def too_far(
    way_km: NDArray[np.float64],
    columns: Columns,
    rows: Rows,
    farther_km: float,
) -> Mask:
    """Whose way is longer than they go. The radius is infinite where it or the place is unknown."""
    far: Mask = way_km > columns.radius_km.take(rows) + farther_km
    return far


def calendar(question: Question, pool: Pool, rows: Rows) -> Found:
    """Free at each date; of a series or tandem at most of them, absences counted."""
    if question.need.every_date:
        yield from absent(question, pool, rows)
        yield Reason.NOT_FREE, np.logical_or.reduce(question.busy(pool.columns, rows), axis=0)
        return
    busy = question.busy(pool.columns, rows)
    missed = question.dates_of @ busy
    who, away = question.away(pool, rows)
    if len(who):
        missed[who] = (away | busy[:, who].T[:, question.pattern_of]).sum(axis=1)
    dates, least = len(question.pattern_of), question.agenda.tuning.series_percent
    yield Reason.NOT_FREE, (dates - missed) * 100 < least * dates


def absent(question: Question, pool: Pool, rows: Rows) -> Found:
    """Nobody is away at any date."""
    who, away = question.away(pool, rows)
    if len(who):
        out: Mask = np.zeros(len(rows), np.bool_)
        out[who] = away.any(axis=1)
        yield Reason.ABSENT, out


STATIC: tuple[Rule, ...] = (
    _about_themselves,
    languages,
    skills,
    calendar,
    checks,
    paused,
    nearness,
)
"""What a profile says; the cheap and telling ones first."""


def in_the_way(question: Question, doings: Doings, rows: Rows) -> Found:
    """Nobody holds two places at a time; who skipped a date cannot come then."""
    if len(doings.held.rows):
        yield (
            Reason.OVERLAPPING_PLACE,
            among(rows, doings.held.overlapping(question.starts, question.ends)),
        )
    if question.need.every_date and len(doings.skipped.rows):
        yield (
            Reason.DATE_SKIPPED,
            among(rows, doings.skipped.overlapping(question.starts, question.ends)),
        )


def hours(question: Question, pool: Pool, doings: Doings, rows: Rows) -> Found:
    """In no week more hours than somebody wants to give, the places they hold included."""
    wanted = pool.columns.hours_per_week.take(rows) * np.float64(60)
    over = question.most_minutes > wanted
    held = doings.held
    if not len(held.rows):
        yield Reason.HOURS_USED_UP, over
        return
    week_starts, week_ends = question.weeks
    week = np.searchsorted(week_starts, held.starts, side="right") - 1
    at, there = positions(rows, held.rows)
    there &= (week >= 0) & (held.starts < week_ends[week])
    if there.any():
        weeks = len(week_starts)
        minutes = np.floor((held.ends[there] - held.starts[there]) / 60)
        key = at[there] * weeks + week[there]
        found, of = np.unique(key, return_inverse=True)
        taken = np.bincount(of, minutes) + question.week_minutes[found % weeks]
        row = found // weeks
        over[row[taken > wanted[row]]] = True
    yield Reason.HOURS_USED_UP, over


def budget(question: Question, pool: Pool, doings: Doings, rows: Rows) -> Found:
    """At most as many asks in any seven days as the volunteer wants."""
    budget = pool.columns.asks_per_week.take(rows).astype(np.int64)
    budget[budget == UNSTATED] = question.agenda.tuning.asks_per_week
    recent = doings.asked_at > question.now - ASK_WINDOW.total_seconds()
    used = tally(rows, doings.asked_rows[recent]) + tally(rows, doings.open_rows)
    yield Reason.ASK_BUDGET_USED_UP, used >= budget


def burdened(question: Question, pool: Pool, doings: Doings, rows: Rows) -> Found:
    yield from in_the_way(question, doings, rows)
    yield from hours(question, pool, doings, rows)
    yield from budget(question, pool, doings, rows)


def screen(
    question: Question, pool: Pool, doings: Doings, rows: Rows, met: Met | None = None
) -> Reasons:
    """All the reasons against each of the sorted rows; shape as `rows`."""
    reasons = np.zeros(len(rows), np.uint32)
    for rule in STATIC:
        for reason, mask in rule(question, pool, rows):
            reasons[mask] |= BIT[reason]
    for reason, mask in burdened(question, pool, doings, rows):
        reasons[mask] |= BIT[reason]
    for who, exclusion in (met or {}).items():
        reasons[rows == pool.row_of.get(who, -1)] |= BIT[exclusion.reason]
    return reasons
