"""What would help: how many more could be asked if one thing were asked differently."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from services.matching.domain.agenda import Agenda, lay_out
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.need import Need
from services.matching.domain.question import Question, put
from services.matching.domain.ranking import worth_a_look
from services.matching.domain.screening import Met
from services.matching.domain.sifting import sift
from shared.kernel.errors import Refusal
from shared.kernel.languages import LanguageNeed, Level
from shared.kernel.slots import Slot

FARTHER_KM = 5
"""How much farther people would have to go, in what is tried."""
_DAYS = 6
_LEVELS = list(Level)


class Change(StrEnum):
    """One thing asked differently. Checks are not among them: they are no wish, but a duty."""

    LOWER_LEVEL = "lower_level"
    FARTHER = "farther"
    LIFT = "lift"
    OTHER_WEEKDAY = "other_weekday"
    ANY_GENDER = "any_gender"
    WITHOUT_SKILL = "without_skill"


@dataclass(frozen=True, slots=True)
class Relief:
    """One change, its facts for a sentence, and how many more could be asked then."""

    change: Change
    details: Mapping[str, str | int]
    gained: int


def what_if(
    agenda: Agenda, pool: Pool, doings: Doings, met: Met | None = None
) -> tuple[Relief, ...]:
    """Each change that helps, the most helpful first; of other weekdays only the best."""
    before = _count(put(agenda, pool), pool, doings, met)
    found: list[Relief] = []
    weekdays: list[Relief] = []
    for change, details, question in _changed(agenda, pool):
        gained = _count(question, pool, doings, met) - before
        into = weekdays if change is Change.OTHER_WEEKDAY else found
        into.append(Relief(change, details, gained))
    found += sorted(weekdays, key=lambda relief: -relief.gained)[:1]
    helpful = [relief for relief in found if relief.gained > 0]
    return tuple(sorted(helpful, key=lambda relief: -relief.gained))


def _count(question: Question, pool: Pool, doings: Doings, met: Met | None) -> int:
    return len(sift(question, pool, doings, worth_a_look(question, pool), met))


_Changed = tuple[Change, Mapping[str, str | int], Question]


def _changed(agenda: Agenda, pool: Pool) -> Iterable[_Changed]:
    need = agenda.need

    def asked(**different: object) -> Question:
        changed = replace(need, **different)  # type: ignore[arg-type]
        return put(lay_out(changed, agenda.now, agenda.tuning), pool)

    for at, wanted in enumerate(need.languages):
        easier = _easier(wanted)
        if easier is not None:
            languages = (*need.languages[:at], easier, *need.languages[at + 1 :])
            details = {
                "tag": wanted.tag,
                "asked": wanted.level.value,
                "instead": easier.level.value,
            }
            yield Change.LOWER_LEVEL, details, asked(languages=languages)
    if need.point is not None and not need.lift_offered:
        farther = replace(put(agenda, pool), farther_km=FARTHER_KM)
        yield Change.FARTHER, {"km": FARTHER_KM}, farther
        yield Change.LIFT, {}, asked(lift_offered=True)
    if need.wished_gender is not None:
        yield Change.ANY_GENDER, {}, asked(wished_gender=None)
    for skill in sorted(need.skills):
        yield Change.WITHOUT_SKILL, {"skill": skill}, asked(skills=need.skills - {skill})
    for days in (*range(1, _DAYS + 1), *range(-1, -_DAYS - 1, -1)):
        slots = _moved(need, agenda, days)
        if slots and slots[0].starts_at > agenda.now:
            weekday = slots[0].starts_at.astimezone(agenda.tuning.zone).weekday()
            yield Change.OTHER_WEEKDAY, {"weekday": weekday}, asked(slots=slots)


def _easier(wanted: LanguageNeed) -> LanguageNeed | None:
    """One level lower: nobody finds out by more what is really needed."""
    at = _LEVELS.index(wanted.level)
    return replace(wanted, level=_LEVELS[at - 1]) if at else None


def _moved(need: Need, agenda: Agenda, days: int) -> tuple[Slot, ...]:
    """All dates so many days later, at the same times by the wall clock.

    None if there is no such time on one of these days: the clock is changed, or the year too far.
    """
    zone, by = agenda.tuning.zone, timedelta(days=days)
    try:
        return tuple(
            Slot(slot.starts_at.astimezone(zone) + by, slot.ends_at.astimezone(zone) + by)
            for slot in need.slots
        )
    except Refusal:
        return ()
