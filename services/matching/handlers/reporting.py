"""The engine's report on itself: do its chances hold, and do coordinators agree with its order?"""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.agreement import Decided, agreement
from services.matching.domain.calibration import Bools, Floats, brier, reliability
from services.matching.store.decisions import decisions_since, settled_asks_since
from shared.contracts.matching import (
    ChanceBand,
    EngineReport,
    Foretold,
    HandPicks,
    Position,
    ShowEngineReport,
)
from shared.messaging.seam import Seam


def subscribe(seam: Seam) -> None:
    @seam.query(ShowEngineReport)
    async def on_show_engine_report(
        query: ShowEngineReport, session: AsyncSession
    ) -> EngineReport:
        return await show_engine_report(query, session, seam.clock.now())


async def show_engine_report(
    query: ShowEngineReport, session: AsyncSession, now: datetime
) -> EngineReport:
    """Read the settled asks and the decisions of the last days, and count in a thread."""
    since = now - timedelta(days=query.days)
    asks = await settled_asks_since(session, since, now)
    decided = await decisions_since(session, since)
    return await asyncio.to_thread(_report, since, now, asks, decided)


def _report(
    since: datetime,
    until: datetime,
    asks: Sequence[tuple[float, bool, bool]],
    decided: Sequence[Decided],
) -> EngineReport:
    chances = np.array([chance for chance, _, _ in asks], np.float64)
    came = np.array([yes for _, yes, _ in asks], np.bool_)
    by_hand = np.array([by_hand for _, _, by_hand in asks], np.bool_)
    found = agreement(decided)
    return EngineReport(
        since=since,
        until=until,
        by_engine=_foretold(chances[~by_hand], came[~by_hand]),
        by_hand=_foretold(chances[by_hand], came[by_hand]),
        bands=tuple(
            ChanceBand(foretold=band.foretold, came=band.happened, asks=band.count)
            for band in reliability(chances[~by_hand], came[~by_hand])
        ),
        waves=found.waves,
        waves_unchanged=found.unchanged,
        positions=tuple(Position(**asdict(one)) for one in found.positions),
        hand_picks=HandPicks(
            picks=found.picks,
            first_three=found.first_three,
            first_ten=found.first_ten,
            median_rank=found.median_rank,
            against_rules=found.against_rules,
            left_out=found.left_out,
        ),
    )


def _foretold(chances: Floats, came: Bools) -> Foretold:
    if not len(chances):
        return Foretold()
    average = np.full(len(chances), came.mean())
    return Foretold(
        asks=len(chances),
        expected=float(chances.sum()),
        came=int(came.sum()),
        brier=brier(chances, came),
        brier_of_average=brier(average, came),
    )
