"""Accounts, sessions and ordered sign-in mails in the database. Times are machine time."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.admin.domain.accounts import MAIL_WINDOW, SESSION_LASTS, Role, may_mail
from services.admin.store.tables import AccountRow, LinkMailRow, SessionRow
from shared.kernel.ids import new_id
from shared.kernel.people import comparable


async def add_account(
    session: AsyncSession, email: str, role: Role, now: datetime
) -> tuple[UUID, bool]:
    """Add an account, or give a known address another role; says whether it is new."""
    new = await session.scalar(
        insert(AccountRow)
        .values(
            staff_id=new_id(),
            email=email,
            email_key=comparable(email),
            display_name="",
            role=role,
            link_generation=0,
            added_at=now,
        )
        .on_conflict_do_nothing()
        .returning(AccountRow.staff_id)
    )
    if new is not None:
        return new, True
    known = await session.scalar(
        update(AccountRow)
        .where(AccountRow.email_key == comparable(email))
        .values(role=role)
        .returning(AccountRow.staff_id)
    )
    if known is None:
        raise LookupError("an account vanished while its role was set")
    return known, False


async def account_by_email(session: AsyncSession, email: str) -> AccountRow | None:
    """The account with this address, in any case of its letters."""
    found: AccountRow | None = await session.scalar(
        select(AccountRow).where(AccountRow.email_key == comparable(email))
    )
    return found


async def all_accounts(session: AsyncSession) -> Sequence[AccountRow]:
    """Everybody of the staff, by address."""
    return (await session.scalars(select(AccountRow).order_by(AccountRow.email_key))).all()


async def staff_names(session: AsyncSession, staff_ids: Sequence[UUID]) -> dict[UUID, str]:
    """How these people of the staff want to be called; without a name, their address."""
    rows = await session.scalars(select(AccountRow).where(AccountRow.staff_id.in_(staff_ids)))
    return {row.staff_id: row.display_name or row.email for row in rows}


async def open_session(
    session: AsyncSession, staff_id: UUID, token: str, now: datetime
) -> None:
    """Keep the hash of a new session's token."""
    session.add(
        SessionRow(token_hash=_hash(token), staff_id=staff_id, expires_at=now + SESSION_LASTS)
    )
    await session.flush()


async def signed_in(session: AsyncSession, token: str, now: datetime) -> AccountRow | None:
    """Whose session has this token, unless it is over."""
    found: AccountRow | None = await session.scalar(
        select(AccountRow)
        .join(SessionRow, SessionRow.staff_id == AccountRow.staff_id)
        .where(SessionRow.token_hash == _hash(token), SessionRow.expires_at > now)
    )
    return found


async def close_session(session: AsyncSession, token: str) -> None:
    """Sign out here."""
    await session.execute(delete(SessionRow).where(SessionRow.token_hash == _hash(token)))


async def close_everywhere(session: AsyncSession, staff_id: UUID) -> None:
    """Sign out everywhere, and make every sign-in link of this account worthless."""
    await session.execute(delete(SessionRow).where(SessionRow.staff_id == staff_id))
    await session.execute(
        update(AccountRow)
        .where(AccountRow.staff_id == staff_id)
        .values(link_generation=AccountRow.link_generation + 1)
    )


async def rename(session: AsyncSession, staff_id: UUID, display_name: str) -> None:
    """Keep how somebody wants to be called."""
    await session.execute(
        update(AccountRow)
        .where(AccountRow.staff_id == staff_id)
        .values(display_name=display_name)
    )


async def order_link_mail(session: AsyncSession, email: str, now: datetime) -> bool:
    """Note a sign-in mail for whoever of the staff has this address, a few an hour at most."""
    account = await session.scalar(
        select(AccountRow).where(AccountRow.email_key == comparable(email)).with_for_update()
    )
    if account is None:
        return False
    lately = await session.scalar(
        select(func.count())
        .select_from(LinkMailRow)
        .where(LinkMailRow.staff_id == account.staff_id)
        .where(LinkMailRow.asked_at > now - MAIL_WINDOW)
    )
    if not may_mail(lately or 0):
        return False
    session.add(LinkMailRow(mail_id=new_id(), staff_id=account.staff_id, asked_at=now))
    await session.flush()
    return True


async def ordered_link_mails(session: AsyncSession) -> Sequence[LinkMailRow]:
    """Mails that `notifications` was not told of yet, the oldest first."""
    rows = await session.scalars(
        select(LinkMailRow)
        .where(LinkMailRow.handed_over_at.is_(None))
        .order_by(LinkMailRow.asked_at)
    )
    return rows.all()


async def note_handed_over(session: AsyncSession, mail_id: UUID, now: datetime) -> None:
    """`notifications` has it."""
    await session.execute(
        update(LinkMailRow).where(LinkMailRow.mail_id == mail_id).values(handed_over_at=now)
    )


async def forget_what_is_over(session: AsyncSession, now: datetime) -> None:
    """Delete sessions that have ended and mails that no longer count."""
    await session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
    await session.execute(delete(LinkMailRow).where(LinkMailRow.asked_at <= now - MAIL_WINDOW))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
