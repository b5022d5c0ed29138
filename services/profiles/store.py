"""Tables of `profiles`: one of the two homes of direct identifiers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.profiles.domain.standing import Standing, State
from services.profiles.domain.volunteer import Absence, Profile
from shared.messaging.tables import messaging_tables
from shared.persistence.database import metadata_for
from shared.persistence.personal import Basis, personal

UNCONFIRMED_KEPT = timedelta(days=14)
CHECKS_KEPT = timedelta(days=92)
"""Three months after a check's last valid day (§ 72a(5) SGB VIII leaves no more)."""


class Row(DeclarativeBase):
    metadata = metadata_for("profiles")


MESSAGING = messaging_tables(Row.metadata)

_moment = DateTime(timezone=True)

_person = personal(
    "To know whom others mean by an id; who does not confirm is forgotten.",
    Basis.CONSENT,
    keep=UNCONFIRMED_KEPT,
    counted_from="unconfirmed_since",
)
_reach = personal("To reach a volunteer in the way they agreed to.", Basis.CONSENT)
_match = personal("To ask only those for whom a request fits.", Basis.CONSENT)
_away = personal(
    "To ask nobody who is away.", Basis.CONSENT, keep=timedelta(0), counted_from="absent_until"
)
_proof = personal("To prove consent: which text, when, by which way.", Basis.LEGAL_DUTY)
_check = personal(
    "To know that a check was seen and holds; never the document.",
    Basis.PUBLIC_TASK,
    keep=CHECKS_KEPT,
    counted_from="valid_until",
)


class VolunteerRow(Row):
    """A volunteer; `version` rises with each change that matching must see."""

    __tablename__ = "volunteers"
    __table_args__ = (
        Index("ix_volunteers_email", text("lower(email)")),
        Index("ix_volunteers_registered_at", "registered_at"),
        Index(
            "ix_volunteers_unconfirmed_since",
            "unconfirmed_since",
            postgresql_where=text("unconfirmed_since IS NOT NULL"),
        ),
        Index(
            "ix_volunteers_paused_until",
            "paused_until",
            postgresql_where=text("paused_until IS NOT NULL"),
        ),
        Index(
            "ix_volunteers_absent_until",
            "absent_until",
            postgresql_where=text("absent_until IS NOT NULL"),
        ),
    )

    volunteer_id: Mapped[UUID] = mapped_column(primary_key=True, info=_person)
    identity: Mapped[str] = mapped_column(String(64), unique=True, info=_reach)
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20), info=_match)
    first_name: Mapped[str] = mapped_column(String(80), info=_reach)
    last_name: Mapped[str | None] = mapped_column(String(80), info=_reach)
    searchable: Mapped[str] = mapped_column(Text, info=_reach)
    """The name without case and marks, for a coordinator's search."""
    email: Mapped[str | None] = mapped_column(String(254), info=_reach)
    phone: Mapped[str | None] = mapped_column(String(40), info=_reach)
    channel: Mapped[str] = mapped_column(String(10), info=_reach)
    email_suspended_at: Mapped[datetime | None] = mapped_column(_moment, info=_reach)
    """Since when mails come back."""
    locale: Mapped[str] = mapped_column(String(20), info=_reach)
    shares: Mapped[str] = mapped_column(String(20), info=_reach)
    postcode: Mapped[str] = mapped_column(String(10), info=_match)
    municipality: Mapped[str | None] = mapped_column(String(80), info=_match)
    latitude: Mapped[float] = mapped_column(Float, info=_match)
    longitude: Mapped[float] = mapped_column(Float, info=_match)
    profile: Mapped[dict[str, Any]] = mapped_column(JSONB, info=_match)
    absences: Mapped[list[dict[str, str]] | None] = mapped_column(JSONB, info=_away)
    absent_until: Mapped[date | None] = mapped_column(Date, info=_away)
    known_since: Mapped[datetime | None] = mapped_column(_moment, info=_match)
    """When `first_talk` was ticked."""
    paused_until: Mapped[datetime | None] = mapped_column(_moment, info=_match)
    consent_version: Mapped[str] = mapped_column(String(40), info=_proof)
    consented_at: Mapped[datetime | None] = mapped_column(_moment, info=_proof)
    consented_via: Mapped[str | None] = mapped_column(String(10), info=_proof)
    registered_at: Mapped[datetime] = mapped_column(_moment, info=_proof)
    unconfirmed_since: Mapped[datetime | None] = mapped_column(_moment, info=_proof)
    repeated_at: Mapped[datetime | None] = mapped_column(_moment, info=_reach)
    """When somebody last registered again as this person and its owner was told."""

    @property
    def standing(self) -> Standing:
        return Standing(State(self.state), self.paused_until)

    @standing.setter
    def standing(self, standing: Standing) -> None:
        self.state = standing.state
        self.paused_until = standing.paused_until


class CheckRow(Row):
    """A check that a coordinator saw; `first_talk` is not here but `known_since`: it does not end."""

    __tablename__ = "volunteer_checks"

    volunteer_id: Mapped[UUID] = mapped_column(
        ForeignKey(VolunteerRow.volunteer_id, ondelete="CASCADE"), primary_key=True, info=_check
    )
    check: Mapped[str] = mapped_column(String(30), primary_key=True, info=_check)
    valid_until: Mapped[date] = mapped_column(Date, info=_check)
    recorded_at: Mapped[datetime] = mapped_column(_moment, info=_check)


def profile_json(profile: Profile) -> dict[str, Any]:
    """A profile as the column keeps it, in the outside names."""
    return {
        "radius_km": profile.radius_km,
        "travel": list(profile.travel),
        "languages": [
            {"tag": skill.tag, "level": skill.level, "modes": sorted(skill.modes)}
            for skill in profile.languages
        ],
        "fields": list(profile.fields),
        "skills": list(profile.skills),
        "availability": profile.availability and list(profile.availability.entries()),
        "gender": profile.gender,
        "asks_per_week": profile.asks_per_week,
        "hours_per_week": profile.hours_per_week,
    }


def absences_json(absences: Sequence[Absence]) -> list[dict[str, str]] | None:
    """Absences as the column keeps them; None without any."""
    return [
        {"from_on": absence.from_on.isoformat(), "to_on": absence.to_on.isoformat()}
        for absence in absences
    ] or None


async def locked(session: AsyncSession, volunteer_id: UUID) -> VolunteerRow | None:
    """The volunteer's row, held until the transaction ends."""
    return await session.get(VolunteerRow, volunteer_id, with_for_update=True)


async def checks_of(
    session: AsyncSession, volunteer_ids: Sequence[UUID]
) -> Mapping[UUID, list[CheckRow]]:
    """The checks of several volunteers."""
    rows = await session.scalars(
        select(CheckRow)
        .where(CheckRow.volunteer_id.in_(volunteer_ids))
        .order_by(CheckRow.volunteer_id, CheckRow.check)
    )
    found: dict[UUID, list[CheckRow]] = {}
    for row in rows:
        found.setdefault(row.volunteer_id, []).append(row)
    return found
