"""What an organisation says about a request, as it comes in and as it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.kernel.fields import Check, Field, Gender, Kind
from shared.kernel.places import Point
from shared.kernel.weeks import Entry


@dataclass(frozen=True, slots=True)
class Content:
    """A request's fields in the outside interface's words; `need.need_of` checks and cleans them.

    `languages` are pairs of tag and level, `slots` pairs of start and end.
    """

    kind: Kind | None = None
    field: Field | None = None
    title: str | None = None
    task: str | None = None
    description: str = ""
    places: int | None = None
    postcode: str | None = None
    municipality: str | None = None
    meeting_point: str | None = None
    contact_id: UUID | None = None
    remote: bool = False
    languages: tuple[tuple[str, str], ...] = ()
    skills: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    slots: tuple[tuple[datetime, datetime], ...] = ()
    weekly: tuple[Entry, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    answer_by: datetime | None = None
    urgent: bool = False
    minors_present: bool = False
    wished_gender: Gender | None = None
    reimbursement: bool = False
    lift_offered: bool = False


class CatalogueTask(Protocol):
    """A typical task: gives a request what the organisation left out."""

    @property
    def kind(self) -> Kind: ...
    @property
    def field(self) -> Field: ...
    @property
    def title(self) -> Mapping[str, str]: ...


class NamedMunicipality(Protocol):
    @property
    def name(self) -> str: ...


class Catalogue(Protocol):
    """What the rules must know of the district; `shared.district.District` is one."""

    @property
    def timezone(self) -> ZoneInfo: ...
    @property
    def tasks(self) -> Mapping[str, CatalogueTask]: ...
    @property
    def skills(self) -> Mapping[str, object]: ...

    def locate(
        self, postcode: str, municipality: str | None = None, *, field: str = "postcode"
    ) -> Point: ...

    def municipality_of(
        self, postcode: str, municipality: str | None = None
    ) -> NamedMunicipality | None: ...


def material(before: Content, after: Content) -> bool:
    """Say whether time, place, language or check differ, so that the assigned are asked again."""
    return _facts(before) != _facts(after)


def _facts(content: Content) -> tuple[object, ...]:
    return (
        content.slots,
        content.weekly,
        content.starts_on,
        content.ends_on,
        content.remote,
        content.postcode,
        content.municipality,
        content.meeting_point,
        frozenset(content.languages),
        frozenset(content.checks),
    )
