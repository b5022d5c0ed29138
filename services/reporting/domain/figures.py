"""What the figures need to know of a request and of an invitation.

Each function takes what is known and one more event, and gives the same in the end whatever the
order of the events and however often each is taken: numbers of one kind are kept with the
sequence they came with, and the newest holds; what is said once is a flag or a minimum.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

DONE = "done"


@dataclass(frozen=True, slots=True)
class RequestKnown:
    """A request as far as figures go. `need_sequence` 0: it was never open, and does not count."""

    posted_at: datetime
    need_sequence: int = 0
    field: str = ""
    municipality_code: str | None = None
    places: int = 0
    state_sequence: int = 0
    state: str = ""
    counts_sequence: int = 0
    assigned: int = 0


def happened(known: RequestKnown, at: datetime) -> RequestKnown:
    """Take the moment of a request's event: the earliest is when it was posted."""
    return replace(known, posted_at=min(known.posted_at, at))


def needed(
    known: RequestKnown, sequence: int, field: str, municipality_code: str | None, places: int
) -> RequestKnown:
    """Take a need; the newest holds."""
    if sequence <= known.need_sequence:
        return known
    return replace(
        known,
        need_sequence=sequence,
        field=field,
        municipality_code=municipality_code,
        places=places,
    )


def stood(known: RequestKnown, sequence: int, state: str) -> RequestKnown:
    """Take a state; the newest holds."""
    if sequence <= known.state_sequence:
        return known
    return replace(known, state_sequence=sequence, state=state)


def counted(known: RequestKnown, sequence: int, assigned: int) -> RequestKnown:
    """Take how many places are taken; the newest holds."""
    if sequence <= known.counts_sequence:
        return known
    return replace(known, counts_sequence=sequence, assigned=assigned)


@dataclass(frozen=True, slots=True)
class InvitationKnown:
    """An invitation as far as figures go: whether somebody was asked, and what they last said."""

    issued: bool = False
    offer_sent: bool = False
    offer_failed: bool = False
    answer: str | None = None
    answered_at: datetime | None = None
    answer_event_id: UUID | None = None

    @property
    def asked(self) -> bool:
        """Whether it reached somebody: an offer that could not be sent was never made."""
        return self.issued and (self.offer_sent or not self.offer_failed)


def answered(
    known: InvitationKnown, answer: str, at: datetime, event_id: UUID
) -> InvitationKnown:
    """Take an answer; the latest holds, of two at the same moment the one with the later id."""
    if known.answered_at is not None and known.answer_event_id is not None:
        before = (known.answered_at, known.answer_event_id.int)
        if (at, event_id.int) <= before:
            return known
    return replace(known, answer=answer, answered_at=at, answer_event_id=event_id)
