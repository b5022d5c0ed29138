"""A need as it is asked of columns: masks, numbers and dates, laid out once for all rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.agenda import Agenda
from services.matching.domain.columns.doings import Seconds
from services.matching.domain.columns.encoding import (
    WORD,
    Tongues,
    as_words,
    day_number,
    seconds,
)
from services.matching.domain.columns.layout import (
    ACCEPTS,
    CONFIRMED,
    HERE,
    KNOWN,
    LEVELS,
    MICRODEGREES,
    OF_GENDER,
    Columns,
    Rows,
    Words,
)
from services.matching.domain.columns.pool import Pool
from services.matching.domain.need import Need
from shared.kernel.fields import Check
from shared.kernel.places import EARTH_RADIUS_KM

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One needed language."""

    bits: tuple[int, ...]
    """Of all languages in the pool that stand for it."""
    words: Words
    """The same as words."""
    level: int
    """The least level: 1 is A1, 7 native."""


@dataclass(frozen=True, slots=True)
class Question:
    """The need in the terms of the columns. Moments are seconds since 1970."""

    agenda: Agenda
    now: float
    required: np.uint32
    """Traits without which nobody is asked."""
    accepts_field: np.uint32
    wished_gender: np.uint32 | None
    languages: tuple[Wanted, ...]
    skills: Words
    skills_unheard: bool
    """Whether a skill is needed that nobody in the pool has named."""
    checks: tuple[Check, ...]
    check_day: np.uint16
    starts: Seconds
    """Of all dates, sorted; so are the ends."""
    ends: Seconds
    patterns: tuple[tuple[tuple[int, np.uint64], ...], ...]
    """Of each pattern of the agenda: weekday and the half-hours it touches."""
    pattern_of: NDArray[np.int64]
    """Of each date ahead."""
    dates_of: NDArray[np.int64]
    """How many dates ahead have each pattern."""
    first_on: NDArray[np.int64]
    """Of each date ahead, as an ordinal; so is the last."""
    last_on: NDArray[np.int64]
    week_starts: Seconds
    """Of each calendar week in which there are dates ahead, in their order; so are the ends."""
    week_ends: Seconds
    week_minutes: NDArray[np.int64]
    farther_km: float = 0.0
    """How much farther than they want people would go; only to try what that would change."""

    @property
    def need(self) -> Need:
        return self.agenda.need

    def busy(self, columns: Columns, rows: Rows) -> NDArray[np.bool_]:
        """Who is not free at which pattern; shape (patterns, rows). Who stated no times is free."""
        busy = np.zeros((len(self.patterns), len(rows)), np.bool_)
        for at, touched in enumerate(self.patterns):
            for day, mask in touched:
                busy[at] |= (columns.free[day, rows] & mask) != mask
        return busy

    def falls(self, gaps: Iterable[tuple[int, int]]) -> NDArray[np.bool_]:
        """Which dates ahead fall into days away; shape (dates,)."""
        falls = np.zeros(len(self.first_on), np.bool_)
        for first, last in gaps:
            falls |= (first <= self.last_on) & (self.first_on <= last)
        return falls

    def way_km(self, columns: Columns, rows: Rows) -> NDArray[np.float64]:
        """How far each is from where the need is (`places.distance_km`); only if it is somewhere."""
        point = self.need.point
        if point is None:
            raise ValueError("a remote need is nowhere")
        latitude = np.radians(columns.latitude[rows] / MICRODEGREES)
        longitude = np.radians(columns.longitude[rows] / MICRODEGREES)
        here, there = radians(point.lat), radians(point.lon)
        across = np.sin((latitude - here) / 2) ** 2
        along = np.cos(latitude) * cos(here) * np.sin((longitude - there) / 2) ** 2
        ways: NDArray[np.float64] = np.arcsin(np.minimum(1.0, np.sqrt(across + along)))
        return 2 * EARTH_RADIUS_KM * ways


def put(agenda: Agenda, pool: Pool) -> Question:
    """Lay a need out for the people of a pool."""
    need = agenda.need
    wished = None if need.wished_gender is None else OF_GENDER[need.wished_gender]
    required = HERE | CONFIRMED | ACCEPTS[need.field]
    if need.for_known_people_only:
        required |= KNOWN
    skills = pool.encoder.skills
    weeks = [_week_of(key, agenda) for key, _ in agenda.minutes]
    pattern_of = np.array([one.pattern for one in agenda.occasions])
    return Question(
        agenda=agenda,
        now=seconds(agenda.now),
        required=required if wished is None else required | wished,
        accepts_field=ACCEPTS[need.field],
        wished_gender=wished,
        languages=tuple(
            _wanted(one.tag, LEVELS.index(one.level) + 1, pool.encoder.tags, pool.columns)
            for one in need.languages
        ),
        skills=skills.mask(need.skills, pool.columns.words("skills")),
        skills_unheard=any(code not in skills.bits for code in need.skills),
        checks=tuple(sorted(need.checks)),
        check_day=day_number(agenda.last_on),
        starts=np.sort(np.array([seconds(slot.starts_at) for slot in need.slots])),
        ends=np.sort(np.array([seconds(slot.ends_at) for slot in need.slots])),
        patterns=tuple(
            tuple((day, np.uint64(mask)) for day, mask in enumerate(touched.days) if mask)
            for touched in agenda.patterns
        ),
        pattern_of=pattern_of,
        dates_of=np.bincount(pattern_of, minlength=len(agenda.patterns)),
        first_on=np.array([one.first_on.toordinal() for one in agenda.occasions]),
        last_on=np.array([one.last_on.toordinal() for one in agenda.occasions]),
        week_starts=np.array([start for start, _ in weeks]),
        week_ends=np.array([end for _, end in weeks]),
        week_minutes=np.array([minutes for _, minutes in agenda.minutes]),
    )


def speaks(wanted: Wanted, columns: Columns, rows: Rows | slice) -> NDArray[np.bool_]:
    """Who states a language that stands for the wanted one, at its level or above."""
    found: NDArray[np.bool_] | None = None
    for word, mask in enumerate(wanted.words):
        if mask:
            here = (_at_least(wanted.level, columns.levels[:, word], rows) & mask) != 0
            found = here if found is None else found | here
    return np.zeros_like(columns.traits[rows], np.bool_) if found is None else found


def _at_least(level: int, digits: Words, rows: Rows | slice) -> Words:
    """In which languages of a word each speaks at this level or above, for 64 at once."""
    low, middle, high = 0, 1, 2

    def of(digit: int) -> Words:
        return digits[digit, rows]

    reached: Words
    match level:
        case 1:
            reached = of(high) | of(middle) | of(low)
        case 2:
            reached = of(high) | of(middle)
        case 3:
            reached = of(high) | (of(middle) & of(low))
        case 4:
            reached = of(high)
        case 5:
            reached = of(high) & (of(middle) | of(low))
        case 6:
            reached = of(high) & of(middle)
        case _:
            reached = of(high) & of(middle) & of(low)
    return reached


def level_of(wanted: Wanted, columns: Columns, rows: Rows) -> NDArray[np.uint8]:
    """The best level at which each states a language that stands for the wanted one; 0: none.

    The three binary digits of 64 languages' levels lie in three words. From the highest digit on,
    only the languages that have it stay in the race: bit-sliced arithmetic.
    """
    if len(wanted.bits) == 1:
        word = wanted.bits[0] // WORD
        digits = columns.levels[:, word].take(rows, axis=1) & wanted.words[word]
        level: NDArray[np.uint8] = _DIGITS @ (digits != 0)
        return level
    best = np.zeros(len(rows), np.uint8)
    for word, mask in enumerate(wanted.words):
        if mask:
            best = np.maximum(
                best, _best_level(columns.levels[:, word].take(rows, axis=1), mask)
            )
    return best


_DIGITS = np.array([1, 2, 4], np.uint8)


def _best_level(digits: Words, mask: np.uint64) -> NDArray[np.uint8]:
    """The highest level among the languages of the mask; `digits` has the shape (3, rows)."""
    racing: Words = np.full(digits.shape[1], mask)
    level = np.zeros(digits.shape[1], np.uint8)
    for digit in (2, 1, 0):
        ahead = digits[digit] & racing
        leads = ahead != 0
        level += leads.view(np.uint8) << digit
        racing = np.where(leads, ahead, racing)
    return level


def _wanted(tag: str, level: int, tags: Tongues, columns: Columns) -> Wanted:
    bits = tags.standing_for(tag)
    mask = sum(1 << bit for bit in bits)
    return Wanted(bits, as_words(mask, columns.words("levels")), level)


def _week_of(key: tuple[int, int], agenda: Agenda) -> tuple[float, float]:
    """When a calendar week begins and ends, by the wall clock."""
    zone = agenda.tuning.zone
    monday = datetime.fromisocalendar(*key, 1)
    return seconds(monday.replace(tzinfo=zone)), seconds((monday + _WEEK).replace(tzinfo=zone))
