"""Saving a step of a tandem with what it makes known, as events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.matching.domain.tandems.living import (
    Answered,
    Asked,
    Effect,
    Ended,
    EndWished,
    HoursTold,
    TandemStep,
)
from services.matching.domain.tandems.schedule import APART
from services.matching.domain.tandems.tandem import Tandem
from services.matching.domain.tuning import Tuning
from services.matching.store.tables import TandemRow
from services.matching.store.tandems import count_living, save_tandem
from shared.contracts import matching as contract
from shared.contracts.messages import Event
from shared.kernel.fields import Channel, Side
from shared.messaging.outbox import Work


@dataclass(frozen=True, slots=True)
class Ending:
    """What an end means beside the tandem."""

    announced: bool = True
    completes: bool = False
    place_sequence: int = 0


async def keep_tandem(
    work: Work,
    row: TandemRow,
    step: TandemStep,
    tuning: Tuning,
    ending: Ending | None = None,
) -> Tandem:
    """Save a step of a locked tandem and publish what it makes known; return the tandem after it."""
    after, effects = step
    if after.version == row.version:
        return after
    save_tandem(row, after, work.now, tuning)
    await work.session.flush()
    left = await count_living(work.session, after.request_id)
    told = (_event(one, after, work.now, ending or Ending(), left) for one in effects)
    await work.publish(*told)
    return after


def _event(effect: Effect, tandem: Tandem, now: datetime, ending: Ending, left: int) -> Event:
    about: dict[str, Any] = {
        "request_id": tandem.request_id,
        "invitation_id": tandem.invitation_id,
        "volunteer_id": tandem.volunteer_id,
        "assignment_id": tandem.assignment_id,
        "organisation_id": tandem.organisation_id,
        "sequence": tandem.version,
        "occurred_at": now,
    }
    match effect:
        case Asked():
            return _asked(effect, about, now)
        case Answered(question, side, said, via):
            return contract.TandemAnswered(
                **about, side=side, question=question.number, said=said, via=via.value
            )
        case HoursTold(question):
            return contract.TandemHoursTold(
                **about,
                question=question.number,
                from_on=question.from_on,
                to_on=question.to_on,
                hours=question.hours or 0,
            )
        case EndWished(wish):
            return contract.TandemEndWished(**about, reason=wish.reason)
        case Ended(end, corrected):
            return contract.TandemEnded(
                **about,
                reason=end.reason,
                by=end.by.value,
                begun=end.at >= tandem.first_at,
                completes=ending.completes,
                left=left,
                announced=ending.announced and not corrected,
                place_sequence=ending.place_sequence,
            )


def _asked(effect: Asked, about: dict[str, Any], now: datetime) -> Event:
    question, side = effect.question, effect.side
    return contract.TandemAsked(
        **about,
        side=side,
        question=question.number,
        what=question.what,
        from_on=question.from_on,
        to_on=question.to_on,
        channel=question.channel if side is Side.VOLUNTEER else Channel.EMAIL,
        again=effect.again,
        not_after=now + APART,
    )
