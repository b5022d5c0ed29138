"""What the JSON API takes: the outside names and rough shapes; the owners check the rest.

Unknown fields are refused: a misspelt one would otherwise be lost without a word.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.portal.pages.types import Clock, Day, Flag, Line, Moment, Number, Text
from shared.contracts.requests import MAX_PLACES
from shared.kernel.fields import (
    Channel,
    Check,
    Gender,
    Kind,
    OrganisationKind,
    Share,
    Travel,
)
from shared.kernel.fields import Field as FieldOfAction

MANY = 60
"""Entries of a list: the owners' own limits are lower or the same."""
MANY_SLOTS = 400


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class Input(BaseModel):
    """Refuses unknown fields and never prints what it was given."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        frozen=True,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


class LanguageSpoken(Input):
    """A language somebody has."""

    tag: Line = Field(description="BCP 47: `ar`, `prs`, `uk`.")
    level: Line = Field(description="`A1` to `C2`, or `native`.")
    modes: tuple[Line, ...] = Field(
        default=(), max_length=5, description="Of `talk`, `interpret`, `write`."
    )


class LanguageNeeded(Input):
    """A language that is needed, at least at this level."""

    tag: Line = Field(description="BCP 47: `ar`, `prs`, `uk`.")
    level: Line = Field(description="`A1` to `C2`, or `native`.")


class Weekly(Input):
    """Regular hours on one weekday (Monday is 0), in the district's wall time."""

    weekday: Number = Field(ge=0, le=6)
    from_: Clock = Field(alias="from")
    to: Clock


class Away(Input):
    """Days on which somebody is away, both included."""

    from_on: Day
    to_on: Day


class SlotWanted(Input):
    """One date of a request."""

    starts_at: Moment
    ends_at: Moment


class VolunteerInput(Input):
    """A volunteer; what is missing is unknown, not no. An address or a number is required."""

    model_config = _example(
        first_name="Amira",
        email="amira@example.org",
        postcode="04600",
        languages=[{"tag": "ar", "level": "native"}, {"tag": "de", "level": "B1"}],
        fields=["language", "social_integration"],
        availability=[{"weekday": 2, "from": "17:00", "to": "20:00"}],
        shares="phone",
        phone="03447 123456",
        consent_version="2026-11",
    )

    first_name: Line
    last_name: Line | None = None
    email: Line | None = None
    phone: Line | None = None
    channel: Channel | None = None
    locale: Line = Field(default="de", description="The language of mails.")
    postcode: Line
    municipality: Line | None = None
    radius_km: Number | None = Field(default=None, ge=1, le=200)
    travel: tuple[Travel, ...] = Field(default=(), max_length=MANY)
    languages: tuple[LanguageSpoken, ...] = Field(default=(), max_length=MANY)
    fields: tuple[FieldOfAction, ...] = Field(default=(), max_length=MANY)
    skills: tuple[Line, ...] = Field(default=(), max_length=MANY)
    availability: tuple[Weekly, ...] | None = Field(default=None, max_length=MANY)
    absences: tuple[Away, ...] = Field(default=(), max_length=MANY)
    asks_per_week: Number | None = Field(default=None, ge=0, le=14)
    hours_per_week: Number | None = Field(default=None, ge=1, le=60)
    gender: Gender | None = None
    shares: Share | None = Field(
        default=None,
        description="What an organisation gets after a yes, beside the first name.",
    )
    consent_version: Line = Field(description="Which text the person agreed to.")


class OrganisationInput(Input):
    """An organisation and the person who speaks for it."""

    model_config = _example(
        name="Begegnungscafé Lucka e. V.",
        kind="association",
        contact_first_name="Jana",
        contact_last_name="Richter",
        email="jana@example.org",
        postcode="04613",
    )

    name: Line
    kind: OrganisationKind
    contact_first_name: Line
    contact_last_name: Line
    email: Line
    phone: Line | None = None
    locale: Line = "de"
    postcode: Line | None = None
    municipality: Line | None = None


_REQUEST: Mapping[str, Any] = {
    "kind": "single",
    "field": "language",
    "title": "Sprachcafé begleiten",
    "description": "Wir sitzen zusammen und reden Deutsch.",
    "places": 2,
    "postcode": "04600",
    "municipality": "Altenburg",
    "meeting_point": "Stadtbibliothek, Haupteingang",
    "contact_name": "Jana Richter",
    "contact_phone": "03447 123456",
    "languages": [{"tag": "de", "level": "B2"}],
    "slots": [
        {"starts_at": "2027-03-03T17:00:00+01:00", "ends_at": "2027-03-03T19:00:00+01:00"}
    ],
}


class RequestFields(Input):
    """A request's fields, any of which may be missing; `requests` says which are needed."""

    kind: Kind | None = Field(default=None, description="May be left to the task.")
    field: FieldOfAction | None = Field(default=None, description="May be left to the task.")
    title: Line | None = Field(default=None, description="May be left to the task.")
    description: Text = ""
    task: Line | None = Field(default=None, description="Of the district's catalogue.")
    places: Number | None = Field(default=None, ge=1, le=MAX_PLACES)
    postcode: Line | None = None
    municipality: Line | None = None
    meeting_point: Line | None = Field(
        default=None, description="Public, or the organisation's own place; never a home."
    )
    contact_name: Line | None = None
    contact_phone: Line | None = None
    remote: Flag = False
    languages: tuple[LanguageNeeded, ...] = Field(default=(), max_length=MANY)
    skills: tuple[Line, ...] = Field(default=(), max_length=MANY)
    checks: tuple[Check, ...] = Field(default=(), max_length=MANY)
    slots: tuple[SlotWanted, ...] = Field(default=(), max_length=MANY_SLOTS)
    weekly: tuple[Weekly, ...] = Field(default=(), max_length=MANY)
    starts_on: Day | None = None
    ends_on: Day | None = None
    answer_by: Moment | None = None
    urgent: Flag = False
    minors_present: Flag = False
    wished_gender: Gender | None = None
    reimbursement: Flag = False
    lift_offered: Flag = False


class RequestInput(RequestFields):
    """A support request.

    Needed are places, kind, field and title (or a task that gives them), a postcode (or remote),
    and dates: `slots`, or `weekly` with `starts_on` and `ends_on`.
    """

    model_config = _example(**_REQUEST)


class RequestChange(RequestFields):
    """What shall change; what is not sent stays, null takes it away.

    `version` is the one that was seen: with it, a change made meanwhile by somebody else is
    refused (409) instead of being overwritten.
    """

    model_config = _example(version=1, places=3, description="Wir brauchen noch jemanden.")

    version: Number | None = Field(default=None, ge=1)
