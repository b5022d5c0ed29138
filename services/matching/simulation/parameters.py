"""A world's parameters: what a TOML file of `infra/worlds` says, checked and named by a hash."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from math import isclose

from shared.kernel.fields import Field
from shared.kernel.languages import Level
from shared.kernel.quiet_hours import QuietHours

Classes = tuple[tuple[float, float], ...]
"""Values, each with the share of those who have it; the shares sum to 1."""
Shares = tuple[tuple[str, float], ...]
"""Codes, each with a share of 0..1."""

FIELDS = tuple(Field)
LEVELS = tuple(Level)
"""Columns of a world have the fields in this order, and levels as positions in this one."""

_DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the world is played, from a Monday on."""

    starts_on: date
    weeks: int
    quiet_hours: str

    def __post_init__(self) -> None:
        _check(self.starts_on.weekday() == 0, "starts_on", "write a Monday")
        _check(self.weeks >= 1, "weeks", "write at least one week")
        QuietHours.parse(self.quiet_hours)


@dataclass(frozen=True, slots=True)
class Region:
    """Where people live and help: normal around a point (degrees, WGS 84), spread in km."""

    latitude: float
    longitude: float
    volunteers_km: float
    requests_km: float


@dataclass(frozen=True, slots=True)
class Capacity:
    """One class of volunteers by what they want to give."""

    share: float
    places: int
    """In any 28 days."""
    hours_per_week: float

    def __post_init__(self) -> None:
        _check(self.places >= 1, "places", "write at least one place")


@dataclass(frozen=True, slots=True)
class Volunteers:
    count: int
    radius_km: Classes
    day_parts: tuple[int, ...]
    """The hours of local time at which the parts of a day begin."""
    day_part_hours: int
    free_beta: tuple[float, float]
    capacity: tuple[Capacity, ...]

    def __post_init__(self) -> None:
        _check(self.count >= 1, "count", "write at least one volunteer")
        _check_classes(self.radius_km, "radius_km")
        _check_sum((one.share for one in self.capacity), "capacity")
        ends = [start + self.day_part_hours for start in self.day_parts]
        apart = [*zip(ends, (*self.day_parts[1:], _DAY_HOURS), strict=True)]
        _check(bool(apart), "day_parts", "write at least one")
        _check(all(end <= start for end, start in apart), "day_parts", "they overlap")


@dataclass(frozen=True, slots=True)
class Fields:
    """How much the fields of action are wanted; see the file for the meaning of each figure."""

    concentration: float
    chosen: float
    least: float
    most: float
    besides: float


@dataclass(frozen=True, slots=True)
class Languages:
    everyday: Shares
    further: tuple[str, ...]
    """The most spoken first."""
    spoken: float
    spoken_falls: float
    needed_falls: float
    scarcer: Shares
    scarce_below: float
    spoken_levels: Shares
    needed_levels: Shares

    def __post_init__(self) -> None:
        for at in ("spoken_levels", "needed_levels"):
            levels: Shares = getattr(self, at)
            _check_sum((share for _, share in levels), at)
            _check(all(code in LEVELS for code, _ in levels), at, "write levels")
        unknown = {code for code, _ in self.scarcer} - set(self.further)
        _check(not unknown, "scarcer", f"{sorted(unknown)} is no further language")

    @property
    def tags(self) -> tuple[str, ...]:
        return (*(tag for tag, _ in self.everyday), *self.further)

    @property
    def shares(self) -> dict[str, float]:
        """The share of the volunteers who speak each language at any level."""
        ranked = {
            tag: self.spoken / rank**self.spoken_falls
            for rank, tag in enumerate(self.further, start=1)
        }
        return dict(self.everyday) | ranked | dict(self.scarcer)

    @property
    def scarce(self) -> frozenset[str]:
        return frozenset(tag for tag in self.further if self.shares[tag] < self.scarce_below)


@dataclass(frozen=True, slots=True)
class Requests:
    per_week: float
    weekdays: tuple[float, float, float, float, float, float, float]
    posted_between: tuple[int, int]
    needs_language: float
    places: Classes
    lead_median_days: float
    lead_spread: float
    lead_least_hours: float
    lead_most_days: float
    hours: int
    dates: Classes
    organisations: int

    def __post_init__(self) -> None:
        _check_sum(self.weekdays, "weekdays")
        for at in ("places", "dates"):
            classes: Classes = getattr(self, at)
            _check_classes(classes, at)
            whole = all(value >= 1 and value == int(value) for value, _ in classes)
            _check(whole, at, "write whole numbers from 1")
        _check(self.organisations >= 1, "organisations", "write at least one")


@dataclass(frozen=True, slots=True)
class Answers:
    """Who says yes, no or nothing, and when; see the file for the meaning of each figure."""

    willing_mean: float
    willing_spread: float
    affinity_spread: float
    near: float
    far: float
    fatigue: float
    fatigue_days: float
    too_late_fatigue: float
    reply_median_hours: float
    reply_spread: float
    says_no: float
    leaves: float
    leaves_power: float

    def __post_init__(self) -> None:
        _check(self.fatigue_days > 0, "fatigue_days", "write more than 0")
        _check(self.reply_median_hours > 0, "reply_median_hours", "write more than 0")


@dataclass(frozen=True, slots=True)
class WorldParameters:
    """All that a world is made from, but for its seed. Raises ValueError for what cannot be."""

    name: str
    calendar: Calendar
    region: Region
    volunteers: Volunteers
    fields: Fields
    languages: Languages
    requests: Requests
    answers: Answers

    def __post_init__(self) -> None:
        longest = self.volunteers.day_part_hours
        _check(1 <= self.requests.hours <= longest, "requests.hours", "as long as a day-part")

    @property
    def hash(self) -> str:
        """Twelve digits that differ as soon as one figure does."""
        said = json.dumps(asdict(self), sort_keys=True, default=str)
        return sha256(said.encode()).hexdigest()[:12]


def _check(holds: bool, at: str, what: str) -> None:  # noqa: FBT001
    if not holds:
        raise ValueError(f"{at}: {what}")


def _check_sum(shares: Iterable[float], at: str) -> None:
    found = [*shares]
    _check(all(0 <= share <= 1 for share in found), at, "a share is 0 to 1")
    _check(isclose(sum(found), 1, abs_tol=1e-9), at, "the shares do not sum to 1")


def _check_classes(classes: Classes, at: str) -> None:
    _check_sum((share for _, share in classes), at)
