"""Questions about mails: what became of them, and whom they told of whom; no address, no text."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.store.people import disclosures_of
from services.notifications.store.tables import EmailRow
from shared.contracts.notifications import (
    Disclosures,
    DisclosureShown,
    DisclosuresOf,
    FindEmails,
    OutboxEntries,
    OutboxEntry,
)
from shared.messaging.seam import Seam


def subscribe(seam: Seam) -> None:
    """Bind the questions."""

    @seam.query(FindEmails)
    async def on_find_emails(query: FindEmails, session: AsyncSession) -> OutboxEntries:
        return await find_emails(query, session)

    @seam.query(DisclosuresOf)
    async def on_disclosures_of(query: DisclosuresOf, session: AsyncSession) -> Disclosures:
        return Disclosures(
            disclosures=tuple(
                DisclosureShown(
                    organisation_id=row.organisation_id,
                    request_id=row.request_id,
                    what=row.what,
                    disclosed_at=row.disclosed_at,
                )
                for row in await disclosures_of(session, query.volunteer_id)
            )
        )


async def find_emails(query: FindEmails, session: AsyncSession) -> OutboxEntries:
    """Mails by state or request, newest first, and how many of the request, or of all, are in each state."""
    wanted = select(EmailRow).order_by(EmailRow.created_at.desc()).limit(query.limit)
    counted = select(EmailRow.state, func.count()).group_by(EmailRow.state)
    if query.state is not None:
        wanted = wanted.where(EmailRow.state == query.state)
    if query.request_id is not None:
        about_it = EmailRow.request_id == query.request_id
        wanted, counted = wanted.where(about_it), counted.where(about_it)
    rows = await session.scalars(wanted)
    counts: dict[str, int] = {row[0]: row[1] for row in await session.execute(counted)}
    return OutboxEntries(
        entries=tuple(
            OutboxEntry(
                email_id=row.email_id,
                template=row.template,
                state=row.state,
                created_at=row.created_at,
                sent_at=row.sent_at,
                volunteer_id=row.volunteer_id,
                organisation_id=row.organisation_id,
                request_id=row.request_id,
                last_code=row.last_code,
            )
            for row in rows
        ),
        counts=counts,
    )
