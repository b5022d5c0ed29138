"""All that the page of one request tells, and how it sorts it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.admin.pages.context import People
from services.admin.pages.wording.matching import MET
from services.admin.store.tables import DeedRow
from shared.contracts.matching import BoardShown, ExcludedShown, InvitationShown, TandemShown
from shared.contracts.network import HandoverShown, OrganisationCard
from shared.contracts.notifications import OutboxEntries
from shared.contracts.reporting import Timeline, TimelineEntry
from shared.contracts.requests import RequestShown
from shared.kernel.fields import Answer, Channel

NAMED_PER_REASON = 12
AWAITED = frozenset({"approved", "issued", "sent"})
SEEN_AT_ONCE = 4
TURNS = frozenset(
    {
        "request_received",
        "request_opened",
        "request_held",
        "request_changed",
        "request_cancelled",
        "request_expired",
        "request_completed",
    }
)
"""What changes the whole request; much may follow from it in the same moment."""


@dataclass(frozen=True, slots=True)
class ExcludedGroup:
    """People who are not asked for the same first reason."""

    code: str
    count: int
    shown: Sequence[ExcludedShown]


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that the page of one request tells; None where an owner did not answer."""

    shown: RequestShown
    board: BoardShown | None
    timeline: Timeline | None
    emails: OutboxEntries | None
    organisation: OrganisationCard | None
    contact: HandoverShown | None
    deeds: Sequence[DeedRow]
    staff_names: dict[UUID, str]
    people: People
    excluded: Sequence[ExcludedGroup]
    tandems: Sequence[TandemShown] = ()

    @property
    def planned(self) -> list[InvitationShown]:
        """Invitations that wait for a coordinator, the best first."""
        waiting = [entry for entry in self._invitations if entry.state == "planned"]
        return sorted(waiting, key=lambda entry: (entry.rank is None, entry.rank))

    @property
    def asked(self) -> list[InvitationShown]:
        """Invitations that are on their way or were answered.

        Who was given a place by hand was not asked, and stands among those who come.
        """
        kept = {*self.board.assigned, *self.board.reserved} if self.board else set()
        return [
            entry
            for entry in self._invitations
            if entry.state != "planned"
            and not (entry.state == "direct" and entry.volunteer_id in kept)
        ]

    def looks_anew(self, now: datetime) -> bool:
        """Whether something has changed since matching found out what the request waits for."""
        board = self.board
        if board is None or board.state != "open" or board.next_look_at is None:
            return False
        waits = board.waits_for
        return board.next_look_at <= now and not (waits and "decide_by" in waits.details)

    @property
    def awaited(self) -> list[InvitationShown]:
        """Of the asked, who may still answer in time, the first deadline first."""
        waiting = [entry for entry in self.asked if _is_awaited(entry)]
        return sorted(waiting, key=lambda entry: (entry.deadline is None, entry.deadline))

    @property
    def agreed(self) -> list[InvitationShown]:
        """Of the asked, who has said yes."""
        return [entry for entry in self.asked if entry.answer is Answer.YES]

    @property
    def dropped(self) -> list[InvitationShown]:
        """Of the asked, who said no or nothing in time, or whose question was taken back."""
        return [
            entry
            for entry in self.asked
            if not _is_awaited(entry) and entry.answer is not Answer.YES
        ]

    @property
    def asked_later(self) -> int:
        """How many are chosen, and are asked once the quiet hours are over."""
        return sum(entry.state == "approved" for entry in self._invitations)

    def invitation_of(self, volunteer_id: UUID) -> InvitationShown | None:
        """How somebody was asked, or given a place by hand."""
        return next(
            (one for one in self._invitations if one.volunteer_id == volunteer_id), None
        )

    @property
    def withdrawn_by_stop(self) -> list[InvitationShown]:
        """The open questions that a stop would withdraw."""
        return [
            entry
            for entry in self._invitations
            if entry.state in {"issued", "sent"} and entry.answer in {None, Answer.LATER}
        ]

    @property
    def mailed_by_stop(self) -> int:
        """How many would hear of a stop by mail."""
        return sum(entry.channel is Channel.EMAIL for entry in self.withdrawn_by_stop)

    @property
    def to_ring_at_stop(self) -> list[UUID]:
        """Who was asked by telephone, and so gets no mail of a stop."""
        return [
            entry.volunteer_id
            for entry in self.withdrawn_by_stop
            if entry.channel is Channel.PHONE
        ]

    @property
    def concerned(self) -> list[UUID]:
        """Who hears of it when the request is called off: with a place, waiting, or asked."""
        if self.board is None:
            return []
        asked = (
            entry.volunteer_id
            for entry in self._invitations
            if entry.state == "sent" and entry.answer in {None, Answer.LATER}
        )
        board = self.board
        return list(dict.fromkeys((*board.assigned, *board.reserved, *board.waiting, *asked)))

    @property
    def to_ring(self) -> list[UUID]:
        """Those of the concerned who get no mail, because they want to be rung."""
        cards = [(one, self.people.card(one)) for one in self.concerned]
        return [one for one, card in cards if card and card.channel is Channel.PHONE]

    @property
    def can_ask_more(self) -> bool:
        """Whether places are free and somebody is left whom a coordinator may have asked now."""
        board = self.board
        if board is None or board.state != "open" or self.planned or not self.lacks_people:
            return False
        return any(not one.not_now for one in board.candidates)

    @property
    def full(self) -> bool:
        """Whether all places are known to be held; then a proposal cannot be approved."""
        return bool(self.board and self.board.places) and not self.lacks_people

    @property
    def lacks_people(self) -> bool:
        """Whether there are places that nobody holds."""
        count = self.board.places if self.board else None
        return count is not None and count.places > count.assigned + count.reserved

    @property
    def says_what_helps(self) -> bool:
        """Whether it is known what would help with the places that nobody holds, or what lacks."""
        board = self.board
        return self.lacks_people and board is not None and bool(board.reliefs or board.lacks)

    @property
    def history(self) -> list[TimelineEntry]:
        """What happened, the newest first."""
        return list(reversed(self.timeline.entries)) if self.timeline else []

    @property
    def seen_at_once(self) -> list[TimelineEntry]:
        """The newest of the history but for mere mails, and always its last turn."""
        told = [entry for entry in self.history if entry.what != "email_sent"]
        seen, before = told[:SEEN_AT_ONCE], told[SEEN_AT_ONCE:]
        if any(entry.what in TURNS for entry in seen):
            return seen
        return seen + [entry for entry in before if entry.what in TURNS][:1]

    @property
    def _invitations(self) -> Sequence[InvitationShown]:
        return self.board.invitations if self.board else ()


def grouped(board: BoardShown) -> Iterator[ExcludedGroup]:
    """By the first reason of each, the largest group first."""
    by_reason: dict[str, list[ExcludedShown]] = {code: [] for code in board.excluded_counts}
    for entry in board.excluded:
        if entry.exclusions:
            by_reason.setdefault(entry.exclusions[0].code, []).append(entry)
    sizes = {
        code: max(board.excluded_counts.get(code, 0), len(entries))
        for code, entries in by_reason.items()
    }
    for code in sorted(sizes.keys() - MET, key=lambda code: (-sizes[code], code)):
        yield ExcludedGroup(code, sizes[code], by_reason[code][:NAMED_PER_REASON])


def _is_awaited(entry: InvitationShown) -> bool:
    return entry.state in AWAITED and entry.answer in {None, Answer.LATER}
