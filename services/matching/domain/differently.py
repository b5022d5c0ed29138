"""In which ways a request could be asked differently, or the district could get ready for it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from services.matching.domain.agenda import Agenda, lay_out
from services.matching.domain.columns.layout import KNOWN
from services.matching.domain.columns.pool import Pool
from services.matching.domain.exclusions import CALENDAR, Reason
from services.matching.domain.need import Need
from services.matching.domain.question import Question, put
from shared.kernel.errors import Refusal
from shared.kernel.fields import Check, Kind
from shared.kernel.languages import LanguageNeed, Level
from shared.kernel.slots import Slot

FARTHER_KM = 5
"""How much farther people would have to go, in what is tried."""
_DAYS = 6
_LEVELS = list(Level)
_TONGUE = frozenset({Reason.LANGUAGE_MISSING, Reason.LANGUAGE_TOO_LOW})
_CHECKED = frozenset({Reason.CHECK_MISSING, Reason.CHECK_EXPIRED})


class Change(StrEnum):
    """One thing done differently.

    Checks and first talks are no wish, but a duty: they are never given up, only carried out.
    """

    LOWER_LEVEL = "lower_level"
    WITHOUT_LANGUAGE = "without_language"
    FARTHER = "farther"
    LIFT = "lift"
    OTHER_WEEKDAY = "other_weekday"
    ANY_GENDER = "any_gender"
    WITHOUT_SKILL = "without_skill"
    FIRST_TALKS = "first_talks"
    CARRY_OUT_CHECK = "carry_out_check"


Details = Mapping[str, str | int]
Altering = Callable[[Need], Need]
"""Makes one need of another, which may have been altered before."""


@dataclass(frozen=True, slots=True)
class Way:
    """A change, and what becomes of the need by it."""

    change: Change
    details: Details
    about: str
    """Of two ways about the same thing, only one can be gone."""
    lifts: frozenset[Reason]
    """The only reasons against somebody that it can take away."""
    altered: Altering
    brings: frozenset[Reason] = frozenset()
    """Those against somebody whom it would suit that it can bring, and another way take away."""
    farther_km: float = 0.0
    strangers: bool = False
    """Whether those are counted with whom nobody has talked yet."""


def asked(ways: Iterable[Way], agenda: Agenda, pool: Pool) -> Question:
    """The need with all of these changes, for the people of a pool."""
    gone, need = tuple(ways), agenda.need
    for way in gone:
        need = way.altered(need)
    question = put(lay_out(need, agenda.now, agenda.tuning), pool)
    strangers = any(way.strangers for way in gone)
    return replace(
        question,
        required=question.required & ~KNOWN if strangers else question.required,
        farther_km=sum(way.farther_km for way in gone),
    )


def ways_of(agenda: Agenda) -> Iterator[Way]:
    """Every way of asking differently, the gentler of two about one thing first."""
    need = agenda.need
    yield from _languages(need)
    yield from _nearer(need)
    yield from _wishes(need)
    yield from _duties(need)
    yield from _weekdays(agenda)


def _languages(need: Need) -> Iterator[Way]:
    for wanted in need.languages:
        about = f"language {wanted.tag}"
        easier = _easier(wanted)
        if easier is not None:
            details = {
                "tag": wanted.tag,
                "asked": wanted.level.value,
                "instead": easier.level.value,
            }
            lower = _speaking(wanted, easier)
            yield Way(Change.LOWER_LEVEL, details, about, _TONGUE, lower)
        if need.kind is not Kind.INTERPRETING:  # there the language is the task
            given_up = {"tag": wanted.tag}
            yield Way(Change.WITHOUT_LANGUAGE, given_up, about, _TONGUE, _speaking(wanted))


def _always(**fields: Any) -> Altering:
    return lambda need: replace(need, **fields)


def _speaking(wanted: LanguageNeed, *instead: LanguageNeed) -> Altering:
    """With others in the place of one language."""

    def altered(need: Need) -> Need:
        at = need.languages.index(wanted)
        languages = (*need.languages[:at], *instead, *need.languages[at + 1 :])
        return replace(need, languages=languages)

    return altered


def _unskilled(skill: str) -> Altering:
    return lambda need: replace(need, skills=need.skills - {skill})


def _unchecked(check: Check) -> Altering:
    return lambda need: replace(need, checks=need.checks - {check})


def _easier(wanted: LanguageNeed) -> LanguageNeed | None:
    """One level lower: nobody finds out by more what is really needed."""
    at = _LEVELS.index(wanted.level)
    return replace(wanted, level=_LEVELS[at - 1]) if at else None


def _nearer(need: Need) -> Iterator[Way]:
    if need.point is None or need.lift_offered:
        return
    far = frozenset({Reason.TOO_FAR})
    details = {"km": FARTHER_KM}
    yield Way(Change.FARTHER, details, "way", far, _always(), farther_km=FARTHER_KM)
    yield Way(Change.LIFT, {}, "way", far, _always(lift_offered=True))


def _wishes(need: Need) -> Iterator[Way]:
    if need.wished_gender is not None:
        lifts = frozenset({Reason.WISHED_GENDER})
        yield Way(Change.ANY_GENDER, {}, "gender", lifts, _always(wished_gender=None))
    for skill in sorted(need.skills):
        yield Way(
            Change.WITHOUT_SKILL,
            {"skill": skill},
            f"skill {skill}",
            frozenset({Reason.SKILL_MISSING}),
            _unskilled(skill),
        )


def _duties(need: Need) -> Iterator[Way]:
    """What the office can do: who would fit afterwards is counted as if it were done."""
    if need.for_known_people_only or Check.FIRST_TALK in need.checks:
        yield Way(
            Change.FIRST_TALKS,
            {},
            Check.FIRST_TALK.value,
            _CHECKED | {Reason.NOT_KNOWN},
            _unchecked(Check.FIRST_TALK),
            strangers=True,
        )
    for check in sorted(need.checks - {Check.FIRST_TALK}):
        yield Way(
            Change.CARRY_OUT_CHECK,
            {"check": check.value},
            check.value,
            _CHECKED,
            _unchecked(check),
        )


def _weekdays(agenda: Agenda) -> Iterator[Way]:
    for days in (*range(1, _DAYS + 1), *range(-1, -_DAYS - 1, -1)):
        slots = _moved(agenda, days)
        if slots and slots[0].starts_at > agenda.now:
            weekday = slots[0].starts_at.astimezone(agenda.tuning.zone).weekday()
            yield Way(
                Change.OTHER_WEEKDAY,
                {"weekday": weekday},
                "weekday",
                CALENDAR | {Reason.CHECK_EXPIRED},  # which may still hold on an earlier day
                _always(slots=slots),
                brings=frozenset({Reason.CHECK_EXPIRED}),  # on a later one
            )


def _moved(agenda: Agenda, days: int) -> tuple[Slot, ...]:
    """All dates so many days later, at the same times by the wall clock.

    None if there is no such time on one of these days: the clock is changed, or the year too far.
    """
    zone, by = agenda.tuning.zone, timedelta(days=days)
    try:
        return tuple(
            Slot(slot.starts_at.astimezone(zone) + by, slot.ends_at.astimezone(zone) + by)
            for slot in agenda.need.slots
        )
    except Refusal:
        return ()
