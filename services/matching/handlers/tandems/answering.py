"""A side answers a tandem's question, on its page or through a coordinator, who also settles trouble."""

from uuid import UUID

from services.matching.domain.refusals import TandemUnknown
from services.matching.domain.tandems.living import Word, answer, settle
from services.matching.domain.tuning import Tuning
from services.matching.handlers.tandems.telling import keep_tandem
from services.matching.store.decisions import record
from services.matching.store.tables import TandemRow
from services.matching.store.tandems import lock_tandem, tandem_of
from shared.contracts.matching import AnswerTandem, SettleTandem, TandemTaken
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam


def subscribe(seam: Seam, tuning: Tuning) -> None:
    @seam.command(AnswerTandem)
    async def on_answer_tandem(command: AnswerTandem, work: Work) -> TandemTaken:
        return await answer_tandem(command, work, tuning)

    @seam.command(SettleTandem)
    async def on_settle_tandem(command: SettleTandem, work: Work) -> TandemTaken:
        return await settle_tandem(command, work, tuning)


async def answer_tandem(command: AnswerTandem, work: Work, tuning: Tuning) -> TandemTaken:
    """Take a side's word under the lock of the tandem.

    A word that arrives late counts for the question that was there when the page took it, so that
    nobody who was told "received" has to be told otherwise.
    """
    row = await _lock(work, command.assignment_id)
    word = Word(
        side=command.side,
        number=command.question,
        said=command.answer,
        hours=command.hours,
        via=command.via,
        at=command.answered_at or work.now,
        by_staff=command.staff_id is not None,
    )
    await keep_tandem(work, row, answer(tandem_of(row), word, work.now), tuning)
    await write_down(work, row, command.staff_id, f"tandem_answer_{command.side.value}")
    return TandemTaken(outcome="answered")


async def settle_tandem(command: SettleTandem, work: Work, tuning: Tuning) -> TandemTaken:
    """Note that trouble was talked over and that it goes on."""
    row = await _lock(work, command.assignment_id)
    await keep_tandem(work, row, settle(tandem_of(row), work.now), tuning)
    await write_down(work, row, command.staff_id, "settle_tandem")
    return TandemTaken(outcome="settled")


async def write_down(
    work: Work, row: TandemRow, staff_id: UUID | None, deed: str, reason: str | None = None
) -> None:
    """Keep which coordinator did it, if one did."""
    if staff_id is not None:
        await record(
            work.session,
            deed=deed,
            request_id=row.request_id,
            volunteer_id=row.volunteer_id,
            staff_id=staff_id,
            reason=reason,
            now=work.now,
        )


async def _lock(work: Work, assignment_id: UUID) -> TandemRow:
    row = await lock_tandem(work.session, assignment_id)
    if row is None:
        raise TandemUnknown
    return row
