"""An organisation asks for support."""

from services.requests.domain.life import Terms, post
from services.requests.domain.need import Need, need_of
from services.requests.domain.reference import reference, reference_prefix
from services.requests.domain.refusals import OrganisationGone, RequestUnknown
from services.requests.handlers.telling import keep
from services.requests.handlers.unheard import tell_of_refusal
from services.requests.handlers.wire import content_from, content_to, need_to, posted
from services.requests.store import (
    RequestRow,
    lock_organisation,
    lock_request,
    next_number,
)
from shared.contracts.requests import PostRequest, RequestPosted
from shared.district import District
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam


def subscribe(seam: Seam, district: District) -> None:
    @seam.command(PostRequest, unheard=tell_of_refusal)
    async def on_post_request(command: PostRequest, work: Work) -> RequestPosted:
        return await post_request(command, work, district)


async def post_request(command: PostRequest, work: Work, district: District) -> RequestPosted:
    """Store a request; it opens at once if its organisation is verified, else waits in review."""
    session = work.session
    need, content = need_of(content_from(command.content), district, work.now)
    organisation = await lock_organisation(session, command.organisation_id)
    if organisation.erased:
        raise OrganisationGone
    known = await lock_request(session, command.request_id)
    if known is not None:  # the key's stored reply may be gone, the request is not
        if known.organisation_id != command.organisation_id:
            raise RequestUnknown
        return posted(known)
    row = RequestRow(
        request_id=command.request_id,
        organisation_id=command.organisation_id,
        reference=await next_reference(work, district),
        posted_at=work.now,
        content=content_to(content).model_dump(mode="json"),
    )
    require(row, need)
    session.add(row)
    await keep(row, post(terms_of(need), verified=organisation.verified), work)
    return posted(row)


async def next_reference(work: Work, district: District) -> str:
    """Return a new reference; who asks next waits for this transaction."""
    year = work.now.astimezone(district.timezone).year
    number = await next_number(work.session, year)
    return reference(reference_prefix(district.name), year, number)


def require(row: RequestRow, need: Need) -> None:
    """Write a need into a row, with what is searched for beside it."""
    row.kind = need.kind
    row.field = need.field
    row.municipality_code = need.municipality_code
    row.need = need_to(need).model_dump(mode="json")


def terms_of(need: Need) -> Terms:
    """Return what decides about the life of a request with this need."""
    return Terms(need.places, need.slots, open_ended=need.open_ended)
