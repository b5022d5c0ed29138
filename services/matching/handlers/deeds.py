"""What every deed of a coordinator has in common: the locks, the record, the counts after it."""

from typing import Protocol
from uuid import UUID

from services.matching.domain.board import Step
from services.matching.domain.tuning import Tuning
from services.matching.handlers.publishing import keep
from services.matching.handlers.refusals import RequestUnknown
from services.matching.handlers.showing import places_shown
from services.matching.store.boards import LockedBoard, lock_board
from services.matching.store.decisions import record
from services.matching.store.saving import Beside
from shared.contracts.matching import Changed
from shared.messaging.outbox import Work


class AboutRequest(Protocol):
    """What every command of a coordinator says."""

    @property
    def request_id(self) -> UUID: ...

    @property
    def staff_id(self) -> UUID | None: ...


async def lock(command: AboutRequest, work: Work, *volunteer_ids: UUID) -> LockedBoard:
    """Lock the request's board and everybody concerned. Raises RequestUnknown."""
    locked = await lock_board(
        work.session, command.request_id, volunteer_ids, everybody=True, now=work.now
    )
    if locked is None:
        raise RequestUnknown
    return locked


async def done(
    deed: str,
    command: AboutRequest,
    work: Work,
    *,
    locked: LockedBoard,
    step: Step,
    tuning: Tuning,
    beside: Beside | None = None,
    rank: int | None = None,
    already: bool = False,
) -> Changed:
    """Save the step, write down who did it and why, and tell the counts after it.

    What was done before and changes nothing is not written down once more: `already` says so of
    the request, the board of somebody.
    """
    changed = await save(work, locked, step, tuning, beside)
    volunteer_id = getattr(command, "volunteer_id", None)
    if already or (volunteer_id is not None and step[0] == locked.board):
        return changed.model_copy(update={"already": True})
    await record(
        work.session,
        deed=deed,
        request_id=command.request_id,
        volunteer_id=volunteer_id,
        staff_id=command.staff_id,
        reason=getattr(command, "reason", None),
        rank=rank,
        now=work.now,
    )
    return changed


async def save(
    work: Work, locked: LockedBoard, step: Step, tuning: Tuning, beside: Beside | None = None
) -> Changed:
    """Save the step and tell the counts after it."""
    return Changed(
        places=places_shown(await keep(work, locked, step, tuning, beside), locked.row)
    )
