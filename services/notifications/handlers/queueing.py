"""Queueing: one mail an event and recipient, in the event's transaction; a sender does the rest."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notifications.domain.email import queue
from services.notifications.domain.recipient import Recipient, RecipientKind
from services.notifications.store.emails import About, Details, add
from services.notifications.store.people import is_erased
from shared.contracts.messages import Event
from shared.kernel.clock import Clock
from shared.kernel.ids import new_id
from shared.messaging.outbox import Work


@dataclass(frozen=True, slots=True)
class Post:
    """Queues mails; knows the machine's clock and the domain of our Message-IDs."""

    machine_clock: Clock
    mail_domain: str

    async def to_volunteer(
        self,
        work: Work,
        event: Event,
        template: str,
        volunteer_id: UUID,
        *,
        request_id: UUID | None = None,
        invitation_id: UUID | None = None,
        sequence: int | None = None,
        not_after: datetime | None = None,
        urgent: bool = False,
        details: Details | None = None,
    ) -> None:
        """Queue a mail to a volunteer."""
        await self._add(
            work,
            key=f"{event.event_id}:{template}",
            template=template,
            recipient=Recipient(RecipientKind.VOLUNTEER, volunteer_id),
            about=About(
                volunteer_id=volunteer_id,
                request_id=request_id,
                invitation_id=invitation_id,
                sequence=sequence,
                details=details or {},
            ),
            not_after=not_after,
            urgent=urgent,
        )

    async def to_organisation(
        self,
        work: Work,
        event: Event,
        template: str,
        organisation_id: UUID,
        *,
        key: str | None = None,
        request_id: UUID | None = None,
        sequence: int | None = None,
        not_after: datetime | None = None,
        details: Details | None = None,
    ) -> None:
        """Queue a mail to an organisation's contact; `key` stands for the event that caused it."""
        await self._add(
            work,
            key=f"{key or event.event_id}:{template}",
            template=template,
            recipient=Recipient(RecipientKind.CONTACT, organisation_id),
            about=About(
                organisation_id=organisation_id,
                request_id=request_id,
                sequence=sequence,
                details=details or {},
            ),
            not_after=not_after,
        )

    async def to_staff(self, work: Work, key: str, template: str, staff_id: UUID) -> None:
        """Queue a mail to a staff member, asked for by a private wish under `key`."""
        await self._add(
            work,
            key=f"{key}:{template}",
            template=template,
            recipient=Recipient(RecipientKind.STAFF, staff_id),
            about=About(),
        )

    async def _add(
        self,
        work: Work,
        *,
        key: str,
        template: str,
        recipient: Recipient,
        about: About,
        not_after: datetime | None = None,
        urgent: bool = False,
    ) -> None:
        if await is_erased(work.session, recipient.id):
            return
        email = queue(
            id=new_id(),
            dedup_key=key,
            mail_domain=self.mail_domain,
            template=template,
            recipient=recipient,
            due_at=self.machine_clock.now(),
            not_after=not_after,
            urgent=urgent,
        )
        await add(
            work.session,
            email,
            about,
            correlation_id=work.correlation.correlation_id,
            now=work.now,
        )
