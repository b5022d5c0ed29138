"""The shapes that the rules read: a description as it came in, and what they know of the district.

The contract `VolunteerDescription` and `shared.district.District` have these shapes; the domain knows
neither.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from shared.kernel.fields import Channel, Check, Field, Gender, Share, Travel
from shared.kernel.places import Point


class StatedLanguage(Protocol):
    """A language that somebody says they speak."""

    @property
    def tag(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def modes(self) -> Sequence[str]: ...


class StatedTimes(Protocol):
    """A weekly time at which somebody says they are free."""

    @property
    def weekday(self) -> int: ...
    @property
    def from_(self) -> str: ...
    @property
    def to(self) -> str: ...


class StatedAbsence(Protocol):
    """Days on which somebody says they are away."""

    @property
    def from_on(self) -> date: ...
    @property
    def to_on(self) -> date: ...


class StatedCheck(Protocol):
    """A check that somebody saw, and its last valid day."""

    @property
    def check(self) -> Check: ...
    @property
    def valid_until(self) -> date: ...


class Stated(Protocol):
    """A description as it came in: nothing is checked but types and ranges of numbers."""

    @property
    def first_name(self) -> str: ...
    @property
    def last_name(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def channel(self) -> Channel | None: ...
    @property
    def locale(self) -> str: ...
    @property
    def postcode(self) -> str: ...
    @property
    def municipality(self) -> str | None: ...
    @property
    def radius_km(self) -> int | None: ...
    @property
    def travel(self) -> Sequence[Travel]: ...
    @property
    def languages(self) -> Sequence[StatedLanguage]: ...
    @property
    def fields(self) -> Sequence[Field]: ...
    @property
    def skills(self) -> Sequence[str]: ...
    @property
    def availability(self) -> Sequence[StatedTimes] | None: ...
    @property
    def absences(self) -> Sequence[StatedAbsence]: ...
    @property
    def asks_per_week(self) -> int | None: ...
    @property
    def hours_per_week(self) -> int | None: ...
    @property
    def gender(self) -> Gender | None: ...
    @property
    def shares(self) -> Share | None: ...


class NamedMunicipality(Protocol):
    """A municipality of the district."""

    @property
    def name(self) -> str: ...


class Gazetteer(Protocol):
    """What the rules must know of the district: where its postcodes are, and its list of skills."""

    @property
    def skills(self) -> Mapping[str, object]: ...

    def locate(
        self, postcode: str, municipality: str | None = None, *, field: str = "postcode"
    ) -> Point: ...

    def municipality_of(
        self, postcode: str, municipality: str | None = None
    ) -> NamedMunicipality | None: ...
