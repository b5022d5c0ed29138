"""Answers of `network`: to each asker what they need, and nothing more."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.network.domain.registration import identity_of
from services.network.domain.standing import State
from services.network.store import ApiTokenRow, HandoverContactRow, OrganisationRow
from shared.contracts.network import (
    FindOrganisations,
    HandoverContact,
    HandoverShown,
    OrganisationByEmail,
    OrganisationCard,
    OrganisationCards,
    OrganisationCardsOf,
    OrganisationFound,
    OrganisationRecipient,
    OwnerOfToken,
    TokenOwner,
)
from shared.contracts.values import Recipient
from shared.kernel.fields import OrganisationKind
from shared.kernel.people import clean_email, searchable
from shared.messaging.seam import Seam


def subscribe(seam: Seam) -> None:
    seam.query(OwnerOfToken)(owner_of_token)
    seam.query(OrganisationByEmail)(organisation_by_email)
    seam.query(OrganisationCardsOf)(cards_of)
    seam.query(FindOrganisations)(find_organisations)
    seam.query(OrganisationRecipient)(recipient)
    seam.query(HandoverContact)(handover_contact)


async def owner_of_token(query: OwnerOfToken, session: AsyncSession) -> TokenOwner:
    """Whose token it is; nobody's if it is unknown, withdrawn, or its organisation suspended."""
    found = await session.execute(
        select(ApiTokenRow.organisation_id, ApiTokenRow.contact_id)
        .join(OrganisationRow, OrganisationRow.organisation_id == ApiTokenRow.organisation_id)
        .where(ApiTokenRow.token_hash == query.token_hash)
        .where(ApiTokenRow.withdrawn_at.is_(None))
        .where(OrganisationRow.state != State.SUSPENDED)
    )
    owner = found.one_or_none()
    if owner is None:
        return TokenOwner()
    return TokenOwner(organisation_id=owner.organisation_id, contact_id=owner.contact_id)


async def organisation_by_email(
    query: OrganisationByEmail, session: AsyncSession
) -> OrganisationFound:
    found = await session.scalar(
        select(OrganisationRow.organisation_id).where(
            OrganisationRow.identity == identity_of(clean_email(query.email))
        )
    )
    return OrganisationFound(organisation_id=found)


async def cards_of(query: OrganisationCardsOf, session: AsyncSession) -> OrganisationCards:
    """Names for pages and mails; people's names are only in `FindOrganisations`."""
    rows = await session.scalars(
        select(OrganisationRow).where(
            OrganisationRow.organisation_id.in_(query.organisation_ids)
        )
    )
    return OrganisationCards(cards=tuple(_card(row) for row in rows))


async def find_organisations(
    query: FindOrganisations, session: AsyncSession
) -> OrganisationCards:
    wanted = select(OrganisationRow)
    if query.organisation_id is not None:
        wanted = wanted.where(OrganisationRow.organisation_id == query.organisation_id)
    if query.state is not None:
        wanted = wanted.where(OrganisationRow.state == query.state)
    if query.text is not None:
        text = " ".join(searchable(query.text).split())
        wanted = wanted.where(OrganisationRow.searchable.contains(text, autoescape=True))
    newest = (OrganisationRow.registered_at.desc(), OrganisationRow.organisation_id.desc())
    rows = await session.scalars(wanted.order_by(*newest).limit(query.limit))
    return OrganisationCards(
        cards=tuple(
            _card(row).model_copy(
                update={
                    "contact_name": _contact_name(row),
                    "phone": row.phone,
                    "email": row.email,
                }
            )
            for row in rows
        )
    )


async def recipient(query: OrganisationRecipient, session: AsyncSession) -> Recipient:
    row = await session.get(OrganisationRow, query.organisation_id)
    if row is None:
        return Recipient(found=False)
    return Recipient(
        found=True,
        first_name=row.contact_first_name,
        display_name=_contact_name(row),
        email=row.email,
        locale=row.locale,
    )


async def handover_contact(query: HandoverContact, session: AsyncSession) -> HandoverShown:
    row = await session.get(HandoverContactRow, query.contact_id)
    if row is None:
        return HandoverShown(found=False)
    return HandoverShown(found=True, name=row.name, phone=row.phone)


def _card(row: OrganisationRow) -> OrganisationCard:
    return OrganisationCard(
        organisation_id=row.organisation_id,
        name=row.name,
        kind=OrganisationKind(row.kind),
        state=row.state,
        municipality=row.municipality,
        registered_at=row.registered_at,
    )


def _contact_name(row: OrganisationRow) -> str:
    return f"{row.contact_first_name} {row.contact_last_name}"
