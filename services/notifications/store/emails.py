"""Emails in the database: to and from the domain's value, claims under row locks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.address import AddressStanding
from services.notifications.domain.email import Email, State
from services.notifications.domain.recipient import Recipient, RecipientKind
from services.notifications.store.tables import EmailRow, StandingRow

Details = dict[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class About:
    """What a mail is about: ids, and codes from the event that caused it."""

    volunteer_id: UUID | None = None
    organisation_id: UUID | None = None
    request_id: UUID | None = None
    invitation_id: UUID | None = None
    details: Details = field(default_factory=dict)


async def add(
    session: AsyncSession, email: Email, about: About, *, correlation_id: str, now: datetime
) -> bool:
    """Queue a mail; False if one with the same key is there already. `now` is domain time."""
    result = await session.execute(
        insert(EmailRow)
        .values(
            email_id=email.id,
            message_id=email.message_id,
            dedup_key=email.dedup_key,
            template=email.template,
            recipient_kind=email.recipient.kind,
            person_id=email.recipient.id,
            volunteer_id=about.volunteer_id,
            organisation_id=about.organisation_id,
            request_id=about.request_id,
            invitation_id=about.invitation_id,
            details=about.details,
            correlation_id=correlation_id,
            created_at=now,
            holdable=email.holdable,
            not_after=email.not_after,
            state=email.state,
            next_at=email.next_at,
            attempt=0,
            resent=False,
            cancel_asked=False,
        )
        .on_conflict_do_nothing()
        .returning(EmailRow.email_id)
    )
    return result.first() is not None


def to_domain(row: EmailRow) -> Email:
    """The domain's value of a row."""
    return Email(
        id=row.email_id,
        dedup_key=row.dedup_key,
        message_id=row.message_id,
        template=row.template,
        recipient=Recipient(RecipientKind(row.recipient_kind), row.person_id),
        holdable=row.holdable,
        next_at=row.next_at,
        not_after=row.not_after,
        state=State(row.state),
        attempt=row.attempt,
        first_tried_at=row.first_tried_at,
        lease_until=row.lease_until,
        data_started_at=row.data_started_at,
        last_code=row.last_code,
        resent=row.resent,
        cancel_asked=row.cancel_asked,
    )


def save(row: EmailRow, email: Email) -> None:
    """Write what can change of a mail back to its locked row."""
    row.state = email.state
    row.next_at = email.next_at
    row.not_after = email.not_after
    row.attempt = email.attempt
    row.first_tried_at = email.first_tried_at
    row.lease_until = email.lease_until
    row.data_started_at = email.data_started_at
    row.last_code = email.last_code
    row.resent = email.resent
    row.cancel_asked = email.cancel_asked


async def lock(session: AsyncSession, email_id: UUID) -> EmailRow | None:
    """The row of a mail, locked for this transaction."""
    return await session.get(EmailRow, email_id, with_for_update=True)


async def lock_next_due(session: AsyncSession, now: datetime) -> EmailRow | None:
    """The mail that waits longest, locked; another sender's is passed over. Machine time."""
    return await session.scalar(
        select(EmailRow)
        .where(EmailRow.next_at <= now)
        .order_by(EmailRow.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def lock_expired_leases(session: AsyncSession, now: datetime) -> Sequence[EmailRow]:
    """Mails whose sender is thought dead, locked. Machine time."""
    rows = await session.scalars(
        select(EmailRow)
        .where(EmailRow.state == State.SENDING, EmailRow.lease_until <= now)
        .limit(50)
        .with_for_update(skip_locked=True)
    )
    return rows.all()


async def lock_open_of_invitation(
    session: AsyncSession, invitation_id: UUID
) -> Sequence[EmailRow]:
    """Mails about an invitation that are not settled, locked."""
    return await _lock_open(session, EmailRow.invitation_id == invitation_id)


async def lock_open_of_person(session: AsyncSession, person_id: UUID) -> Sequence[EmailRow]:
    """Mails to or about a person that are not settled, locked."""
    return await _lock_open(
        session, (EmailRow.person_id == person_id) | (EmailRow.volunteer_id == person_id)
    )


async def _lock_open(session: AsyncSession, condition: object) -> Sequence[EmailRow]:
    settled = (State.SENT, State.FAILED, State.CANCELLED)
    rows = await session.scalars(
        select(EmailRow)
        .where(condition, EmailRow.state.not_in(settled))  # type: ignore[arg-type]
        .order_by(EmailRow.email_id)
        .with_for_update()
    )
    return rows.all()


async def standing_of(
    session: AsyncSession, recipient: Recipient, now: datetime
) -> tuple[StandingRow, AddressStanding]:
    """The standing of a recipient's address, its row locked; a clean one if there is none yet."""
    await session.execute(
        insert(StandingRow)
        .values(
            person_id=recipient.id,
            recipient_kind=recipient.kind,
            bad_days=list[date](),
            suspended=False,
            created_at=now,
        )
        .on_conflict_do_nothing()
    )
    row = await session.get_one(StandingRow, recipient.id, with_for_update=True)
    return row, AddressStanding(frozenset(row.bad_days), row.suspended)


def save_standing(row: StandingRow, standing: AddressStanding) -> None:
    row.bad_days = sorted(standing.bad_days)
    row.suspended = standing.suspended
