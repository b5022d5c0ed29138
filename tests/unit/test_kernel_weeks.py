"""Weeks are read from forms and files as people write them."""

from datetime import datetime

import pytest

from shared.kernel.weeks import Week, WeeklyTimesUnclear, parse_weekday

WORK = {"weekday": 0, "from": "18:00", "to": "20:00"}


def local(text: str) -> datetime:
    """A wall time; 2026-11-23 is a Monday."""
    return datetime.fromisoformat(text)


def test_a_monday_evening_is_four_half_hours_of_monday():
    week = Week.from_entries([WORK])

    assert week.days == (0b1111 << 36, 0, 0, 0, 0, 0, 0)
    assert week.free_half_hours() == 4


def test_quarter_hours_are_rounded_inward():
    week = Week.parse("mon 18:15-20:45")

    assert week.to_text() == "mon 18:30-20:30"


def test_overlapping_and_touching_entries_are_one_time():
    week = Week.parse("mon 18:00-18:45; mon 18:45-20:00; mon 19:00-21:00")

    assert week.to_text() == "mon 18:00-21:00"


def test_a_day_can_be_free_to_its_end():
    assert Week.parse("tue 00:00-24:00").days[1] == (1 << 48) - 1


def test_a_night_goes_on_on_the_next_day():
    assert Week.parse("fri 22:00-02:00").to_text() == "fri 22:00-24:00;sat 00:00-02:00"


def test_sunday_night_goes_on_on_monday():
    assert Week.parse("sun 22:00-02:00").to_text() == "mon 00:00-02:00;sun 22:00-24:00"


def test_to_midnight_is_to_the_end_of_the_day():
    assert Week.parse("mon 18:00-00:00") == Week.parse("mon 18:00-24:00")


def test_german_day_names_mean_the_same_days():
    german = Week.parse(
        "mo 18:00-20:00;Di. 9-12; mi 09.30 – 11.00;do 9-10;FR 9-10;sa 9-10;so 9-10"
    )

    assert german == Week.parse(
        "mon 18:00-20:00;tue 09:00-12:00;wed 09:30-11:00;"
        "thu 09:00-10:00;fri 09:00-10:00;sat 09:00-10:00;sun 09:00-10:00"
    )


def test_an_empty_text_is_an_empty_week():
    assert Week.parse(" ; ") == Week()
    assert Week().to_text() == ""


def test_two_weeks_together_are_free_when_either_is():
    both = Week.parse("mon 9-11") | Week.parse("mon 10-12;tue 9-10")

    assert both == Week.parse("mon 9-12;tue 9-10")


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-11-23T18:00", "2026-11-23T20:00"), ("2026-11-23T18:10", "2026-11-23T19:59")],
)
def test_a_time_within_a_free_time_is_covered(start, end):
    assert Week.from_entries([WORK]).covers(local(start), local(end))


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-11-23T17:59", "2026-11-23T19:00"), ("2026-11-23T19:00", "2026-11-23T20:01"),
     ("2026-11-24T18:00", "2026-11-24T20:00"), ("2026-11-23T18:00", "2026-11-24T18:30")],
)  # fmt: skip
def test_a_time_that_leaves_the_free_time_is_not_covered(start, end):
    assert not Week.from_entries([WORK]).covers(local(start), local(end))


def test_a_night_from_sunday_to_monday_is_covered():
    week = Week.parse("sun 22:00-02:00")

    assert week.covers(local("2026-11-29T22:00"), local("2026-11-30T02:00"))
    assert not week.covers(local("2026-11-29T22:00"), local("2026-11-30T02:30"))


def test_only_a_wholly_free_week_covers_more_than_a_week():
    whole = Week(((1 << 48) - 1,) * 7)

    assert whole.covers(local("2026-11-23T18:00"), local("2026-12-02T20:00"))
    assert not Week((0, *whole.days[1:])).covers(
        local("2026-11-24T00:00"), local("2026-12-02T20:00")
    )


def test_an_end_before_the_start_is_not_a_time():
    with pytest.raises(ValueError, match="later"):
        Week().covers(local("2026-11-23T18:00"), local("2026-11-23T18:00"))


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"weekday": 7}, "availability.1.weekday"),
        ({"weekday": -1}, "availability.1.weekday"),
        ({"weekday": True}, "availability.1.weekday"),
        ({"weekday": "mon"}, "availability.1.weekday"),
        ({"from": "24:30"}, "availability.1.from"),
        ({"from": "18:60"}, "availability.1.from"),
        ({"from": "24:00"}, "availability.1.from"),
        ({"from": "٢٠:00"}, "availability.1.from"),
        ({"to": "evening"}, "availability.1.to"),
        ({"to": ""}, "availability.1.to"),
        ({"to": "18:00"}, "availability.1.to"),
        ({"from": "18:10", "to": "18:25"}, "availability.1"),
        ({"from": "18:15", "to": "18:45"}, "availability.1"),
    ],
)
def test_a_broken_entry_is_refused_by_its_place(entry, field):
    with pytest.raises(WeeklyTimesUnclear) as refused:
        Week.from_entries([{"weekday": 2, "from": "9:00", "to": "12:00"}, {**WORK, **entry}])

    assert refused.value.field == field


@pytest.mark.parametrize(
    "text", ["mon", "18:00-20:00", "mon 18:00", "someday 18:00-20:00", "mon 18:00-20:00,"]
)
def test_a_broken_text_is_refused(text):
    with pytest.raises(WeeklyTimesUnclear):
        Week.parse(text)


@pytest.mark.parametrize("days", [(0,) * 6, (0,) * 8, (1 << 48, 0, 0, 0, 0, 0, 0), (-1,) * 7])
def test_a_week_of_other_days_cannot_be_made(days):
    with pytest.raises(ValueError, match="seven days"):
        Week(days)


def test_a_word_that_is_no_weekday_is_none():
    assert parse_weekday("holidays") is None
