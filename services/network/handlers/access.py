"""How an organisation gets in: API tokens for its programs, a mailed link for its people."""

import secrets

from sqlalchemy import insert, select, update

from services.network.domain.link_requests import LinkRequests
from services.network.domain.registration import identity_of
from services.network.domain.standing import State
from services.network.domain.tokens import RANDOM_BYTES, hash_of, token_of
from services.network.handlers.refusals import OrganisationStopped, OrganisationUnknown
from services.network.store import ApiTokenRow, OrganisationRow
from shared.contracts.network import (
    IssueApiToken,
    OrganisationLinkRequested,
    RequestOrganisationLink,
    TokenIssued,
)
from shared.contracts.values import Done
from shared.kernel.ids import new_id
from shared.kernel.people import clean_email
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam


def subscribe(seam: Seam) -> None:
    @seam.private(IssueApiToken)
    async def on_issue(wish: IssueApiToken, work: Work) -> TokenIssued:
        return await issue_api_token(wish, work)

    @seam.private(RequestOrganisationLink)
    async def on_request_link(wish: RequestOrganisationLink, work: Work) -> Done:
        return await request_organisation_link(wish, work)


async def issue_api_token(wish: IssueApiToken, work: Work) -> TokenIssued:
    """Make a token and keep its digest. Only the operator and a coordinator can ask.

    Who gets a token from them is known to them: the registration does not lapse any more.
    """
    row = await _by_email(wish.email, work)
    if row is None:
        raise OrganisationUnknown("No organisation has this address.", field="email")
    if row.standing.state is State.SUSPENDED:
        raise OrganisationStopped("This organisation is suspended.", field="email")
    token = token_of(secrets.token_bytes(RANDOM_BYTES))
    row.unconfirmed_since = None
    await work.session.execute(
        insert(ApiTokenRow).values(
            token_hash=hash_of(token),
            organisation_id=row.organisation_id,
            contact_id=row.contact_id,
            issued_at=work.now,
        )
    )
    return TokenIssued(token=token, organisation_id=row.organisation_id)


async def request_organisation_link(wish: RequestOrganisationLink, work: Work) -> Done:
    """Have the link mailed, if the address is known and had not enough of them today.

    The answer and the work are the same in every case.
    """
    row = await _by_email(wish.email, work)
    before = LinkRequests(tuple(row.links_mailed_at) if row else ())
    after = before.after(work.now)
    organisation_id = row.organisation_id if row else new_id()
    async with work.session.begin_nested() as attempt:
        await work.session.execute(
            update(OrganisationRow)
            .where(OrganisationRow.organisation_id == organisation_id)
            .values(links_mailed_at=list(after.mailed_at))
        )
        await work.publish(
            OrganisationLinkRequested(organisation_id=organisation_id, occurred_at=work.now)
        )
        if row is None or after == before:
            await attempt.rollback()
    return Done()


async def _by_email(email: str, work: Work) -> OrganisationRow | None:
    """The organisation of this contact's address, held; raises EmailUnclear."""
    rows = await work.session.scalars(
        select(OrganisationRow)
        .where(OrganisationRow.identity == identity_of(clean_email(email)))
        .with_for_update()
    )
    return rows.one_or_none()
