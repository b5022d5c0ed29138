"""Registration: a new organisation is stored, a known address is told; the answer is the same.

As with volunteers, neither the answer nor the time it takes tells from outside who is registered.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from services.network.domain.registration import Organisation, check_organisation, identity_of
from services.network.domain.standing import State
from services.network.store import OrganisationRow
from shared.contracts.network import (
    OrganisationRegistered,
    OrganisationRegistration,
    OrganisationRegistrationRepeated,
    OrganisationVerified,
    RegisterOrganisation,
)
from shared.district import District
from shared.kernel.fields import Via
from shared.kernel.ids import new_id
from shared.kernel.people import searchable
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam

REPEATED_AT_MOST = timedelta(days=1)
"""Domain time between two mails that say "you are already with us"."""
KNOWN = "known"
CHECKED = "checked"


def subscribe(seam: Seam, district: District) -> None:
    @seam.private(RegisterOrganisation)
    async def on_register(wish: RegisterOrganisation, work: Work) -> OrganisationRegistration:
        return await register_organisation(wish, work, district)


async def register_organisation(
    wish: RegisterOrganisation, work: Work, district: District
) -> OrganisationRegistration:
    """Store who is new; raises FieldsRefused, or the one refusal, naming what is wrong."""
    organisation = check_organisation(wish, district)
    if wish.dry_run:
        return OrganisationRegistration(organisation_id=new_id(), status=CHECKED)
    if wish.via is Via.IMPORT or wish.staff_id is not None:
        return await _entered_by_us(organisation, work, verified=wish.verified)
    return await _from_outside(organisation, work)


async def _from_outside(organisation: Organisation, work: Work) -> OrganisationRegistration:
    new = _columns(organisation, work)
    told_before = OrganisationRow.repeated_at
    stored = await work.session.execute(
        insert(OrganisationRow)
        .values(new)
        .on_conflict_do_update(
            index_elements=[OrganisationRow.identity],
            set_={"repeated_at": work.now},
            where=or_(told_before.is_(None), told_before <= work.now - REPEATED_AT_MOST),
        )
        .returning(OrganisationRow.organisation_id, OrganisationRow.confirmed_at)
    )
    row = stored.first()
    # Of one that was told today nothing comes back. The event is stored all the same and taken
    # back, so that every registration does the same work.
    async with work.session.begin_nested() as attempt:
        if row is None or row.organisation_id != new["organisation_id"]:
            await work.publish(
                OrganisationRegistrationRepeated(
                    organisation_id=row.organisation_id if row else new["organisation_id"],
                    confirmed=row is None or row.confirmed_at is not None,
                    occurred_at=work.now,
                )
            )
        else:
            await work.publish(
                OrganisationRegistered(
                    organisation_id=row.organisation_id, occurred_at=work.now
                )
            )
        if row is None:
            await attempt.rollback()
    return OrganisationRegistration(
        organisation_id=new["organisation_id"], status=State.UNVERIFIED
    )


async def _entered_by_us(
    organisation: Organisation, work: Work, *, verified: bool
) -> OrganisationRegistration:
    """An import's or a coordinator's entry: they may know who is there, and nobody is mailed twice."""
    new = _columns(organisation, work)
    if verified:
        new |= {"state": State.VERIFIED, "unconfirmed_since": None}
    stored = await work.session.execute(
        insert(OrganisationRow)
        .values(new)
        .on_conflict_do_nothing(index_elements=[OrganisationRow.identity])
        .returning(OrganisationRow.organisation_id)
    )
    organisation_id = stored.scalar_one_or_none()
    if organisation_id is None:
        known_as = await work.session.scalars(
            select(OrganisationRow.organisation_id).where(
                OrganisationRow.identity == new["identity"]
            )
        )
        return OrganisationRegistration(organisation_id=known_as.one(), status=KNOWN)
    await work.publish(
        OrganisationVerified(
            organisation_id=organisation_id,
            sequence=1,
            announced=False,
            occurred_at=work.now,
        )
        if verified
        else OrganisationRegistered(organisation_id=organisation_id, occurred_at=work.now)
    )
    return OrganisationRegistration(
        organisation_id=organisation_id,
        status=State.VERIFIED if verified else State.UNVERIFIED,
    )


def _columns(organisation: Organisation, work: Work) -> dict[str, Any]:
    """What is stored of a registration that is still to be confirmed."""
    return {
        "organisation_id": new_id(),
        "identity": identity_of(organisation.email),
        "version": 1,
        "state": State.UNCONFIRMED,
        "name": organisation.name,
        "searchable": searchable(organisation.name),
        "kind": organisation.kind,
        "postcode": organisation.postcode,
        "municipality": organisation.municipality,
        "contact_id": new_id(),
        "contact_first_name": organisation.contact_first_name,
        "contact_last_name": organisation.contact_last_name,
        "email": organisation.email,
        "phone": organisation.phone,
        "locale": organisation.locale,
        "registered_at": work.now,
        "unconfirmed_since": work.now,
        "links_mailed_at": [],
    }
