"""Erasure: a person goes with all that is kept of them, and everybody who knows the id is told."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete

from services.profiles.handlers.standing import profiles_changed
from services.profiles.store import MESSAGING, CheckRow, VolunteerRow
from shared.contracts.profiles import EraseVolunteer, VolunteerErased
from shared.contracts.values import Done
from shared.messaging.erasure import forget
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam
from shared.service.housekeeping import AfterDeletion


def subscribe(seam: Seam) -> None:
    @seam.command(EraseVolunteer)
    async def on_erase(command: EraseVolunteer, work: Work) -> Done:
        return await erase_volunteer(command, work)


async def erase_volunteer(command: EraseVolunteer, work: Work) -> Done:
    """Delete the person; who is gone already stays gone."""
    gone = await work.session.execute(
        delete(VolunteerRow)
        .where(VolunteerRow.volunteer_id == command.volunteer_id)
        .returning(VolunteerRow.volunteer_id)
    )
    if gone.first() is not None:
        await _tell_and_forget(command.volunteer_id, work)
    return Done()


def after_deletion() -> dict[str, AfterDeletion]:
    """What follows when retention deletes rows: a lapsed registration is an erasure."""
    return {
        VolunteerRow.__tablename__: _registrations_lapsed,
        CheckRow.__tablename__: _checks_lapsed,
    }


async def _registrations_lapsed(work: Work, keys: Sequence[Row[Any]]) -> None:
    for key in keys:
        await _tell_and_forget(key.volunteer_id, work)


async def _checks_lapsed(work: Work, keys: Sequence[Row[Any]]) -> None:
    await profiles_changed({key.volunteer_id for key in keys}, work)


async def _tell_and_forget(volunteer_id: UUID, work: Work) -> None:
    await work.publish(VolunteerErased(volunteer_id=volunteer_id, occurred_at=work.now))
    await forget(work.session, MESSAGING, volunteer_id)
