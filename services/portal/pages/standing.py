"""How a volunteer stands with one task, and which answers the page offers. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.contracts.matching import InvitationPage
from shared.contracts.requests import Words
from shared.contracts.values import Dated
from shared.kernel.fields import Kind


class Standing(StrEnum):
    """What the answer page says first."""

    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    """Withdrawn, and perhaps asked anew."""
    NO_PLACE = "no_place"
    """Withdrawn after a yes: there was a place, or one was waited for."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """It began with nobody."""
    OVER = "over"
    STARTED = "started"
    """It runs, without this volunteer."""
    ASSIGNED = "assigned"
    RESERVED = "reserved"
    WAITING = "waiting"
    DECLINED = "declined"
    LATER = "later"
    FULL = "full"
    OPEN = "open"


CLOSED = frozenset(
    {
        Standing.WITHDRAWN,
        Standing.STOPPED,
        Standing.NO_PLACE,
        Standing.CANCELLED,
        Standing.EXPIRED,
        Standing.OVER,
        Standing.STARTED,
    }
)
"""Nothing can be answered, and nothing of the task is shown any more."""

_ANSWERS: dict[Standing, tuple[str, ...]] = {
    Standing.ASSIGNED: ("no",),
    Standing.RESERVED: ("no",),
    Standing.WAITING: ("no",),
    Standing.DECLINED: ("yes",),
    Standing.LATER: ("yes", "no"),
    Standing.FULL: ("yes", "no", "later"),
    Standing.OPEN: ("yes", "no", "later"),
}


def standing_of(page: InvitationPage, words: Words, now: datetime) -> Standing:
    """How it stands at `now`: times are those of the words, which the page shows."""
    starts_at = words.slots[0].starts_at if words.slots else page.starts_at
    ends_at = words.slots[-1].ends_at if words.slots else page.ends_at
    if words.state in {"cancelled", "expired"}:
        return Standing(words.state)
    if page.state == "withdrawn":
        return _withdrawn(page, ahead=starts_at is not None and now < starts_at)
    if words.state == "done" or ends_at is None or now >= ends_at:
        return Standing.OVER
    if page.holds_place or page.reserved:
        return Standing.ASSIGNED if page.holds_place else Standing.RESERVED
    return Standing.STARTED if starts_at is None or now >= starts_at else _undecided(page)


def _withdrawn(page: InvitationPage, *, ahead: bool) -> Standing:
    if page.answer == "yes":
        return Standing.NO_PLACE
    may_be_asked_anew = page.only_stopped and ahead and page.answer != "no"
    return Standing.STOPPED if may_be_asked_anew else Standing.WITHDRAWN


@dataclass(frozen=True, slots=True)
class DateToCome:
    """One date of a series for somebody who has a place in it."""

    slot: Dated
    skipped: bool = False
    taken: bool = False
    """Skipped, and somebody else comes: there is no way back."""


def dates_to_come(
    standing: Standing, page: InvitationPage, words: Words, now: datetime
) -> Sequence[DateToCome]:
    """The dates that may be skipped, or taken back, one by one; none where there is no choice."""
    if standing is not Standing.ASSIGNED or words.kind is not Kind.SERIES:
        return ()
    skipped = {one.starts_at: one for one in page.skipped}
    return [
        DateToCome(slot, found is not None, found is not None and found.taken)
        for slot in words.slots
        if slot.starts_at > now
        for found in (skipped.get(slot.starts_at),)
    ]


def _undecided(page: InvitationPage) -> Standing:
    if page.waiting_position is not None:
        return Standing.WAITING
    if page.answer == "no":
        return Standing.DECLINED
    if page.answer == "later":
        return Standing.LATER
    return Standing.FULL if page.free_places == 0 else Standing.OPEN


def answers_to(standing: Standing, page: InvitationPage, now: datetime) -> Sequence[str]:
    """The answers that the form offers, the most wished first."""
    offered = _ANSWERS.get(standing, ())
    if "later" in offered and page.deadline is not None and page.deadline <= now:
        offered = tuple(answer for answer in offered if answer != "later")
    # A second yes says "still all right", or takes a place that has come free meanwhile.
    asks_again = standing is Standing.ASSIGNED and page.purpose == "changed"
    may_move_up = standing is Standing.WAITING and page.free_places > 0
    return ("yes", *offered) if asks_again or may_move_up else offered


def answer_by(standing: Standing, page: InvitationPage, now: datetime) -> datetime | None:
    """By when an answer is asked for, while it is ahead and somebody has not decided."""
    undecided = standing in {Standing.OPEN, Standing.FULL, Standing.LATER}
    ahead = page.deadline is not None and now < page.deadline
    return page.deadline if undecided and ahead else None
