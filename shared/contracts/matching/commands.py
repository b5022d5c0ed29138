"""What volunteers, organisations and coordinators want done."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.matching.showing import (
    AnswerTaken,
    Changed,
    MoreAsked,
    SkippedDates,
    WaveApproved,
)
from shared.contracts.messages import Command, Service
from shared.contracts.values import Code
from shared.kernel.fields import (
    Answer,
)


class AnswerInvitation(Command[AnswerTaken]):
    """A volunteer's answer; `version` is the request's as it was shown, None: as it is."""

    invitation_id: UUID
    answer: Answer
    version: int | None = None
    answered_at: AwareDatetime | None = None
    """Domain time at which the page took it."""


class SkipDate(Command[SkippedDates]):
    """Who has a place in a series does not come to one date, and keeps the place."""

    invitation_id: UUID
    starts_at: AwareDatetime


class UnskipDate(Command[SkippedDates]):
    """They come after all; refused once somebody else has that date's place."""

    invitation_id: UUID
    starts_at: AwareDatetime


class InviteVolunteer(Command[Changed]):
    """A coordinator invites somebody outside the waves."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID
    reason: Code


class AssignVolunteer(Command[Changed]):
    """A coordinator gives a place to somebody who agreed, on the telephone say."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID
    reason: Code


class ReleaseVolunteer(Command[Changed]):
    """A coordinator takes a place or a reservation back."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID
    reason: Code
    refill: bool = True
    """Whether the place is given on. Not, where the organisation wants fewer places: then nobody
    moves up or is asked until the request is changed, or matching resumed."""


class DecideReservation(Command[Changed]):
    """A coordinator confirms or declines a reserved place."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID
    confirm: bool
    reason: Code = "coordinator"


class ExcludeVolunteer(Command[Changed]):
    """A coordinator takes somebody out of this request's candidates."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID
    reason: Code


class HoldBackVolunteer(Command[Changed]):
    """A coordinator keeps somebody for something else: not asked for this request for some days."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID
    days: int = Field(ge=1, le=60)
    reason: Code


class ReadmitVolunteer(Command[Changed]):
    """The undo of leaving somebody out or holding them back: they may be asked again."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_id: UUID


class AskMore(Command[MoreAsked]):
    """A coordinator lets the next of the order be asked now, whatever their mails cost."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    people: int = Field(ge=1, le=20)
    """How many; fewer if fewer are left."""
    reason: Code


class ApproveWave(Command[WaveApproved]):
    """A coordinator lets the planned wave go out (`invite: after review`), or a part of it."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    volunteer_ids: tuple[UUID, ...] | None = None
    """Whom to ask; the others are not asked for this request. None: the whole wave."""


class StopMatching(Command[Changed]):
    """A coordinator stops asking; open invitations are withdrawn."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
    reason: Code


class ResumeMatching(Command[Changed]):
    """The undo of a stop: waves go on, and may ask those anew whose open invitations it withdrew.

    The ask that left counts in their budget. What was withdrawn for another reason stays so.
    """

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID
