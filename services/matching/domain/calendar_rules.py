"""The hard rules about time: away, not free, already taken, or no hours left."""

from collections.abc import Callable

from services.matching.domain.agenda import Agenda, Occasion, minutes_by_week
from services.matching.domain.exclusions import Exclusion, Reason
from services.matching.domain.roster import Absence, Person


def clashes(agenda: Agenda, person: Person) -> tuple[Occasion, ...]:
    """The dates at which somebody is away or not free; who stated no times is free."""
    away = _away(agenda, person)
    covered = None if person.availability is None else agenda.covered(person.availability)
    if not away and (covered is None or all(covered)):
        return ()
    return tuple(
        occasion
        for occasion in agenda.occasions
        if (covered is not None and not covered[occasion.pattern]) or _falls(occasion, away)
    )


def not_away(agenda: Agenda, person: Person) -> Exclusion | None:
    """Nobody away at a date that must be kept."""
    if not agenda.need.every_date:
        return None
    away = _away(agenda, person)
    for occasion in agenda.occasions if away else ():
        if _falls(occasion, away):
            return Exclusion(Reason.ABSENT, {"on": occasion.first_on})
    return None


def free_enough(agenda: Agenda, person: Person) -> Exclusion | None:
    """Free at each date; of a series or a tandem at most of them, absences counted."""
    if agenda.need.every_date:
        if person.availability is None:
            return None
        missed = agenda.covered(person.availability).count(False)
        if not missed:
            return None
        return Exclusion(Reason.NOT_FREE, {"dates": len(agenda.occasions), "clashes": missed})
    dates, missed = len(agenda.occasions), len(clashes(agenda, person))
    if (dates - missed) * 100 >= agenda.tuning.series_percent * dates:
        return None
    return Exclusion(Reason.NOT_FREE, {"dates": dates, "clashes": missed})


def not_taken(agenda: Agenda, person: Person) -> Exclusion | None:
    """Nobody holds two places at a time, not even for one date of a series."""
    if not agenda.need.overlaps(person.held):
        return None
    return Exclusion(Reason.OVERLAPPING_PLACE, {})


def not_skipped(agenda: Agenda, person: Person) -> Exclusion | None:
    """Who skips a date of a series has said that they cannot then: whoever asks, for one date.

    They may still say yes to something else at that time.
    """
    need = agenda.need
    if not (person.skipped and need.every_date and need.overlaps(person.skipped)):
        return None
    zone = agenda.tuning.zone
    found = next(slot for slot in person.skipped if need.overlaps([slot]))
    return Exclusion(Reason.DATE_SKIPPED, {"on": found.starts_at.astimezone(zone).date()})


def hours_left(agenda: Agenda, person: Person) -> Exclusion | None:
    """In no week more hours than somebody wants to give, the places they hold included."""
    if person.hours_per_week is None:
        return None
    taken = minutes_by_week(person.held, agenda.tuning.zone)
    for year_week, minutes in agenda.minutes:
        total = minutes + taken[year_week]
        if total > person.hours_per_week * 60:
            wanted = round(person.hours_per_week * 60)
            details = {"week": year_week[1], "minutes": total, "wanted_minutes": wanted}
            return Exclusion(Reason.HOURS_USED_UP, details)
    return None


def _away(agenda: Agenda, person: Person) -> list[Absence]:
    """The absences that can touch a date at all."""
    return [gap for gap in person.absences if gap.meets(agenda.first_on, agenda.last_on)]


def _falls(occasion: Occasion, away: list[Absence]) -> bool:
    return any(gap.meets(occasion.first_on, occasion.last_on) for gap in away)


CALENDAR_RULES: tuple[Callable[[Agenda, Person], Exclusion | None], ...] = (
    not_away,
    free_enough,
    not_taken,
    not_skipped,
    hours_left,
)
