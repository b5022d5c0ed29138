"""Slots mean wall time, whatever the clocks do.

Without deadlines: an oracle that counts minutes, or a table loaded at the first call, is slow on
a busy machine.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.slots import TIMEZONE, Slot, expand_weekly, week_covers_slot
from shared.kernel.weeks import HALF_HOURS, Week

CHANGES = (date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31))
NEAR_A_CHANGE = st.builds(
    lambda change, days: change + timedelta(days=days),
    st.sampled_from(CHANGES),
    st.integers(-2, 2),
)
DAYS = st.one_of(NEAR_A_CHANGE, st.dates(date(2025, 1, 1), date(2030, 1, 1)))
TIMES = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
WEEKS = st.tuples(*[st.integers(0, (1 << HALF_HOURS) - 1)] * 7).map(Week)
ENTRIES = (
    st.tuples(st.integers(0, 6), TIMES, TIMES)
    .filter(lambda e: e[1] != e[2])
    .map(lambda e: {"weekday": e[0], "from": e[1], "to": e[2]})
)


@st.composite
def slots(draw: st.DrawFn) -> Slot:
    day = draw(DAYS)
    starts_at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
        minutes=draw(st.integers(0, 1439))
    )
    return Slot(starts_at, starts_at + timedelta(minutes=draw(st.integers(1, 600))))


def exists(wall: datetime) -> bool:
    there = wall.replace(tzinfo=TIMEZONE)
    return there.astimezone(UTC).astimezone(TIMEZONE).replace(tzinfo=None) == wall


@given(DAYS, ENTRIES)
def test_a_weekly_time_is_shown_by_the_wall_clock_on_its_day(day, entry):
    [slot] = expand_weekly([entry], day, day + timedelta(days=6))
    starts_on = day + timedelta(days=(entry["weekday"] - day.weekday()) % 7)
    meant = datetime.fromisoformat(f"{starts_on}T{entry['from']}")
    ends = datetime.fromisoformat(f"{starts_on}T{entry['to']}")
    ends += timedelta(days=1) if ends <= meant else timedelta(0)

    if exists(meant):
        assert slot.starts_at.astimezone(TIMEZONE).replace(tzinfo=None) == meant
        if exists(ends):
            assert slot.ends_at.astimezone(TIMEZONE).replace(tzinfo=None) == ends
    else:
        assert slot.duration == ends - meant


@given(DAYS, st.integers(0, 60), st.lists(ENTRIES, min_size=1, max_size=4))
def test_the_slots_of_a_series_are_sorted_and_never_overlap(day, length, entries):
    slots = expand_weekly(entries, day, day + timedelta(days=6 + length))

    assert list(slots) == sorted(slots)
    assert not any(one.overlaps(two) for one, two in pairwise(slots))


@given(slots(), slots())
def test_overlapping_is_sharing_a_minute(one, other):
    def minutes(slot: Slot) -> set[int]:
        first = int(slot.starts_at.timestamp()) // 60
        return set(range(first, first + slot.duration // timedelta(minutes=1)))

    assert one.overlaps(other) == other.overlaps(one) == bool(minutes(one) & minutes(other))


@given(slots(), st.integers(-45, 645), WEEKS | st.none())
def test_a_week_covers_a_slot_if_and_only_if_the_wall_time_of_each_minute_is_free(
    slot, gap_after, week
):
    if week is None:  # free but for one half-hour near the slot
        gap = (slot.starts_at + timedelta(minutes=gap_after)).astimezone(TIMEZONE)
        days = [(1 << HALF_HOURS) - 1] * 7
        days[gap.weekday()] ^= 1 << (gap.hour * 60 + gap.minute) // 30
        week = Week(tuple(days))
    minutes = range(slot.duration // timedelta(minutes=1))
    walls = [(slot.starts_at + timedelta(minutes=m)).astimezone(TIMEZONE) for m in minutes]
    naive = all(
        week.days[wall.weekday()] >> (wall.hour * 60 + wall.minute) // 30 & 1 for wall in walls
    )

    assert week_covers_slot(week, slot) == naive
