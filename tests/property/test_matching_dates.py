"""What waits for the office is due while somebody is there, if that is still to come."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.dates import deadline, decide_by, ring_by
from tests.property.test_kernel_office_hours import OFFICES
from tests.unit.matching_builders import NIGHTS_AND_SUNDAYS, NOW, a_need, a_slot

NOWS = st.integers(0, 14 * 1440).map(lambda minutes: NOW + timedelta(minutes=minutes))
NEEDS = st.integers(1, 40 * 24).map(lambda hours: a_need(slots=(a_slot(hours / 24),)))
WITHINS = st.integers(4, 24).map(lambda hours: timedelta(hours=hours))
WITHOUT = NIGHTS_AND_SUNDAYS
LEAST = timedelta(minutes=30)


def check(office, due, otherwise, now):
    """It is never later than otherwise, and sooner only to be in office time that is to come."""
    in_time = office.last_before(otherwise, after=now + LEAST)
    assert due <= otherwise
    assert due == (otherwise if in_time is None else in_time)
    assert due == otherwise or due > now + LEAST


@given(OFFICES, NEEDS, NOWS)
def test_a_decision_is_due_in_office_hours_or_when_it_would_be_without_them(office, need, now):
    with_office = replace(WITHOUT, office_hours=office)

    due = decide_by(need, now, with_office)

    check(office, due, decide_by(need, now, WITHOUT), now)


@given(OFFICES, NEEDS, NOWS, WITHINS)
def test_a_call_is_due_in_office_hours_or_when_a_mail_would_be(office, need, now, within):
    with_office = replace(WITHOUT, office_hours=office)

    due = ring_by(need, now, within, with_office)

    check(office, due, deadline(need, now, within, WITHOUT), now)
    assert deadline(need, now, within, with_office) == deadline(need, now, within, WITHOUT)
