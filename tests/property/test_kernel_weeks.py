"""A week means the same as the set of its minutes.

Without deadlines: an oracle that counts minutes, or a table loaded at the first call, is slow on
a busy machine.
"""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.weeks import HALF_HOURS, Entry, Week, WeeklyTimesUnclear

WEEK_MINUTES = 7 * 24 * 60
MONDAY = datetime.fromisoformat("2026-11-23")

WEEKS = st.tuples(*[st.integers(0, (1 << HALF_HOURS) - 1)] * 7).map(Week)
MINUTES = st.one_of(st.integers(0, 1439), st.integers(0, 95).map(lambda quarter: quarter * 15))


def clock_time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def entries(draw: st.DrawFn) -> tuple[Entry, set[int]]:
    """An entry, and the minutes of the week that it means, counted one by one."""
    weekday, start, length = draw(st.integers(0, 6)), draw(MINUTES), draw(st.integers(1, 1439))
    end = start + length
    shown = "24:00" if end == 1440 else clock_time(end % 1440)
    first = weekday * 1440 + start
    minutes = {minute % WEEK_MINUTES for minute in range(first, first + length)}
    return {"weekday": weekday, "from": clock_time(start), "to": shown}, minutes


def free(week: Week) -> set[int]:
    return {half_hour for half_hour in range(7 * HALF_HOURS) if week.bits >> half_hour & 1}


@given(st.lists(entries(), max_size=6))
def test_a_half_hour_is_free_if_and_only_if_all_its_minutes_are(drawn):
    minutes = set().union(*(meant for _, meant in drawn))
    wholly = {
        half_hour
        for half_hour in range(WEEK_MINUTES // 30)
        if minutes >= set(range(half_hour * 30, half_hour * 30 + 30))
    }
    try:
        week = Week.from_entries([entry for entry, _ in drawn])
    except WeeklyTimesUnclear:
        assert any(not wholly & {minute // 30 for minute in meant} for _, meant in drawn)
    else:
        assert free(week) == wholly


@given(WEEKS)
def test_a_week_survives_its_entries_and_its_text(week):
    assert Week.from_entries(week.entries()) == week
    assert Week.parse(week.to_text()) == week


@given(WEEKS)
def test_entries_are_the_longest_free_times_of_each_day(week):
    listed = week.entries()

    for one, next_one in pairwise(listed):
        assert (one["weekday"], one["to"]) < (next_one["weekday"], next_one["from"])


@given(WEEKS, WEEKS)
def test_a_union_is_the_union_of_the_half_hours(one, other):
    assert free(one | other) == free(one) | free(other)
    assert (one | other).free_half_hours() == len(free(one | other))


@given(WEEKS, st.integers(0, WEEK_MINUTES - 1), st.integers(1, WEEK_MINUTES), st.booleans())
def test_a_time_is_covered_if_and_only_if_the_half_hours_of_all_its_minutes_are_free(
    week, start, length, mostly_free
):
    if mostly_free:
        gap = Week.parse("wed 9-10")
        week = Week(tuple(((1 << 48) - 1) & ~day for day in gap.days))
    asked = {minute % WEEK_MINUTES // 30 for minute in range(start, start + length)}
    begins = MONDAY + timedelta(minutes=start)

    covered = week.covers(begins, begins + timedelta(minutes=length))

    assert covered == (asked <= free(week))
