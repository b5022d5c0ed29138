"""A tandem ends: the volunteer or a coordinator says so; from the organisation it is a wish."""

from collections.abc import Mapping

from services.matching.domain.effects import Cause
from services.matching.domain.leaving import leave
from services.matching.domain.refusals import EndReasonUnknown, TandemUnknown
from services.matching.domain.tandems.living import end, tell_last_hours, wish_end
from services.matching.domain.tandems.tandem import By, End, Given, Tandem, Wish
from services.matching.domain.tuning import Tuning
from services.matching.handlers.publishing import keep
from services.matching.handlers.tandems.answering import write_down
from services.matching.handlers.tandems.telling import Ending, keep_tandem
from services.matching.store.boards import LockedBoard, lock_board
from services.matching.store.tables import TandemRow
from services.matching.store.tandems import lock_tandem, meant_by, tandem_of
from shared.contracts.matching import EndTandem, TandemTaken
from shared.district import TandemEnd
from shared.kernel.fields import Side
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam
from shared.observability.failpoints import failpoint

Ends = Mapping[str, TandemEnd]
"""The district's reasons, by code."""


def subscribe(seam: Seam, tuning: Tuning, ends: Ends) -> None:
    @seam.command(EndTandem)
    async def on_end_tandem(command: EndTandem, work: Work) -> TandemTaken:
        return await end_tandem(command, work, tuning, ends)


async def end_tandem(command: EndTandem, work: Work, tuning: Tuning, ends: Ends) -> TandemTaken:
    """End it with its place, under the locks of the volunteer, the board and the tandem.

    Nobody loses a place because the organisation says so: its wish is a coordinator's task.
    """
    if command.reason not in ends:
        raise EndReasonUnknown
    locked, row = await _lock(command, work)
    by_staff = command.staff_id is not None
    if command.side is Side.ORGANISATION and not by_staff:
        wished = wish_end(tandem_of(row), Wish(work.now, command.reason))
        await keep_tandem(work, row, wished, tuning)
        return TandemTaken(outcome="wished")
    tandem = tandem_of(row)
    by = By.COORDINATOR if by_staff else By.VOLUNTEER
    begun = work.now >= tandem.first_at
    place_lasts = locked is not None and work.now < locked.board.need.ends_at
    ending = Ending(
        announced=begun or not place_lasts,
        completes=ends[command.reason].completes,
        # That of the board once the place is back, which the calendar entry carries.
        place_sequence=0 if locked is None else locked.row.revision + 1,
    )
    over = end(tandem, End(work.now, command.reason, by))
    after = await keep_tandem(work, row, over, tuning, ending)
    await _note_hours(command, work, row, after, tuning)
    failpoint("matching.tandem_ended_place_not_back")
    if locked is not None:
        await _give_back(work, locked, tandem, by, tuning, begun=begun)
    await write_down(work, row, command.staff_id, "end_tandem", command.reason)
    return TandemTaken(outcome="ended")


async def _lock(command: EndTandem, work: Work) -> tuple[LockedBoard | None, TandemRow]:
    """The board with everybody concerned, then the tandem."""
    session = work.session
    meant = await meant_by(session, command.assignment_id)
    if meant is None:
        raise TandemUnknown
    request_id, volunteer_id = meant
    locked = await lock_board(session, request_id, [volunteer_id], everybody=True, now=work.now)
    row = await lock_tandem(session, command.assignment_id)
    if row is None or row.volunteer_id != volunteer_id:
        raise TandemUnknown  # erased in between
    return locked, row


async def _note_hours(
    command: EndTandem, work: Work, row: TandemRow, tandem: Tandem, tuning: Tuning
) -> None:
    given = Given(None, work.now, command.via, command.hours)
    noted = tell_last_hours(tandem, command.side, given, tuning)
    await keep_tandem(work, row, noted, tuning)


async def _give_back(
    work: Work,
    locked: LockedBoard,
    tandem: Tandem,
    by: By,
    tuning: Tuning,
    *,
    begun: bool,
) -> None:
    """Give the place back; of one that never began the ordinary mails tell."""
    unbegun = Cause.ANSWERED if by is By.VOLUNTEER else Cause.RELEASED_BY_COORDINATOR
    cause = Cause.TANDEM_ENDED if begun else unbegun
    who = tandem.volunteer_id
    step = leave(locked.board, who, locked.people, cause, now=work.now, tuning=tuning)
    await keep(work, locked, step, tuning)
