"""A need as it is asked of columns: masks, numbers and dates, laid out once for all rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.agenda import Agenda
from services.matching.domain.columns.doings import Seconds
from services.matching.domain.columns.encoding import day_number, seconds
from services.matching.domain.columns.layout import (
    ACCEPTS,
    AWAY,
    CONFIRMED,
    HERE,
    KNOWN,
    LEVELS,
    OF_GENDER,
    Columns,
    Mask,
    Rows,
    Words,
)
from services.matching.domain.columns.nearby import marks
from services.matching.domain.columns.pool import Pool
from services.matching.domain.need import Need
from services.matching.domain.speaking import Wanted
from services.matching.domain.ways import arcs_km, radians_of
from shared.kernel.fields import Check
from shared.kernel.weeks import Week

_WEEK = timedelta(days=7)

Positions = NDArray[np.int64]
Pattern = tuple[tuple[int, np.uint64], ...]
"""Weekdays, each with the half-hours that a date touches."""
_NOBODY = np.zeros(0, np.int64)


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
    patterns: tuple[Pattern, ...]
    """Those of the agenda."""
    most_minutes: int
    """In the fullest week."""
    farther_km: float = 0.0
    """How much farther than they want people would go; only to try what that would change."""

    @property
    def need(self) -> Need:
        return self.agenda.need

    @property
    def way_counts(self) -> bool:
        """Whether somebody can live too far away. A lift takes the way off them."""
        return self.need.point is not None and not self.need.lift_offered

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

    def away(self, pool: Pool, rows: Rows) -> tuple[Positions, Mask]:
        """Who of the rows is away at which date ahead: positions, and shape (positions, dates).

        Only those who have stated absences are there.
        """
        gaps = pool.gaps
        who = (
            np.flatnonzero(pool.columns.traits.take(rows) & AWAY) if len(gaps.rows) else _NOBODY
        )
        if not len(who):
            return who, np.zeros((0, len(self.first_on)), np.bool_)
        entry, starts = gaps.of(rows.take(who))
        first, last = gaps.first.take(entry)[:, None], gaps.last.take(entry)[:, None]
        falls = (first <= self.last_on) & (self.first_on <= last)
        return who, np.logical_or.reduceat(falls, starts, axis=0)

    def way_km(self, columns: Columns, rows: Rows) -> NDArray[np.float64]:
        """How far each is from where the need is (`places.distance_km`); only if it is somewhere."""
        point = self.need.point
        if point is None:
            raise ValueError("a remote need is nowhere")
        places = radians_of(columns, rows)
        here = np.radians([[point.lat], [point.lon]])
        return arcs_km(here, places, np.cos(places[0]) * np.cos(here[0]))


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
        patterns=_touched(agenda.patterns),
        most_minutes=max(minutes for _, minutes in agenda.minutes),
    )


def _week_of(key: tuple[int, int], agenda: Agenda) -> tuple[float, float]:
    """When a calendar week begins and ends, by the wall clock."""
    zone = agenda.tuning.zone
    monday = datetime.fromisocalendar(*key, 1)
    return seconds(monday.replace(tzinfo=zone)), seconds((monday + _WEEK).replace(tzinfo=zone))


@lru_cache(maxsize=1024)
def _touched(patterns: tuple[Week, ...]) -> tuple[Pattern, ...]:
    """Patterns as masks. Kept: requests want the same few evenings."""
    return tuple(
        tuple((day, np.uint64(mask)) for day, mask in enumerate(pattern.days) if mask)
        for pattern in patterns
    )
