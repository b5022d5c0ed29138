"""Emails in the database: to and from the domain's value, claims under row locks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.email import LOST, Email
from services.notifications.domain.recipient import Recipient, RecipientKind
from services.notifications.domain.states import SETTLED, State
from services.notifications.domain.templates import (
    ASKING,
    SAYS_IT_ENDED,
    said_by_its_end,
    superseded_by,
)
from services.notifications.store.tables import EmailRow

Details = dict[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class About:
    """What a mail is about: ids, and codes from the event that caused it."""

    volunteer_id: UUID | None = None
    organisation_id: UUID | None = None
    request_id: UUID | None = None
    invitation_id: UUID | None = None
    sequence: int | None = None
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
            sequence=about.sequence,
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


async def lock_next_leaseless(session: AsyncSession, now: datetime) -> EmailRow | None:
    """A mail whose sender is thought dead, locked. Machine time."""
    return await session.scalar(
        select(EmailRow)
        .where(EmailRow.state == State.SENDING, EmailRow.lease_until <= now)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def lock_next_late(session: AsyncSession, domain_now: datetime) -> EmailRow | None:
    """A waiting mail that is not worth sending any more, locked, whenever it was to be tried."""
    return await session.scalar(
        select(EmailRow)
        .where(EmailRow.next_at.is_not(None), EmailRow.not_after < domain_now)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def release_held(session: AsyncSession, now: datetime) -> None:
    """Let what quiet hours hold be looked at anew. Machine time.

    Until when it is held was counted by a clock that may have run at another speed.
    """
    held = and_(EmailRow.holdable, EmailRow.state == State.QUEUED, EmailRow.next_at > now)
    await session.execute(update(EmailRow).where(held).values(next_at=now))


async def lock_waiting_asks(session: AsyncSession, invitation_id: UUID) -> Sequence[EmailRow]:
    """Offers and reminders of an invitation that are not settled, locked."""
    return await _lock_open(
        session, EmailRow.invitation_id == invitation_id, EmailRow.template.in_(ASKING)
    )


async def lock_open_of_person(session: AsyncSession, person_id: UUID) -> Sequence[EmailRow]:
    """Mails to or about a person that are not settled, locked."""
    return await _lock_open(
        session, or_(EmailRow.person_id == person_id, EmailRow.volunteer_id == person_id)
    )


async def _lock_open(
    session: AsyncSession, *conditions: ColumnElement[bool]
) -> Sequence[EmailRow]:
    rows = await session.scalars(
        select(EmailRow)
        .where(*conditions, EmailRow.state.not_in(SETTLED))
        .order_by(EmailRow.email_id)
        .with_for_update()
    )
    return rows.all()


async def offer_left(session: AsyncSession, invitation_id: UUID) -> bool:
    """Whether an offer for this invitation was handed over, or may have been."""
    perhaps = and_(
        EmailRow.data_started_at.is_not(None),
        or_(EmailRow.state == State.SENDING, EmailRow.last_code == LOST),
    )
    found = await session.scalar(
        select(EmailRow.email_id)
        .where(EmailRow.invitation_id == invitation_id, EmailRow.template == "offer")
        .where(or_(EmailRow.state.in_([State.SENT, State.UNKNOWN]), EmailRow.resent, perhaps))
        .limit(1)
    )
    return found is not None


async def superseded(session: AsyncSession, row: EmailRow) -> bool:
    """Whether a newer mail says what has become of the place, or of the request, since."""
    newer = superseded_by(row.template)
    if row.sequence is None or not newer:
        return False
    same = (
        EmailRow.request_id == row.request_id
        if row.invitation_id is None
        else EmailRow.invitation_id == row.invitation_id
    )
    # The day-before list follows from time alone: it has the number of the change before it.
    later = tuple_(EmailRow.sequence, EmailRow.email_id) > tuple_(row.sequence, row.email_id)
    found = await session.scalar(
        select(EmailRow.email_id).where(same, EmailRow.template.in_(newer), later).limit(1)
    )
    return found is not None


async def was_told_since(session: AsyncSession, row: EmailRow) -> bool:
    """Whether somebody whose answer came too late was told since they gave it that it ended."""
    answered_at = row.details.get("answered_at")
    if not said_by_its_end(row.template, row.details.get("code")) or not answered_at:
        return False
    found = await session.scalar(
        select(EmailRow.email_id)
        .where(EmailRow.invitation_id == row.invitation_id)
        .where(EmailRow.template.in_(SAYS_IT_ENDED))
        .where(EmailRow.created_at >= datetime.fromisoformat(str(answered_at)))
        .where(EmailRow.state.not_in([State.FAILED, State.CANCELLED]))
        .limit(1)
    )
    return found is not None
