"""Slots keep their wall time when the clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.kernel.errors import FieldsRefused
from shared.kernel.slots import (
    TIMEZONE,
    SeriesUnclear,
    Slot,
    SlotEndsTooEarly,
    SlotTooLong,
    TimeZoneMissing,
    YearOutOfReach,
    dated_slots,
    expand_weekly,
    week_covers_slot,
)
from shared.kernel.weeks import Week, WeeklyTimesUnclear

SPRING = date(2026, 3, 29)
"""02:00 becomes 03:00 in Berlin."""
AUTUMN = date(2026, 10, 25)
"""03:00 becomes 02:00 in Berlin."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def a_slot(starts_at: str, ends_at: str) -> Slot:
    return Slot(utc(starts_at), utc(ends_at))


def weekly(weekday: int, starts: str, ends: str) -> dict[str, object]:
    return {"weekday": weekday, "from": starts, "to": ends}


def test_a_slot_is_kept_in_utc():
    slot = Slot(
        datetime.fromisoformat("2026-07-01T18:00+02:00"),
        datetime(2026, 7, 1, 20, tzinfo=TIMEZONE),
    )

    assert slot == a_slot("2026-07-01T16:00", "2026-07-01T18:00")
    assert slot.starts_at.tzinfo is UTC
    assert slot.duration == timedelta(hours=2)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "refusal", "field"),
    [
        ("2026-07-01T18:00", "2026-07-01T20:00+00:00", TimeZoneMissing, "slots.1.starts_at"),
        ("2026-07-01T18:00+00:00", "2026-07-01T20:00", TimeZoneMissing, "slots.1.ends_at"),
        ("2026-07-01T18:00Z", "2026-07-01T18:00Z", SlotEndsTooEarly, "slots.1.ends_at"),
        ("2026-07-01T18:00Z", "2026-07-01T19:00+02:00", SlotEndsTooEarly, "slots.1.ends_at"),
        ("2026-07-01T18:00Z", "2026-07-08T18:01Z", SlotTooLong, "slots.1.ends_at"),
        ("0001-01-01T00:00+14:00", "2026-07-08T18:01Z", YearOutOfReach, "slots.1.starts_at"),
        ("2026-07-01T18:00Z", "9999-12-31T23:59-12:00", YearOutOfReach, "slots.1.ends_at"),
    ],
)
def test_a_broken_slot_is_refused_by_its_place(starts_at, ends_at, refusal, field):
    whole = (utc("2026-07-01T18:00"), utc("2026-07-01T20:00"))
    broken = (datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at))

    with pytest.raises(refusal) as refused:
        dated_slots([whole, broken])

    assert refused.value.field == field


def test_dated_slots_are_sorted():
    late, early = (
        (utc("2026-07-02T18:00"), utc("2026-07-02T19:00")),
        (utc("2026-07-01T18:00"), utc("2026-07-01T19:00")),
    )

    assert dated_slots([late, early]) == (Slot(*early), Slot(*late))


def test_slots_that_touch_do_not_overlap():
    first = a_slot("2026-07-01T16:00", "2026-07-01T18:00")

    assert not first.overlaps(a_slot("2026-07-01T18:00", "2026-07-01T19:00"))
    assert not first.overlaps(a_slot("2026-07-01T15:00", "2026-07-01T16:00"))
    assert first.overlaps(a_slot("2026-07-01T17:59", "2026-07-01T19:00"))


def test_a_series_keeps_its_wall_time_across_both_changes():
    slots = expand_weekly([weekly(5, "18:00", "20:00")], date(2026, 3, 28), date(2026, 10, 31))

    assert slots[0] == a_slot("2026-03-28T17:00", "2026-03-28T19:00")
    assert slots[1] == a_slot("2026-04-04T16:00", "2026-04-04T18:00")
    assert slots[-1] == a_slot("2026-10-31T17:00", "2026-10-31T19:00")
    assert len(slots) == 32


def test_a_night_is_an_hour_shorter_in_spring_and_longer_in_autumn():
    [spring] = expand_weekly([weekly(5, "22:00", "06:00")], SPRING - timedelta(days=1), SPRING)
    [autumn] = expand_weekly([weekly(5, "22:00", "06:00")], AUTUMN - timedelta(days=1), AUTUMN)

    assert spring == a_slot("2026-03-28T21:00", "2026-03-29T04:00")
    assert autumn == a_slot("2026-10-24T20:00", "2026-10-25T05:00")


def test_a_start_that_spring_skips_moves_on_by_an_hour_and_keeps_its_length():
    [slot] = expand_weekly([weekly(6, "02:30", "03:30")], SPRING, SPRING)

    assert slot == a_slot("2026-03-29T01:30", "2026-03-29T02:30")
    assert slot.starts_at.astimezone(TIMEZONE).hour == 3


def test_a_time_that_autumn_repeats_is_the_first_of_the_two():
    [slot] = expand_weekly([weekly(6, "02:00", "02:30")], AUTUMN, AUTUMN)

    assert slot == a_slot("2026-10-25T00:00", "2026-10-25T00:30")


def test_quarter_hours_of_a_series_are_not_rounded():
    [slot] = expand_weekly([weekly(2, "18:15", "19:45")], date(2026, 7, 1), date(2026, 7, 1))

    assert slot == a_slot("2026-07-01T16:15", "2026-07-01T17:45")


def test_overlapping_times_of_a_series_become_one_and_touching_ones_stay_two():
    day = date(2026, 7, 1)

    overlapping = expand_weekly(
        [weekly(2, "18:00", "19:00"), weekly(2, "18:30", "20:00")], day, day
    )
    touching = expand_weekly(
        [weekly(2, "18:00", "19:00"), weekly(2, "19:00", "20:00")], day, day
    )

    assert overlapping == (a_slot("2026-07-01T16:00", "2026-07-01T18:00"),)
    assert len(touching) == 2


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "refusal", "field"),
    [
        (date(2026, 7, 2), date(2026, 7, 1), SeriesUnclear, "ends_on"),
        (date(2026, 7, 1), date(2029, 7, 1), SeriesUnclear, "ends_on"),
        (date(2026, 7, 2), date(2026, 7, 7), SeriesUnclear, "weekly"),
        (date(1, 1, 1), date(2026, 7, 7), YearOutOfReach, "starts_on"),
        (date(2026, 7, 7), date.max, YearOutOfReach, "ends_on"),
    ],
)
def test_a_series_without_sensible_days_is_refused(starts_on, ends_on, refusal, field):
    with pytest.raises(refusal) as refused:
        expand_weekly([weekly(2, "18:00", "20:00")], starts_on, ends_on)

    assert refused.value.field == field


def test_two_years_out_of_reach_are_told_at_once():
    with pytest.raises(FieldsRefused) as refused:
        expand_weekly([weekly(2, "18:00", "20:00")], date(1026, 7, 1), date(3026, 7, 1))

    assert [error.field for error in refused.value.errors] == ["starts_on", "ends_on"]


def test_a_broken_weekly_time_is_refused_by_its_place():
    with pytest.raises(WeeklyTimesUnclear) as refused:
        expand_weekly([weekly(2, "18:00", "25:00")], date(2026, 7, 1), date(2026, 7, 1))

    assert refused.value.field == "weekly.0.to"


def test_a_week_follows_the_wall_clock_in_summer_and_winter():
    week = Week.parse("wed 18:00-20:00")

    assert week_covers_slot(week, a_slot("2026-07-01T16:00", "2026-07-01T18:00"))
    assert week_covers_slot(week, a_slot("2026-12-02T17:00", "2026-12-02T19:00"))
    assert not week_covers_slot(week, a_slot("2026-12-02T16:00", "2026-12-02T18:00"))


def test_each_half_hour_that_a_slot_touches_must_be_free():
    week = Week.parse("wed 18:00-18:30")

    assert week_covers_slot(week, a_slot("2026-07-01T16:10", "2026-07-01T16:30"))
    assert not week_covers_slot(week, a_slot("2026-07-01T16:10", "2026-07-01T16:31"))


def test_the_hour_that_spring_skips_need_not_be_free():
    week = Week.parse("sun 00:00-02:00;sun 03:00-06:00")
    [night] = expand_weekly([weekly(6, "00:00", "06:00")], SPRING, SPRING)
    [any_other_night] = expand_weekly(
        [weekly(6, "00:00", "06:00")], SPRING + timedelta(days=7), SPRING + timedelta(days=7)
    )

    assert week_covers_slot(week, night)
    assert not week_covers_slot(week, any_other_night)


def test_the_second_of_the_hours_that_autumn_repeats_needs_the_same_free_time():
    second = a_slot("2026-10-25T01:00", "2026-10-25T02:00")

    assert week_covers_slot(Week.parse("sun 02:00-03:00"), second)
    assert not week_covers_slot(Week.parse("sun 03:00-04:00"), second)
