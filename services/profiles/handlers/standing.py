"""Steps of a volunteer's standing: confirmed, paused, resumed, checked; and mails that come back."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.profiles.domain.registration import check_expired
from services.profiles.domain.standing import Standing, State
from services.profiles.handlers.refusals import VolunteerUnknown
from services.profiles.store import CheckRow, VolunteerRow, locked
from shared.contracts.notifications import AddressSuspended
from shared.contracts.profiles import (
    ConfirmVolunteer,
    PauseVolunteer,
    RecordCheck,
    ResumeVolunteer,
    VolunteerActivated,
    VolunteerPaused,
    VolunteerProfileChanged,
    VolunteerResumed,
)
from shared.contracts.values import Done
from shared.district import District
from shared.kernel.fields import Check
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam

BATCH = 100

_Step = type[VolunteerActivated | VolunteerPaused | VolunteerResumed | VolunteerProfileChanged]


def subscribe(seam: Seam, district: District) -> None:
    @seam.command(ConfirmVolunteer)
    async def on_confirm(command: ConfirmVolunteer, work: Work) -> Done:
        return await confirm_volunteer(command, work)

    @seam.command(PauseVolunteer)
    async def on_pause(command: PauseVolunteer, work: Work) -> Done:
        return await pause_volunteer(command, work)

    @seam.command(ResumeVolunteer)
    async def on_resume(command: ResumeVolunteer, work: Work) -> Done:
        return await resume_volunteer(command, work)

    @seam.command(RecordCheck)
    async def on_record_check(command: RecordCheck, work: Work) -> Done:
        return await record_check(command, work, district)

    @seam.event(AddressSuspended)
    async def on_address_suspended(event: AddressSuspended, work: Work) -> None:
        await suspend_address(event, work)


async def confirm_volunteer(command: ConfirmVolunteer, work: Work) -> Done:
    """Make an unconfirmed volunteer active; confirming twice is one confirmation."""
    row = await volunteer_row(command.volunteer_id, work)
    if row.standing.state is State.UNCONFIRMED:
        row.consented_at = work.now
        row.consented_via = command.via
        row.unconfirmed_since = None
    return await _stand(row, row.standing.confirmed(), VolunteerActivated, work)


async def pause_volunteer(command: PauseVolunteer, work: Work) -> Done:
    """Stop offers for some weeks, or until resumed; the last wish counts."""
    row = await volunteer_row(command.volunteer_id, work)
    standing = row.standing.paused(command.weeks, work.now)
    return await _stand(row, standing, VolunteerPaused, work)


async def resume_volunteer(command: ResumeVolunteer, work: Work) -> Done:
    """Allow offers again."""
    row = await volunteer_row(command.volunteer_id, work)
    return await _stand(row, row.standing.resumed(), VolunteerResumed, work)


async def end_pauses(work: Work) -> int:
    """Resume those whose pause is over, at most `BATCH`; returns how many."""
    rows = await work.session.scalars(
        select(VolunteerRow)
        .where(VolunteerRow.paused_until <= work.now)
        .order_by(VolunteerRow.paused_until)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    ended = rows.all()
    for row in ended:
        await _stand(row, row.standing.at(work.now), VolunteerResumed, work)
    return len(ended)


async def record_check(command: RecordCheck, work: Work, district: District) -> Done:
    """Keep that a coordinator saw a check; the first talk makes somebody known, without an end."""
    row = await volunteer_row(command.volunteer_id, work)
    held = command.held
    if held.check is Check.FIRST_TALK:
        if row.known_since is None:
            row.known_since = work.now
            await tell_change(row, VolunteerProfileChanged, work)
        return Done(version=row.version)
    if held.valid_until < work.now.astimezone(district.timezone).date():
        raise check_expired("held.valid_until")
    kept = await work.session.get(CheckRow, (row.volunteer_id, held.check))
    if kept is None or kept.valid_until != held.valid_until:
        values = {"valid_until": held.valid_until, "recorded_at": work.now}
        await work.session.execute(
            insert(CheckRow)
            .values(volunteer_id=row.volunteer_id, check=held.check, **values)
            .on_conflict_do_update(
                index_elements=[CheckRow.volunteer_id, CheckRow.check], set_=values
            )
        )
        await tell_change(row, VolunteerProfileChanged, work)
    return Done(version=row.version)


async def suspend_address(event: AddressSuspended, work: Work) -> None:
    """Ring from now on whose mails come back; who is gone stays gone."""
    row = await locked(work.session, event.volunteer_id)
    if row is not None and row.email is not None and row.email_suspended_at is None:
        row.email_suspended_at = work.now
        await tell_change(row, VolunteerProfileChanged, work)


async def profiles_changed(volunteer_ids: set[UUID], work: Work) -> None:
    """Tell matching that these profiles are not what they were."""
    rows = await work.session.scalars(
        select(VolunteerRow)
        .where(VolunteerRow.volunteer_id.in_(volunteer_ids))
        .order_by(VolunteerRow.volunteer_id)
        .with_for_update()
    )
    for row in rows.all():
        await tell_change(row, VolunteerProfileChanged, work)


async def volunteer_row(volunteer_id: UUID, work: Work) -> VolunteerRow:
    """The volunteer, held until the transaction ends; raises VolunteerUnknown."""
    row = await locked(work.session, volunteer_id)
    if row is None:
        raise VolunteerUnknown("There is no such volunteer, or no longer.")
    return row


async def _stand(row: VolunteerRow, standing: Standing, step: _Step, work: Work) -> Done:
    """Take the step and tell it, unless the volunteer stands there already."""
    if standing != row.standing:
        row.standing = standing
        await tell_change(row, step, work)
    return Done(version=row.version)


async def tell_change(row: VolunteerRow, step: _Step, work: Work) -> None:
    """Raise the version; whom matching does not know yet, it need not be told of."""
    row.version += 1
    if row.standing.state is not State.UNCONFIRMED:
        await work.publish(
            step(volunteer_id=row.volunteer_id, sequence=row.version, occurred_at=work.now)
        )
