"""The hard rules about a person: who does not fit is never asked, and each reason has a name.

A rule takes the laid-out need and one person and returns an exclusion or None. What somebody has
not stated excludes them only where a check or a wished gender asks for it.
"""

from collections.abc import Callable
from datetime import timedelta
from math import ceil

from services.matching.domain.agenda import Agenda
from services.matching.domain.calendar_rules import CALENDAR_RULES
from services.matching.domain.exclusions import Exclusion, Reason
from services.matching.domain.roster import Person, PersonState
from shared.kernel.fields import Check
from shared.kernel.languages import stands_for, understands
from shared.kernel.places import distance_km

ASK_WINDOW = timedelta(days=7)
"""The ask budget's week: a rolling one, so that no Monday doubles it."""


def active(agenda: Agenda, person: Person) -> Exclusion | None:
    """Unconfirmed addresses and paused people are not written to."""
    if person.state is PersonState.UNCONFIRMED:
        return Exclusion(Reason.NOT_ACTIVE, {"state": person.state.value})
    if person.state is not PersonState.PAUSED:
        return None
    until = person.paused_until
    if until is not None and until <= agenda.now:
        return None
    return Exclusion(Reason.PAUSED, {} if until is None else {"until": until}, until)


def known(agenda: Agenda, person: Person) -> Exclusion | None:
    """No strangers: before a first talk somebody is asked to help at an event at most."""
    if person.known or not agenda.need.for_known_people_only:
        return None
    return Exclusion(Reason.NOT_KNOWN, {"check": Check.FIRST_TALK.value})


def field_wanted(agenda: Agenda, person: Person) -> Exclusion | None:
    """Who has named fields is asked for these only."""
    if not person.fields or agenda.need.field in person.fields:
        return None
    return Exclusion(Reason.FIELD_DECLINED, {"field": agenda.need.field.value})


def languages_spoken(agenda: Agenda, person: Person) -> Exclusion | None:
    """Who has named languages speaks each needed one at its level."""
    if not person.languages:
        return None
    for wanted in agenda.need.languages:
        if any(understands(skill, wanted) for skill in person.languages):
            continue
        levels = [s.level for s in person.languages if stands_for(wanted.tag, s.tag)]
        details: dict[str, str] = {"tag": wanted.tag, "needed": wanted.level.value}
        if not levels:
            return Exclusion(Reason.LANGUAGE_MISSING, details)
        return Exclusion(Reason.LANGUAGE_TOO_LOW, {**details, "stated": max(levels).value})
    return None


def skills_stated(agenda: Agenda, person: Person) -> Exclusion | None:
    """Who has named skills has each needed one."""
    missing = agenda.need.skills - person.skills
    if not missing or not person.skills:
        return None
    return Exclusion(Reason.SKILL_MISSING, {"skill": min(missing)})


def gender_wished(agenda: Agenda, person: Person) -> Exclusion | None:
    """A wished gender must have been stated: here unknown excludes."""
    wished = agenda.need.wished_gender
    if wished is None or person.gender is wished:
        return None
    details: dict[str, str | int] = {
        "wished": wished.value,
        "stated": person.gender is not None,
    }
    return Exclusion(Reason.WISHED_GENDER, details)


def checks_valid(agenda: Agenda, person: Person) -> Exclusion | None:
    """Each needed check holds on the last date: here unknown excludes."""
    for check in sorted(agenda.need.checks):
        if check is Check.FIRST_TALK and person.known:
            continue
        if check not in person.checks:
            return Exclusion(Reason.CHECK_MISSING, {"check": check.value})
        last_day = person.checks[check]
        if last_day is not None and last_day < agenda.last_on:
            return Exclusion(
                Reason.CHECK_EXPIRED,
                {"check": check.value, "valid_until": last_day, "needed_on": agenda.last_on},
            )
    return None


def near_enough(agenda: Agenda, person: Person) -> Exclusion | None:
    """Within the stated radius. A lift takes the way off the volunteer, so then none counts."""
    need = agenda.need
    if need.point is None or need.lift_offered:
        return None
    if person.point is None or person.radius_km is None:
        return None
    distance = distance_km(need.point, person.point)
    if distance <= person.radius_km:
        return None
    return Exclusion(
        Reason.TOO_FAR, {"distance_km": ceil(distance), "radius_km": int(person.radius_km)}
    )


def budget_left(agenda: Agenda, person: Person) -> Exclusion | None:
    """At most as many asks in any seven days as the volunteer wants."""
    budget = person.asks_per_week
    if budget is None:
        budget = agenda.tuning.asks_per_week
    recent = sorted(at for at in person.asked_at if at > agenda.now - ASK_WINDOW)
    used = len(recent) + person.open_asks
    if used < budget:
        return None
    # Room comes when so many of the recent asks have grown old that fewer than the budget count.
    outgrown = used - budget
    until = recent[outgrown] + ASK_WINDOW if outgrown < len(recent) and budget > 0 else None
    return Exclusion(Reason.ASK_BUDGET_USED_UP, {"budget": budget, "used": used}, until)


Rule = Callable[[Agenda, Person], Exclusion | None]

RULES: tuple[Rule, ...] = (
    active,
    known,
    field_wanted,
    languages_spoken,
    skills_stated,
    gender_wished,
    checks_valid,
    near_enough,
    *CALENDAR_RULES,
    budget_left,
)
"""In the order in which reasons are named: the first is the one that counts in summaries."""


def exclusions(agenda: Agenda, person: Person) -> tuple[Exclusion, ...]:
    """Every reason why this person is not asked, the most telling first; none: they fit."""
    found = (rule(agenda, person) for rule in RULES)
    return tuple(exclusion for exclusion in found if exclusion is not None)
