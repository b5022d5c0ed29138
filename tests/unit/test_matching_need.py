from datetime import timedelta

import pytest

from services.matching.domain.dates import deadline, decide_by, fill_by, wave_step
from services.matching.domain.need import Automation, Confirm, Invite, default_automation
from shared.kernel.fields import Kind
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
