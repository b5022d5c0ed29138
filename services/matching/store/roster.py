"""The roster in memory: a cache of what rankings read of everybody; the database is the truth.

Before each reading the rows that changed since the last one are read again. A row says in which
transaction it changed, and a reading remembers the oldest transaction that was still running, so
that nothing is missed that was committed in between, in whatever order.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import BigInteger, Row, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.chance import AnswerHistory
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.need import Need
from services.matching.domain.roster import Person
from services.matching.store.codes import person_from
from services.matching.store.doings import DoingsRead, read_all_doings, read_doings
from services.matching.store.tables import VolunteerRow
from shared.kernel.ids import VolunteerId

log = structlog.get_logger(__name__)

ResultT = TypeVar("ResultT")

BATCH = 2_000
"""So many rows are read at once; of more, the log tells how far the reading has come."""

_READ = (
    VolunteerRow.volunteer_id,
    VolunteerRow.entry,
    VolunteerRow.asked,
    VolunteerRow.yes,
    VolunteerRow.counted_at,
    VolunteerRow.changed,
)
_oldest_running = cast(
    cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger
)


@dataclass
class Roster:
    """Everybody whose entry is here. One reads or writes the pool at a time."""

    changes: int = 0
    """Rises whenever anybody came, went, changed or may be asked again."""
    batch: int = BATCH
    _pool: Pool = field(default_factory=Pool)
    _changed_in: dict[VolunteerId, int] = field(default_factory=dict)
    _unseen_from: int = 0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def refresh(self, session: AsyncSession) -> None:
        """Read what changed since the last time."""
        async with self._turn:
            await self._refresh(session)

    async def look(
        self,
        session: AsyncSession,
        need: Need,
        now: datetime,
        see: Callable[[Pool, Doings], ResultT],
    ) -> ResultT:
        """Show `see`, in a thread, everybody with what they hold and were asked.

        What belongs to this request itself is left out. `see` keeps neither of the two.
        """
        async with self._turn:
            await self._refresh(session)
            return await self._shown(await read_doings(session, need, now), see)

    async def look_at_all(
        self, session: AsyncSession, now: datetime, see: Callable[[Pool, Doings], ResultT]
    ) -> ResultT:
        """The same for all requests at once: nothing is left out, and nobody helped before."""
        async with self._turn:
            await self._refresh(session)
            return await self._shown(await read_all_doings(session, now), see)

    async def _shown(self, read: DoingsRead, see: Callable[[Pool, Doings], ResultT]) -> ResultT:
        return await asyncio.to_thread(lambda: see(self._pool, read.by_row(self._pool)))

    async def _refresh(self, session: AsyncSession) -> None:
        unseen_from = await session.scalar(select(_oldest_running)) or 0
        news, last, first = 0, UUID(int=0), not len(self._pool)
        while True:
            rows = await self._changed_after(session, last)
            unseen = [row for row in rows if self._changed_in.get(row[0]) != row.changed]
            if unseen:
                people = await asyncio.to_thread(_parse, unseen)
                await asyncio.to_thread(self._pool.put, people)
                self._changed_in |= {
                    VolunteerId(row.volunteer_id): row.changed for row in unseen
                }
                news += len(unseen)
            if len(rows) < self.batch:
                break
            last = rows[-1].volunteer_id
            log.info("roster.reading", people=len(self._pool), of=await _count(session))
        if first and news:
            log.info("roster.read", people=len(self._pool))
        gone = await self._forget_the_gone(session)
        self.changes += bool(news) or gone
        self._unseen_from = unseen_from

    async def _changed_after(self, session: AsyncSession, last: UUID) -> Sequence[Row[Any]]:
        """The next rows that may hold news, in the order of their ids."""
        statement = (
            select(*_READ)
            .where(
                VolunteerRow.changed >= self._unseen_from,
                VolunteerRow.entry.is_not(None),
                VolunteerRow.volunteer_id > last,
            )
            .order_by(VolunteerRow.volunteer_id)
            .limit(self.batch)
        )
        return (await session.execute(statement)).all()

    async def _forget_the_gone(self, session: AsyncSession) -> bool:
        if await _count(session) == len(self._pool):
            return False
        there = {VolunteerId(who) for who in await session.scalars(_WITH_ENTRY)}
        gone = self._pool.row_of.keys() - there
        self._pool.remove(gone)
        for who in gone:
            del self._changed_in[who]
        return bool(gone)


_WITH_ENTRY = select(VolunteerRow.volunteer_id).where(VolunteerRow.entry.is_not(None))


async def _count(session: AsyncSession) -> int:
    """How many there are to be read."""
    count = select(func.count()).select_from(_WITH_ENTRY.subquery())
    return await session.scalar(count) or 0


def _parse(rows: Sequence[Row[Any]]) -> list[Person]:
    return [
        person_from(row.entry, AnswerHistory(row.asked, row.yes, row.counted_at))
        for row in rows
    ]
