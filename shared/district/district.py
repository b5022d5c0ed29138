"""The district: where it is, what it offers to choose from, and whom to ring."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from zoneinfo import ZoneInfo

from shared.district.catalogue import Names, Office, TandemEnd, Task
from shared.kernel.errors import Refusal
from shared.kernel.fields import Field
from shared.kernel.places import Point

_PLAIN_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "-": " "})


class PostcodeUnknown(Refusal):
    """A postcode is neither in the district nor in its neighbourhood."""

    code: ClassVar[str] = "district.postcode_unknown"


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality; `point` is its main place, `outline` the rings of its border (even-odd)."""

    name: str
    postcode: str
    point: Point
    population: int
    outline: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True, slots=True)
class OfferedLanguage:
    """A language that forms offer; `share` of the demonstration's volunteers speak it, 0..1."""

    tag: str
    share: float


@dataclass(frozen=True, slots=True)
class District:
    """Everything that `infra/district/` says; read once, at the start of a service."""

    name: str
    title: str
    state: str
    """The federal state's code in ISO 3166-2:DE, without `DE-`."""
    timezone: ZoneInfo
    municipalities: tuple[Municipality, ...]
    postcodes: Mapping[str, Point]
    """The district's own."""
    neighbouring_postcodes: Mapping[str, Point]
    """Volunteers may live there."""
    fields: Mapping[Field, Names]
    tasks: Mapping[str, Task]
    """By code, as the skills are."""
    skills: Mapping[str, Names]
    languages: tuple[OfferedLanguage, ...]
    """By share, largest first."""
    office: Office
    tandem_ends: Mapping[str, TandemEnd]
    """By code, in the order in which they are offered."""

    def locate(
        self, postcode: str, municipality: str | None = None, *, field: str = "postcode"
    ) -> Point:
        """Return the municipality's main place if it has the postcode, else the postcode's middle.

        A municipality that is not known does not matter: people write the name of their village.
        Raises PostcodeUnknown.
        """
        code = postcode.strip()
        middle = self.postcodes.get(code) or self.neighbouring_postcodes.get(code)
        if middle is None:
            raise PostcodeUnknown(
                "this postcode is neither in the district nor next to it", field=field
            )
        named = self._municipality_named(municipality)
        return named.point if named and named.postcode == code else middle

    def municipality_of(
        self, postcode: str, municipality: str | None = None
    ) -> Municipality | None:
        """Return the municipality of the name, else the only one with the postcode.

        None where that is not certain (four postcodes have several) or not in the district.
        """
        if postcode.strip() not in self.postcodes:
            return None
        named = self._municipality_named(municipality)
        if named:
            return named
        having = [place for place in self.municipalities if place.postcode == postcode.strip()]
        return having[0] if len(having) == 1 else None

    def holidays(self, years: Iterable[int]) -> frozenset[date]:
        """Return the public holidays of the district's state in these years.

        The first call loads the calendar's package, about half a second: ask at the start.
        """
        from holidays import country_holidays  # noqa: PLC0415 - slow, and few services need it

        return frozenset(country_holidays("DE", subdiv=self.state, years=list(years)))

    def _municipality_named(self, name: str | None) -> Municipality | None:
        wanted = _plain(name or "")
        return next((m for m in self.municipalities if _plain(m.name) == wanted), None)


def _plain(name: str) -> str:
    """Spell as people do without umlauts, in any case."""
    return " ".join(name.casefold().translate(_PLAIN_LETTERS).split())
