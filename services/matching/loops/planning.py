"""The planner: looks at each board and each tandem when something is due, in domain time.

One planner is active, by an advisory lock; another copy takes over when it dies. The lock only
saves double work: what keeps every rule is that a plan is saved under the locks of those it asks
and of the board, after a look whether anything changed since it was made.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.waves import Next
from services.matching.loops.looking import Looker
from services.matching.loops.tandems import TandemAsker
from services.matching.store.finding import due_boards, waiting_boards
from services.matching.store.tandems import due_tandems
from shared.messaging.connection import wait_or
from shared.messaging.retries import error_code, is_outage
from shared.persistence.database import Database

log = structlog.get_logger(__name__)

LOCK = "planner:matching"
POLL_S = 0.5
BATCH = 20
PEOPLE_EVERY_S = 5.0
"""How often, in machine time, changed people lead to another look at boards that lack people."""
ASIDE_S = 10.0
"""How long, in machine time, what a look failed at waits, so that others have a turn."""

_LACKS_PEOPLE = (Next.EXHAUSTED.value, Next.BUDGETS_USED_UP.value)


class Planner:
    """The loop of the active planner, and the wait of the others."""

    def __init__(self, database: Database, looker: Looker, tandems: TandemAsker) -> None:
        self._database = database
        self._looker = looker
        self._tandems = tandems
        self._people_seen = -1
        self._people_next_s = 0.0
        self._aside: dict[UUID, float] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Lead until `stop` or until the lock's connection is lost; or wait a moment for the lock."""
        async with self._database.connection() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            if await _become_leader(connection):
                await self._lead(connection, stop)
                return
        await wait_or(stop, POLL_S)

    async def _lead(self, connection: AsyncConnection, stop: asyncio.Event) -> None:
        log.info("planner.leads")
        self._people_seen = -1
        try:
            while not stop.is_set():
                # Who has lost this connection has lost the lock: the next statement raises.
                await connection.execute(text("SELECT 1"))
                if not await self.look_round():
                    await wait_or(stop, POLL_S)
        finally:
            # Ending the connection frees the lock, even when the server is gone.
            await connection.invalidate()

    async def look_round(self) -> int:
        """Look at what is due, and after a change of people at what lacks them; return how many."""
        now_s = asyncio.get_running_loop().time()
        self._aside = {one: until for one, until in self._aside.items() if until > now_s}
        async with self._looker.open_work() as work:
            due = await due_boards(
                work.session, work.now, besides=self._aside.keys(), limit=BATCH
            )
            tandems = await due_tandems(
                work.session, work.now, besides=self._aside.keys(), limit=BATCH
            )
            await self._looker.roster.refresh(work.session)
            if self._people_changed(now_s):
                lacking = await waiting_boards(work.session, work.now, _LACKS_PEOPLE)
                due += [board for board in lacking if board not in self._aside]
        due = list(dict.fromkeys(due))
        if due:
            await self._look_ahead(due)
        for request_id in due:
            await self._look_at(request_id, self._looker.look_at)
        for assignment_id in tandems:
            await self._look_at(assignment_id, self._tandems.ask)
        return len(due) + len(tandems)

    def _people_changed(self, now_s: float) -> bool:
        changes = self._looker.roster.changes
        if changes == self._people_seen or now_s < self._people_next_s:
            return False
        self._people_seen = changes
        self._people_next_s = now_s + PEOPLE_EVERY_S
        return True

    async def _look_ahead(self, due: list[UUID]) -> None:
        """Plan the district; without a plan people are asked all the same, by the older prices."""
        try:
            await self._looker.look_ahead(due)
        except Exception as error:
            if is_outage(error):
                raise
            log.warning("planner.plan_failed", error=error_code(error), exc_info=True)

    async def _look_at(self, which: UUID, look: Callable[[UUID], Awaitable[None]]) -> None:
        """Look at one board or tandem; one that cannot be looked at does not hold up the others."""
        try:
            await look(which)
        except Exception as error:
            if is_outage(error):
                raise
            log.warning("planner.look_failed", error=error_code(error), exc_info=True)
            self._aside[which] = asyncio.get_running_loop().time() + ASIDE_S


async def _become_leader(connection: AsyncConnection) -> bool:
    result = await connection.execute(
        text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))"), {"key": LOCK}
    )
    return bool(result.scalar_one())
