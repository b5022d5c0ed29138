"""Tandems follow the places of their request: in one transaction with what gave or took them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from services.matching.domain.board import Board, Claim, ClaimState
from services.matching.domain.effects import AssignmentCancelled, Cause, Effect
from services.matching.domain.need import Need
from services.matching.domain.placing import link_of
from services.matching.domain.tandems.living import end, move
from services.matching.domain.tandems.tandem import By, End, Tandem
from services.matching.domain.tuning import Tuning
from services.matching.handlers.tandems.telling import Ending, keep_tandem
from services.matching.store.tandems import (
    add_tandem,
    lock_living,
    lock_tandems,
    tandem_of,
)
from shared.kernel.fields import Kind
from shared.kernel.ids import AssignmentId
from shared.messaging.outbox import Work

NOT_SAID, RELEASED, COMPLETED, ERASED = "not_said", "released", "completed", "erased"
"""Why a tandem ended of which nobody chose a reason."""

_BY_PLACE: Mapping[Cause, tuple[str, By]] = {
    Cause.ANSWERED: (NOT_SAID, By.VOLUNTEER),
    Cause.RELEASED_BY_COORDINATOR: (RELEASED, By.COORDINATOR),
}


async def follow(
    work: Work,
    before: Board,
    after: Board,
    effects: Iterable[Effect],
    *,
    revision: int,
    tuning: Tuning,
) -> None:
    """Begin a tandem for each new place, end it with its place, and move it with the dates."""
    held, holds = _places(before), _places(after)
    for assignment_id in sorted(holds.keys() - held.keys()):
        tandem = _begun(after, holds[assignment_id])
        await add_tandem(work.session, tandem, work.now, tuning)
    causes = {
        one.assignment_id: one.cause for one in effects if isinstance(one, AssignmentCancelled)
    }
    gone = held.keys() - holds.keys()
    if gone:
        # While dates lie ahead the mails about the place say that it is over.
        ending = Ending(announced=work.now >= before.need.ends_at, place_sequence=revision)
        await _end(work, sorted(gone), causes, ending, tuning)
    if after.need.slots != before.need.slots or after.need.open_ended != before.need.open_ended:
        await _move(work, after, holds, tuning)


async def end_all(
    work: Work,
    reason: str,
    tuning: Tuning,
    *,
    request_id: UUID | None = None,
    volunteer_id: UUID | None = None,
    place_sequence: int = 0,
) -> None:
    """End what lives of a request that is done, or of somebody who was erased."""
    ending = Ending(completes=reason == COMPLETED, place_sequence=place_sequence)
    for row in await lock_living(
        work.session, request_id=request_id, volunteer_id=volunteer_id
    ):
        over = End(work.now, reason, By.SYSTEM)
        await keep_tandem(work, row, end(tandem_of(row), over), tuning, ending)


async def _end(
    work: Work,
    gone: list[AssignmentId],
    causes: Mapping[AssignmentId, Cause],
    ending: Ending,
    tuning: Tuning,
) -> None:
    for row in await lock_tandems(work.session, gone):
        if row.ended_at is not None:
            continue  # whoever ended it gave the place back
        cause = causes.get(AssignmentId(row.assignment_id))
        if cause is None:
            reason, by = COMPLETED, By.SYSTEM  # the request is no tandem any more
        else:
            reason, by = _BY_PLACE.get(cause, (cause.value, By.SYSTEM))
        over = end(tandem_of(row), End(work.now, reason, by))
        await keep_tandem(work, row, over, tuning, ending)


async def _move(
    work: Work, board: Board, holds: Mapping[AssignmentId, Claim], tuning: Tuning
) -> None:
    for row in await lock_tandems(work.session, list(holds)):
        claim = holds[AssignmentId(row.assignment_id)]
        dates = _first_at(board.need, claim.since), _last_at(board.need)
        await keep_tandem(work, row, move(tandem_of(row), *dates), tuning)


def _places(board: Board) -> dict[AssignmentId, Claim]:
    """The places that are tandems."""
    if board.need.kind is not Kind.TANDEM:
        return {}
    return {one.assignment_id: one for one in board.claims if one.state is ClaimState.ASSIGNED}


def _begun(board: Board, claim: Claim) -> Tandem:
    need = board.need
    return Tandem(
        assignment_id=claim.assignment_id,
        request_id=need.request_id,
        organisation_id=need.organisation_id,
        volunteer_id=claim.volunteer_id,
        invitation_id=link_of(board, claim),
        first_at=_first_at(need, claim.since),
        last_at=_last_at(need),
    )


def _first_at(need: Need, since: datetime) -> datetime:
    """The first date after they agreed; after the last one it begins at once."""
    return next((slot.starts_at for slot in need.slots if slot.starts_at >= since), since)


def _last_at(need: Need) -> datetime | None:
    return None if need.open_ended else need.ends_at
