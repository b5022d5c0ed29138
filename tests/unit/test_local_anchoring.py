"""The data folder's clock: kept between starts, never back, and no faster while nothing runs."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.local.anchoring import CLOCK_FILE, STOPPED_FILE, anchored_clock, note_stop
from shared.kernel.clock import ClockUnreadable, DomainClock, MachineClock


def written(data, clock: DomainClock) -> None:
    (data / CLOCK_FILE).write_text(clock.to_json())


def stopped(data, moment: datetime) -> None:
    (data / STOPPED_FILE).write_text(moment.isoformat())


@pytest.fixture
def now() -> datetime:
    return MachineClock().now()


def near(found: datetime, wanted: datetime) -> bool:
    return abs(found - wanted) < timedelta(minutes=5)


def test_a_new_folder_is_in_step_with_the_machine(tmp_path, now):
    clock = anchored_clock(tmp_path, None)

    assert clock.speed == 1
    assert near(clock.at(now), now)
    assert (tmp_path / CLOCK_FILE).stat().st_mode & 0o777 == 0o600


def test_a_later_start_keeps_the_speed_and_another_speed_goes_on_from_there(tmp_path, now):
    first = anchored_clock(tmp_path, 600)
    kept = anchored_clock(tmp_path, None)
    slower = anchored_clock(tmp_path, 2)

    assert kept == first
    assert slower.speed == 2
    assert slower.anchor_domain >= first.at(now)


def test_a_night_without_it_is_a_night_however_fast_it_ran(tmp_path, now):
    begun = now - timedelta(hours=9)
    monday = datetime(2027, 3, 1, 8, tzinfo=UTC)
    written(tmp_path, DomainClock(begun, monday, 600))
    stopped(tmp_path, begun + timedelta(hours=1))

    clock = anchored_clock(tmp_path, None)

    assert near(clock.anchor_domain, monday + timedelta(hours=600 + 8))
    assert clock.speed == 600
    assert not (tmp_path / STOPPED_FILE).exists()


def test_who_was_killed_ran_on_as_far_as_anybody_knows(tmp_path, now):
    monday = datetime(2027, 3, 1, 8, tzinfo=UTC)
    written(tmp_path, DomainClock(now - timedelta(hours=1), monday, 600))

    assert near(anchored_clock(tmp_path, None).at(now), monday + timedelta(hours=600))


@pytest.mark.parametrize("away", [timedelta(hours=-3), timedelta(0), timedelta(days=3)])
@pytest.mark.parametrize("speed", [None, 0.5, 1, 3600])
def test_domain_time_never_goes_back(tmp_path, now, away, speed):
    """Not even when the machine's own clock was put back while nothing ran (`away` below 0)."""
    monday = datetime(2027, 3, 1, 8, tzinfo=UTC)
    clock = DomainClock(now - timedelta(days=9), monday, 60)
    written(tmp_path, clock)
    stopped(tmp_path, now - away)
    last_seen = clock.at(now - away)

    again = anchored_clock(tmp_path, speed)

    assert again.at(now) >= last_seen
    assert again.anchor_domain >= last_seen


def test_a_note_that_a_crash_left_behind_does_not_turn_time_back(tmp_path):
    written(tmp_path, DomainClock.in_step(MachineClock().now()))
    note_stop(tmp_path)
    note = (tmp_path / STOPPED_FILE).read_text()
    first = anchored_clock(tmp_path, 100)
    (tmp_path / STOPPED_FILE).write_text(note)

    second = anchored_clock(tmp_path, None)

    assert second.anchor_domain >= first.anchor_domain


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf"), 1e9])
def test_a_speed_that_cannot_be_is_refused_and_changes_nothing(tmp_path, speed):
    before = anchored_clock(tmp_path, 7)

    with pytest.raises(ClockUnreadable, match="speed"):
        anchored_clock(tmp_path, speed)

    assert anchored_clock(tmp_path, None) == before
