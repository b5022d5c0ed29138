"""Values that several messages carry; the outside interface's names, in codes."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from shared.contracts.messages import Message
from shared.kernel.fields import Channel, Check, Gender, Share, Travel
from shared.kernel.fields import Field as FieldOfAction

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
RefusalCode = Annotated[str, Field(pattern=r"^[a-z_]{1,40}\.[a-z0-9_]{1,50}$")]
"""Of a refusal: who refuses, and what (`requests.started`)."""


class LanguageOf(Message):
    """A language somebody has: tag, level, and what for (`talk`, `interpret`, `write`)."""

    tag: str
    level: str
    modes: tuple[str, ...] = ()


class LanguageAsked(Message):
    """A language a request needs, at least at this level."""

    tag: str
    level: str


class Times(Message):
    """Regular free time on one weekday (Monday is 0), wall time of the district."""

    weekday: int = Field(ge=0, le=6)
    from_: str = Field(alias="from", pattern=r"^\d{2}:\d{2}$")
    to: str = Field(pattern=r"^\d{2}:\d{2}$")

    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


class Absence(Message):
    """Days on which somebody is away, both included."""

    from_on: date
    to_on: date


class Dated(Message):
    """One date of a request."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime


class HeldCheck(Message):
    """A check that was seen, and the last day it is valid."""

    check: Check
    valid_until: date


class Coordinates(Message):
    """WGS 84, degrees."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class RosterEntry(Message):
    """A volunteer as matching may know them: no name, no address, no contact."""

    volunteer_id: UUID
    version: int
    state: str
    paused_until: AwareDatetime | None = None
    known: bool = False
    """Whether `first_talk` was ticked; it does not end and is not among the checks."""
    channel: Channel
    point: Coordinates
    radius_km: int | None = None
    travel: tuple[Travel, ...] = ()
    languages: tuple[LanguageOf, ...] = ()
    fields: tuple[FieldOfAction, ...] = ()
    skills: tuple[Code, ...] = ()
    availability: tuple[Times, ...] | None = None
    absences: tuple[Absence, ...] = ()
    checks: tuple[HeldCheck, ...] = ()
    gender: Gender | None = None
    asks_per_week: int = 2
    hours_per_week: int | None = None


class Recipient(Message):
    """Whom a mail goes to; asked at the moment of sending and kept nowhere."""

    found: bool
    first_name: str = ""
    display_name: str = ""
    email: str | None = None
    locale: str = "de"
    shares: Share | None = None


class Done(Message):
    """It is done; `version` is the new state's."""

    version: int = 0
