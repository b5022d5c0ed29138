"""Composing: from a queued mail to the bytes that go out, or the reason why none does."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.recipient import RecipientKind
from services.notifications.domain.templates import asks
from services.notifications.loops.facts import Facts, Reader, Values, reasons_of
from services.notifications.mail.calendar import (
    Appointment,
    CalendarFile,
    Method,
    make_calendar,
)
from services.notifications.mail.guard import AddressUnusable
from services.notifications.mail.message import Sender, build, thread_root
from services.notifications.mail.render import Renderer
from services.notifications.store.tables import EmailRow, StandingRow
from shared.contracts.matching import InvitationPage
from shared.contracts.requests import Words
from shared.kernel.clock import Clock
from shared.persistence.database import Database

WITH_CALENDAR = frozenset({"receipt", "moved_up", "changed"})
BEFORE_CONFIRMATION = frozenset({"confirm_address", "already_registered"})
CANCELS_CALENDAR = frozenset({"assignment_cancelled", "request_cancelled"})


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail to hand over."""

    address: str
    message: bytes


@dataclass(frozen=True, slots=True)
class Gone:
    """Why no mail goes out: a code."""

    reason: str


@dataclass(frozen=True, slots=True)
class _About:
    """What one mail is about, as far as it is about a request."""

    words: Words | None = None
    page: InvitationPage | None = None


@dataclass(frozen=True, slots=True)
class Composer:
    """Puts mails together. Rendering runs in a thread: it takes some milliseconds of CPU."""

    facts: Facts
    renderer: Renderer
    sender: Sender
    clock: Clock
    database: Database

    async def compose(self, row: EmailRow) -> Ready | Gone:
        """Ask the owners and write the mail.

        Raises:
            Unavailable: an owner does not answer; the mail waits.

        """
        if await self._suspended(row):
            return Gone("suspended")
        now = self.clock.now()
        reader = await self.facts.reader(row, now)
        if reader is None:
            return Gone("gone")
        about = await self._about(row)
        if about is None:
            return Gone("gone")
        if _is_stale(row, about):
            return Gone("stale")
        values = await self._values(row, reader, about)
        try:
            return await asyncio.to_thread(self._write, row, reader, about, values, now)
        except AddressUnusable:
            return Gone("address_unusable")

    async def _suspended(self, row: EmailRow) -> bool:
        async with self.database.transaction() as session:
            standing = await session.get(StandingRow, row.person_id)
            return standing is not None and standing.suspended

    async def _about(self, row: EmailRow) -> _About | None:
        words = page = None
        if row.request_id is not None:
            words = await self.facts.words(row.request_id)
            if words is None:
                return None
        if row.invitation_id is not None:
            page = await self.facts.invitation(row.invitation_id)
        return _About(words, page)

    async def _values(self, row: EmailRow, reader: Reader, about: _About) -> Values:
        values = {**reader.values, **row.details}
        if about.words is not None:
            values |= await self.facts.request_values(about.words, reader.locale)
        if row.template == "organisation_who_comes" and row.request_id is not None:
            values["people"] = await self.facts.people(row.request_id)
        if row.template == "organisation_nobody_yet":
            values |= {"free": row.details.get("free", 1), "next_step_by": None}
        if about.page is not None and about.words is not None:
            values |= self._invitation_values(row, about.page, reader.locale)
            values |= await self.facts.hand_over(about.page, about.words)
        elif row.recipient_kind == RecipientKind.VOLUNTEER:
            values |= {"hand_over": False, "meeting_point": None}
        for name in ("answer_by", "decide_by"):
            if isinstance(values.get(name), str):
                values[name] = datetime.fromisoformat(str(values[name]))
        return values

    def _invitation_values(self, row: EmailRow, page: InvitationPage, locale: str) -> Values:
        if row.invitation_id is None:
            return {}
        values: Values = {
            "answer_url": self.facts.urls.answer(row.invitation_id),
            "confirmed_by_coordinator": page.confirmed_by_coordinator,
            "clashes": page.clashes,
            "asked_first": not page.holds_place,
            "by_you": row.details.get("reason") == "answered",
            **reasons_of(page, locale),
        }
        if page.deadline is not None:
            values["answer_by"] = page.deadline
        elif "answer_by" not in row.details:
            values["answer_by"] = page.starts_at
        return values

    def _write(
        self, row: EmailRow, reader: Reader, about: _About, values: Values, now: datetime
    ) -> Ready:
        words = self.renderer.render(row.template, values, reader.locale)
        message = build(
            words,
            sender=self.sender,
            to_address=reader.address,
            # Before the address is confirmed, a stranger may have typed the name.
            to_name=None if row.template in BEFORE_CONFIRMATION else reader.name,
            message_id=row.message_id,
            date=now,
            thread=thread_root(row.request_id, self.sender.domain) if row.request_id else None,
            unsubscribe_url=str(values["unsubscribe_url"]) if asks(row.template) else None,
            calendar=self._calendar(row, reader, about, values, now),
        )
        return Ready(reader.address, message.as_bytes())

    def _calendar(
        self, row: EmailRow, reader: Reader, about: _About, values: Values, now: datetime
    ) -> CalendarFile | None:
        """The calendar entry of an assigned volunteer, or its cancellation."""
        cancels = row.template in CANCELS_CALENDAR
        page, words = about.page, about.words
        if page is None or words is None or not words.slots:
            return None
        if not cancels and not (row.template in WITH_CALENDAR and page.holds_place):
            return None
        description = (
            "" if cancels else self.renderer.calendar_description(values, reader.locale)
        )
        place = values.get("meeting_point") or values.get("municipality") or ""
        # Grows with every mail about this place, whatever caused it, and across restarts.
        sequence = int(row.created_at.timestamp()) // 60
        return make_calendar(
            [
                Appointment(
                    uid=f"{row.invitation_id}.{number}@{self.sender.domain}",
                    sequence=sequence,
                    starts_at=slot.starts_at,
                    ends_at=slot.ends_at,
                    summary=words.title,
                    location=str(place),
                    description=description,
                )
                for number, slot in enumerate(words.slots)
            ],
            method=Method.CANCEL if cancels else Method.PUBLISH,
            organiser_name=self.sender.name,
            organiser_address=self.sender.reply_to,
            language=reader.locale,
            stamp=now,
        )


_OF_HOLDERS = frozenset({"receipt", "day_before"})


def _is_stale(row: EmailRow, about: _About) -> bool:
    """Whether the world moved on while the mail waited, so that it would say what is not so."""
    page = about.page
    if page is None:
        return row.template in {"offer", "reminder", *_OF_HOLDERS}
    if row.template in _OF_HOLDERS:
        return not page.holds_place
    if row.template == "offer":
        return page.state == "withdrawn" or page.answer is not None
    if row.template == "reminder":
        return page.state == "withdrawn" or page.answer != "later"
    if row.template == "waiting_list":
        return page.waiting_position is None
    return False
