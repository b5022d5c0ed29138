"""The figures of some months, counted when they are asked."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    func,
    select,
    text,
)
from sqlalchemy import Row as ResultRow
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.domain.figures import DONE
from services.reporting.store.tables import (
    HappenedRow,
    HoursRow,
    InvitationRow,
    RequestRow,
)


async def figures_between(
    session: AsyncSession, begins: datetime, ended: datetime, tz: ZoneInfo
) -> Sequence[ResultRow[Any]]:
    """Return one row a cell, in order of month, field and municipality."""
    of_these_months = (
        RequestRow.posted_at >= begins,
        RequestRow.posted_at < ended,
        RequestRow.need_sequence > 0,
    )
    asked = _asked_of(select(RequestRow.request_id).where(*of_these_months))
    statement = (
        select(
            _month(RequestRow.posted_at, tz).label("month"),
            RequestRow.field.label("field"),
            RequestRow.municipality_code.label("municipality"),
            func.count().label("requests"),
            func.sum(RequestRow.places).label("places"),
            func.sum(RequestRow.assigned).label("filled"),
            func.coalesce(func.sum(asked.c.invitations), 0).label("invitations"),
            func.coalesce(func.sum(asked.c.yes), 0).label("yes"),
            func.count().filter(RequestRow.state == DONE).label("completed"),
        )
        .outerjoin(asked, asked.c.request_id == RequestRow.request_id)
        .where(*of_these_months)
        .group_by(text("1, 2, 3"))
        .order_by(text("1, 2, 3"))
    )
    return (await session.execute(statement)).all()


def _asked_of(request_ids: Select[UUID]) -> Subquery:
    """Per request: how many were really asked, and how many of them last said yes."""
    asked = func.count().filter(InvitationRow.asked)
    yes = func.count().filter(InvitationRow.asked, InvitationRow.answer == "yes")
    return (
        select(InvitationRow.request_id, asked.label("invitations"), yes.label("yes"))
        .where(InvitationRow.request_id.in_(request_ids))
        .group_by(InvitationRow.request_id)
        .subquery()
    )


async def happenings_between(
    session: AsyncSession,
    begins: datetime,
    ended: datetime,
    tz: ZoneInfo,
    whats: Sequence[str],
) -> Sequence[ResultRow[str, str, int]]:
    """Return month, code and count of what happened outside of requests."""
    statement = (
        select(_month(HappenedRow.occurred_at, tz), HappenedRow.what, func.count())
        .where(HappenedRow.request_id.is_(None), HappenedRow.what.in_(whats))
        .where(HappenedRow.occurred_at >= begins, HappenedRow.occurred_at < ended)
        .group_by(text("1, 2"))
        .order_by(text("1, 2"))
    )
    return (await session.execute(statement)).all()


async def hours_between(
    session: AsyncSession, begins_on: date, ended_on: date
) -> Sequence[ResultRow[HoursRow, str, str | None]]:
    """Return what was told of periods that touch these days, with field and municipality.

    Of a request that is not heard of yet nothing counts.
    """
    statement = (
        select(HoursRow, RequestRow.field, RequestRow.municipality_code)
        .join(RequestRow, RequestRow.request_id == HoursRow.request_id)
        .where(HoursRow.to_on >= begins_on, HoursRow.from_on < ended_on)
        .where(HoursRow.hours > 0, RequestRow.need_sequence > 0)
    )
    return (await session.execute(statement)).all()


def _month(moment: Any, tz: ZoneInfo) -> ColumnElement[str]:
    return func.to_char(func.timezone(tz.key, moment), "YYYY-MM")
