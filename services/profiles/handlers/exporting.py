"""The export for the person (Art. 15 GDPR): all that `profiles` keeps, and why."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.profiles.store import MESSAGING, CheckRow, VolunteerRow
from shared.contracts.profiles import ExportVolunteer, VolunteerExport
from shared.messaging.seam import Seam
from shared.persistence.personal import declared


def subscribe(seam: Seam) -> None:
    seam.query(ExportVolunteer)(export_volunteer)


async def export_volunteer(query: ExportVolunteer, session: AsyncSession) -> VolunteerExport:
    """Every column of every row about the person, and the events that name them."""
    person = await _rows(session, VolunteerRow.__table__, query)
    if not person:
        return VolunteerExport(found=False)
    outbox = MESSAGING.outbox
    events = await session.execute(
        select(outbox.c.subject, outbox.c.payload, outbox.c.stored_at)
        .where(outbox.c.payload.contains({"volunteer_id": str(query.volunteer_id)}))
        .order_by(outbox.c.id)
    )
    document = {
        "volunteer": person[0],
        "checks": await _rows(session, CheckRow.__table__, query),
        "events": [dict(row) for row in events.mappings()],
        "declarations": _declarations(VolunteerRow.__table__, CheckRow.__table__),
    }
    return VolunteerExport(
        found=True, document=json.dumps(document, default=str, ensure_ascii=False, indent=2)
    )


async def _rows(
    session: AsyncSession, table: Any, query: ExportVolunteer
) -> list[dict[str, Any]]:
    found = await session.execute(
        select(table).where(table.c.volunteer_id == query.volunteer_id)
    )
    return [dict(row) for row in found.mappings()]


def _declarations(*tables: Any) -> dict[str, dict[str, object]]:
    """Purpose, legal basis and time of each column, as the tables declare them."""
    return {
        f"{table.name}.{column}": {
            "purpose": personal.purpose,
            "basis": personal.basis,
            "kept_days": personal.keep.days if personal.keep is not None else None,
            "counted_from": personal.counted_from,
        }
        for table in tables
        for column, personal in declared(table).items()
    }
