"""What `profiles` says of its volunteers: which versions there are, and who is gone."""

from services.matching.domain.changing import erase
from services.matching.domain.tuning import Tuning
from services.matching.handlers.publishing import keep
from services.matching.handlers.tandems.following import ERASED, end_all
from services.matching.store.boards import LockedBoard, boards_with, lock_boards
from services.matching.store.decisions import replace_volunteer
from services.matching.store.people import delete_person, want_entry
from services.matching.store.tables import MESSAGING, BoardRow
from services.matching.store.tandems import forget_volunteer
from shared.contracts.profiles import (
    VolunteerActivated,
    VolunteerErased,
    VolunteerPaused,
    VolunteerProfileChanged,
    VolunteerResumed,
)
from shared.kernel.ids import VolunteerId, new_id
from shared.messaging.erasure import forget
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam

_Versioned = VolunteerActivated | VolunteerProfileChanged | VolunteerPaused | VolunteerResumed


def subscribe(seam: Seam, tuning: Tuning) -> None:
    @seam.event(VolunteerActivated)
    async def on_volunteer_activated(event: VolunteerActivated, work: Work) -> None:
        await want(event, work)

    @seam.event(VolunteerProfileChanged)
    async def on_volunteer_profile_changed(event: VolunteerProfileChanged, work: Work) -> None:
        await want(event, work)

    @seam.event(VolunteerPaused)
    async def on_volunteer_paused(event: VolunteerPaused, work: Work) -> None:
        await want(event, work)

    @seam.event(VolunteerResumed)
    async def on_volunteer_resumed(event: VolunteerResumed, work: Work) -> None:
        await want(event, work)

    @seam.event(VolunteerErased)
    async def on_volunteer_erased(event: VolunteerErased, work: Work) -> None:
        await erase_volunteer(event, work, tuning)


async def want(event: _Versioned, work: Work) -> None:
    """Note that there is a newer profile; a loop asks for it.

    Of somebody erased the answer is that nobody is there, and the note goes again.
    """
    await want_entry(work.session, event.volunteer_id, event.sequence)


async def erase_volunteer(event: VolunteerErased, work: Work, tuning: Tuning) -> None:
    """Cancel what lies ahead, let a random id stand in what is past, and forget the person."""
    session, volunteer_id = work.session, VolunteerId(event.volunteer_id)
    stand_in = VolunteerId(new_id())
    for locked in await _lock_all(work, volunteer_id):
        if not isinstance(locked, LockedBoard):
            continue
        # The places of one person never overlap: nobody moves up into two at the same time.
        step = erase(
            locked.board, volunteer_id, stand_in, locked.people, now=work.now, tuning=tuning
        )
        await keep(work, locked, step, tuning)
    await end_all(work, ERASED, tuning, volunteer_id=volunteer_id)
    await forget_volunteer(session, volunteer_id, stand_in)
    await replace_volunteer(session, volunteer_id, stand_in)
    await delete_person(session, volunteer_id)
    await forget(session, MESSAGING, volunteer_id)


async def _lock_all(
    work: Work, volunteer_id: VolunteerId
) -> list[LockedBoard | BoardRow | None]:
    """Every board that knows the volunteer, also one that asked them a moment ago."""
    session = work.session
    while True:
        request_ids = await boards_with(session, volunteer_id)
        savepoint = await session.begin_nested()
        boards = await lock_boards(session, request_ids, [volunteer_id], now=work.now)
        if await boards_with(session, volunteer_id) == request_ids:
            await savepoint.commit()
            return boards
        await savepoint.rollback()
