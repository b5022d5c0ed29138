"""People in the database: how their addresses stand, what was told of them, and who is gone."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.address import AddressStanding
from services.notifications.store.tables import (
    DisclosureRow,
    EmailRow,
    ErasedRow,
    StandingRow,
)

_ERASING = "erasure:notifications"
"""Advisory locks are one space for all services of the database."""


HAND_OVER = "hand_over"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Of one volunteer to an organisation, or (`HAND_OVER`) the other way round."""

    volunteer_id: UUID
    organisation_id: UUID
    request_id: UUID
    what: str


def digest_of(person_id: UUID, address: str) -> str:
    """What is kept of a person's address: enough to tell it from another one."""
    return hashlib.sha256(person_id.bytes + address.casefold().encode()).hexdigest()


async def is_suspended(session: AsyncSession, person_id: UUID, digest: str) -> bool:
    """Whether mails to this very address come back."""
    row = await session.get(StandingRow, person_id)
    return row is not None and row.address_digest == digest and row.suspended


async def lock_standing(
    session: AsyncSession, person_id: UUID, digest: str
) -> tuple[StandingRow | None, AddressStanding]:
    """The standing of a person's address, its row locked; a clean one if nothing speaks against it."""
    row = await session.get(StandingRow, person_id, with_for_update=True)
    if row is None or row.address_digest != digest:
        return row, AddressStanding()
    return row, AddressStanding(frozenset(row.bad_days), row.suspended)


async def add_standing(session: AsyncSession, person_id: UUID, now: datetime) -> None:
    """Make the row of a person's standing, if there is none yet. `now` is domain time."""
    await session.execute(
        insert(StandingRow)
        .values(
            person_id=person_id,
            address_digest="",
            bad_days=list[date](),
            suspended=False,
            created_at=now,
        )
        .on_conflict_do_nothing()
    )


def save_standing(
    row: StandingRow, standing: AddressStanding, digest: str, now: datetime
) -> None:
    """Write a standing to its locked row. `now` is domain time."""
    row.address_digest = digest
    row.bad_days = sorted(standing.bad_days)
    row.suspended = standing.suspended
    row.created_at = now


async def note_disclosures(
    session: AsyncSession, email_id: UUID, disclosures: Iterable[Disclosure], now: datetime
) -> None:
    """Keep whom a mail tells about whom; the same mail tried again is one disclosure."""
    for told in disclosures:
        await session.execute(
            insert(DisclosureRow)
            .values(
                email_id=email_id,
                volunteer_id=told.volunteer_id,
                organisation_id=told.organisation_id,
                request_id=told.request_id,
                what=told.what,
                disclosed_at=now,
            )
            .on_conflict_do_nothing()
        )


async def disclosures_of(session: AsyncSession, volunteer_id: UUID) -> Sequence[DisclosureRow]:
    """What organisations were told of a volunteer, oldest first."""
    rows = await session.scalars(
        select(DisclosureRow)
        .where(DisclosureRow.volunteer_id == volunteer_id, DisclosureRow.what != HAND_OVER)
        .order_by(DisclosureRow.disclosed_at, DisclosureRow.email_id)
    )
    return rows.all()


async def is_erased(session: AsyncSession, person_id: UUID) -> bool:
    """Whether this person is gone; nobody can be erased before this transaction ends."""
    await _hold_erasures(session, exclusive=False)
    found = await session.get(ErasedRow, _tombstone(person_id))
    return found is not None


async def bury(session: AsyncSession, person_id: UUID, now: datetime) -> None:
    """Set the tombstone, once no transaction is left that has asked whether the person is gone."""
    await _hold_erasures(session, exclusive=True)
    await session.execute(
        insert(ErasedRow)
        .values(person_digest=_tombstone(person_id), erased_at=now)
        .on_conflict_do_nothing()
    )


async def let_stand_in(session: AsyncSession, person_id: UUID, stranger_id: UUID) -> None:
    """Put a random id in the place of a person's or an organisation's; the facts stay."""
    columns = (
        EmailRow.person_id,
        EmailRow.volunteer_id,
        EmailRow.organisation_id,
        DisclosureRow.volunteer_id,
        DisclosureRow.organisation_id,
    )
    for column in columns:
        await session.execute(
            update(column.class_).where(column == person_id).values({column: stranger_id})
        )
    await session.execute(delete(StandingRow).where(StandingRow.person_id == person_id))


async def _hold_erasures(session: AsyncSession, *, exclusive: bool) -> None:
    lock = func.pg_advisory_xact_lock if exclusive else func.pg_advisory_xact_lock_shared
    await session.execute(select(lock(func.hashtextextended(_ERASING, 0))))


def _tombstone(person_id: UUID) -> str:
    return hashlib.sha256(person_id.bytes).hexdigest()
