"""When somebody who has been asked enough, paused or was held back can be asked again."""

from datetime import UTC, datetime

import numpy as np

from services.matching.domain.columns.layout import FOR_EVER, UNSTATED
from services.matching.domain.exclusions import Reason
from services.matching.domain.ranking import Ranking
from services.matching.domain.rules import ASK_WINDOW
from shared.kernel.ids import VolunteerId


def room_at(ranking: Ranking, due: datetime) -> datetime | None:
    """When the first of those who cannot be asked just now can be, if that is in time."""
    held_back = ranking.against(ranking.not_now())
    ends = (_free_at(ranking, who, reasons) for who, reasons in held_back.items())
    return min((end for end in ends if end is not None and end < due), default=None)


def _free_at(
    ranking: Ranking, who: VolunteerId, reasons: tuple[Reason, ...]
) -> datetime | None:
    """When the last of the reasons ends; None if one of them ends at no known time."""
    ends = []
    for reason in reasons:
        match reason:
            case Reason.ASK_BUDGET_USED_UP:
                end = _budget_until(ranking, who)
            case Reason.PAUSED:
                end = _pause_until(ranking, who)
            case _:
                end = ranking.met[who].until
        if end is None:
            return None
        ends.append(end)
    return max(ends)


def _budget_until(ranking: Ranking, who: VolunteerId) -> datetime | None:
    """As `rules.budget_left`: when so many of the recent asks have grown old that there is room."""
    row = ranking.pool.row_of[who]
    doings, question = ranking.doings, ranking.question
    budget = int(ranking.pool.columns.asks_per_week[row])
    if budget == UNSTATED:
        budget = question.agenda.tuning.asks_per_week
    asked = doings.asked_at[doings.asked_rows == row]
    window = ASK_WINDOW.total_seconds()
    recent = np.sort(asked[asked > question.now - window])
    outgrown = len(recent) + int(np.count_nonzero(doings.open_rows == row)) - budget
    if budget < 1 or outgrown >= len(recent):
        return None
    return datetime.fromtimestamp(float(recent[outgrown]), UTC) + ASK_WINDOW


def _pause_until(ranking: Ranking, who: VolunteerId) -> datetime | None:
    until = ranking.pool.columns.paused_until[ranking.pool.row_of[who]]
    return None if until == FOR_EVER else datetime.fromtimestamp(int(until), UTC)
