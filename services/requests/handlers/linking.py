"""A date of a series that somebody with a place skips becomes a linked request with one place.

Exactly once and in any order: the event names the linked request, and what undoes it makes it,
too, to call it off at once. A linked request lives like any other. Beyond that it follows its
series while nobody changed it by itself, and falls with it.
"""

from uuid import UUID

from services.requests.domain.content import Content, material
from services.requests.domain.life import cancel, cancel_with_series, change, link
from services.requests.handlers.posting import next_reference
from services.requests.handlers.telling import keep
from services.requests.handlers.wire import content_from, content_in, need_in
from services.requests.store import (
    RequestRow,
    lock_linked,
    lock_organisation,
    lock_request,
    organisation_of,
)
from shared.contracts.matching import DateSkipped, DateUnskipped
from shared.contracts.requests import Need, RequestContent
from shared.contracts.values import Dated
from shared.district import District
from shared.kernel.fields import Kind
from shared.kernel.slots import Slot
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam


def subscribe(seam: Seam, district: District) -> None:
    @seam.event(DateSkipped)
    async def on_date_skipped(event: DateSkipped, work: Work) -> None:
        await link_date(event, work, district)

    @seam.event(DateUnskipped)
    async def on_date_unskipped(event: DateUnskipped, work: Work) -> None:
        row = await link_date(event, work, district)
        if row is not None and not row.life().closed:
            await keep(row, cancel(row.life()), work)


async def link_date(
    event: DateSkipped | DateUnskipped, work: Work, district: District
) -> RequestRow | None:
    """Return the linked request, made if need be; None if its series needs nobody then."""
    session = work.session
    organisation_id = await organisation_of(session, event.request_id)
    if organisation_id is None:
        return None
    await lock_organisation(session, organisation_id)
    series = await lock_request(session, event.request_id)
    known = await lock_request(session, event.linked_request_id)
    if known is not None or series is None or series.kind != Kind.SERIES:
        return known
    content = content_in(series)
    step = link(series.life(), Slot(event.starts_at, event.ends_at), work.now)
    if content is None or step is None:
        return None
    date = Dated(starts_at=event.starts_at, ends_at=event.ends_at)
    row = RequestRow(
        request_id=event.linked_request_id,
        organisation_id=organisation_id,
        linked_to=series.request_id,
        reference=await next_reference(work, district),
        posted_at=work.now,
    )
    _require(row, need_in(series), content, date)
    session.add(row)
    await keep(row, step, work)
    return row


async def cancel_linked(series_id: UUID, work: Work) -> None:
    """Call off what is linked to a series that was called off."""
    for row in await lock_linked(work.session, series_id):
        await keep(row, cancel_with_series(row.life(), work.now), work)


async def follow(series: RequestRow, before: RequestContent, work: Work) -> None:
    """Let linked requests say what their series says now; call off those whose date is gone.

    `series` is locked and changed, `before` its content until then. What its organisation has
    changed by itself, or has begun, stays.
    """
    content, need = content_in(series), need_in(series)
    for row in await lock_linked(work.session, series.request_id):
        life, (date, *_) = row.life(), need_in(row).slots
        by_itself = content_in(row) != linked_content(before, date)
        if content is None or life.closed or by_itself or date.starts_at <= work.now:
            continue
        if date not in need.slots:
            await keep(row, cancel(life), work)
            continue
        earlier, later = _linked(before, date), _linked(content, date)
        if earlier == later:
            continue
        step = change(
            life,
            life.terms,
            seen=life.version,
            material=material(earlier, later),
            now=work.now,
        )
        _require(row, need, content, date)
        await keep(row, step, work)


def linked_need(series: Need, date: Dated) -> Need:
    """Return the need of a series for one helper at one date."""
    only = {"kind": Kind.SINGLE, "places": 1, "slots": (date,), "answer_by": None}
    return series.model_copy(update=only)


def linked_content(series: RequestContent, date: Dated) -> RequestContent:
    """Return the content of a series for one helper at one date."""
    listed = {"weekly": (), "starts_on": None, "ends_on": None, "slots": (date,)}
    only = {"kind": Kind.SINGLE, "places": 1, "answer_by": None}
    return series.model_copy(update=listed | only)


def _linked(series: RequestContent, date: Dated) -> Content:
    return content_from(linked_content(series, date))


def _require(row: RequestRow, need: Need, content: RequestContent, date: Dated) -> None:
    """Write the need and the content of a series into a linked row."""
    row.kind, row.field = Kind.SINGLE, need.field
    row.municipality_code = need.municipality_code
    row.need = linked_need(need, date).model_dump(mode="json")
    row.content = linked_content(content, date).model_dump(mode="json")
