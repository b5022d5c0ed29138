"""Quiet hours let nobody be woken, and always end."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.kernel.errors import Refusal
from shared.kernel.quiet_hours import QuietHours, QuietHoursUnclear
from shared.kernel.slots import TIMEZONE

CHRISTMAS = frozenset({date(2026, 12, 25), date(2026, 12, 26)})
DEFAULT = QuietHours.parse("20:00-07:00,sun,holidays", holidays=CHRISTMAS)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TIMEZONE)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-23T12:00", "2026-11-23T12:00"),
        ("2026-11-23T19:59:59", "2026-11-23T19:59:59"),
        ("2026-11-23T20:00", "2026-11-24T07:00"),
        ("2026-11-24T06:59:59.999", "2026-11-24T07:00"),
        ("2026-11-24T07:00", "2026-11-24T07:00"),
        ("2026-11-21T21:00", "2026-11-23T07:00"),  # Saturday night, over Sunday
        ("2026-12-24T20:00", "2026-12-28T07:00"),  # two holidays and a Sunday
    ],
)
def test_it_opens_in_the_morning_of_the_next_working_day(at, opens):
    assert DEFAULT.next_open(berlin(at)) == berlin(opens)


def test_the_next_open_moment_is_in_utc():
    assert DEFAULT.next_open(berlin("2026-11-23T20:00")).tzinfo is UTC
    assert DEFAULT.next_open(berlin("2026-11-23T12:00")).tzinfo is UTC


def test_a_night_with_a_clock_change_ends_by_the_wall_clock():
    quiet = QuietHours.parse("20:00-07:00")

    assert quiet.next_open(berlin("2026-03-28T20:00")) == datetime(2026, 3, 29, 5, tzinfo=UTC)
    assert quiet.next_open(berlin("2026-10-24T20:00")) == datetime(2026, 10, 25, 6, tzinfo=UTC)


def test_a_quiet_time_that_ends_in_the_hour_that_spring_skips_ends_with_the_change():
    quiet = QuietHours.parse("20:00-02:30")

    assert quiet.next_open(berlin("2026-03-29T01:30")) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_the_hour_that_autumn_repeats_is_quiet_twice():
    quiet = QuietHours.parse("02:00-02:30")
    first = datetime(2026, 10, 25, 0, tzinfo=UTC)
    second = datetime(2026, 10, 25, 1, tzinfo=UTC)

    assert quiet.next_open(first) == first + timedelta(minutes=30)
    assert quiet.next_open(second) == second + timedelta(minutes=30)


def test_off_is_never_quiet():
    assert QuietHours.parse(" OFF ") == QuietHours()
    assert not QuietHours.parse("off").quiet(berlin("2026-11-22T03:00"))


def test_holidays_count_only_where_the_setting_says_so():
    assert not QuietHours.parse("20:00-07:00", holidays=CHRISTMAS).quiet(
        berlin("2026-12-25T12:00")
    )


def test_times_may_overlap_and_weekdays_may_be_german():
    quiet = QuietHours.parse("13:00-15:00, 12-14, so")

    assert quiet.ranges == ((720, 900),)
    assert quiet.weekdays == {6}


@pytest.mark.parametrize(
    "text", ["", "20:00", "20:00-07:00,,sun", "nights", "20:00-20:00", "off,sun", "20:00-25:00"]
)
def test_an_unclear_setting_is_refused_by_name(text):
    with pytest.raises(Refusal) as refused:
        QuietHours.parse(text)

    assert refused.value.field == "quiet_hours"


@pytest.mark.parametrize(
    "text", ["00:00-24:00", "20:00-08:00,08:00-20:00", "mon,tue,wed,thu,fri,sat,sun"]
)
def test_a_setting_that_is_always_quiet_is_refused(text):
    with pytest.raises(QuietHoursUnclear, match="14 days"):
        QuietHours.parse(text)


def days_from(first: date, count: int) -> frozenset[date]:
    return frozenset(first + timedelta(days=day) for day in range(count))


def test_two_weeks_of_silence_are_allowed_and_a_minute_more_is_not():
    two_weeks = days_from(date(2026, 11, 24), 14)

    assert QuietHours.parse("holidays", holidays=two_weeks).dates == two_weeks
    with pytest.raises(QuietHoursUnclear):
        QuietHours.parse("00:00-00:01,holidays", holidays=two_weeks)
    with pytest.raises(QuietHoursUnclear):
        QuietHours.parse("23:59-24:00,holidays", holidays=two_weeks)


def test_sundays_before_and_between_holidays_lengthen_the_silence():
    monday = date(2026, 11, 23)

    QuietHours.parse(
        "sun,holidays", holidays=days_from(monday, 6) | days_from(monday + timedelta(7), 5)
    )
    with pytest.raises(QuietHoursUnclear):
        QuietHours.parse(
            "sun,holidays", holidays=days_from(monday, 6) | days_from(monday + timedelta(7), 7)
        )
