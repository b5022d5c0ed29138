"""The hard rules over columns: for many rows at once, which reasons speak against asking them.

What each rule means is said in `rules` and `calendar_rules`, person by person; a test holds the
two equal. A rule here takes the question and sorted rows and gives, for each reason it knows, the
rows that it excludes. `screen` looks at all the rules, `sift` drops row after row and is done
sooner: it is how somebody is found among a million.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.columns.doings import Doings, among, positions, tally
from services.matching.domain.columns.layout import (
    AWAY,
    CHECKS,
    CONFIRMED,
    KNOWN,
    NO_CHECK,
    SAID_LANGUAGES,
    SAID_SKILLS,
    UNSTATED,
    Mask,
    Rows,
    picked,
)
from services.matching.domain.columns.pool import Pool
from services.matching.domain.exclusions import Exclusion, Reason
from services.matching.domain.question import Question, level_of, speaks_all
from services.matching.domain.rules import ASK_WINDOW
from shared.kernel.fields import Check
from shared.kernel.ids import VolunteerId

Reasons = NDArray[np.uint32]
"""The reasons that speak against each row as bits; 0: none."""

_MET = (
    Reason.HAS_PLACE,
    Reason.ON_WAITING_LIST,
    Reason.ALREADY_ANSWERED_NO,
    Reason.ALREADY_ASKED,
    Reason.INVITATION_WITHDRAWN,
    Reason.EXCLUDED_BY_COORDINATOR,
    Reason.HELD_BACK,
)
ORDER = (*_MET, *(reason for reason in Reason if reason not in _MET))
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


def _paused(question: Question, pool: Pool, rows: Rows) -> Found:
    yield Reason.PAUSED, pool.columns.paused_until.take(rows) > question.now


def _languages(question: Question, pool: Pool, rows: Rows) -> Found:
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


def _skills(question: Question, pool: Pool, rows: Rows) -> Found:
    if not question.need.skills:
        return
    lacks = np.full(len(rows), question.skills_unheard)
    for word, mask in enumerate(question.skills):
        if mask:
            lacks |= (pool.columns.skills[word, rows] & mask) != mask
    yield Reason.SKILL_MISSING, lacks & ((pool.columns.traits[rows] & SAID_SKILLS) != 0)


def _checks(question: Question, pool: Pool, rows: Rows) -> Found:
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


def _nearness(question: Question, pool: Pool, rows: Rows) -> Found:
    if question.need.point is not None and not question.need.lift_offered:
        # The radius is infinite where it or the place is unknown.
        goes = pool.columns.radius_km.take(rows) + question.farther_km
        yield Reason.TOO_FAR, question.way_km(pool.columns, rows) > goes


def _calendar(question: Question, pool: Pool, rows: Rows) -> Found:
    """Free at each date; of a series or tandem at most of them, absences counted."""
    if question.need.every_date:
        yield from _absent(question, pool, rows)
        yield Reason.NOT_FREE, np.logical_or.reduce(question.busy(pool.columns, rows), axis=0)
        return
    busy = question.busy(pool.columns, rows)
    missed = question.dates_of @ busy
    for at in _away(pool, rows):
        falls = question.falls(pool.absences[int(rows[at])])
        missed[at] = (falls | busy[question.pattern_of, at]).sum()
    dates, least = len(question.pattern_of), question.agenda.tuning.series_percent
    yield Reason.NOT_FREE, (dates - missed) * 100 < least * dates


def _absent(question: Question, pool: Pool, rows: Rows) -> Found:
    """Nobody is away at any date."""
    away = _away(pool, rows)
    if away:
        absent: Mask = np.zeros(len(rows), np.bool_)
        for at in away:
            absent[at] = question.falls(pool.absences[int(rows[at])]).any()
        yield Reason.ABSENT, absent


def _away(pool: Pool, rows: Rows) -> Sequence[int]:
    """Positions of those who have stated absences."""
    if not pool.absences:
        return ()
    away: list[int] = np.flatnonzero(pool.columns.traits.take(rows) & AWAY).tolist()
    return away


STATIC: tuple[Rule, ...] = (
    _about_themselves,
    _languages,
    _skills,
    _calendar,
    _checks,
    _paused,
    _nearness,
)
"""What a profile says; the cheap and telling ones first."""


def _in_the_way(question: Question, doings: Doings, rows: Rows) -> Found:
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


def _hours(question: Question, pool: Pool, doings: Doings, rows: Rows) -> Found:
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


def _budget(question: Question, pool: Pool, doings: Doings, rows: Rows) -> Found:
    """At most as many asks in any seven days as the volunteer wants."""
    budget = pool.columns.asks_per_week.take(rows).astype(np.int64)
    budget[budget == UNSTATED] = question.agenda.tuning.asks_per_week
    recent = doings.asked_at > question.now - ASK_WINDOW.total_seconds()
    used = tally(rows, doings.asked_rows[recent]) + tally(rows, doings.open_rows)
    yield Reason.ASK_BUDGET_USED_UP, used >= budget


def _burdened(question: Question, pool: Pool, doings: Doings, rows: Rows) -> Found:
    yield from _in_the_way(question, doings, rows)
    yield from _hours(question, pool, doings, rows)
    yield from _budget(question, pool, doings, rows)


def screen(
    question: Question, pool: Pool, doings: Doings, rows: Rows, met: Met | None = None
) -> Reasons:
    """All the reasons against each of the sorted rows; shape as `rows`."""
    reasons = np.zeros(len(rows), np.uint32)
    for rule in STATIC:
        for reason, mask in rule(question, pool, rows):
            reasons[mask] |= BIT[reason]
    for reason, mask in _burdened(question, pool, doings, rows):
        reasons[mask] |= BIT[reason]
    for who, exclusion in (met or {}).items():
        reasons[rows == pool.row_of.get(who, -1)] |= BIT[exclusion.reason]
    return reasons


def sift(
    question: Question,
    pool: Pool,
    doings: Doings,
    rows: Rows | None,
    met: Met | None = None,
) -> Rows:
    """Those of the rows against whom nothing speaks, sorted: they whom `screen` leaves clear.

    None: of all rows.
    """
    rows = _first_cut(question, pool, rows)
    calendar = _absent if question.need.every_date else _calendar  # the rest was the first cut
    for rule in (_skills, _checks, _paused, calendar, _nearness):
        rows = _left(rows, rule(question, pool, rows)) if len(rows) else rows
    if len(rows):
        rows = _left(rows, _burdened(question, pool, doings, rows))
    return rows[~among(rows, pool.rows(met))] if met and len(rows) else rows


def _first_cut(question: Question, pool: Pool, rows: Rows | None) -> Rows:
    """What a word of bits decides: traits, languages, times. Few columns, in one go where all."""
    columns, required = pool.columns, question.required
    if rows is not None and not len(rows):
        return rows
    at = slice(0, columns.size) if rows is None else rows
    traits = picked(columns.traits, at)
    keep: Mask = (traits & required) == required
    if question.languages:
        silent = (traits & SAID_LANGUAGES) == 0
        for speaking in speaks_all(question.languages, columns, at):
            keep &= speaking | silent
    if question.need.every_date:
        for pattern in question.patterns:
            for day, mask in pattern:
                keep &= (picked(columns.free[day], at) & mask) == mask
    return np.flatnonzero(keep).astype(np.int32) if rows is None else np.sort(rows[keep])


def _left(rows: Rows, found: Found) -> Rows:
    out: Mask | None = None
    for _, mask in found:
        out = mask if out is None else out | mask
    return rows if out is None else rows[~out]
