"""One ask to one volunteer, how far it has come, and what was answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.matching.domain.effects import Purpose
from shared.kernel.fields import Answer, Channel, Via
from shared.kernel.ids import InvitationId, VolunteerId


class InvitationState(StrEnum):
    """How far the asking has come; what was answered is kept apart."""

    PLANNED = "planned"
    """Waits for a coordinator's approval."""
    APPROVED = "approved"
    """Waits for the end of the quiet hours."""
    ISSUED = "issued"
    """Handed over for sending."""
    SENT = "sent"
    NOT_SENT = "not_sent"
    """Never left, so the volunteer was never asked."""
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    DIRECT = "direct"
    """A coordinator assigned the volunteer without asking by this way."""


NOT_YET_ASKED = frozenset({InvitationState.PLANNED, InvitationState.APPROVED})
OPEN = frozenset({InvitationState.ISSUED, InvitationState.SENT})


@dataclass(frozen=True, slots=True)
class Invitation:
    """One ask to one volunteer."""

    invitation_id: InvitationId
    volunteer_id: VolunteerId
    state: InvitationState
    wave: int
    chance: float
    """Of a yes, as judged when asked, in 0..1."""
    answer_within: timedelta
    need_version: int
    """The version of the need that the page shows."""
    issued_at: datetime
    channel: Channel = Channel.EMAIL
    purpose: Purpose = Purpose.OFFER
    decide_by: datetime | None = None
    sent_at: datetime | None = None
    failed_at: datetime | None = None
    deadline: datetime | None = None
    answer: Answer | None = None
    answered_at: datetime | None = None
    via: Via | None = None
    remind_at: datetime | None = None
    override: str | None = None
    """The code of a coordinator's reason to ask against a rule."""
    by_hand: bool = False
    """A coordinator chose the volunteer, beside the waves: `wave` is then the last before it."""
    stopped_in: InvitationState | None = None
    """Of what a stop withdrew: the state before it."""

    @property
    def undecided(self) -> bool:
        return self.answer in {None, Answer.LATER}

    @property
    def taken_back(self) -> bool:
        """Whether it was withdrawn before they answered: they may be asked once more."""
        return self.state is InvitationState.WITHDRAWN and self.undecided

    @property
    def cut_short(self) -> bool:
        """Whether a stop took it back while an answer was awaited: they may be asked anew."""
        return self.taken_back and self.stopped_in in OPEN

    @property
    def never_left(self) -> bool:
        """Whether the volunteer never heard of it, and so counts as never asked."""
        unsent = self.state is InvitationState.WITHDRAWN and self.sent_at is None
        return self.answer is None and (unsent or self.state is InvitationState.NOT_SENT)

    @property
    def open(self) -> bool:
        """Whether an answer is awaited: asked, within the deadline, and not yet decided."""
        return self.state in OPEN and self.undecided
