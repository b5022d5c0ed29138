"""A need as it is asked of columns: masks, numbers and dates, laid out once for all rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.agenda import Agenda
from services.matching.domain.columns.doings import Seconds
from services.matching.domain.columns.encoding import (
    Standing,
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
    picked,
)
from services.matching.domain.columns.nearby import marks
from services.matching.domain.columns.pool import Pool
from services.matching.domain.need import Need
from shared.kernel.fields import Check
from shared.kernel.places import EARTH_RADIUS_KM

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One needed language."""

    tongues: Standing
    level: int
    """The least level: 1 is A1, 7 native."""


@dataclass(frozen=True)
class Question:
    """The need in the terms of the columns. Moments are seconds since 1970.

    What only some questions need is laid out when it is asked for.
    """

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
    patterns: tuple[tuple[tuple[int, np.uint64], ...], ...]
    """Of each pattern of the agenda: weekday and the half-hours it touches."""
    most_minutes: int
    """In the fullest week."""
    farther_km: float = 0.0
    """How much farther than they want people would go; only to try what that would change."""

    @property
    def need(self) -> Need:
        return self.agenda.need

    @property
    def marks(self) -> np.uint64:
        """What everybody who fits is marked with in the index: traits, and languages."""
        only = (one.tongues.bits[0] for one in self.languages if len(one.tongues.bits) == 1)
        return marks(self.required, only)

    @cached_property
    def check_day(self) -> np.uint16:
        """The day on which checks must be valid, as they are stored."""
        return day_number(self.agenda.last_on)

    @cached_property
    def starts(self) -> Seconds:
        """Of all dates, sorted; so are the ends."""
        return np.sort(np.array([seconds(slot.starts_at) for slot in self.need.slots]))

    @cached_property
    def ends(self) -> Seconds:
        return np.sort(np.array([seconds(slot.ends_at) for slot in self.need.slots]))

    @cached_property
    def pattern_of(self) -> NDArray[np.int64]:
        """Of each date ahead."""
        return np.array([one.pattern for one in self.agenda.occasions])

    @cached_property
    def dates_of(self) -> NDArray[np.int64]:
        """How many dates ahead have each pattern."""
        return np.bincount(self.pattern_of, minlength=len(self.patterns))

    @cached_property
    def first_on(self) -> NDArray[np.int64]:
        """Of each date ahead, as an ordinal; so is the last."""
        return np.array([one.first_on.toordinal() for one in self.agenda.occasions])

    @cached_property
    def last_on(self) -> NDArray[np.int64]:
        return np.array([one.last_on.toordinal() for one in self.agenda.occasions])

    @cached_property
    def weeks(self) -> tuple[Seconds, Seconds]:
        """Start and end of each calendar week in which there are dates ahead, in their order."""
        weeks = [_week_of(key, self.agenda) for key, _ in self.agenda.minutes]
        starts, ends = np.array(weeks).T
        return starts, ends

    @cached_property
    def week_minutes(self) -> NDArray[np.int64]:
        """How long the dates of each of the weeks last."""
        return np.array([minutes for _, minutes in self.agenda.minutes])

    def busy(self, columns: Columns, rows: Rows) -> NDArray[np.bool_]:
        """Who is not free at which pattern; shape (patterns, rows). Who stated no times is free."""
        busy = np.zeros((len(self.patterns), len(rows)), np.bool_)
        for at, touched in enumerate(self.patterns):
            for day, mask in touched:
                busy[at] |= (columns.free[day].take(rows) & mask) != mask
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
        places = np.radians(columns.place.take(rows, axis=1) / MICRODEGREES)
        here = np.radians([[point.lat], [point.lon]])
        across, along = np.sin((places - here) / 2) ** 2
        along *= np.cos(places[0]) * cos(radians(point.lat))
        ways: NDArray[np.float64] = np.arcsin(np.minimum(1.0, np.sqrt(across + along)))
        return 2 * EARTH_RADIUS_KM * ways


_NONE = np.zeros(0, np.uint64)


def put(agenda: Agenda, pool: Pool) -> Question:
    """Lay a need out for the people of a pool."""
    need = agenda.need
    wished = None if need.wished_gender is None else OF_GENDER[need.wished_gender]
    required = HERE | CONFIRMED | ACCEPTS[need.field]
    if need.for_known_people_only:
        required |= KNOWN
    skills = pool.encoder.skills
    return Question(
        agenda=agenda,
        now=seconds(agenda.now),
        required=required if wished is None else required | wished,
        accepts_field=ACCEPTS[need.field],
        wished_gender=wished,
        languages=tuple(
            Wanted(pool.encoder.tags.standing_for(one.tag), LEVELS.index(one.level) + 1)
            for one in need.languages
        ),
        skills=skills.mask(need.skills, pool.columns.words("skills")) if need.skills else _NONE,
        skills_unheard=any(code not in skills.bits for code in need.skills),
        checks=tuple(sorted(need.checks)),
        patterns=tuple(
            tuple((day, np.uint64(mask)) for day, mask in enumerate(touched.days) if mask)
            for touched in agenda.patterns
        ),
        most_minutes=max(minutes for _, minutes in agenda.minutes),
    )


def speaks_all(
    languages: Iterable[Wanted], columns: Columns, rows: Rows | slice
) -> Iterator[NDArray[np.bool_]]:
    """Who states for some of the languages those that stand for it, at its level or above.

    All of the masks together say who does so for each language.
    """
    only: dict[tuple[int, int], np.uint64] = {}
    for wanted in languages:
        words = wanted.tongues.words
        if len(wanted.tongues.bits) == 1:
            # Languages of one word and level are looked at together.
            ((word, mask),) = words
            only[wanted.level, word] = only.get((wanted.level, word), _NO_BIT) | mask
        else:
            found = np.zeros_like(columns.traits[rows], np.bool_)
            for word, mask in words:
                reached = _at_least(wanted.level, columns.levels[:, word], rows)
                found |= (reached & mask) != 0
            yield found
    for (level, word), mask in only.items():
        yield (_at_least(level, columns.levels[:, word], rows) & mask) == mask


_NO_BIT = np.uint64(0)


def _at_least(level: int, digits: Words, rows: Rows | slice) -> Words:
    """In which languages of a word each speaks at this level or above, for 64 at once."""
    low, middle, high = 0, 1, 2

    def of(digit: int) -> Words:
        return picked(digits[digit], rows)

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
    best = np.zeros(len(rows), np.uint8)
    for word, mask in wanted.tongues.words:
        digits = columns.levels[:, word].take(rows, axis=1) & mask
        if len(wanted.tongues.bits) == 1:
            level: NDArray[np.uint8] = _DIGITS @ (digits != 0)
            return level
        best = np.maximum(best, _best_level(digits, mask))
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


def _week_of(key: tuple[int, int], agenda: Agenda) -> tuple[float, float]:
    """When a calendar week begins and ends, by the wall clock."""
    zone = agenda.tuning.zone
    monday = datetime.fromisocalendar(*key, 1)
    return seconds(monday.replace(tzinfo=zone)), seconds((monday + _WEEK).replace(tzinfo=zone))
