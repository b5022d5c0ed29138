"""Keeps the roster: asks `profiles` for the entries that events announced, outside transactions.

Any number of copies may run: an answer is newer than the event that made us ask, and of two
answers the newer one stays.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.chance import AnswerHistory
from services.matching.store.codes import person_from
from services.matching.store.people import lock_people, touch
from services.matching.store.tables import VolunteerRow
from shared.contracts.profiles import RosterOf
from shared.contracts.values import RosterEntry
from shared.kernel.errors import Refusal
from shared.messaging.asking import Asker
from shared.messaging.connection import wait_or
from shared.messaging.outbox import Work

log = structlog.get_logger(__name__)

BATCH = 200
"""Below what `profiles` answers at once: reading more would hold up the event loop."""
POLL_S = 0.5

OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


async def keep_fetching(open_work: OpenWork, asker: Asker, stop: asyncio.Event) -> None:
    """Fetch what is announced and not here, until `stop`."""
    while not stop.is_set():
        if await fetch_next(open_work, asker) < BATCH:
            await wait_or(stop, POLL_S)


async def fetch_next(open_work: OpenWork, asker: Asker) -> int:
    """Ask for one batch and store it; return how many it were.

    Raises:
        Unavailable: `profiles` does not answer.

    """
    async with open_work() as work:
        asked = await _announced(work.session)
    if not asked:
        return 0
    roster = await asker.ask(RosterOf(volunteer_ids=tuple(asked)))
    entries = await asyncio.to_thread(_readable, roster.entries)
    async with open_work() as work:
        await _store(work.session, asked, entries)
    return len(asked)


async def _announced(session: AsyncSession) -> dict[UUID, int]:
    """Volunteers whose entry is older than announced, with the announced version."""
    found = await session.execute(
        select(VolunteerRow.volunteer_id, VolunteerRow.wanted)
        .where(VolunteerRow.wanted > VolunteerRow.version)
        .limit(BATCH)
    )
    return {row.volunteer_id: row.wanted for row in found}


def _readable(entries: Iterable[RosterEntry]) -> dict[UUID, tuple[int, dict[str, Any] | None]]:
    """Version and stored form of each entry; None for one that no ranking could read."""
    found: dict[UUID, tuple[int, dict[str, Any] | None]] = {}
    for entry in entries:
        stored = entry.model_dump(mode="json")
        try:
            person_from(stored, AnswerHistory())
            found[entry.volunteer_id] = (entry.version, stored)
        except (ValueError, Refusal):
            log.exception("roster.entry_unreadable")
            found[entry.volunteer_id] = (entry.version, None)
    return found


async def _store(
    session: AsyncSession,
    asked: Mapping[UUID, int],
    entries: Mapping[UUID, tuple[int, dict[str, Any] | None]],
) -> None:
    """Store the answer; who is missing in it is gone, and so is their row."""
    changed: set[UUID] = set()
    for volunteer_id, row in (await lock_people(session, asked)).items():
        if volunteer_id not in entries:
            await session.delete(row)
            continue
        version, stored = entries[volunteer_id]
        if version > row.version:
            row.version, row.entry = version, stored
            changed.add(volunteer_id)
        if row.wanted == asked[volunteer_id]:
            # The answer is newer than the event, whatever the two numbers say.
            row.wanted = row.version
    await session.flush()
    await touch(session, changed)
