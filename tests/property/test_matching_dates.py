"""What waits for the office is due while somebody is there, if that is still to come."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.dates import deadline, decide_by, fill_by, ring_by
from shared.kernel.office_hours import OfficeHours
from shared.kernel.slots import TIMEZONE
from shared.kernel.weeks import Week
from tests.property.test_kernel_office_hours import OFFICES
from tests.unit.matching_builders import NIGHTS_AND_SUNDAYS, NOW, a_need, a_slot

NOWS = st.integers(0, 14 * 1440).map(lambda minutes: NOW + timedelta(minutes=minutes))
NEEDS = st.integers(1, 40 * 24).map(lambda hours: a_need(slots=(a_slot(hours / 24),)))
WITHINS = st.integers(4, 24).map(lambda hours: timedelta(hours=hours))
WITHOUT = NIGHTS_AND_SUNDAYS
LEAST = timedelta(minutes=30)


def test_what_comes_on_a_friday_evening_is_due_on_monday_not_on_sunday():
    """The office is closed on the weekend; a task a week later leaves the time."""
    office = OfficeHours(Week.parse("mon 09:00-12:00;fri 09:00-11:00"))
    tuning = replace(WITHOUT, office_hours=office)
    friday = NOW + timedelta(days=4, hours=10)
    monday_noon = datetime(2026, 3, 9, 12, tzinfo=TIMEZONE)
    assert friday.strftime("%A") == "Friday"

    for days, due in ((12, monday_noon), (6, None)):
        need = a_need(slots=(a_slot(days),))
        assert (decide_by(need, friday, tuning) == monday_noon) == (due is not None)
        called = ring_by(need, friday, timedelta(hours=24), tuning)
        assert (called == monday_noon) == (due is not None)


def check(office, due, otherwise, need, now):
    """It moves only into office time that is to come: back if there is some, or else on."""
    before = office.last_before(otherwise, after=now + LEAST)
    later = office.first_after(otherwise, before=fill_by(need, now), least=LEAST)
    assert due == (before or later or otherwise)
    assert due == otherwise or now + LEAST < due <= max(otherwise, need.starts_at)


@given(OFFICES, NEEDS, NOWS)
def test_a_decision_is_due_in_office_hours_or_when_it_would_be_without_them(office, need, now):
    with_office = replace(WITHOUT, office_hours=office)

    due = decide_by(need, now, with_office)

    check(office, due, decide_by(need, now, WITHOUT), need, now)


@given(OFFICES, NEEDS, NOWS, WITHINS)
def test_a_call_is_due_in_office_hours_or_when_a_mail_would_be(office, need, now, within):
    with_office = replace(WITHOUT, office_hours=office)

    due = ring_by(need, now, within, with_office)

    check(office, due, deadline(need, now, within, WITHOUT), need, now)
    assert deadline(need, now, within, with_office) == deadline(need, now, within, WITHOUT)
