"""Whether the world moved on while a mail waited, so that it would say what is not so."""

from collections.abc import Callable, Mapping
from datetime import datetime

from services.notifications.domain.templates import (
    OF_ONE_DATE,
    OF_TANDEM,
    SAYS_IT_ENDED,
    TANDEM_ENDS,
    asks,
)
from services.notifications.store.tables import EmailRow
from shared.contracts.matching import InvitationPage, TandemPage
from shared.contracts.requests import Words
from shared.kernel.fields import Answer, TandemState

CLOSED = frozenset({"done", "cancelled", "expired"})
"""States of a request that does not go on."""
_AFTERWARDS = frozenset({"organisation_received", "organisation_expired"})
"""Mails that are right after the last date too."""
_ABOUT_A_WISH = frozenset({"answer_too_late", "organisation_refused"})
"""Mails about what was not done: right whatever has become of the request."""


def is_outdated(
    row: EmailRow,
    words: Words | None,
    page: InvitationPage | None,
    tandem: TandemPage | None,
    *,
    now: datetime,
    offer_left: bool,
) -> bool:
    """Compare a mail with its request, invitation and tandem as they are now (domain time).

    `offer_left`: whether the volunteer got, or may have got, an offer for this invitation.
    """
    if row.template in OF_TANDEM:
        # A tandem outlives the dates of its request, and its end may have completed that.
        return words is None or tandem is None or not _tandem_stands(row, tandem)
    if row.template in _ABOUT_A_WISH:
        # What was not done stays so; an answer's mail needs words, or the time at least.
        timeless = words is None and (page is None or page.starts_at is None)
        return row.invitation_id is not None and timeless
    return _has_moved_on(row, words, page, now=now, offer_left=offer_left)


def _has_moved_on(
    row: EmailRow,
    words: Words | None,
    page: InvitationPage | None,
    *,
    now: datetime,
    offer_left: bool,
) -> bool:
    if row.request_id is not None and _is_past(row.template, words, page, now):
        return True
    if row.invitation_id is None:
        return False
    if page is None or not _TRUE_WHILE[row.template](page):
        return True
    if row.template in OF_ONE_DATE and not _date_stands(row, words, page):
        return True
    # Nobody is told of an end whose beginning they did not see.
    return row.template == "withdrawn" and not offer_left and page.answer is None


def _tandem_stands(row: EmailRow, tandem: TandemPage) -> bool:
    """Whether the question is still the one that waits for this reader, or it has ended indeed."""
    ended = tandem.state is TandemState.ENDED
    if row.template in TANDEM_ENDS:
        return ended
    unanswered = tandem.question == row.details["question"] and tandem.answer is None
    return unanswered and not ended


def _is_past(
    template: str, words: Words | None, page: InvitationPage | None, now: datetime
) -> bool:
    if words is None:
        # An organisation that is gone took its words with it; who was to come must hear of it.
        ends_at = page.ends_at if page is not None else None
        return template not in SAYS_IT_ENDED or ends_at is None or ends_at <= now
    is_over = bool(words.slots) and max(slot.ends_at for slot in words.slots) <= now
    if template == "organisation_expired":
        return False
    if template == "organisation_nobody_yet" and words.state != "open":
        return True
    if words.state in CLOSED and template not in SAYS_IT_ENDED:
        return True
    if words.state == "review" and asks(template):
        return True
    return is_over and template not in _AFTERWARDS


def _date_stands(row: EmailRow, words: Words | None, page: InvitationPage) -> bool:
    """Whether the date is still one of the series, and still skipped, or not, as the mail says."""
    date_at = datetime.fromisoformat(str(row.details["date_at"]))
    skipped = any(slot.starts_at == date_at for slot in page.skipped)
    there = words is not None and any(slot.starts_at == date_at for slot in words.slots)
    return there and skipped == (row.template == "date_skipped")


def _has_place(page: InvitationPage) -> bool:
    return page.holds_place or page.reserved


def _is_withdrawn(page: InvitationPage) -> bool:
    return page.state == "withdrawn"


_TRUE_WHILE: Mapping[str, Callable[[InvitationPage], bool]] = {
    # Who hears of it only now, with every place taken, would be asked for nothing.
    "offer": lambda page: (
        page.answer is None and page.free_places > 0 and not _is_withdrawn(page)
    ),
    "reminder": lambda page: (
        page.answer is Answer.LATER and page.free_places > 0 and not _is_withdrawn(page)
    ),
    "withdrawn": lambda page: _is_withdrawn(page) and not _has_place(page),
    "receipt": lambda page: page.holds_place,
    "moved_up": lambda page: page.holds_place,
    "day_before": lambda page: page.holds_place,
    "changed": _has_place,
    "date_skipped": lambda page: page.holds_place,
    "date_unskipped": lambda page: page.holds_place,
    "reserved": lambda page: page.reserved,
    "waiting_list": lambda page: page.waiting_position is not None,
    "assignment_cancelled": lambda page: not page.holds_place,
    "reservation_declined": lambda page: not _has_place(page),
    "request_cancelled": lambda page: not page.holds_place,
}
"""How an invitation must stand for a mail about it to be right."""
