"""Answers to questions about requests."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.domain.need import need_of
from services.requests.handlers.wire import (
    content_from,
    content_in,
    need_in,
    need_to,
    words_in,
)
from services.requests.store import RequestRow, Search, find_requests, requests_by_id
from shared.contracts.requests import (
    FindRequests,
    Need,
    PreviewNeed,
    RequestList,
    RequestShown,
    ShowRequest,
    Words,
    WordsOf,
    WordsOfMany,
)
from shared.district import District
from shared.messaging.seam import Seam


def subscribe(seam: Seam, district: District) -> None:
    @seam.query(WordsOf)
    async def on_words_of(query: WordsOf, session: AsyncSession) -> WordsOfMany:
        return await words_of(query, session)

    @seam.query(ShowRequest)
    async def on_show_request(query: ShowRequest, session: AsyncSession) -> RequestShown:
        return await show_request(query, session)

    @seam.query(FindRequests)
    async def on_find_requests(query: FindRequests, session: AsyncSession) -> RequestList:
        return await list_requests(query, session)

    @seam.query(PreviewNeed)
    async def on_preview_need(query: PreviewNeed, _session: AsyncSession) -> Need:
        need, _ = need_of(content_from(query.content), district, seam.clock.now())
        return need_to(need)


async def words_of(query: WordsOf, session: AsyncSession) -> WordsOfMany:
    """Return words in the order asked; requests without words are missing."""
    rows = {row.request_id: row for row in await requests_by_id(session, query.request_ids)}
    found = (words_in(rows[known]) for known in query.request_ids if known in rows)
    return WordsOfMany(words=tuple(words for words in found if words is not None))


async def show_request(query: ShowRequest, session: AsyncSession) -> RequestShown:
    """Return everything about one request; another organisation's is not found."""
    row = await session.get(RequestRow, query.request_id)
    if row is None or query.organisation_id not in {None, row.organisation_id}:
        return RequestShown(found=False)
    return _shown(row, words_in(row), need_in(row)).model_copy(
        update={"content": content_in(row)}
    )


async def list_requests(query: FindRequests, session: AsyncSession) -> RequestList:
    """Return a page of a list: without descriptions and with the next date only."""
    search = Search(
        query.status,
        query.organisation_id,
        query.field,
        query.municipality_code,
        query.linked_to,
    )
    rows, total = await find_requests(session, search, offset=query.offset, limit=query.limit)
    return RequestList(requests=tuple(_shown(row, _brief(row)) for row in rows), total=total)


def _shown(row: RequestRow, words: Words | None, need: Need | None = None) -> RequestShown:
    return RequestShown(
        found=True,
        request_id=row.request_id,
        organisation_id=row.organisation_id,
        reference=row.reference,
        status=row.state,
        version=row.version,
        places=row.places,
        reserved=row.reserved,
        assigned=row.assigned,
        waitlisted=row.waitlisted,
        posted_at=row.posted_at,
        linked_to=row.linked_to,
        words=words,
        need=need,
    )


def _brief(row: RequestRow) -> Words | None:
    words = words_in(row)
    if words is None:
        return None
    following = tuple(slot for slot in words.slots if slot.starts_at == row.next_starts_at)
    return words.model_copy(update={"description": "", "slots": following})
