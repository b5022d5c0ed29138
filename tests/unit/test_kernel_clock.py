"""Domain time runs as fast as it is told to, and is kept between two runs."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.kernel.clock import ClockUnreadable, DomainClock, MachineClock, RunningClock

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHRISTMAS = datetime(2026, 12, 24, 18, tzinfo=UTC)
FAST = DomainClock(anchor_real=NOON, anchor_domain=CHRISTMAS, speed=600)


class HandClock:
    """A machine whose time is set by hand: machines do get their clock put back."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


def test_a_second_is_ten_minutes_at_speed_600():
    assert FAST.at(NOON + timedelta(seconds=1)) == CHRISTMAS + timedelta(minutes=10)


def test_waiting_for_an_hour_takes_six_seconds_at_speed_600():
    assert FAST.seconds_until(CHRISTMAS + timedelta(hours=1), NOON) == 6


def test_what_has_come_is_not_waited_for():
    assert FAST.seconds_until(CHRISTMAS - timedelta(hours=1), NOON) == 0
    assert FAST.real_for(CHRISTMAS - timedelta(hours=1)) == NOON


def test_a_clock_in_step_shows_machine_time():
    clock = DomainClock.in_step(NOON)

    assert clock.at(NOON + timedelta(days=3)) == NOON + timedelta(days=3)


def test_anchors_of_another_time_zone_are_the_same_moments():
    berlin = timezone(timedelta(hours=1))

    assert DomainClock(NOON.astimezone(berlin), CHRISTMAS, 600) == FAST
    assert DomainClock(NOON.astimezone(berlin), CHRISTMAS, 600).to_line() == FAST.to_line()


def test_a_running_clock_stands_still_while_the_machine_s_clock_is_put_back():
    machine = HandClock(NOON + timedelta(seconds=60))
    running = RunningClock(FAST, machine)
    before = running.now()

    machine.moment = NOON + timedelta(seconds=30)

    assert before == CHRISTMAS + timedelta(hours=10)
    assert running.now() == before


def test_a_running_clock_counts_the_machine_s_seconds():
    running = RunningClock(FAST, HandClock(NOON + timedelta(seconds=1)))

    assert running.seconds_until(CHRISTMAS + timedelta(minutes=20)) == 1


def test_the_machine_s_clock_is_aware_and_in_utc():
    assert MachineClock().now().utcoffset() == timedelta(0)
    assert abs((MachineClock().now() - datetime.now(UTC)).total_seconds()) < 5  # noqa: TID251 - what it must agree with


@pytest.mark.parametrize("speed", [0, -1, 100_001, float("nan"), float("inf")])
def test_a_clock_that_stands_goes_back_or_races_is_refused(speed):
    with pytest.raises(ClockUnreadable, match="speed"):
        DomainClock(NOON, CHRISTMAS, speed)


def test_an_anchor_without_a_time_zone_is_refused():
    with pytest.raises(ClockUnreadable, match="anchor_domain"):
        DomainClock(NOON, CHRISTMAS.replace(tzinfo=None))


@pytest.mark.parametrize(
    "line",
    ["", "now", "2026-11-21T12:00:00+00:00|2026-12-24T18:00:00+00:00",
     "2026-11-21T12:00:00+00:00|2026-12-24T18:00:00+00:00|fast",
     "2026-11-21T12:00:00+00:00|Christmas|600", "2026-11-21T12:00:00|2026-12-24T18:00:00|600"],
)  # fmt: skip
def test_a_broken_line_is_refused(line):
    with pytest.raises(ClockUnreadable):
        DomainClock.from_line(line)


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{}", '{"anchor_real": 1, "anchor_domain": 2, "speed": 3}']
)
def test_a_broken_file_is_refused(text):
    with pytest.raises(ClockUnreadable):
        DomainClock.from_json(text)


def test_a_line_has_no_blanks_and_no_quotes():
    assert FAST.to_line() == "2026-11-21T12:00:00+00:00|2026-12-24T18:00:00+00:00|600"
