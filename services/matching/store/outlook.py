"""The outlook on the whole district: what all open requests together would lose with whom.

Made anew every quarter of an hour of domain time, and when a coordinator asks; memory is a cache,
and whoever takes over makes it anew.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.agenda import lay_out
from services.matching.domain.board import Board
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.district import (
    BEST_OF_EACH,
    DistrictPlan,
    OpenRequest,
    open_request,
    plan_district,
)
from services.matching.domain.ranking import rank_pool
from services.matching.domain.tuning import Tuning
from services.matching.store.boards import read_board
from services.matching.store.finding import inviting_boards
from services.matching.store.roster import Roster
from shared.kernel.ids import RequestId, VolunteerId

EVERY = timedelta(minutes=15)


@dataclass(slots=True)
class Outlook:
    """The newest plan of the district, if any was made."""

    plan: DistrictPlan | None = None
    _made_at: datetime | None = None
    _seen: frozenset[UUID] = frozenset()
    """Requests that were open, or looked at, when it was made."""

    def is_old(self, now: datetime, looked_at: Collection[UUID]) -> bool:
        """Whether it is time for a new one, or one of these requests came since."""
        late = self._made_at is None or now - self._made_at >= EVERY
        return late or not self._seen.issuperset(looked_at)

    def renew(self, plan: DistrictPlan, now: datetime, looked_at: Collection[UUID]) -> None:
        self.plan, self._made_at = plan, now
        self._seen = frozenset((*plan.requests, *looked_at))

    def scarcity(self, request_id: RequestId) -> Mapping[VolunteerId, float]:
        """Which part of a place the other requests would lose by a yes of each, to this one."""
        return {} if self.plan is None else self.plan.scarcity.get(request_id, {})


async def look_ahead(
    session: AsyncSession, roster: Roster, now: datetime, tuning: Tuning
) -> DistrictPlan:
    """Plan all requests on which somebody may be asked, as of now. Asks and moves nobody."""
    found = [await read_board(session, one) for one in await inviting_boards(session, now)]
    boards = [stored.board for stored in found if stored is not None and stored.board.free]

    def planned(pool: Pool, doings: Doings) -> DistrictPlan:
        return plan_district(_open(boards, pool, doings, now, tuning))

    return await roster.look_at_all(session, now, planned)


def _open(
    boards: Sequence[Board], pool: Pool, doings: Doings, now: datetime, tuning: Tuning
) -> Iterator[OpenRequest]:
    for board in boards:
        agenda, met = lay_out(board.need, now, tuning), board.exclusions(now)
        yield open_request(board, rank_pool(agenda, pool, doings, met, BEST_OF_EACH), now)
