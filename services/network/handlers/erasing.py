"""Erasure: an organisation goes with its people and tokens, and who knows the ids is told."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, select

from services.network.store import MESSAGING, HandoverContactRow, OrganisationRow
from shared.contracts.network import EraseOrganisation, OrganisationErased
from shared.contracts.values import Done
from shared.messaging.erasure import forget
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam
from shared.service.housekeeping import AfterDeletion


def subscribe(seam: Seam) -> None:
    @seam.command(EraseOrganisation)
    async def on_erase(command: EraseOrganisation, work: Work) -> Done:
        return await erase_organisation(command, work)


async def erase_organisation(command: EraseOrganisation, work: Work) -> Done:
    """Delete the organisation, its contacts and its tokens; who is gone already stays gone."""
    row = await work.session.get(OrganisationRow, command.organisation_id, with_for_update=True)
    if row is None:
        return Done()
    contacts = await work.session.scalars(
        select(HandoverContactRow.contact_id).where(
            HandoverContactRow.organisation_id == row.organisation_id
        )
    )
    await forget(work.session, MESSAGING, row.organisation_id, row.contact_id, *contacts.all())
    await work.session.execute(
        delete(OrganisationRow).where(OrganisationRow.organisation_id == row.organisation_id)
    )
    await work.publish(
        OrganisationErased(organisation_id=row.organisation_id, occurred_at=work.now)
    )
    return Done()


def after_deletion() -> dict[str, AfterDeletion]:
    """What follows when retention deletes rows: a lapsed registration is an erasure."""
    return {OrganisationRow.__tablename__: _registrations_lapsed}


async def _registrations_lapsed(work: Work, keys: Sequence[Row[Any]]) -> None:
    for key in keys:
        await forget(work.session, MESSAGING, key.organisation_id)
        await work.publish(
            OrganisationErased(organisation_id=key.organisation_id, occurred_at=work.now)
        )
