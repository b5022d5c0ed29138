"""The requests of a world: when each is posted, and what it asks for."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from math import log

import numpy as np
from numpy.typing import NDArray

from services.matching.simulation.parameters import FIELDS, LEVELS, WorldParameters
from services.matching.simulation.volunteers import Floats, Points, levels_of, of_classes
from shared.kernel.languages import LanguageNeed, Level
from shared.kernel.places import Point
from shared.kernel.slots import TIMEZONE, Slot
from shared.kernel.weeks import DAYS

_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)
NO_LANGUAGE = -1


@dataclass(frozen=True, slots=True)
class Posted:
    """What one request asks for."""

    posted_at: datetime
    field: int
    """Its position in `FIELDS`."""
    point: Point
    places: int
    slots: tuple[Slot, ...]
    """At the same weekday and time of local days."""
    organisation: int
    language: int = NO_LANGUAGE
    """Its position in `Languages.tags`; `NO_LANGUAGE` if German will do."""
    need: LanguageNeed | None = None
    """The same, with its level."""

    @property
    def starts_at(self) -> datetime:
        return self.slots[0].starts_at

    @property
    def lead(self) -> timedelta:
        return self.starts_at - self.posted_at


def post_requests(
    parameters: WorldParameters, wanted: Floats, points: Points, chance: np.random.Generator
) -> tuple[datetime, tuple[Posted, ...]]:
    """Draw when the world begins and its requests, in the order of posting."""
    said, calendar = parameters.requests, parameters.calendar
    midnight = datetime.combine(calendar.starts_on, time(), TIMEZONE)
    count = int(chance.poisson(said.per_week * calendar.weeks))
    posted = _posted_at(parameters, midnight, chance, count)
    fields = chance.choice(len(FIELDS), count, p=wanted)
    latitudes, longitudes = points(chance, count)
    places = of_classes(said.places, chance, count).astype(int)
    slots = _slots(parameters, posted, chance)
    organisations = chance.integers(said.organisations, size=count)
    languages = _languages(parameters, chance, count)
    requests = tuple(
        Posted(
            posted[number],
            int(fields[number]),
            Point(float(latitudes[number]), float(longitudes[number])),
            int(places[number]),
            slots[number],
            int(organisations[number]),
            *languages[number],
        )
        for number in range(count)
    )
    return midnight.astimezone(UTC), requests


def _posted_at(
    parameters: WorldParameters, midnight: datetime, chance: np.random.Generator, count: int
) -> list[datetime]:
    """A Poisson process given its count: independent moments, by the week's rhythm, sorted."""
    said = parameters.requests
    weeks = chance.integers(parameters.calendar.weeks, size=count)
    weekdays = chance.choice(DAYS, count, p=said.weekdays)
    hours = chance.uniform(*said.posted_between, count)
    days = midnight.date().toordinal() + weeks * DAYS + weekdays
    found = [
        datetime.combine(datetime.fromordinal(int(day)), time(), TIMEZONE)
        + timedelta(seconds=round(hour * 3600))
        for day, hour in zip(days, hours, strict=True)
    ]
    return sorted(moment.astimezone(UTC) for moment in found)


def _slots(
    parameters: WorldParameters, posted: list[datetime], chance: np.random.Generator
) -> list[tuple[Slot, ...]]:
    """Dates at full hours within a day-part, the first about the drawn lead after the posting."""
    said, people = parameters.requests, parameters.volunteers
    count = len(posted)
    least, most = said.lead_least_hours, said.lead_most_days * 24
    drawn = chance.lognormal(log(said.lead_median_days * 24), said.lead_spread, count)
    leads = np.clip(drawn, least, most)
    parts = chance.choice(np.array(people.day_parts), count)
    later = chance.integers(people.day_part_hours - said.hours + 1, size=count)
    dates = of_classes(said.dates, chance, count).astype(int)
    found: list[tuple[Slot, ...]] = []
    for number, moment in enumerate(posted):
        hour = int(parts[number] + later[number])
        first = _first_day(moment, timedelta(hours=float(leads[number])), hour, least)
        found.append(
            tuple(
                _slot(first + week * _WEEK, hour, said.hours) for week in range(dates[number])
            )
        )
    return found


def _first_day(moment: datetime, lead: timedelta, hour: int, least: float) -> datetime:
    """The day the lead leads to, or the next if that hour would come too soon."""
    local = (moment + lead).astimezone(TIMEZONE)
    day = datetime.combine(local.date(), time())
    begins = day.replace(hour=hour, tzinfo=TIMEZONE)
    return day if begins - moment >= timedelta(hours=least) else day + _DAY


def _slot(day: datetime, hour: int, hours: int) -> Slot:
    begins = day.replace(hour=hour, tzinfo=TIMEZONE)
    ends = (day + timedelta(hours=hour + hours)).replace(tzinfo=TIMEZONE)
    return Slot(begins, ends)


def _languages(
    parameters: WorldParameters, chance: np.random.Generator, count: int
) -> list[tuple[int, LanguageNeed | None]]:
    """The further language of each request, by Zipf's weights, with the level needed."""
    said = parameters.languages
    weights = 1 / np.arange(1, len(said.further) + 1) ** said.needed_falls
    which = chance.choice(len(said.further), count, p=weights / weights.sum())
    levels: NDArray[np.int8] = levels_of(said.needed_levels, chance, count)
    needed = chance.random(count) < parameters.requests.needs_language
    first = len(said.everyday)
    return [
        (first + one, LanguageNeed(said.further[one], Level(LEVELS[level])))
        if needs
        else (NO_LANGUAGE, None)
        for one, level, needs in zip(which.tolist(), levels, needed, strict=True)
    ]
