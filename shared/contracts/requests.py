"""What `requests` takes, answers and publishes: support requests, their life and their words."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.messages import (
    CLI,
    Command,
    Event,
    Message,
    Query,
    Service,
    Starts,
)
from shared.contracts.values import Code, Coordinates, Dated, LanguageAsked, RefusalCode, Times
from shared.kernel.fields import Check, Gender, Kind
from shared.kernel.fields import Field as FieldOfAction

MAX_PLACES = 500

_MATCHED = {Service.MATCHING: Starts.PROJECTION, Service.REPORTING: Starts.PROJECTION}
_MAILED = {Service.NOTIFICATIONS: Starts.EFFECT}
_REPORTED = {Service.REPORTING: Starts.PROJECTION}


class Need(Message):
    """What a request asks of volunteers, in codes: all that matching may know."""

    kind: Kind
    field: FieldOfAction
    places: int = Field(ge=1, le=MAX_PLACES)
    remote: bool = False
    point: Coordinates | None = None
    """None only when remote."""
    municipality_code: Code | None = None
    slots: tuple[Dated, ...]
    languages: tuple[LanguageAsked, ...] = ()
    skills: tuple[Code, ...] = ()
    checks: tuple[Check, ...] = ()
    minors_present: bool = False
    wished_gender: Gender | None = None
    urgent: bool = False
    reimbursement: bool = False
    lift_offered: bool = False
    answer_by: AwareDatetime | None = None
    open_ended: bool = False
    """A tandem without a last day: its dates are laid out for some months, and it goes on."""


class Words(Message):
    """The words of a request and where to go; asked when shown, never sent around."""

    request_id: UUID
    reference: str
    organisation_id: UUID
    version: int
    state: str
    kind: Kind
    field: FieldOfAction
    title: str
    description: str = ""
    postcode: str | None = None
    municipality: str | None = None
    remote: bool = False
    meeting_point: str | None = None
    contact_id: UUID | None = None
    slots: tuple[Dated, ...] = ()
    languages: tuple[LanguageAsked, ...] = ()
    places: int = 1
    reimbursement: bool = False
    lift_offered: bool = False
    minors_present: bool = False
    linked_to: UUID | None = None
    """The series of which this request is one date that somebody skips."""

    @property
    def address(self) -> str | None:
        """The meeting point with its town, as a map finds it; None without a meeting point."""
        point = self.meeting_point
        if point is None or (self.postcode is not None and self.postcode in point):
            return point
        town = " ".join(part for part in (self.postcode, self.municipality) if part)
        if self.municipality is not None:
            point = point.removesuffix(f", {self.municipality}")
        return f"{point}, {town}" if town else point


class WordsOfMany(Message):
    words: tuple[Words, ...]


class RequestContent(Message):
    """All that an organisation says about a request; names and numbers of people stay in `network`.

    What is required, and what fits together, is checked by `requests`, which names every field at
    fault in one refusal; a `task` of the district's catalogue gives kind, field and title.
    """

    kind: Kind | None = None
    field: FieldOfAction | None = None
    title: str | None = None
    task: str | None = None
    description: str = ""
    places: int | None = None
    postcode: str | None = None
    municipality: str | None = None
    meeting_point: str | None = None
    contact_id: UUID | None = None
    remote: bool = False
    languages: tuple[LanguageAsked, ...] = ()
    skills: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    slots: tuple[Dated, ...] = ()
    weekly: tuple[Times, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    answer_by: AwareDatetime | None = None
    urgent: bool = False
    minors_present: bool = False
    wished_gender: Gender | None = None
    reimbursement: bool = False
    lift_offered: bool = False


class RequestPosted(Message):
    """The state after posting."""

    request_id: UUID
    reference: str
    status: str
    version: int


class RequestShown(Message):
    """A request as its organisation and a coordinator may see it."""

    found: bool
    request_id: UUID | None = None
    organisation_id: UUID | None = None
    reference: str = ""
    status: str = ""
    version: int = 0
    places: int = 0
    reserved: int = 0
    assigned: int = 0
    waitlisted: int = 0
    posted_at: AwareDatetime | None = None
    linked_to: UUID | None = None
    """The series of which this request is one date that somebody skips."""
    words: Words | None = None
    need: Need | None = None
    content: RequestContent | None = None
    """As it can be changed and sent back; only in the answer to `ShowRequest`."""


class RequestList(Message):
    requests: tuple[RequestShown, ...]
    total: int = 0


class _AboutRequest(Event):
    subject_field: ClassVar[str] = "request_id"
    request_id: UUID
    sequence: int


class RequestReceived(_AboutRequest):
    """A request is stored; it may wait in review. Asks for the mail "received"."""

    readers: ClassVar = _MAILED | _REPORTED
    organisation_id: UUID
    in_review: bool


class RequestOpened(_AboutRequest):
    """A request is open, or open again: matching may ask volunteers."""

    readers: ClassVar = _MATCHED
    organisation_id: UUID
    need: Need
    facts_sequence: int = 0
    """The sequence at which time, place, language or check last changed; in every state that is
    sent, so that a reader who missed one in between still knows whom to ask again."""
    linked_to: UUID | None = None
    """The series of which this request is one date that somebody skips."""


class RequestHeld(_AboutRequest):
    """An open request waits in review again (its organisation was suspended).

    Nobody else is asked until it is opened with a newer sequence; who has a place keeps it.
    """

    readers: ClassVar = _MATCHED


class RequestChanged(_AboutRequest):
    """An open request's need changed. `material`: time, place, language or check; the assigned are asked again."""

    readers: ClassVar = _MATCHED
    organisation_id: UUID
    need: Need
    material: bool
    facts_sequence: int = 0
    """As in `RequestOpened`."""


class RequestCancelled(_AboutRequest):
    """The organisation or a coordinator called it off."""

    readers: ClassVar = _MATCHED


class RequestExpired(_AboutRequest):
    """Its time came and nobody was assigned."""

    readers: ClassVar = _MATCHED | _MAILED
    organisation_id: UUID


class RequestCompleted(_AboutRequest):
    """It took place."""

    readers: ClassVar = _MATCHED


class RequestRefusedLate(Event):
    """What an organisation wished was refused when it had long been told "received": it gets a mail.

    Of a refused `post` there is no request: `request_id` is the one that was chosen for it.
    """

    subject_field: ClassVar[str] = "request_id"
    readers: ClassVar = _MAILED | _REPORTED
    request_id: UUID
    organisation_id: UUID
    deed: Code
    """`post`, `change`, `cancel` or `complete`."""
    code: RefusalCode
    """Why it was refused."""
    starts_at: AwareDatetime | None = None
    """Of a `post`: the first date that was asked for, so that it is known which one is meant."""


class PostRequest(Command[RequestPosted]):
    """An organisation asks for support.

    The sender chooses the id, so that it can name a request whose command is stored and not yet
    handled; who sends the same key again sends the same id (made from the key, say).
    """

    request_id: UUID
    organisation_id: UUID
    content: RequestContent


class ChangeRequest(Command[RequestPosted]):
    """The organisation or a coordinator changes a request; `version` is the one that was seen."""

    request_id: UUID
    organisation_id: UUID | None = None
    """The organisation in whose name it is asked; None: a coordinator."""
    version: int
    content: RequestContent


class CancelRequest(Command[RequestPosted]):
    """The organisation or a coordinator calls a request off."""

    request_id: UUID
    organisation_id: UUID | None = None


class CompleteRequest(Command[RequestPosted]):
    """The organisation or a coordinator says that it took place."""

    request_id: UUID
    organisation_id: UUID | None = None


class ApproveRequest(Command[RequestPosted]):
    """A coordinator lets a request out of review."""

    senders: ClassVar = (Service.ADMIN.value,)
    request_id: UUID


class WordsOf(Query[WordsOfMany]):
    """The words of these requests; an id that is gone is missing in the answer."""

    senders: ClassVar = (
        Service.NOTIFICATIONS.value,
        Service.PORTAL.value,
        Service.ADMIN.value,
    )
    request_ids: tuple[UUID, ...] = Field(max_length=200)


class ShowRequest(Query[RequestShown]):
    """One request; with `organisation_id`, only that organisation's own."""

    senders: ClassVar = (Service.PORTAL.value, Service.ADMIN.value, CLI)
    request_id: UUID
    organisation_id: UUID | None = None


class FindRequests(Query[RequestList]):
    """Requests by state, organisation, field or municipality, the next date first."""

    senders: ClassVar = (Service.PORTAL.value, Service.ADMIN.value)
    status: tuple[str, ...] = ()
    organisation_id: UUID | None = None
    field: FieldOfAction | None = None
    municipality_code: Code | None = None
    linked_to: UUID | None = None
    """Only the skipped dates of this series."""
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=50, ge=1, le=200)


class PreviewNeed(Query[Need]):
    """The need that a request would have, checked like a posted one: for the dry run."""

    senders: ClassVar = (Service.PORTAL.value, Service.ADMIN.value, CLI)
    content: RequestContent
