"""Months in the district's wall time."""

from datetime import UTC, datetime

import pytest

from services.reporting.domain.months import MonthUnclear, months_between
from shared.kernel.slots import TIMEZONE


def test_a_month_begins_and_ends_at_local_midnight():
    begins, ended = months_between("2026-03", "2026-03", TIMEZONE)

    assert begins.astimezone(UTC) == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert ended.astimezone(UTC) == datetime(2026, 3, 31, 22, tzinfo=UTC)


def test_several_months_end_with_the_last_also_in_december():
    begins, ended = months_between("2026-11", "2027-12", TIMEZONE)

    assert (begins.year, begins.month) == (2026, 11)
    assert (ended.year, ended.month) == (2028, 1)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("2026-13", "2026-12", "first"),
        ("2026-00", "2026-12", "first"),
        ("2026-01", "0000-01", "last"),
        ("2026-02", "2026-01", "last"),
        ("٢٠٢٦-01", "2026-0x", "last"),
    ],
)
def test_what_is_no_month_is_refused_by_its_field(first, last, field):
    with pytest.raises(MonthUnclear) as refused:
        months_between(first, last, TIMEZONE)

    assert refused.value.field == field
