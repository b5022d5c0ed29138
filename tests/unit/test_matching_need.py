from dataclasses import replace
from datetime import timedelta

import pytest

from services.matching.domain.dates import deadline, decide_by, fill_by, ring_by, wave_step
from services.matching.domain.need import Automation, Confirm, Invite, default_automation
from shared.kernel.fields import Kind
from shared.kernel.office_hours import OfficeHours
from shared.kernel.slots import TIMEZONE
from shared.kernel.weeks import WEEKDAYS, Week
from tests.unit.matching_builders import NIGHTS_AND_SUNDAYS, NOW, TUNING, a_need, a_slot

HOUR = timedelta(hours=1)
ALL_BY_ITSELF = Automation(Invite.AUTO, Confirm.AUTO)
CONFIRMED = Automation(Invite.AUTO, Confirm.COORDINATOR)
REVIEWED = Automation(Invite.REVIEW, Confirm.COORDINATOR)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.SINGLE, ALL_BY_ITSELF),
        (Kind.SERIES, ALL_BY_ITSELF),
        (Kind.EVENT_HELP, ALL_BY_ITSELF),
        (Kind.INTERPRETING, CONFIRMED),
        (Kind.TANDEM, REVIEWED),
    ],
)
def test_each_kind_has_its_share_of_automation_and_minors_have_none(kind, expected):
    assert default_automation(kind, minors_present=False) == expected
    assert default_automation(kind, minors_present=True) == REVIEWED


def test_a_need_has_a_date_and_a_place():
    with pytest.raises(ValueError, match="at least one slot"):
        a_need(slots=())
    with pytest.raises(ValueError, match="at least one slot"):
        a_need(places=0)


def test_a_need_starts_with_its_first_date_and_ends_with_its_last_in_whatever_order_given():
    need = a_need(slots=(a_slot(9), a_slot(2, hours=400 / 24), a_slot(5)))

    assert need.starts_at == NOW + timedelta(days=2)
    assert need.ends_at == NOW + timedelta(days=9, hours=2)


def test_places_should_be_filled_by_answer_by_and_once_that_is_past_by_the_start():
    need = a_need(answer_by=NOW + 5 * HOUR)

    assert fill_by(need, NOW) == NOW + 5 * HOUR
    assert fill_by(need, NOW + 5 * HOUR) == need.starts_at
    assert fill_by(a_need(answer_by=NOW + timedelta(days=90)), NOW) == need.starts_at


@pytest.mark.parametrize(
    ("days", "hours"), [(30, 24), (7, 24), (4, 24), (2, 12), (0.5, 4), (0.25, 4), (0.1, 4)]
)
def test_an_answer_has_a_quarter_of_the_time_within_four_and_twenty_four_hours(days, hours):
    assert wave_step(a_need(slots=(a_slot(days),)), NOW, TUNING) == hours * HOUR


def test_a_deadline_is_put_off_to_the_morning_but_never_past_the_start():
    tomorrow = a_need(slots=(a_slot(20 / 24),))

    assert deadline(a_need(), NOW, 12 * HOUR, NIGHTS_AND_SUNDAYS) == NOW + 21 * HOUR
    assert deadline(tomorrow, NOW, 12 * HOUR, NIGHTS_AND_SUNDAYS) == NOW + 20 * HOUR


def test_a_coordinator_decides_within_a_day_and_half_of_the_time_left():
    soon = a_need(slots=(a_slot(0.25),))

    assert decide_by(a_need(), NOW, TUNING) == NOW + 24 * HOUR
    assert decide_by(soon, NOW, TUNING) == NOW + 3 * HOUR
    assert decide_by(soon, NOW + 7 * HOUR, TUNING) == NOW + 7 * HOUR


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("Tue 14:00", "Tue 18:00"),  # Wednesday is no office day
        ("Thu 14:00", "Fri 11:00"),
        ("Thu 10:00", "Fri 10:00"),  # somebody is there then
        ("Fri 10:45", "Mon 12:00"),  # a quarter of an hour is no time to decide
        ("Fri 15:00", "Mon 12:00"),  # no office time till then
    ],
)
def test_a_coordinator_decides_while_the_office_is_open_if_it_opens_in_time(asked, due):
    week = Week.parse(
        "mon 09:00-12:00; tue 09:00-12:00; tue 13:00-18:00;"
        " thu 09:00-12:00; thu 13:00-16:00; fri 09:00-11:00"
    )
    tuning = replace(NIGHTS_AND_SUNDAYS, office_hours=OfficeHours(week))
    need = a_need(slots=(a_slot(20),))

    now, expected = in_this_week(asked), in_this_week(due)
    if expected < now:
        expected += timedelta(days=7)
    assert decide_by(need, now, tuning) == expected
    assert ring_by(need, now, 24 * HOUR, tuning) == expected


def test_on_a_holiday_nobody_is_at_the_office():
    holiday = in_this_week("Tue 00:00").astimezone(TIMEZONE).date()
    hours = OfficeHours(Week.parse("mon 09:00-18:00;tue 09:00-18:00"), frozenset({holiday}))
    tuning = replace(TUNING, office_hours=hours)

    assert decide_by(a_need(), NOW, tuning) == in_this_week("Mon 18:00")


def in_this_week(text):
    """A weekday and a time of the week that begins today."""
    day, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    midnight = NOW.astimezone(TIMEZONE).replace(hour=0, minute=0)
    return midnight + timedelta(days=WEEKDAYS.index(day.lower()), hours=hour, minutes=minute)
