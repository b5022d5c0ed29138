"""The plan of the district, made of what the database holds now."""

from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.district import DistrictPlan
from services.matching.domain.outlook import plan_open
from services.matching.domain.tuning import Tuning
from services.matching.store.boards import read_board
from services.matching.store.finding import inviting_boards
from services.matching.store.roster import Roster


async def look_ahead(
    session: AsyncSession, roster: Roster, now: datetime, tuning: Tuning
) -> DistrictPlan:
    """Plan all requests on which somebody may be asked, as of now. Asks and moves nobody."""
    found = [await read_board(session, one) for one in await inviting_boards(session, now)]
    boards = [stored.board for stored in found if stored is not None]
    return await roster.look_at_all(session, now, partial(plan_open, boards, now, tuning))
