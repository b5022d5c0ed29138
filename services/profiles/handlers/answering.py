"""Answers of `profiles`: to each asker what they need, and nothing more."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.profiles.domain.standing import State
from services.profiles.domain.volunteer import full_name, reachable_by
from services.profiles.store import CheckRow, VolunteerRow, checks_of
from shared.contracts.profiles import (
    Card,
    Cards,
    ContactShown,
    FindVolunteers,
    Roster,
    RosterOf,
    SharedContact,
    VolunteerCards,
    VolunteerRecipient,
)
from shared.contracts.values import Coordinates, HeldCheck, Recipient, RosterEntry
from shared.kernel.fields import Channel, Check, Share
from shared.kernel.people import searchable
from shared.messaging.seam import Seam


def subscribe(seam: Seam) -> None:
    seam.query(RosterOf)(roster_of)
    seam.query(VolunteerRecipient)(recipient)
    seam.query(VolunteerCards)(cards)
    seam.query(FindVolunteers)(find_volunteers)
    seam.query(SharedContact)(shared_contact)


async def roster_of(query: RosterOf, session: AsyncSession) -> Roster:
    """Those who may be asked, now or later; who has not confirmed is not matching's business."""
    rows = await _rows(session, query.volunteer_ids)
    checks = await checks_of(session, query.volunteer_ids)
    return Roster(
        entries=tuple(
            roster_entry(row, checks.get(row.volunteer_id, []))
            for row in rows
            if row.standing.state is not State.UNCONFIRMED
        )
    )


async def recipient(query: VolunteerRecipient, session: AsyncSession) -> Recipient:
    """Whom to write to; nobody whose mails come back. Who has no address is rung instead."""
    row = await session.get(VolunteerRow, query.volunteer_id)
    if row is None or row.email_suspended_at is not None:
        return Recipient(found=False)
    return Recipient(
        found=True,
        first_name=row.first_name,
        display_name=full_name(row.first_name, row.last_name),
        email=row.email,
        locale=row.locale,
        shares=Share(row.shares),
    )


async def cards(query: VolunteerCards, session: AsyncSession) -> Cards:
    return await _cards(session, await _rows(session, query.volunteer_ids))


async def find_volunteers(query: FindVolunteers, session: AsyncSession) -> Cards:
    wanted = select(VolunteerRow)
    if query.state is not None:
        wanted = wanted.where(VolunteerRow.state == query.state)
    if query.known is not None:
        known = VolunteerRow.known_since.is_not(None)
        wanted = wanted.where(known if query.known else ~known)
    if query.text is not None:
        text = " ".join(searchable(query.text).split())
        wanted = wanted.where(VolunteerRow.searchable.contains(text, autoescape=True))
    newest = (VolunteerRow.registered_at.desc(), VolunteerRow.volunteer_id.desc())
    rows = await session.scalars(wanted.order_by(*newest).limit(query.limit))
    return await _cards(session, rows.all())


async def shared_contact(query: SharedContact, session: AsyncSession) -> ContactShown:
    """The first name and the one contact that the volunteer chose to share."""
    row = await session.get(VolunteerRow, query.volunteer_id)
    if row is None:
        return ContactShown(found=False)
    return ContactShown(
        found=True,
        first_name=row.first_name,
        phone=row.phone if row.shares == Share.PHONE else None,
        email=row.email if row.shares == Share.EMAIL else None,
    )


async def _rows(session: AsyncSession, volunteer_ids: Sequence[UUID]) -> Sequence[VolunteerRow]:
    rows = await session.scalars(
        select(VolunteerRow).where(VolunteerRow.volunteer_id.in_(volunteer_ids))
    )
    return rows.all()


async def _cards(session: AsyncSession, rows: Sequence[VolunteerRow]) -> Cards:
    checks = await checks_of(session, [row.volunteer_id for row in rows])
    return Cards(cards=tuple(_card(row, checks.get(row.volunteer_id, [])) for row in rows))


def _card(row: VolunteerRow, checks: Sequence[CheckRow]) -> Card:
    return Card.model_validate(
        {
            "volunteer_id": row.volunteer_id,
            "name": full_name(row.first_name, row.last_name),
            "state": row.state,
            "known": row.known_since is not None,
            "channel": _channel(row),
            "phone": row.phone,
            "email": row.email if row.email_suspended_at is None else None,
            "municipality": row.municipality,
            "locale": row.locale,
            "languages": row.profile["languages"],
            "checks": _held(checks),
            "shares": row.shares,
        }
    )


def roster_entry(row: VolunteerRow, checks: Sequence[CheckRow]) -> RosterEntry:
    """All that matching uses of a volunteer: whatever is not in here, it need not be told."""
    return RosterEntry.model_validate(
        {
            **row.profile,
            "volunteer_id": row.volunteer_id,
            "version": row.version,
            "state": row.state,
            "paused_until": row.paused_until,
            "known": row.known_since is not None,
            "channel": _channel(row),
            "point": Coordinates(latitude=row.latitude, longitude=row.longitude),
            "absences": row.absences or (),
            "checks": _held(checks),
        }
    )


def _held(checks: Sequence[CheckRow]) -> tuple[HeldCheck, ...]:
    return tuple(
        HeldCheck(check=Check(check.check), valid_until=check.valid_until) for check in checks
    )


def _channel(row: VolunteerRow) -> Channel:
    return reachable_by(
        Channel(row.channel), suspended=row.email_suspended_at is not None, phone=row.phone
    )
