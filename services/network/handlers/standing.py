"""Steps of an organisation's standing: confirmed by its contact, verified or suspended by us."""

from uuid import UUID

from services.network.domain.standing import Standing
from services.network.handlers.refusals import OrganisationUnknown
from services.network.store import OrganisationRow
from shared.contracts.network import (
    ConfirmOrganisation,
    OrganisationConfirmed,
    OrganisationSuspended,
    OrganisationVerified,
    SuspendOrganisation,
    VerifyOrganisation,
)
from shared.contracts.values import Done
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam


def subscribe(seam: Seam) -> None:
    @seam.command(ConfirmOrganisation)
    async def on_confirm(command: ConfirmOrganisation, work: Work) -> Done:
        return await confirm_organisation(command, work)

    @seam.command(VerifyOrganisation)
    async def on_verify(command: VerifyOrganisation, work: Work) -> Done:
        return await verify_organisation(command, work)

    @seam.command(SuspendOrganisation)
    async def on_suspend(command: SuspendOrganisation, work: Work) -> Done:
        return await suspend_organisation(command, work)


async def confirm_organisation(command: ConfirmOrganisation, work: Work) -> Done:
    """Note that the address is right; confirming twice is one confirmation."""
    row = await locked(command.organisation_id, work)
    if row.confirmed_at is None:
        row.confirmed_at = work.now
        _stand(row, row.standing.confirmed())
        await work.publish(
            OrganisationConfirmed(organisation_id=row.organisation_id, occurred_at=work.now)
        )
    return Done(version=row.version)


async def verify_organisation(command: VerifyOrganisation, work: Work) -> Done:
    """Let the organisation's requests open by themselves, also after a stop."""
    row = await locked(command.organisation_id, work)
    return await _step(row, row.standing.verified(), OrganisationVerified, work)


async def suspend_organisation(command: SuspendOrganisation, work: Work) -> Done:
    """Stop the organisation: its requests wait, its tokens open nothing."""
    row = await locked(command.organisation_id, work)
    return await _step(row, row.standing.suspended(), OrganisationSuspended, work)


async def locked(organisation_id: UUID, work: Work) -> OrganisationRow:
    """The organisation's row, held until the transaction ends.

    Raises:
        OrganisationUnknown: there is none.

    """
    row = await work.session.get(OrganisationRow, organisation_id, with_for_update=True)
    if row is None:
        raise OrganisationUnknown("There is no such organisation, or no longer.")
    return row


async def _step(
    row: OrganisationRow,
    standing: Standing,
    happened: type[OrganisationVerified | OrganisationSuspended],
    work: Work,
) -> Done:
    """Take the step and tell it, unless the organisation stands there already."""
    if standing != row.standing:
        _stand(row, standing)
        row.version += 1
        await work.publish(
            happened(
                organisation_id=row.organisation_id, sequence=row.version, occurred_at=work.now
            )
        )
    return Done(version=row.version)


def _stand(row: OrganisationRow, standing: Standing) -> None:
    row.state = standing.state
    if not standing.may_lapse:
        row.unconfirmed_since = None
