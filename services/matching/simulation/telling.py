"""The world in the product's words: ids, needs and people as matching is told of them."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.matching.domain.need import Need
from services.matching.domain.roster import Person
from services.matching.simulation.parameters import FIELDS, LEVELS
from services.matching.simulation.posting import Posted
from services.matching.simulation.volunteers import NOT_SPOKEN
from services.matching.simulation.world import World
from shared.kernel.fields import Kind
from shared.kernel.ids import OrganisationId, RequestId, VolunteerId
from shared.kernel.languages import LanguageSkill
from shared.kernel.places import Point
from shared.kernel.slots import Slot
from shared.kernel.weeks import Week

_ROWS = (1 << 32) - 1


def volunteer_id(row: int) -> VolunteerId:
    return VolunteerId(UUID(int=row))


def row_of(identity: VolunteerId) -> int:
    return identity.int & _ROWS


def organisation_id(request: Posted) -> OrganisationId:
    return OrganisationId(UUID(int=request.organisation))


def need_of(world: World, number: int) -> Need:
    """The request as matching is told of it."""
    request = world.requests[number]
    return Need(
        # With the seed, so that ties are broken otherwise in another world.
        request_id=RequestId(UUID(int=(world.seed << 64) + number)),
        organisation_id=organisation_id(request),
        version=1,
        facts_version=1,
        kind=Kind.SINGLE if len(request.slots) == 1 else Kind.SERIES,
        field=FIELDS[request.field],
        places=request.places,
        slots=request.slots,
        point=request.point,
        languages=() if request.need is None else (request.need,),
    )


def again(need: Need, later: timedelta) -> Need:
    """The same need once more, so much later, under an id that no request has."""
    slots = tuple(Slot(one.starts_at + later, one.ends_at + later) for one in need.slots)
    again = RequestId(UUID(int=need.request_id.int | 1 << 127))
    return replace(need, request_id=again, slots=slots)


def person_of(world: World, row: int) -> Person:
    """The volunteer as matching is told of them, before anything was asked."""
    people, tags = world.volunteers, world.parameters.languages.tags
    return Person(
        volunteer_id(row),
        version=1,
        known=True,
        point=Point(float(people.latitude[row]), float(people.longitude[row])),
        radius_km=float(people.radius_km[row]),
        languages=tuple(
            LanguageSkill(tag, LEVELS[level])
            for tag, level in zip(tags, people.levels[row], strict=True)
            if level != NOT_SPOKEN
        ),
        fields=frozenset(
            field for field, chosen in zip(FIELDS, people.fields[row], strict=True) if chosen
        ),
        availability=Week(tuple(int(day) for day in people.free[row])),
        hours_per_week=float(people.hours_per_week[row]),
    )
