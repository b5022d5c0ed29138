"""What organisations and coordinators do with a request that is there."""

from collections.abc import Callable
from uuid import UUID

from services.requests.domain.content import material
from services.requests.domain.life import Life, Step, approve, cancel, change, complete
from services.requests.domain.need import need_of
from services.requests.domain.refusals import RequestClosed, RequestUnknown
from services.requests.handlers.linking import cancel_linked, follow
from services.requests.handlers.posting import require, terms_of
from services.requests.handlers.telling import keep
from services.requests.handlers.unheard import tell_of_refusal
from services.requests.handlers.wire import content_from, content_in, content_to, posted
from services.requests.store import RequestRow, lock_request
from shared.contracts.requests import (
    ApproveRequest,
    CancelRequest,
    ChangeRequest,
    CompleteRequest,
    RequestPosted,
)
from shared.district import District
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam


def subscribe(seam: Seam, district: District) -> None:
    @seam.command(ChangeRequest, unheard=tell_of_refusal)
    async def on_change_request(command: ChangeRequest, work: Work) -> RequestPosted:
        return await change_request(command, work, district)

    @seam.command(CancelRequest, unheard=tell_of_refusal)
    async def on_cancel_request(command: CancelRequest, work: Work) -> RequestPosted:
        reply = await _step(command.request_id, command.organisation_id, work, cancel)
        await cancel_linked(command.request_id, work)
        return reply

    @seam.command(CompleteRequest, unheard=tell_of_refusal)
    async def on_complete_request(command: CompleteRequest, work: Work) -> RequestPosted:
        def step(life: Life) -> Step:
            return complete(life, work.now)

        return await _step(command.request_id, command.organisation_id, work, step)

    @seam.command(ApproveRequest)
    async def on_approve_request(command: ApproveRequest, work: Work) -> RequestPosted:
        def step(life: Life) -> Step:
            return approve(life, work.now)

        return await _step(command.request_id, None, work, step)


async def change_request(
    command: ChangeRequest, work: Work, district: District
) -> RequestPosted:
    """Take new content from somebody who saw `version`; the same content changes nothing."""
    row = await _own(command.request_id, command.organisation_id, work)
    stored = content_in(row)
    if stored is None:
        raise RequestClosed
    before = content_from(stored)
    need, after = need_of(
        content_from(command.content),
        district,
        work.now,
        accepted_answer_by=before.answer_by,
    )
    if after == before:
        return posted(row)
    step = change(
        row.life(),
        terms_of(need),
        seen=command.version,
        material=material(before, after),
        now=work.now,
    )
    require(row, need)
    row.content = content_to(after).model_dump(mode="json")
    await keep(row, step, work)
    await follow(row, stored, work)
    return posted(row)


async def _step(
    request_id: UUID,
    organisation_id: UUID | None,
    work: Work,
    step: Callable[[Life], Step],
) -> RequestPosted:
    row = await _own(request_id, organisation_id, work)
    await keep(row, step(row.life()), work)
    return posted(row)


async def _own(request_id: UUID, organisation_id: UUID | None, work: Work) -> RequestRow:
    """Return the locked request; another organisation's looks like one that does not exist."""
    row = await lock_request(work.session, request_id)
    if row is None or organisation_id not in {None, row.organisation_id}:
        raise RequestUnknown
    return row
