"""Answers of the plan of the district: what having somebody on a request would cost the others."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.flow.weights import FILL
from services.matching.domain.tuning import Tuning
from services.matching.store.outlook import look_ahead
from services.matching.store.roster import Roster
from shared.contracts.matching import Swap, WhyNotPlanned, WhyNotShown
from shared.kernel.ids import RequestId, VolunteerId
from shared.messaging.seam import Seam

NOT_OPEN = "not_open"
NO_PAIR = "no_pair"


def subscribe(seam: Seam, tuning: Tuning, roster: Roster) -> None:
    @seam.query(WhyNotPlanned)
    async def on_why_not_planned(query: WhyNotPlanned, session: AsyncSession) -> WhyNotShown:
        return await why_not_planned(query, session, seam.clock.now(), tuning, roster)


async def why_not_planned(
    query: WhyNotPlanned, session: AsyncSession, now: datetime, tuning: Tuning, roster: Roster
) -> WhyNotShown:
    """Plan all open requests as of now and look at this pair."""
    outlook = await look_ahead(session, roster, now, tuning)
    request_id = RequestId(query.request_id)
    if request_id not in outlook.requests:
        return WhyNotShown(answer=NOT_OPEN)
    found = outlook.why_not(request_id, VolunteerId(query.volunteer_id))
    if found is None:
        return WhyNotShown(answer=NO_PAIR)
    requests = outlook.requests

    def request(row: int | None) -> RequestId | None:
        return None if row is None else requests[row]

    return WhyNotShown(
        answer=found.answer.value,
        loss=round(found.loss / FILL, 3),
        swaps=tuple(
            Swap(
                volunteer_id=outlook.volunteer(move.volunteer),
                leaves=request(move.leaves),
                takes=request(move.takes),
            )
            for move in found.moves
        ),
        loses=request(found.loses),
    )
