"""What is shown of tandems: to one side its own word alone, to coordinators everything."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.tandems.schedule import day_of, next_due, trial_until
from services.matching.domain.tandems.tandem import By, Given, Question, Tandem
from services.matching.domain.tuning import Tuning
from services.matching.store.tables import TandemRow
from services.matching.store.tandems import (
    tandem_of,
    tandems_of,
    tandems_to_ring,
    troubled_tandems,
)
from shared.contracts.matching import (
    Decision,
    PhoneTask,
    ShowTandem,
    TandemAsking,
    TandemPage,
    TandemPages,
    Tandems,
    TandemsAt,
    TandemShown,
    TandemsOf,
    TandemWord,
)
from shared.kernel.fields import Side
from shared.messaging.seam import Seam


def subscribe(seam: Seam, tuning: Tuning) -> None:
    clock = seam.clock

    @seam.query(ShowTandem)
    async def on_show_tandem(query: ShowTandem, session: AsyncSession) -> TandemPage:
        row = await session.get(TandemRow, query.assignment_id)
        if row is None:
            return TandemPage(found=False)
        return page_of(tandem_of(row), query.side, clock.now(), tuning)

    @seam.query(TandemsAt)
    async def on_tandems_at(query: TandemsAt, session: AsyncSession) -> TandemPages:
        rows = await tandems_of(session, query.request_id)
        pages = (
            page_of(tandem_of(row), Side.ORGANISATION, clock.now(), tuning) for row in rows
        )
        return TandemPages(tandems=tuple(pages))

    @seam.query(TandemsOf)
    async def on_tandems_of(query: TandemsOf, session: AsyncSession) -> Tandems:
        rows = await tandems_of(session, query.request_id)
        return Tandems(tandems=tuple(shown(row, clock.now(), tuning) for row in rows))


def page_of(tandem: Tandem, side: Side, now: datetime, tuning: Tuning) -> TandemPage:
    """A tandem for one side: nobody learns what the other said, nor why it ended."""
    current, over = tandem.current, tandem.end
    own = None if current is None else current.of(side)
    due = next_due(tandem, day_of(now, tuning), tuning)
    wish = tandem.wish if side is Side.ORGANISATION else None
    return TandemPage(
        found=True,
        assignment_id=tandem.assignment_id,
        request_id=tandem.request_id,
        organisation_id=tandem.organisation_id,
        volunteer_id=tandem.volunteer_id,
        side=side,
        state=tandem.state(now, tuning),
        trial_until=trial_until(tandem, tuning),
        question=None if current is None else current.number,
        what=None if current is None else current.what,
        asked_at=None if current is None else current.asked_at,
        from_on=None if current is None else current.from_on,
        to_on=None if current is None else current.to_on,
        answer=None if own is None else own.said,
        hours=None if own is None else own.hours,
        end_wished=None if wish is None else wish.reason,
        next_on=None if due is None else due.on,
        ended_on=None if over is None else day_of(over.at, tuning),
        ended_by_you=over is not None and side is Side.VOLUNTEER and over.by is By.VOLUNTEER,
    )


def shown(row: TandemRow, now: datetime, tuning: Tuning) -> TandemShown:
    """A tandem for a coordinator."""
    tandem = tandem_of(row)
    due = next_due(tandem, day_of(now, tuning), tuning)
    wish, settled, over = tandem.wish, tandem.settled_at, tandem.end
    unsettled = wish is not None and (settled is None or wish.at > settled)
    return TandemShown(
        assignment_id=tandem.assignment_id,
        request_id=tandem.request_id,
        volunteer_id=tandem.volunteer_id,
        state=tandem.state(now, tuning),
        first_at=tandem.first_at,
        last_at=tandem.last_at,
        trial_until=trial_until(tandem, tuning),
        questions=tuple(map(_asking, tandem.questions)),
        hours=tandem.hours,
        next_what=None if due is None else due.what,
        next_on=None if due is None else due.on,
        to_ring=row.ring_at is not None,
        trouble_at=tandem.trouble_at,
        end_wished=wish.reason if wish is not None and unsettled else None,
        ended_at=None if over is None else over.at,
        reason=None if over is None else over.reason,
        ended_by=None if over is None else over.by.value,
    )


async def tandem_calls(session: AsyncSession, limit: int) -> tuple[PhoneTask, ...]:
    """Volunteers to ring with a tandem's question, the longest waiting first."""
    calls: list[PhoneTask] = []
    for row in await tandems_to_ring(session, max(limit, 0)):
        current = tandem_of(row).current
        if current is not None:
            calls.append(_call(row, current))
    return tuple(calls)


async def tandem_troubles(session: AsyncSession, tuning: Tuning) -> list[Decision]:
    """Tandems of which a coordinator should talk to both sides, and by when."""
    return [
        Decision(
            what="tandem_trouble",
            request_id=row.request_id,
            volunteer_id=row.volunteer_id,
            assignment_id=row.assignment_id,
            decide_by=None if row.trouble_at is None else _talk_by(row.trouble_at, tuning),
        )
        for row in await troubled_tandems(session)
    ]


def _talk_by(trouble_at: datetime, tuning: Tuning) -> datetime:
    return tuning.quiet_hours.next_open(trouble_at + tuning.talk_within)


def _call(row: TandemRow, current: Question) -> PhoneTask:
    return PhoneTask(
        invitation_id=row.invitation_id,
        request_id=row.request_id,
        volunteer_id=row.volunteer_id,
        assignment_id=row.assignment_id,
        purpose=current.what.value,
    )


def _asking(question: Question) -> TandemAsking:
    return TandemAsking(
        number=question.number,
        what=question.what,
        asked_at=question.asked_at,
        from_on=question.from_on,
        to_on=question.to_on,
        reminded_at=question.reminded_at,
        volunteer=_word(question.volunteer),
        organisation=_word(question.organisation),
        hours=question.hours,
    )


def _word(given: Given | None) -> TandemWord | None:
    if given is None:
        return None
    return TandemWord(said=given.said, at=given.at, via=given.via.value, hours=given.hours)
