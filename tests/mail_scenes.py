"""Scenes for tests of `notifications`: owners who answer from dictionaries, and events that ask for mails.

async with a_stage(district) as stage:
    volunteer, invitation = stage.owners.ask_somebody()
    await stage.happen(issued(invitation))
    mail = await stage.mail("offer")
"""

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from typing import Any
from uuid import UUID

from services.notifications.mail.deliver import Delivery, MailServer
from services.notifications.main import create_app
from services.notifications.settings import NotificationsSettings
from shared.contracts.admin import StaffMail, StaffRecipient
from shared.contracts.matching import (
    AssignedOn,
    AssignedPeople,
    InvitationIssued,
    InvitationPage,
    ShowInvitation,
    ShowTandem,
    TandemAsked,
    TandemEnded,
    TandemPage,
    VolunteerAssigned,
)
from shared.contracts.messages import Event, Service
from shared.contracts.network import (
    HandoverContact,
    HandoverShown,
    OrganisationCard,
    OrganisationCards,
    OrganisationCardsOf,
    OrganisationRecipient,
)
from shared.contracts.profiles import ContactShown, SharedContact, VolunteerRecipient
from shared.contracts.requests import Words, WordsOf, WordsOfMany
from shared.contracts.values import Dated, LanguageAsked, Recipient
from shared.kernel.fields import (
    Answer,
    Channel,
    Field,
    Kind,
    OrganisationKind,
    Share,
    Side,
    TandemQuestion,
    TandemState,
)
from shared.kernel.ids import new_id
from shared.service.application import Application
from shared.service.settings import ServiceSettings
from tests.example_service import ExampleService
from tests.people_builders import NOON
from tests.requests_builders import happen
from tests.scripted_smtp import Accepted, ScriptedSmtp
from tests.servers import District

MEETING_POINT = "Haus der Begegnung, Markt 3"
ADDRESS = f"{MEETING_POINT}, 04639 Gößnitz"
"""What a map finds: there is a Markt 3 in every town."""
CONTACT_NAME, CONTACT_PHONE = "Jana Weber", "03447 000022"
ORGANISATION = "Volkshochschule Altenburger Land"
OWNERS = (
    Service.PROFILES,
    Service.NETWORK,
    Service.REQUESTS,
    Service.MATCHING,
    Service.ADMIN,
)


@dataclass
class Owners:
    """What the other services know, and the small services that answer for them."""

    district: District
    volunteers: dict[UUID, Recipient] = field(default_factory=dict)
    shared: dict[UUID, ContactShown] = field(default_factory=dict)
    organisations: dict[UUID, Recipient] = field(default_factory=dict)
    contacts: dict[UUID, HandoverShown] = field(default_factory=dict)
    words: dict[UUID, Words] = field(default_factory=dict)
    pages: dict[UUID, InvitationPage] = field(default_factory=dict)
    assigned: dict[UUID, tuple[UUID, ...]] = field(default_factory=dict)
    tandems: dict[UUID, TandemPage] = field(default_factory=dict)
    """As either side sees them."""
    staff: dict[UUID, StaffMail] = field(default_factory=dict)
    broken: set[UUID] = field(default_factory=set)
    """Requests over which their owner stumbles."""
    asked: list[str] = field(default_factory=list)
    _running: dict[Service, ExampleService] = field(default_factory=dict)

    def volunteer(self, name: str = "Amal", **changes: Any) -> UUID:
        volunteer_id = new_id()
        values = {
            "found": True,
            "first_name": name,
            "display_name": f"{name} Haddad",
            "email": f"{name.lower()}@{volunteer_id.hex[-8:]}.example",
            "shares": Share.PHONE,
        }
        self.volunteers[volunteer_id] = Recipient.model_validate(values | changes)
        self.shared[volunteer_id] = ContactShown(
            found=True, first_name=name, phone="0151 000000", email=None
        )
        return volunteer_id

    def organisation(self, **changes: Any) -> UUID:
        organisation_id = new_id()
        values = {
            "found": True,
            "first_name": "Jana",
            "display_name": "Jana Richter",
            "email": f"jana@{organisation_id.hex[-8:]}.example",
        }
        self.organisations[organisation_id] = Recipient.model_validate(values | changes)
        return organisation_id

    def request(self, organisation_id: UUID | None = None, **changes: Any) -> UUID:
        request_id, contact_id = new_id(), new_id()
        start = NOON + timedelta(days=9)
        values = {
            "request_id": request_id,
            "reference": "BR-2026-0042",
            "organisation_id": organisation_id or self.organisation(),
            "version": 1,
            "state": "open",
            "kind": Kind.SINGLE,
            "field": Field.LANGUAGE,
            "title": "Sprachcafé begleiten",
            "postcode": "04639",
            "municipality": "Gößnitz",
            "meeting_point": MEETING_POINT,
            "contact_id": contact_id,
            "slots": (Dated(starts_at=start, ends_at=start + timedelta(hours=2)),),
            "languages": (LanguageAsked(tag="ar", level="B1"),),
        }
        self.contacts[contact_id] = HandoverShown(
            found=True, name=CONTACT_NAME, phone=CONTACT_PHONE
        )
        self.words[request_id] = Words.model_validate(values | changes)
        return request_id

    def invitation(
        self, volunteer_id: UUID | None = None, request_id: UUID | None = None, **page: Any
    ) -> InvitationPage:
        """An invitation as it stands; by default asked, unanswered, with a place free."""
        invitation_id, request_id = new_id(), request_id or self.request()
        slots = self.words[request_id].slots
        values = {
            "found": True,
            "invitation_id": invitation_id,
            "request_id": request_id,
            "volunteer_id": volunteer_id or self.volunteer(),
            "state": "issued",
            "free_places": 1,
            "starts_at": slots[0].starts_at,
            "ends_at": slots[-1].ends_at,
        }
        self.pages[invitation_id] = InvitationPage.model_validate(values | page)
        return self.pages[invitation_id]

    def tandem(self, **page: Any) -> TandemPage:
        """A tandem of a request with a place for one, asked about its trial and not answered."""
        invitation = self.invitation(answer=Answer.YES, holds_place=True)
        assignment_id = new_id()
        words = self.words[invitation.request_id or new_id()]
        values = {
            "found": True,
            "assignment_id": assignment_id,
            "request_id": invitation.request_id,
            "organisation_id": words.organisation_id,
            "volunteer_id": invitation.volunteer_id,
            "state": TandemState.RUNNING,
            "question": 1,
        }
        self.tandems[assignment_id] = TandemPage.model_validate(values | page)
        return self.tandems[assignment_id]

    def now(self, invitation: InvitationPage, **changes: Any) -> InvitationPage:
        """How the invitation stands from now on."""
        assert invitation.invitation_id is not None
        changed = invitation.model_copy(update=changes)
        self.pages[invitation.invitation_id] = changed
        return changed

    def restate(self, request_id: UUID, **changes: Any) -> None:
        """What the request says from now on."""
        self.words[request_id] = self.words[request_id].model_copy(update=changes)

    async def start(self, *services: Service) -> None:
        for service in services or OWNERS:
            example = ExampleService(service, self.district.settings(ServiceSettings))
            self._bind(example)
            await example.start()
            self._running[service] = example

    async def stop(self, *services: Service) -> None:
        for service in services or tuple(self._running):
            await self._running.pop(service).stop()

    def _bind(self, example: ExampleService) -> None:
        seam = example.seam
        match example.service:
            case Service.PROFILES:
                seam.query(VolunteerRecipient)(self._volunteer_recipient)
                seam.query(SharedContact)(self._shared_contact)
            case Service.NETWORK:
                seam.query(OrganisationRecipient)(self._organisation_recipient)
                seam.query(OrganisationCardsOf)(self._cards)
                seam.query(HandoverContact)(self._contact)
            case Service.REQUESTS:
                seam.query(WordsOf)(self._words)
            case Service.MATCHING:
                seam.query(ShowInvitation)(self._page)
                seam.query(AssignedOn)(self._assigned)
                seam.query(ShowTandem)(self._tandem)
            case Service.ADMIN:
                seam.query(StaffRecipient)(self._staff)

    async def _volunteer_recipient(self, query: VolunteerRecipient, _: Any) -> Recipient:
        return self.volunteers.get(query.volunteer_id, Recipient(found=False))

    async def _shared_contact(self, query: SharedContact, _: Any) -> ContactShown:
        return self.shared.get(query.volunteer_id, ContactShown(found=False))

    async def _organisation_recipient(self, query: OrganisationRecipient, _: Any) -> Recipient:
        return self.organisations.get(query.organisation_id, Recipient(found=False))

    async def _cards(self, query: OrganisationCardsOf, _: Any) -> OrganisationCards:
        return OrganisationCards(
            cards=tuple(
                OrganisationCard(
                    organisation_id=organisation_id,
                    name=ORGANISATION,
                    kind=OrganisationKind.ASSOCIATION,
                    state="verified",
                )
                for organisation_id in query.organisation_ids
                if organisation_id in self.organisations
            )
        )

    async def _contact(self, query: HandoverContact, _: Any) -> HandoverShown:
        self.asked.append("contact")
        return self.contacts.get(query.contact_id, HandoverShown(found=False))

    async def _words(self, query: WordsOf, _: Any) -> WordsOfMany:
        self.asked.append("words")
        found = [self.words[one] for one in query.request_ids if one in self.words]
        if self.broken.intersection(query.request_ids):
            found = [words.model_copy(update={"slots": ()}) for words in found]
        return WordsOfMany(words=tuple(found))

    async def _page(self, query: ShowInvitation, _: Any) -> InvitationPage:
        return self.pages.get(query.invitation_id, InvitationPage(found=False))

    async def _assigned(self, query: AssignedOn, _: Any) -> AssignedPeople:
        return AssignedPeople(volunteer_ids=self.assigned.get(query.request_id, ()))

    async def _tandem(self, query: ShowTandem, _: Any) -> TandemPage:
        found = self.tandems.get(query.assignment_id, TandemPage(found=False))
        return found.model_copy(update={"side": query.side})

    async def _staff(self, query: StaffRecipient, _: Any) -> StaffMail:
        return self.staff.get(query.staff_id, StaffMail(found=False))


@dataclass
class Stage:
    """A district with `notifications`, its owners and a mail server."""

    district: District
    smtp: ScriptedSmtp
    owners: Owners
    apps: list[Application] = field(default_factory=list)

    def settings(self) -> dict[str, Any]:
        return {
            "smtp_url": self.smtp.url,
            "mail_from": "post@bruecke.example",
            "public_url": "https://bruecke.example",
        }

    async def start(self, **more: Any) -> Application:
        """A copy of the service; it does not wait ten minutes for a mail server that hangs."""
        app = await self.district.start(
            partial(create_app, delivery=impatient),
            NotificationsSettings,
            **(self.settings() | more),
        )
        self.apps.append(app)
        return app

    async def happen(self, *events: Event, times: int = 1) -> None:
        """Publish events and wait until they are handled; the mails come later."""
        await happen(self.district, "notifications", *events, times=times)

    async def rows(self, template: str = "%") -> list[Any]:
        """Mails as they are stored, oldest first."""
        return await self.district.sql(
            "SELECT * FROM notifications.emails WHERE template LIKE $1 ORDER BY email_id",
            template,
        )

    async def states(self, template: str = "%") -> list[tuple[str, str | None]]:
        """State and last code of mails, oldest first."""
        return [(row["state"], row["last_code"]) for row in await self.rows(template)]

    async def settled(self, count: int | None = None) -> list[tuple[str, str | None]]:
        """Wait until every mail (`count` of them) is sent, failed or cancelled."""

        async def all_settled() -> list[tuple[str, str | None]]:
            states = await self.states()
            done = all(state in {"sent", "failed", "cancelled"} for state, _ in states)
            return states if states and done and count in {None, len(states)} else []

        found: list[tuple[str, str | None]] = await self.district.until(all_settled)
        return found

    async def comes_to(self, template: str, state: str) -> Any:
        """Wait until the newest mail of this template is in this state; its row."""

        async def there() -> Any:
            rows = await self.rows(template)
            return rows[-1] if rows and rows[-1]["state"] == state else None

        return await self.district.until(there)

    async def mail(self, template: str) -> EmailMessage:
        """The newest mail of this template, as it arrived at the mail server."""
        row = await self.comes_to(template, "sent")
        return next(mail.message for mail in self.arrived(row["message_id"]))

    def arrived(self, message_id: str) -> list[Accepted]:
        return [mail for mail in self.smtp.accepted if mail.message["Message-ID"] == message_id]

    async def time_passes(self, column: str = "next_at") -> None:
        """What was to wait for some minutes of machine time is due now."""
        await self.district.sql(
            f"UPDATE notifications.emails SET {column} = now() - interval '1 second'"  # noqa: S608
            f" WHERE {column} IS NOT NULL"
        )

    @contextlib.asynccontextmanager
    async def process(self, failpoint: str = "", senders: int = 2) -> AsyncIterator[Process]:
        """The service as a process of its own, which may die at a failpoint."""
        settings = self.district.settings(NotificationsSettings, **self.settings())
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "infra.cli.main", "run", "notifications"),
            env={
                "PATH": os.environ["PATH"],
                "BRUECKE_NATS_URL": settings.nats_url,
                "BRUECKE_DATABASE_URL": settings.database_url,
                "BRUECKE_SECRETS": str(settings.secrets),
                "BRUECKE_CLOCK": settings.clock,
                "BRUECKE_METRICS_PORT": "0",
                "BRUECKE_SMTP_URL": self.smtp.url,
                "BRUECKE_MAIL_FROM": settings.mail_from,
                "BRUECKE_PUBLIC_URL": settings.public_url,
                "BRUECKE_MAIL_SENDERS": str(senders),
                "BRUECKE_FAILPOINTS": f"{failpoint}:1" if failpoint else "",
            },
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def told(self, name: str) -> list[dict[str, Any]]:
        """Bodies of events that were stored for publishing, oldest first."""
        rows = await self.district.sql(
            "SELECT payload::text AS body FROM notifications.outbox"
            " WHERE subject = $1 ORDER BY id",
            f"event.notifications.{name}.v1",
        )
        return [json.loads(row["body"]) for row in rows]


@contextlib.asynccontextmanager
async def a_stage(
    district: District, *, start: bool = True, **settings: Any
) -> AsyncIterator[Stage]:
    """Everything that `notifications` needs, on real servers."""
    owners = Owners(district)
    await owners.start()
    async with ScriptedSmtp() as smtp:
        stage = Stage(district, smtp, owners)
        try:
            if start:
                await stage.start(**settings)
            yield stage
        finally:
            for app in stage.apps:
                await district.stop(app)
            await owners.stop()


def impatient(server: MailServer) -> Delivery:
    return Delivery(server, timeout=1.0, data_timeout=1.0)


def issued(invitation: InvitationPage, **changes: Any) -> InvitationIssued:
    """The event that asks for an offer."""
    values = about(invitation) | {
        "wave": 1,
        "channel": Channel.EMAIL,
        "not_after": NOON + timedelta(hours=12),
        "answer_by": NOON + timedelta(hours=24),
    }
    return InvitationIssued.model_validate(values | changes)


def assigned(invitation: InvitationPage, **changes: Any) -> VolunteerAssigned:
    """The event that asks for a receipt."""
    values = about(invitation) | {"assignment_id": new_id(), "sequence": 1}
    return VolunteerAssigned.model_validate(values | changes)


def tandem_asked(tandem: TandemPage, side: Side, **changes: Any) -> TandemAsked:
    """The event that asks one side."""
    values = _of_tandem(tandem) | {
        "side": side,
        "question": 1,
        "what": TandemQuestion.TRIAL,
        "from_on": NOON.date() - timedelta(days=28),
        "to_on": NOON.date() - timedelta(days=1),
        "channel": Channel.EMAIL,
        "not_after": NOON + timedelta(days=7),
    }
    return TandemAsked.model_validate(values | changes)


def tandem_over(tandem: TandemPage, **changes: Any) -> TandemEnded:
    """The event that tells both sides that it is over."""
    values = _of_tandem(tandem) | {
        "reason": "did_not_fit",
        "by": "coordinator",
        "begun": True,
        "completes": False,
        "left": 0,
        "announced": True,
        "place_sequence": 5,
    }
    return TandemEnded.model_validate(values | changes)


def _of_tandem(tandem: TandemPage) -> dict[str, Any]:
    return {
        "request_id": tandem.request_id,
        "invitation_id": new_id(),
        "volunteer_id": tandem.volunteer_id,
        "assignment_id": tandem.assignment_id,
        "organisation_id": tandem.organisation_id,
        "sequence": 2,
        "occurred_at": NOON,
    }


def about(invitation: InvitationPage, at: datetime = NOON) -> dict[str, Any]:
    """What every event about an invitation carries."""
    return {
        "request_id": invitation.request_id,
        "invitation_id": invitation.invitation_id,
        "volunteer_id": invitation.volunteer_id,
        "occurred_at": at,
    }


def text_of(mail: EmailMessage) -> str:
    """The text part, on one line."""
    part = mail.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    content: str = part.get_content()
    return content


def calendar_of(mail: EmailMessage) -> str | None:
    """The calendar part with unfolded lines, if there is one."""
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            found: str = part.get_content()
            return found.replace("\r\n", "\n").replace("\n ", "")
    return None
