"""The roster's rows, and people as the rules read them."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Text, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.board import Standing
from services.matching.domain.need import Need
from services.matching.domain.roster import Person
from services.matching.store.codes import history_of, person_from
from services.matching.store.doings import held_by, read_doings
from services.matching.store.replaced import forget_asks
from services.matching.store.tables import VolunteerRow
from shared.kernel.ids import VolunteerId

this_transaction = cast(cast(func.pg_current_xact_id(), Text), BigInteger)


async def want_entry(session: AsyncSession, volunteer_id: UUID, version: int) -> None:
    """Note that the profile has this version, or a newer one, to be asked for."""
    row = insert(VolunteerRow).values(volunteer_id=volunteer_id, wanted=version)
    await session.execute(
        row.on_conflict_do_update(
            index_elements=[VolunteerRow.volunteer_id],
            set_={"wanted": func.greatest(VolunteerRow.wanted, row.excluded.wanted)},
        )
    )


async def lock_people(
    session: AsyncSession, ids: Iterable[UUID]
) -> dict[VolunteerId, VolunteerRow]:
    """The rows of these volunteers, locked in the one order; who is gone is missing."""
    rows = await session.scalars(
        select(VolunteerRow)
        .where(VolunteerRow.volunteer_id.in_(set(ids)))
        .order_by(VolunteerRow.volunteer_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {VolunteerId(row.volunteer_id): row for row in rows}


async def touch(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Let rankings see that these people, whose rows are locked, may be asked again."""
    if ids:
        await session.execute(
            update(VolunteerRow)
            .where(VolunteerRow.volunteer_id.in_(ids))
            .values(changed=this_transaction)
            .execution_options(synchronize_session=False)
        )


async def delete_person(session: AsyncSession, volunteer_id: UUID) -> None:
    """Delete the row first: who holds its lock may still write down that a mail has left."""
    await session.execute(delete(VolunteerRow).where(VolunteerRow.volunteer_id == volunteer_id))
    await forget_asks(session, volunteer_id)


async def standings(
    session: AsyncSession, rows: Mapping[VolunteerId, VolunteerRow], need: Need, now: datetime
) -> dict[VolunteerId, Standing]:
    """What places depend on, of people whose rows are locked; without an entry they get none."""
    known = {who: row.entry["known"] for who, row in rows.items() if row.entry is not None}
    held = await held_by(session, now, ids=known, besides=need.request_id)
    return {who: Standing(known[who], held.get(who, ())) for who in known}


async def people_now(
    session: AsyncSession, rows: Mapping[VolunteerId, VolunteerRow], need: Need, now: datetime
) -> dict[VolunteerId, Person]:
    """People whose rows are locked, as the rules read them; without an entry they are missing."""
    read = await read_doings(session, need, now, ids=rows)
    stored = {
        who: (row.entry, history_of(row)) for who, row in rows.items() if row.entry is not None
    }

    def put_together() -> dict[VolunteerId, Person]:
        doings = read.parse()
        return {who: doings.of(person_from(*kept), need) for who, kept in stored.items()}

    return await asyncio.to_thread(put_together)


async def people_of(
    session: AsyncSession, ids: Collection[UUID], need: Need, now: datetime
) -> dict[VolunteerId, Person]:
    """These people as the rules read them, without a lock; without an entry they are missing."""
    rows = await session.scalars(select(VolunteerRow).where(VolunteerRow.volunteer_id.in_(ids)))
    by_id = {VolunteerId(row.volunteer_id): row for row in rows}
    return await people_now(session, by_id, need, now)
