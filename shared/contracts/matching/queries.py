"""What can be asked about requests, people and the engine."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.matching.reports import Decisions, EngineReport, PhoneTasks
from shared.contracts.matching.showing import (
    AssignedPeople,
    BoardShown,
    InvitationPage,
    PlacesOfMany,
    Preview,
    WhyNotShown,
)
from shared.contracts.messages import Query, Service
from shared.contracts.requests import Need


class ShowInvitation(Query[InvitationPage]):
    """One invitation as its answer page and its mails need it."""

    senders: ClassVar = (
        Service.PORTAL.value,
        Service.NOTIFICATIONS.value,
        Service.ADMIN.value,
    )
    invitation_id: UUID
    newest: bool = False
    """Of an invitation that a newer has replaced: show the newer one."""


class ShowBoard(Query[BoardShown]):
    """One request's matching, with ranked candidates and the excluded."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    candidates: int = Field(default=50, ge=0, le=500)
    volunteer_id: UUID | None = None
    """Somebody who is among the excluded in any case, if a rule speaks against them."""


class WhyNotPlanned(Query[WhyNotShown]):
    """Why somebody is not planned on a request, by a plan of all open requests made now."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID


class ShowEngineReport(Query[EngineReport]):
    """How the engine did in the last days: calibration of its chances, agreement with its order."""

    senders: ClassVar = (Service.ADMIN.value,)
    days: int = Field(default=365, ge=1, le=1095)


class PlacesOf(Query[PlacesOfMany]):
    """Counts of these requests; unknown ones are missing."""

    senders: ClassVar = (Service.PORTAL.value, Service.ADMIN.value)
    request_ids: tuple[UUID, ...] = Field(max_length=200)


class AssignedOn(Query[AssignedPeople]):
    """Who comes, for the organisation's mail and page."""

    senders: ClassVar = (Service.NOTIFICATIONS.value, Service.PORTAL.value)
    request_id: UUID


class PreviewMatching(Query[Preview]):
    """The dry run: how many fit, how many are free then, when the first mail would go."""

    senders: ClassVar = (Service.PORTAL.value, Service.ADMIN.value)
    need: Need


class OpenDecisions(Query[Decisions]):
    """What waits for a coordinator over all requests, the soonest `decide_by` first."""

    senders: ClassVar = (Service.ADMIN.value,)
    limit: int = Field(default=100, ge=1, le=500)


class OpenPhoneTasks(Query[PhoneTasks]):
    """Invitations of volunteers who are asked by telephone, the most urgent first."""

    senders: ClassVar = (Service.ADMIN.value,)
    limit: int = Field(default=100, ge=1, le=500)


class AssignedTo(Query[PlacesOfMany]):
    """Requests on which this volunteer holds a place or waits."""

    senders: ClassVar = (Service.PORTAL.value, Service.ADMIN.value)
    volunteer_id: UUID
