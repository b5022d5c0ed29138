"""The newest plan of the district, and whether it is time for another.

Made every quarter of an hour of domain time, for a request that came since, and when a coordinator
asks; it is kept in memory only, and whoever takes over makes it anew.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.matching.domain.board import Board
from services.matching.domain.columns.doings import Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.district import DistrictPlan, open_district, plan_district
from services.matching.domain.tuning import Tuning
from shared.kernel.ids import RequestId, VolunteerId


@dataclass(slots=True)
class Outlook:
    """The newest plan, if any was made."""

    plan: DistrictPlan | None = None
    _made_at: datetime | None = None
    _seen: frozenset[UUID] = frozenset()
    """Requests that were open, or looked at, when it was made."""

    def is_old(self, now: datetime, every: timedelta, looked_at: Collection[UUID]) -> bool:
        """Whether it is time for a new one, or one of these requests came since."""
        late = self._made_at is None or now - self._made_at >= every
        return late or not self._seen.issuperset(looked_at)

    def renew(self, plan: DistrictPlan, now: datetime, looked_at: Collection[UUID]) -> None:
        """Take a plan made just now, because these requests were looked at."""
        self.plan, self._made_at = plan, now
        self._seen = frozenset((*plan.requests, *looked_at))

    def scarcity(self, request_id: RequestId) -> Mapping[VolunteerId, float]:
        """Which part of a place the other requests would lose by a yes of each, to this one."""
        return {} if self.plan is None else self.plan.scarcity(request_id)


def plan_open(
    boards: Iterable[Board], now: datetime, tuning: Tuning, pool: Pool, doings: Doings
) -> DistrictPlan:
    """Plan all of these requests that have free places, with everybody in the pool."""
    return plan_district(
        open_district((board for board in boards if board.free), now, tuning, pool, doings)
    )
