"""A volunteer's description: shown as it stands, and replaced by what they say now."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.profiles.domain.changing import (
    AlreadyRegistered,
    check_same_address,
    check_version,
)
from services.profiles.domain.registration import check_description
from services.profiles.domain.volunteer import Volunteer
from services.profiles.handlers.answering import roster_entry
from services.profiles.handlers.standing import tell_change, volunteer_row
from services.profiles.store import VolunteerRow, described_columns
from shared.contracts.profiles import (
    ChangeVolunteer,
    ShowVolunteer,
    VolunteerChange,
    VolunteerDescription,
    VolunteerProfileChanged,
    VolunteerShown,
)
from shared.district import District
from shared.kernel.findings import Findings
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam

CHANGED = "changed"
UNCHANGED = "unchanged"
CHECKED = "checked"


def subscribe(seam: Seam, district: District) -> None:
    @seam.private(ChangeVolunteer)
    async def on_change(wish: ChangeVolunteer, work: Work) -> VolunteerChange:
        return await change_volunteer(wish, work, district)

    @seam.query(ShowVolunteer)
    async def on_show(query: ShowVolunteer, session: AsyncSession) -> VolunteerShown:
        return await show_volunteer(query, session, district)


async def show_volunteer(
    query: ShowVolunteer, session: AsyncSession, district: District
) -> VolunteerShown:
    """The description as it would be taken again: without skills that the district gave up."""
    row = await session.get(VolunteerRow, query.volunteer_id)
    if row is None:
        return VolunteerShown(found=False)
    kept = [code for code in row.profile["skills"] if code in district.skills]
    columns = {name: getattr(row, name) for name in _SHOWN}
    description = VolunteerDescription.model_validate(
        columns | row.profile | {"skills": kept, "absences": row.absences or ()}
    )
    return VolunteerShown(found=True, version=row.version, description=description)


async def change_volunteer(
    wish: ChangeVolunteer, work: Work, district: District
) -> VolunteerChange:
    """Replace the description; matching is told only of what it uses.

    Raises VolunteerUnknown, VersionOutdated, FieldsRefused or the one refusal.
    """
    row = await volunteer_row(wish.volunteer_id, work)
    check_version(wish.version, row.version)
    found = Findings()
    today = work.now.astimezone(district.timezone).date()
    volunteer = check_description(wish, district, today, found)
    by_us = wish.staff_id is not None
    if not by_us:
        check_same_address(row.email, wish.email, found)
    found.refuse()
    if wish.dry_run:
        return VolunteerChange(version=row.version, status=CHECKED)
    columns = described_columns(volunteer)
    columns["identity"] = await _identity(volunteer, row, work, by_us=by_us)
    return await _stored(columns, row, work)


async def _stored(columns: dict[str, Any], row: VolunteerRow, work: Work) -> VolunteerChange:
    changed = {name for name, value in columns.items() if getattr(row, name) != value}
    if not changed:
        return VolunteerChange(version=row.version, status=UNCHANGED)
    before = roster_entry(row, ())
    if "email" in changed:
        row.email_suspended_at = None
    for name in changed:
        setattr(row, name, columns[name])
    matters = roster_entry(row, ()) != before
    if matters:
        await tell_change(row, VolunteerProfileChanged, work)
    else:
        row.version += 1
    return VolunteerChange(version=row.version, status=CHANGED)


async def _identity(volunteer: Volunteer, row: VolunteerRow, work: Work, *, by_us: bool) -> str:
    """Who this is among the others.

    Somebody else may be that person already. A coordinator is told. From outside it must not show
    who is registered: the description is taken, and whoever registers with it again is still the
    one who was first. Raises AlreadyRegistered.
    """
    others = await work.session.scalars(
        select(VolunteerRow.volunteer_id).where(
            VolunteerRow.identity == volunteer.identity,
            VolunteerRow.volunteer_id != row.volunteer_id,
        )
    )
    if others.first() is None:
        return volunteer.identity
    if by_us:
        raise AlreadyRegistered("somebody else has this name and address", field="first_name")
    return row.identity


_SHOWN = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "channel",
    "locale",
    "postcode",
    "municipality",
    "shares",
)
