"""From a person to a row, and from codes to bits."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from math import ceil, inf

import numpy as np

from services.matching.domain.columns.layout import (
    ACCEPTS,
    AWAY,
    BY_PHONE,
    CHECKS,
    CONFIRMED,
    FIELDS,
    FOR_EVER,
    HAS_POINT,
    HERE,
    KNOWN,
    LEVELS,
    MICRODEGREES,
    NEVER_ENDS,
    NO_CHECK,
    NOT_PAUSED,
    OF_GENDER,
    SAID_LANGUAGES,
    SAID_SKILLS,
    SAID_TIMES,
    STATED,
    UNSTATED,
    Columns,
    Words,
)
from services.matching.domain.roster import Person, PersonState
from shared.kernel.fields import Channel, Travel
from shared.kernel.languages import LanguageSkill, Mode, stands_for
from shared.kernel.weeks import DAYS, HALF_HOURS

WORD = 64
_ALL_BITS = 2**WORD - 1
_ALL_DAY = 2**HALF_HOURS - 1
_DAY_ZERO = date(1999, 12, 31).toordinal()

_REACH_KM = {
    Travel.CAR: 25.0,
    Travel.PUBLIC_TRANSPORT: 15.0,
    Travel.BICYCLE: 8.0,
    Travel.FOOT: 3.0,
}
_USUAL_REACH_KM = 15.0
"""Of somebody who stated no radius: only to compare; it excludes nobody."""


@dataclass(slots=True)
class Vocabulary:
    """Codes that people may state, each with its bit, in the order in which they came."""

    bits: dict[str, int] = field(default_factory=dict)

    def bit(self, code: str) -> int:
        """The code's bit; a new one gets the next."""
        return self.bits.setdefault(code, len(self.bits))

    def mask(self, codes: Iterable[str], words: int) -> Words:
        """The known ones among the codes as bits, shape (words,)."""
        mask = 0
        for code in codes:
            if code in self.bits:
                mask |= 1 << self.bits[code]
        return as_words(mask, words)


def as_words(mask: int, words: int) -> Words:
    """A number as its 64-bit words, lowest first."""
    return np.array([mask >> WORD * at & _ALL_BITS for at in range(words)], np.uint64)


def day_number(day: date | None) -> np.uint16:
    """A last valid day as it is stored; what is out of reach counts as its nearest end."""
    if day is None:
        return NEVER_ENDS
    return np.uint16(min(int(NEVER_ENDS) - 1, max(1, day.toordinal() - _DAY_ZERO)))


def seconds(moment: datetime) -> float:
    """Seconds since 1970."""
    return moment.timestamp()


@dataclass(frozen=True, slots=True)
class Standing:
    """The languages in the pool that stand for a needed one."""

    bits: tuple[int, ...]
    words: tuple[tuple[int, np.uint64], ...]
    """The same as masks, each with the number of its word; words without any left out."""


_NO_TONGUE = Standing((), ())


@dataclass(slots=True)
class Tongues(Vocabulary):
    """Language tags; knows which of them stand for which."""

    _standing: dict[str, tuple[int, Standing]] = field(default_factory=dict)

    def standing_for(self, tag: str) -> Standing:
        """The bits of all tags that stand for this one (`languages.stands_for`)."""
        known, found = self._standing.get(tag, (0, _NO_TONGUE))
        if known < len(self.bits):
            bits = tuple(bit for spoken, bit in self.bits.items() if stands_for(tag, spoken))
            mask = as_words(sum(1 << bit for bit in bits), -(-len(self.bits) // WORD))
            found = Standing(bits, tuple((at, word) for at, word in enumerate(mask) if word))
            self._standing[tag] = len(self.bits), found
        return found


@dataclass(slots=True)
class Encoder:
    """Writes people into rows; knows which bit each language and skill has."""

    tags: Tongues = field(default_factory=Tongues)
    skills: Vocabulary = field(default_factory=Vocabulary)

    def write(self, columns: Columns, row: int, person: Person) -> None:
        """Write one person into a row that is there."""
        self._make_room(columns, person)
        columns.ids[row] = person.volunteer_id.bytes
        columns.traits[row] = _traits(person)
        columns.paused_until[row] = _paused_until(person)
        _write_place(columns, row, person)
        hours, asks = person.hours_per_week, person.asks_per_week
        columns.hours_per_week[row] = inf if hours is None else hours
        columns.asks_per_week[row] = UNSTATED if asks is None else min(asks, 127)
        for at, check in enumerate(CHECKS):
            held = check in person.checks
            columns.checks[at, row] = day_number(person.checks[check]) if held else NO_CHECK
        times = person.availability
        columns.free[:, row] = [_ALL_DAY] * DAYS if times is None else times.days
        self._write_languages(columns, row, person.languages)
        self._write_skills(columns, row, person.skills)
        history = person.history
        columns.asked[row], columns.yes[row] = history.asked, history.yes
        counted_at = history.counted_at
        columns.counted_at[row] = inf if counted_at is None else seconds(counted_at)

    def _make_room(self, columns: Columns, person: Person) -> None:
        for skill in person.languages:
            self.tags.bit(skill.tag)
        for code in person.skills:
            self.skills.bit(code)
        while len(self.tags.bits) > WORD * columns.words("levels"):
            columns.add_word("levels")
            columns.add_word("interprets")
        while len(self.skills.bits) > WORD * columns.words("skills"):
            columns.add_word("skills")

    def _write_languages(
        self, columns: Columns, row: int, languages: tuple[LanguageSkill, ...]
    ) -> None:
        """Who states one language twice has the better of the two."""
        words = columns.words("levels")
        best: dict[str, int] = {}
        interprets = 0
        for skill in languages:
            best[skill.tag] = max(best.get(skill.tag, 0), LEVELS.index(skill.level) + 1)
            if Mode.INTERPRET in skill.modes:
                interprets |= 1 << self.tags.bit(skill.tag)
        for digit in range(3):
            spoken = (tag for tag, level in best.items() if level >> digit & 1)
            columns.levels[digit, :, row] = self.tags.mask(spoken, words)
        columns.interprets[:, row] = as_words(interprets, words)

    def _write_skills(self, columns: Columns, row: int, skills: frozenset[str]) -> None:
        columns.skills[:, row] = self.skills.mask(skills, columns.words("skills"))


def _traits(person: Person) -> np.uint32:
    traits = HERE
    for field_ in FIELDS:
        if field_ in person.fields:
            traits |= STATED[field_]
        if not person.fields or field_ in person.fields:
            traits |= ACCEPTS[field_]
    for trait, held in (
        (CONFIRMED, person.state is not PersonState.UNCONFIRMED),
        (KNOWN, person.known),
        (SAID_LANGUAGES, bool(person.languages)),
        (SAID_SKILLS, bool(person.skills)),
        (SAID_TIMES, person.availability is not None),
        (HAS_POINT, person.point is not None),
        (AWAY, bool(person.absences)),
        (BY_PHONE, person.channel is Channel.PHONE),
    ):
        if held:
            traits |= trait
    return traits if person.gender is None else traits | OF_GENDER[person.gender]


def _paused_until(person: Person) -> np.uint32:
    if person.state is not PersonState.PAUSED:
        return NOT_PAUSED
    if person.paused_until is None:
        return FOR_EVER
    return np.uint32(min(int(FOR_EVER), max(0, ceil(seconds(person.paused_until)))))


def _write_place(columns: Columns, row: int, person: Person) -> None:
    point, radius = person.point, person.radius_km
    degrees = (0.0, 0.0) if point is None else (point.lat, point.lon)
    columns.place[:, row] = [round(each * MICRODEGREES) for each in degrees]
    columns.radius_km[row] = inf if point is None or radius is None else radius
    usual = max((_REACH_KM[mode] for mode in person.travel), default=_USUAL_REACH_KM)
    columns.reach_km[row] = usual if radius is None else radius
