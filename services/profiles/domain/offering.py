"""Reads what a volunteer offers: languages, skills, free times, absences."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import ClassVar, TypeVar

from services.profiles.domain.stated import (
    Gazetteer,
    Stated,
    StatedAbsence,
    StatedLanguage,
    StatedTimes,
)
from services.profiles.domain.volunteer import ASKS_PER_WEEK, Absence, Profile
from shared.kernel.errors import Refusal
from shared.kernel.findings import Findings
from shared.kernel.languages import LanguageSkill, Level, Mode, normalise_tag, parse_level
from shared.kernel.weeks import Entry, Week, WeeklyTime, parse_entry

MAX_ENTRIES = 60
"""Of one list: more is a slip, or no person."""
MAX_ABSENCE = timedelta(days=366)

T = TypeVar("T")


class TooManyEntries(Refusal):
    """A list has more entries than anybody needs."""

    code: ClassVar[str] = "profiles.too_many_entries"


class ModeUnknown(Refusal):
    """A mode of a language is none of `talk`, `interpret`, `write`."""

    code: ClassVar[str] = "profiles.mode_unknown"


class SkillUnknown(Refusal):
    """The district's list has no such skill."""

    code: ClassVar[str] = "profiles.skill_unknown"


class AbsenceUnclear(Refusal):
    """An absence ends before it starts, or is so long that it is a pause."""

    code: ClassVar[str] = "profiles.absence_unclear"


def read_profile(stated: Stated, district: Gazetteer, found: Findings) -> Profile:
    """Return the profile that a registration describes; refusals are noted in `found`."""
    skills = _few(stated.skills, "skills", found)
    return Profile(
        radius_km=stated.radius_km,
        travel=tuple(dict.fromkeys(stated.travel)),
        languages=_languages(_few(stated.languages, "languages", found), found),
        fields=tuple(dict.fromkeys(stated.fields)),
        skills=tuple(
            dict.fromkeys(
                found.read(partial(_skill, skill, at, district), "")
                for at, skill in enumerate(skills)
            )
        ),
        availability=_availability(stated.availability, found),
        gender=stated.gender,
        asks_per_week=ASKS_PER_WEEK if stated.asks_per_week is None else stated.asks_per_week,
        hours_per_week=stated.hours_per_week,
    )


def read_absences(
    stated: Sequence[StatedAbsence], today: date, found: Findings
) -> tuple[Absence, ...]:
    """Return the absences that are not over, in order; refusals are noted in `found`."""
    absences: list[Absence] = []
    for position, one in enumerate(_few(stated, "absences", found)):
        if one.to_on < one.from_on or one.to_on - one.from_on > MAX_ABSENCE:
            found.add(
                AbsenceUnclear(
                    "it ends after it starts, at most a year later; pause for longer",
                    field=f"absences.{position}.to_on",
                )
            )
        elif one.to_on >= today:
            absences.append(Absence(one.from_on, one.to_on))
    return tuple(sorted(absences, key=lambda absence: (absence.from_on, absence.to_on)))


def _languages(stated: Sequence[StatedLanguage], found: Findings) -> tuple[LanguageSkill, ...]:
    """Each language once: with the highest level and all the modes that were stated for it."""
    merged: dict[str, LanguageSkill] = {}
    for position, one in enumerate(stated):
        skill = _language(one, f"languages.{position}", found)
        other = merged.get(skill.tag, skill)
        merged[skill.tag] = LanguageSkill(
            skill.tag, max(skill.level, other.level), skill.modes | other.modes
        )
    return tuple(merged.values())


def _language(stated: StatedLanguage, field: str, found: Findings) -> LanguageSkill:
    return LanguageSkill(
        found.read(lambda: normalise_tag(stated.tag, field=f"{field}.tag"), ""),
        found.read(lambda: parse_level(stated.level, field=f"{field}.level"), Level.A1),
        frozenset(
            found.read(partial(_mode, mode, f"{field}.modes.{at}"), Mode.TALK)
            for at, mode in enumerate(stated.modes)
        ),
    )


def _mode(mode: str, field: str) -> Mode:
    try:
        return Mode(mode.strip().lower())
    except ValueError:
        raise ModeUnknown("a mode is talk, interpret or write", field=field) from None


def _skill(code: str, position: int, district: Gazetteer) -> str:
    skill = code.strip().lower()
    if skill not in district.skills:
        raise SkillUnknown("choose from the district's list", field=f"skills.{position}")
    return skill


def _availability(stated: Sequence[StatedTimes] | None, found: Findings) -> Week | None:
    """The week of free half-hours; nothing said is no week at all."""
    if not stated:
        return None
    entries: list[Entry] = [
        {"weekday": one.weekday, "from": one.from_, "to": one.to}
        for one in _few(stated, "availability", found)
    ]
    readable = [
        found.read(partial(_times, entry, at), None) for at, entry in enumerate(entries)
    ]
    if None in readable:
        return None
    return found.read(lambda: Week.from_entries(entries), None)


def _times(entry: Entry, position: int) -> WeeklyTime | None:
    return parse_entry(entry, field=f"availability.{position}")


def _few(entries: Sequence[T], field: str, found: Findings) -> Sequence[T]:
    if len(entries) > MAX_ENTRIES:
        found.add(TooManyEntries(f"at most {MAX_ENTRIES} entries", field=field))
        return ()
    return entries
