"""Registration: a new person is stored, a known one is told; the answer is the same.

Whoever asks from outside cannot tell the two apart: not by the answer, whose id is random for a
known person, and not by the clock, since both take the same statements.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.profiles.domain.registration import (
    check_consent,
    check_consent_text,
    check_description,
    check_held,
    may_mail_again,
)
from services.profiles.domain.standing import State
from services.profiles.domain.volunteer import Volunteer
from services.profiles.store import CheckRow, VolunteerRow, described_columns
from shared.contracts.profiles import (
    RegisterVolunteer,
    RegistrationRepeated,
    VolunteerActivated,
    VolunteerRegistered,
    VolunteerRegistration,
)
from shared.district import District
from shared.kernel.fields import Check, Via
from shared.kernel.findings import Findings
from shared.kernel.ids import new_id
from shared.messaging.outbox import Work
from shared.messaging.seam import Seam

REPEATED_AT_MOST = timedelta(days=1)
"""Domain time between two mails that say "you are already with us"."""
KNOWN = "known"
CHECKED = "checked"


def subscribe(seam: Seam, district: District) -> None:
    @seam.private(RegisterVolunteer)
    async def on_register(wish: RegisterVolunteer, work: Work) -> VolunteerRegistration:
        return await register_volunteer(wish, work, district)


async def register_volunteer(
    wish: RegisterVolunteer, work: Work, district: District
) -> VolunteerRegistration:
    """Store who is new; raises FieldsRefused, or the one refusal, naming what is wrong."""
    found = Findings()
    today = work.now.astimezone(district.timezone).date()
    volunteer = check_description(wish, district, today, found)
    new = _columns(volunteer, check_consent_text(wish.consent_version, found), work)
    ours = wish.via is Via.IMPORT or wish.staff_id is not None
    if not ours:
        found.refuse()
        return _checked() if wish.dry_run else await _from_outside(new, work)
    consented_at = None
    if wish.consented_on is not None:
        check_consent(wish.consented_on, today, found)
        consented_at = datetime.combine(wish.consented_on, time(), district.timezone)
    checks = check_held(wish.checks, today, found)
    found.refuse()
    if wish.dry_run:
        return _checked()
    return await _entered_by_us(new, wish, consented_at, checks, work)


def _checked() -> VolunteerRegistration:
    """The reply to a dry run: nobody's id."""
    return VolunteerRegistration(volunteer_id=new_id(), status=CHECKED)


async def _from_outside(new: dict[str, Any], work: Work) -> VolunteerRegistration:
    may_mail = may_mail_again(await _mailed_to(new["email"], work), work.now)
    told_before = VolunteerRow.repeated_at
    # Of somebody who was told today nothing comes back, and an address that got enough mails is
    # left alone. All is stored the same way and taken back: every registration does the same work.
    async with work.session.begin_nested() as attempt:
        stored = await work.session.execute(
            insert(VolunteerRow)
            .values(new)
            .on_conflict_do_update(
                index_elements=[VolunteerRow.identity],
                set_={"repeated_at": work.now},
                where=or_(told_before.is_(None), told_before <= work.now - REPEATED_AT_MOST),
            )
            .returning(VolunteerRow.volunteer_id, VolunteerRow.state)
        )
        row = stored.first()
        if row is None or row.volunteer_id != new["volunteer_id"]:
            await work.publish(
                RegistrationRepeated(
                    volunteer_id=row.volunteer_id if row else new["volunteer_id"],
                    confirmed=row is None or row.state != State.UNCONFIRMED,
                    occurred_at=work.now,
                )
            )
        else:
            await work.publish(
                VolunteerRegistered(volunteer_id=row.volunteer_id, occurred_at=work.now)
            )
        if row is None or not may_mail:
            await attempt.rollback()
    return VolunteerRegistration(volunteer_id=new["volunteer_id"], status=State.UNCONFIRMED)


async def _mailed_to(email: str | None, work: Work) -> list[datetime]:
    """When registrations led to a mail to this address, whatever the name; one asker at a time."""
    address = func.lower(email or "")
    await work.session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(address, 0)))
    )
    found = await work.session.execute(
        select(VolunteerRow.registered_at, VolunteerRow.repeated_at).where(
            func.lower(VolunteerRow.email) == address
        )
    )
    return [moment for row in found for moment in row if moment is not None]


async def _entered_by_us(
    new: dict[str, Any],
    wish: RegisterVolunteer,
    consented_at: datetime | None,
    checks: Mapping[Check, date],
    work: Work,
) -> VolunteerRegistration:
    """An import's or a coordinator's entry: they may know who is there, and nobody is mailed twice."""
    if consented_at is not None:
        new |= {
            "state": State.ACTIVE,
            "known_since": consented_at,
            "consented_at": consented_at,
            "consented_via": wish.via,
            "unconfirmed_since": None,
        }
    stored = await work.session.execute(
        insert(VolunteerRow)
        .values(new)
        .on_conflict_do_nothing(index_elements=[VolunteerRow.identity])
        .returning(VolunteerRow.volunteer_id)
    )
    if stored.first() is None:
        known_as = await _known_as(work.session, new["identity"])
        return VolunteerRegistration(volunteer_id=known_as, status=KNOWN)
    volunteer_id: UUID = new["volunteer_id"]
    await _record(checks, volunteer_id, work)
    await work.publish(
        VolunteerActivated(volunteer_id=volunteer_id, sequence=1, occurred_at=work.now)
        if consented_at is not None
        else VolunteerRegistered(volunteer_id=volunteer_id, occurred_at=work.now)
    )
    return VolunteerRegistration(volunteer_id=volunteer_id, status=new["state"])


async def _record(checks: Mapping[Check, date], volunteer_id: UUID, work: Work) -> None:
    for check, valid_until in checks.items():
        await work.session.execute(
            insert(CheckRow).values(
                volunteer_id=volunteer_id,
                check=check,
                valid_until=valid_until,
                recorded_at=work.now,
            )
        )


async def _known_as(session: AsyncSession, identity: str) -> UUID:
    found = await session.scalars(
        select(VolunteerRow.volunteer_id).where(VolunteerRow.identity == identity)
    )
    return found.one()


def _columns(volunteer: Volunteer, consent_version: str, work: Work) -> dict[str, Any]:
    """What is stored of a registration that is still to be confirmed."""
    return described_columns(volunteer) | {
        "volunteer_id": new_id(),
        "identity": volunteer.identity,
        "version": 1,
        "state": State.UNCONFIRMED,
        "consent_version": consent_version,
        "registered_at": work.now,
        "unconfirmed_since": work.now,
    }
