"""Composing: from a queued mail to the bytes that go out, or the reason why none does."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.notifications.domain.templates import (
    BEFORE_CONFIRMATION,
    CANCELS_CALENDAR,
    NEEDS_SOMEBODY,
    SHOWS_CONTACT,
    WITH_CALENDAR,
    asks,
)
from services.notifications.loops.facts import (
    Facts,
    Subject,
    may_be_handed_over,
)
from services.notifications.loops.outdated import is_outdated
from services.notifications.loops.values import Told, Values, Wording
from services.notifications.mail.calendar import (
    Appointment,
    CalendarFile,
    Method,
    make_calendar,
)
from services.notifications.mail.guard import AddressUnusable, ascii_address
from services.notifications.mail.message import Sender, build, thread_root
from services.notifications.mail.render import Renderer
from services.notifications.mail.words import in_whole
from services.notifications.store.emails import offer_left, superseded, was_told_since
from services.notifications.store.people import HAND_OVER, Disclosure, digest_of, is_suspended
from services.notifications.store.tables import EmailRow
from shared.kernel.clock import Clock
from shared.messaging.asking import Unavailable
from shared.persistence.database import Database

WITHIN_S = 45.0
"""All questions and the writing; with the delivery it must fit into the sender's lease."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail to hand over; `digest` stands for its address, `disclosures` for what it tells."""

    address: str
    digest: str
    message: bytes
    disclosures: tuple[Disclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """Nobody can be written to: why, as a code."""

    reason: str


@dataclass(frozen=True, slots=True)
class Outdated:
    """There is nothing to say any more."""


Composed = Ready | Gone | Outdated


@dataclass(frozen=True, slots=True)
class Composer:
    """Puts mails together. Writing runs in a thread: it takes some milliseconds of CPU."""

    facts: Facts
    wording: Wording
    renderer: Renderer
    sender: Sender
    clock: Clock
    database: Database

    @property
    def can_ask(self) -> bool:
        """Whether it makes sense to try: without the message server nobody answers."""
        return self.facts.asker.is_connected

    async def compose(self, row: EmailRow) -> Composed:
        """Ask the owners and write the mail.

        Raises:
            Unavailable: an owner does not answer; the mail waits.
            Exception: whatever is wrong with our own words; another mail may do better.

        """
        try:
            async with asyncio.timeout(WITHIN_S):
                return await self._compose(row)
        except TimeoutError as error:
            raise Unavailable("the owners answer too slowly") from error

    async def _compose(self, row: EmailRow) -> Composed:
        reader = await self.facts.reader(row)
        if reader is None:
            return Gone("gone")
        if reader.address is None:
            # Who gave no address is rung; that is no failure.
            return Outdated()
        if await self._is_suspended(row, reader.address):
            return Gone("suspended")
        subject = await self.facts.subject(row)
        if await self._is_outdated(row, subject):
            return Outdated()
        companions = await self.facts.companions(row, subject)
        if row.template in NEEDS_SOMEBODY and not companions.people:
            return Outdated()
        told = Told(row, reader, subject, companions, self.clock.now())
        return await asyncio.to_thread(self._put_into_words, told, reader.address)

    async def _is_suspended(self, row: EmailRow, address: str) -> bool:
        async with self.database.transaction() as session:
            digest = digest_of(row.person_id, address)
            return await is_suspended(session, row.person_id, digest)

    async def _is_outdated(self, row: EmailRow, subject: Subject) -> bool:
        async with self.database.transaction() as session:
            if await superseded(session, row) or await was_told_since(session, row):
                return True
            left = row.invitation_id is not None and await offer_left(
                session, row.invitation_id
            )
        now = self.clock.now()
        return is_outdated(
            row, subject.words, subject.page, subject.tandem, now=now, offer_left=left
        )

    def _put_into_words(self, told: Told, address: str) -> Composed:
        def write(language: str) -> Composed:
            reader = replace(told.reader, language=language)
            return self._write(replace(told, reader=reader), address)

        return in_whole(write, _template(told), told.reader.language)

    def _write(self, told: Told, address: str) -> Composed:
        row, reader = told.row, told.reader
        try:
            ascii_address(address)
        except AddressUnusable:
            return Gone("address_unusable")
        template = _template(told)
        values = self.wording.values(told)
        message = build(
            self.renderer.render(template, values, reader.language),
            sender=self.sender,
            to_address=address,
            to_name=None if template in BEFORE_CONFIRMATION else reader.name,
            message_id=row.message_id,
            date=told.now,
            thread=thread_root(row.request_id, self.sender.domain) if row.request_id else None,
            unsubscribe_url=str(values["unsubscribe_url"]) if asks(template) else None,
            calendar=self._calendar(told, values),
        )
        return Ready(
            address,
            digest_of(row.person_id, address),
            message.as_bytes(),
            tuple(_disclosures(told)),
        )

    def _calendar(self, told: Told, values: Values) -> CalendarFile | None:
        """The calendar entries of an assigned volunteer, or their cancellation."""
        row, page, words = told.row, told.subject.page, told.subject.words
        cancels = row.template in CANCELS_CALENDAR
        holds = row.template in WITH_CALENDAR and page is not None and page.holds_place
        if not (cancels or holds) or row.sequence is None or not told.slots:
            return None
        description = (
            "" if cancels else self.renderer.calendar_description(values, told.reader.language)
        )
        return make_calendar(
            [
                Appointment(
                    uid=f"{row.invitation_id}.{number}@{self.sender.domain}",
                    sequence=row.sequence,
                    starts_at=slot.starts_at,
                    ends_at=slot.ends_at,
                    summary=words.title if words is not None else self.sender.name,
                    location=str(values.get("meeting_point") or values["municipality"] or ""),
                    description=description,
                )
                for number, slot in enumerate(told.dates)
                if slot in told.slots
            ],
            method=Method.CANCEL if cancels else Method.PUBLISH,
            organiser_name=self.sender.name,
            organiser_address=self.sender.reply_to,
            language=told.reader.language,
            stamp=told.now,
        )


def _template(told: Told) -> str:
    """Which words fit: somebody of the waiting list is offered a place, not a request."""
    page = told.subject.page
    moving_up = page is not None and page.purpose == "move_up"
    return "moved_up" if told.row.template == "offer" and moving_up else told.row.template


def _disclosures(told: Told) -> Iterator[Disclosure]:
    """Whom this mail tells how to reach whom."""
    words, page = told.subject.words, told.subject.page
    if words is None:
        return
    about = (words.organisation_id, words.request_id)
    if told.row.template in SHOWS_CONTACT and page is not None and may_be_handed_over(page):
        yield Disclosure(told.row.person_id, *about, HAND_OVER)
    for volunteer_id, contact in told.companions.people:
        what = "phone" if contact.phone else "email" if contact.email else "first_name"
        yield Disclosure(volunteer_id, *about, what)
