"""What `requests` says of its requests, in any order: the newest sequence holds.

A cancelled request stays cancelled. Whatever comes before the request was opened makes its row,
so that a late opening knows what is newer.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.matching.domain.board import BoardState
from services.matching.domain.changing import cancel, change, expire
from services.matching.domain.need import Automation, Need, default_automation
from services.matching.domain.tuning import Tuning
from services.matching.handlers.publishing import keep
from services.matching.handlers.tandems.following import end_all
from services.matching.store.boards import (
    LockedBoard,
    add_row,
    lock_boards,
    with_places,
)
from services.matching.store.codes import need_from
from services.matching.store.people import touch
from services.matching.store.tables import BoardRow
from shared.contracts import requests as contract
from shared.contracts.requests import (
    RequestCancelled,
    RequestChanged,
    RequestCompleted,
    RequestExpired,
    RequestHeld,
    RequestOpened,
)
from shared.kernel.fields import Kind
from shared.kernel.ids import OrganisationId, RequestId
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam

Automations = Mapping[Kind, Automation]
"""The district's own settings, by kind; what is missing has the default."""

OPEN, HELD, CANCELLED, EXPIRED, COMPLETED = (
    "open",
    "held",
    "cancelled",
    "expired",
    "completed",
)


def subscribe(seam: Seam, tuning: Tuning, automations: Automations) -> None:
    @seam.event(RequestOpened)
    async def on_request_opened(event: RequestOpened, work: Work) -> None:
        await take_need(event, work, tuning, automations)

    @seam.event(RequestChanged)
    async def on_request_changed(event: RequestChanged, work: Work) -> None:
        await take_need(event, work, tuning, automations)

    @seam.event(RequestHeld)
    async def on_request_held(event: RequestHeld, work: Work) -> None:
        await take_state(event, work, HELD, tuning)

    @seam.event(RequestCompleted)
    async def on_request_completed(event: RequestCompleted, work: Work) -> None:
        await take_state(event, work, COMPLETED, tuning)

    @seam.event(RequestCancelled)
    async def on_request_cancelled(event: RequestCancelled, work: Work) -> None:
        await cancel_request(event, work, tuning)

    @seam.event(RequestExpired)
    async def on_request_expired(event: RequestExpired, work: Work) -> None:
        await expire_request(event, work, tuning)


async def take_need(
    event: RequestOpened | RequestChanged,
    work: Work,
    tuning: Tuning,
    automations: Automations,
) -> None:
    """Open a board, or let one take a newer need."""
    row, locked = await _lock(event.request_id, work)
    if row.request_state == CANCELLED:
        return
    newest = event.sequence > row.sequence
    if newest:
        row.sequence, row.request_state = event.sequence, OPEN
        row.next_look_at = work.now
    need = _need(event, automations)
    if locked is None:
        _require(row, event, need, work.now)
        row.next_look_at = work.now
        return
    board = locked.board
    if newest and board.state is BoardState.EXPIRED:
        board = replace(board, state=BoardState.OPEN)  # `requests` took the expiry back
    if board.closed or need.version <= board.need.version:
        return
    # Both services may count at once: more people than places keep them until one is given back.
    asked = with_places(replace(board, need=need), need.places).need
    step = change(board, asked, locked.people, now=work.now, tuning=tuning)
    _require(row, event, need, work.now)
    await keep(work, locked, step, tuning)


async def take_state(
    event: RequestHeld | RequestCompleted, work: Work, state: str, tuning: Tuning
) -> None:
    """Keep the newest state; who has a place keeps it, and nobody else is asked.

    Of what is done the tandems are over, too.
    """
    row, locked = await _lock(event.request_id, work)
    if row.request_state == CANCELLED or event.sequence <= row.sequence:
        return
    row.sequence, row.request_state = event.sequence, state
    row.revision += 1
    if locked is not None:
        row.next_look_at = work.now
    if state == COMPLETED:
        # What they held until its last date, and every ask for it, keeps them from nothing else.
        await touch(work.session, locked.rows.keys() if locked else ())
        await end_all(
            work,
            COMPLETED,
            tuning,
            request_id=event.request_id,
            place_sequence=row.revision,
        )


async def cancel_request(event: RequestCancelled, work: Work, tuning: Tuning) -> None:
    """End a request for good: a tombstone wins over any sequence."""
    row, locked = await _lock(event.request_id, work)
    row.sequence = max(row.sequence, event.sequence)
    row.request_state = CANCELLED
    if locked is not None:
        await keep(work, locked, cancel(locked.board, now=work.now), tuning)


async def expire_request(event: RequestExpired, work: Work, tuning: Tuning) -> None:
    """End a request for which nobody was assigned; if somebody is after all, it runs on."""
    row, locked = await _lock(event.request_id, work)
    if row.request_state == CANCELLED or event.sequence <= row.sequence:
        return
    row.sequence = event.sequence
    if locked is None:
        row.request_state = EXPIRED
    else:
        await keep(work, locked, expire(locked.board, now=work.now), tuning)


async def _lock(request_id: UUID, work: Work) -> tuple[BoardRow, LockedBoard | None]:
    """The row, made if need be, and, once it has a need, the board with everybody concerned."""
    session = work.session
    await add_row(session, request_id)
    (found,) = await lock_boards(session, [request_id], everybody=True, now=work.now)
    if isinstance(found, LockedBoard):
        return found.row, found
    if found is None:
        raise LookupError("rows of requests are never deleted")
    return found, None


def automation_of(need: contract.Need, automations: Automations) -> Automation:
    """What goes by itself; with minors nothing does, whatever the district says of the kind."""
    default = default_automation(need.kind, minors_present=need.minors_present)
    return default if need.minors_present else automations.get(need.kind, default)


def _need(event: RequestOpened | RequestChanged, automations: Automations) -> Need:
    return need_from(
        event.need,
        request_id=RequestId(event.request_id),
        organisation_id=OrganisationId(event.organisation_id),
        version=event.sequence,
        facts_version=event.facts_sequence,
        automation=automation_of(event.need, automations),
    )


def _require(
    row: BoardRow, event: RequestOpened | RequestChanged, need: Need, now: datetime
) -> None:
    """Write a need into the row, with what is searched for beside it."""
    if row.need is not None and need.facts_version > row.facts_version:
        row.facts_changed_at = now
    row.organisation_id = need.organisation_id
    row.need = event.need.model_dump(mode="json")
    row.need_version = need.version
    row.facts_version = need.facts_version
    row.invite = need.automation.invite.value
    row.confirm = need.automation.confirm.value
    row.kept_free = False
    row.starts_at = need.starts_at
    row.ends_at = need.ends_at
