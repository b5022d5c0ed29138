"""What other services' events mean for requests; in any order, the newest sequence holds."""

from services.requests.domain.life import (
    Counts,
    State,
    cancel,
    count,
    end_tandem,
    hold,
    release,
)
from services.requests.handlers.telling import keep
from services.requests.store import lock_organisation, lock_request, lock_requests_of
from shared.contracts.matching import RequestFilled, RequestReopened, TandemEnded
from shared.contracts.network import (
    OrganisationErased,
    OrganisationSuspended,
    OrganisationVerified,
)
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam


def subscribe(seam: Seam) -> None:
    @seam.event(OrganisationVerified)
    async def on_organisation_verified(event: OrganisationVerified, work: Work) -> None:
        await judge_organisation(event, work, verified=True)

    @seam.event(OrganisationSuspended)
    async def on_organisation_suspended(event: OrganisationSuspended, work: Work) -> None:
        await judge_organisation(event, work, verified=False)

    @seam.event(OrganisationErased)
    async def on_organisation_erased(event: OrganisationErased, work: Work) -> None:
        await erase_organisation(event, work)

    @seam.event(RequestFilled)
    async def on_request_filled(event: RequestFilled, work: Work) -> None:
        await count_places(event, work)

    @seam.event(RequestReopened)
    async def on_request_reopened(event: RequestReopened, work: Work) -> None:
        await count_places(event, work)

    @seam.event(TandemEnded)
    async def on_tandem_ended(event: TandemEnded, work: Work) -> None:
        await note_ended_tandem(event, work)


async def judge_organisation(
    event: OrganisationVerified | OrganisationSuspended, work: Work, *, verified: bool
) -> None:
    """Keep an organisation's newest standing, and open or hold its requests accordingly."""
    organisation = await lock_organisation(work.session, event.organisation_id)
    if organisation.erased or event.sequence <= organisation.sequence:
        return
    organisation.sequence, organisation.verified = event.sequence, verified
    states = [State.REVIEW] if verified else [State.OPEN, State.FILLED]
    step = release if verified else hold
    for row in await lock_requests_of(work.session, event.organisation_id, states):
        await keep(row, step(row.life(), work.now), work)


async def erase_organisation(event: OrganisationErased, work: Work) -> None:
    """Call off what an erased organisation still needs, and delete the words of all it asked."""
    organisation = await lock_organisation(work.session, event.organisation_id)
    organisation.erased, organisation.verified = True, False
    for row in await lock_requests_of(work.session, event.organisation_id):
        life = row.life()
        if not life.closed and (life.terms.open_ended or work.now < life.terms.ends_at):
            await keep(row, cancel(life), work)
        row.content = None


async def count_places(event: RequestFilled | RequestReopened, work: Work) -> None:
    """Keep the newest counts; matching counts only what was opened here, so the row is there."""
    row = await lock_request(work.session, event.request_id)
    if row is None:
        return
    counts = Counts(event.sequence, event.reserved, event.assigned, event.waitlisted)
    await keep(row, count(row.life(), counts), work)


async def note_ended_tandem(event: TandemEnded, work: Work) -> None:
    """A tandem that ran makes its request one that took place, and the last may complete it."""
    row = await lock_request(work.session, event.request_id)
    if row is None or not event.begun:
        return
    step = end_tandem(row.life(), completes=event.completes, left=event.left, now=work.now)
    await keep(row, step, work)
