"""What the JSON API answers."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class VolunteerReceived(BaseModel):
    """The same for a known and an unknown address: nobody learns who is registered."""

    volunteer_id: UUID
    status: str = Field(examples=["unconfirmed"])


class OrganisationReceived(BaseModel):
    """The same for a known and an unknown address."""

    organisation_id: UUID
    status: str = Field(examples=["unverified"])


class RequestReceived(BaseModel):
    """A posted request: as it stands, or received and to be handled."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "request_id": "019ab3f2-6c1e-7d34-9f00-3c2a1b5d7e10",
                    "status": "open",
                    "reference": "AL-2026-0001",
                    "version": 1,
                }
            ]
        }
    )

    request_id: UUID
    status: str = Field(
        description="`received` while it is stored and not yet handled; else as in RequestState."
    )
    reference: str | None = None
    version: int | None = None


class RequestState(BaseModel):
    """How a request stands; what matching counts and knows is null while it does not answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "request_id": "019ab3f2-6c1e-7d34-9f00-3c2a1b5d7e10",
                    "reference": "AL-2026-0001",
                    "status": "open",
                    "version": 1,
                    "places": 2,
                    "invited": 5,
                    "reserved": 0,
                    "accepted": 1,
                    "waitlisted": 0,
                    "nobody_left": False,
                    "stopped": False,
                }
            ]
        }
    )

    request_id: UUID
    reference: str
    status: str = Field(
        description="`review`, `open`, `filled`, `done`, `cancelled` or `expired`."
    )
    version: int
    places: int
    invited: int | None
    reserved: int | None
    accepted: int | None
    waitlisted: int | None
    nobody_left: bool | None = Field(
        description="Of an open request: whether nobody is left to ask; null while unknown."
    )
    stopped: bool | None = Field(
        description="Of an open request: whether the office asks nobody for now; null if unknown."
    )


class PreviewShown(BaseModel):
    """The dry run: nobody was asked."""

    fitting: int = Field(description="Who fit, whatever their calendar says.")
    free_then: int = Field(description="Of them, who are free then.")
    first_mail_at: datetime | None
    excluded: dict[str, int] = Field(description="How many do not fit, by reason.")
