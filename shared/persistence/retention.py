"""The deletion job: what the columns declare (`personal(keep=…, counted_from=…)`) is done here.

A declaration with a time ends the value: the column becomes NULL. Where one of the columns that
share a time cannot be NULL, or is in the primary key, the whole row goes. A row whose `counted_from`
is NULL is not counted: its time has not begun. So a table of people whose registration may lapse
declares on its primary key `keep=14 days, counted_from="unconfirmed_since"`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    MetaData,
    Row,
    Table,
    delete,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from shared.kernel.errors import BrueckeError
from shared.persistence.personal import declared

BATCH = 500


class RetentionUnclear(BrueckeError):
    """A declaration has a time that cannot be counted."""

    code: ClassVar[str] = "persistence.retention_unclear"
    retryable: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What ends `keep` after `counted_from`: whole rows, or the values of `columns`."""

    table: Table
    columns: tuple[str, ...]
    keep: timedelta
    counted_from: str

    @property
    def whole_row(self) -> bool:
        """Whether the row goes, since one of its columns cannot be emptied."""
        return any(not self.table.c[name].nullable for name in self.columns)

    def over(self, now: datetime) -> ColumnElement[bool]:
        """The rows whose time is over at `now`."""
        start: Column[Any] = self.table.c[self.counted_from]
        ended = start < (now - self.keep).date() if _is_date(start) else start < now - self.keep
        if self.whole_row:
            return ended
        return ended & or_(*(self.table.c[name].is_not(None) for name in self.columns))


def rules_of(metadata: MetaData) -> tuple[Rule, ...]:
    """All rules that the tables of a service declare.

    Raises:
        RetentionUnclear: a declaration names no column to count from.

    """
    rules: list[Rule] = []
    for table in metadata.sorted_tables:
        timed: dict[tuple[timedelta, str], list[str]] = {}
        for name, declaration in declared(table).items():
            if declaration.keep is None:
                continue
            start = declaration.counted_from
            if start is None or start not in table.c:
                raise RetentionUnclear(f"{table.fullname}.{name} is counted from no column")
            timed.setdefault((declaration.keep, start), []).append(name)
        rules += [
            Rule(table, tuple(columns), keep, start) for (keep, start), columns in timed.items()
        ]
    return tuple(rules)


async def apply_rule(session: AsyncSession, rule: Rule, now: datetime) -> Sequence[Row[Any]]:
    """Delete or empty at most `BATCH` rows; returns their primary keys.

    Rows that somebody else has locked are left for the next round.
    """
    table = rule.table
    keys = tuple(table.primary_key.columns)
    found = (
        await session.execute(
            select(*keys).where(rule.over(now)).limit(BATCH).with_for_update(skip_locked=True)
        )
    ).all()
    if found:
        these = tuple_(*keys).in_([tuple(row) for row in found])
        emptied = {name: null() for name in rule.columns}
        await session.execute(
            delete(table).where(these)
            if rule.whole_row
            else update(table).where(these).values(emptied)
        )
    return found


def _is_date(column: Column[Any]) -> bool:
    return isinstance(column.type, Date)
