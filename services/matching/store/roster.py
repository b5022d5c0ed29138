"""The roster in memory: a cache of what rankings read of everybody; the database is the truth.

Before each reading the rows that changed since the last one are read again. A row says in which
transaction it changed, and a reading remembers the oldest transaction that was still running, so
that nothing is missed that was committed in between, in whatever order.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Row, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.chance import AnswerHistory
from services.matching.domain.need import Need
from services.matching.domain.roster import Person
from services.matching.store.codes import person_from
from services.matching.store.people import read_doings
from services.matching.store.tables import VolunteerRow
from shared.kernel.ids import VolunteerId

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
    """Everybody whose entry is here, without places and asks."""

    changes: int = 0
    """Rises whenever anybody came, went, changed or may be asked again."""
    _people: dict[VolunteerId, Person] = field(default_factory=dict)
    _changed_in: dict[VolunteerId, int] = field(default_factory=dict)
    _unseen_from: int = 0
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def refresh(self, session: AsyncSession) -> None:
        """Read what changed since the last time."""
        async with self._reading:
            unseen_from = await session.scalar(select(_oldest_running)) or 0
            rows = (
                await session.execute(
                    select(*_READ).where(
                        VolunteerRow.changed >= self._unseen_from,
                        VolunteerRow.entry.is_not(None),
                    )
                )
            ).all()
            news = [row for row in rows if self._changed_in.get(row[0]) != row.changed]
            if news:
                self._people |= await asyncio.to_thread(_parse, news)
                self._changed_in |= {VolunteerId(row.volunteer_id): row.changed for row in news}
            gone = await self._forget_the_gone(session)
            self.changes += bool(news) or gone
            self._unseen_from = unseen_from

    async def _forget_the_gone(self, session: AsyncSession) -> bool:
        with_entry = select(VolunteerRow.volunteer_id).where(VolunteerRow.entry.is_not(None))
        count = await session.scalar(select(func.count()).select_from(with_entry.subquery()))
        if count == len(self._people):
            return False
        there = {VolunteerId(who) for who in await session.scalars(with_entry)}
        gone = self._people.keys() - there
        for who in gone:
            del self._people[who], self._changed_in[who]
        return bool(gone)

    async def people_for(
        self, session: AsyncSession, need: Need, now: datetime
    ) -> Callable[[], list[Person]]:
        """Everybody, with what they hold and were asked beside this request.

        Putting it together takes a few milliseconds of CPU: call the result in a thread.
        """
        await self.refresh(session)
        everybody = tuple(self._people.values())
        read = await read_doings(session, need, now)

        def put_together() -> list[Person]:
            doings = read.parse()
            return [doings.of(person, need) for person in everybody]

        return put_together


def _parse(rows: Sequence[Row[Any]]) -> dict[VolunteerId, Person]:
    return {
        VolunteerId(row.volunteer_id): person_from(
            row.entry, AnswerHistory(row.asked, row.yes, row.counted_at)
        )
        for row in rows
    }
