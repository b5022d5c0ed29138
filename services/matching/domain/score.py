"""How well somebody fits: 1000 points in five parts that can be read aloud.

Additive and in whole points, so that the sum is the explanation; nobody is compared by anything
but what they stated and how much they were asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from services.matching.domain.agenda import Agenda
from services.matching.domain.roster import Person
from shared.kernel.fields import Kind, Travel
from shared.kernel.ids import RequestId, VolunteerId
from shared.kernel.languages import LanguageNeed, Level, Mode, understands
from shared.kernel.places import distance_km

FIT, NEARNESS, SLACK, CONTINUITY, REST = 300, 200, 150, 150, 200
"""The most that each part can give."""

_FIELD, _SKILLS = 150, 50
_LANGUAGES = FIT - _FIELD - _SKILLS
_PLAIN_LANGUAGE = 0.6
"""The share for speaking a language just well enough; each level more adds a tenth."""

_REACH_KM = {
    Travel.CAR: 25.0,
    Travel.PUBLIC_TRANSPORT: 15.0,
    Travel.BICYCLE: 8.0,
    Travel.FOOT: 3.0,
}
_USUAL_REACH_KM = 15.0
"""Of somebody who stated no radius: only to compare; it excludes nobody."""

_ENOUGH_SLACK_HOURS = 10
_RESTED = timedelta(days=28)
_BUSY_DATES = 4
_LEVELS = list(Level)


@dataclass(frozen=True, slots=True)
class Score:
    """The five parts, in points."""

    fit: int
    """Field, languages and skills: what was stated counts more than what is unknown."""
    nearness: int
    """The way, as a share of what the volunteer is ready to go."""
    slack: int
    """Free hours beyond those needed: a tight week breaks more easily."""
    continuity: int
    """Has helped this organisation before."""
    rest: int
    """Not asked for long, and not much promised in the next four weeks."""

    @property
    def total(self) -> int:
        return self.fit + self.nearness + self.slack + self.continuity + self.rest


def score(agenda: Agenda, person: Person) -> Score:
    """The points of somebody whom no rule excludes."""
    helped_before = agenda.need.organisation_id in person.worked_with
    return Score(
        fit=round(
            _field(agenda, person) + _languages(agenda, person) + _skills(agenda, person)
        ),
        nearness=_nearness(agenda, person),
        slack=_slack(agenda, person),
        continuity=CONTINUITY if helped_before else 0,
        rest=_rest(person, agenda.now),
    )


def tie_break(request_id: RequestId, volunteer_id: VolunteerId) -> bytes:
    """A fair order among equals: another one for each request, the same every time."""
    return blake2b(volunteer_id.bytes, key=request_id.bytes, digest_size=16).digest()


def way_km(agenda: Agenda, person: Person) -> float | None:
    """How far the way is; None for a remote task or an unknown place."""
    if agenda.need.point is None or person.point is None:
        return None
    return distance_km(agenda.need.point, person.point)


def _field(agenda: Agenda, person: Person) -> float:
    return _FIELD if agenda.need.field in person.fields else _FIELD / 2


def _languages(agenda: Agenda, person: Person) -> float:
    needs = agenda.need.languages
    if not needs:
        return _LANGUAGES
    return _LANGUAGES * sum(_language(agenda, person, need) for need in needs) / len(needs)


def _language(agenda: Agenda, person: Person, need: LanguageNeed) -> float:
    """The share for one needed language; none for one that is not stated."""
    best = 0.0
    for skill in person.languages:
        if not understands(skill, need):
            continue
        surplus = _LEVELS.index(skill.level) - _LEVELS.index(need.level)
        interprets = agenda.need.kind is Kind.INTERPRETING and Mode.INTERPRET in skill.modes
        best = max(best, min(1.0, _PLAIN_LANGUAGE + surplus / 10 + 0.2 * interprets))
    return best


def _skills(agenda: Agenda, person: Person) -> float:
    return _SKILLS if agenda.need.skills <= person.skills else 0


def _nearness(agenda: Agenda, person: Person) -> int:
    if agenda.need.point is None:
        return NEARNESS
    way = way_km(agenda, person)
    if way is None:
        return NEARNESS // 2
    reach = person.radius_km
    if reach is None:
        reach = max((_REACH_KM[mode] for mode in person.travel), default=_USUAL_REACH_KM)
    if way >= reach:
        return 0
    return round(NEARNESS * (1 - way / reach))


def _slack(agenda: Agenda, person: Person) -> int:
    if person.availability is None:
        return SLACK // 2
    needed = max(minutes for _, minutes in agenda.minutes) / 60
    spare = person.availability.free_half_hours() / 2 - needed
    return round(SLACK * min(1.0, max(0.0, spare / _ENOUGH_SLACK_HOURS)))


def _rest(person: Person, now: datetime) -> int:
    """Half for the time since the last ask, half for the dates promised in the next weeks."""
    last = max(person.asked_at, default=None)
    rested = 1.0 if last is None else min(1.0, max(0.0, (now - last) / _RESTED))
    if person.open_asks:
        rested = 0.0
    soon = sum(now <= slot.starts_at < now + _RESTED for slot in person.held)
    unburdened = max(0.0, 1 - soon / _BUSY_DATES)
    return round(REST / 2 * rested + REST / 2 * unburdened)
