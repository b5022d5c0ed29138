"""The shapes of the district's files."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from shared.kernel.errors import Refusal
from shared.kernel.fields import Check, Field, Kind
from shared.kernel.languages import DEFAULT_LOCALE
from shared.kernel.weeks import Week

Names = Mapping[str, str]
"""The same words in several languages, by locale; `de` is always there."""


def in_locale(names: Names, locale: str) -> str:
    """Return the words in the locale, else in German, which is binding and always there."""
    return names.get(locale) or names[DEFAULT_LOCALE]


def _in_german_and_english(names: Names) -> Names:
    for locale in (DEFAULT_LOCALE, "en"):
        if not names.get(locale):
            raise ValueError(f"has no name in {locale}")
    return names


def _hours(text: object) -> Week:
    try:
        return Week.parse(str(text), field="hours")
    except Refusal as refusal:
        raise ValueError(f"{refusal.message} ({refusal.field})") from refusal


BilingualNames = Annotated[Names, AfterValidator(_in_german_and_english)]
Postcode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
State = Literal[
    "BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH"
]  # fmt: skip


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Task(_Entry):
    """A typical task: gives a request its title and suggests the rest."""

    field: Field
    kind: Kind
    title: BilingualNames
    checks: frozenset[Check] = frozenset()
    skills: frozenset[str] = frozenset()
    minors_present: bool = False


class TandemEnd(_Entry):
    """A reason why a tandem ended, named in every locale; `completes`: what was asked for is reached."""

    name: Names
    completes: bool = False


class Office(_Entry):
    """Whom people ring and write to; `hours` are when somebody answers the telephone."""

    name: str
    authority: str
    street: str
    postcode: str
    town: str
    phone: str
    email: str
    mail_domain: str
    hours: Annotated[Week, BeforeValidator(_hours)]


class DistrictFile(_Entry):
    """`district.toml`; coordinates are latitude and longitude."""

    name: str
    title: str
    state: State
    timezone: str
    postcodes: dict[Postcode, tuple[float, float]]
    neighbouring_postcodes: dict[Postcode, tuple[float, float]]


class LanguagesFile(_Entry):
    """`languages.toml`."""

    shares: dict[str, float]


class PlaceRow(_Entry):
    """A line of `places.csv`; the coordinates are those of the main place."""

    municipality: str
    postcode: Postcode
    latitude: float
    longitude: float
    population: int
