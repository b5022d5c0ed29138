"""Domain time never goes back, never jumps at a change of speed, and wakes nobody too early."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.clock import MAX_SPEED, DomainClock

MOMENTS = st.datetimes(
    datetime.fromisoformat("2020-01-01"),
    datetime.fromisoformat("2040-01-01"),
    timezones=st.just(UTC),
)
SPEEDS = st.one_of(st.floats(0.001, MAX_SPEED), st.integers(1, int(MAX_SPEED)).map(float))
CLOCKS = st.builds(DomainClock, MOMENTS, MOMENTS, SPEEDS)
# A day of machine time is 270 years of domain time at the highest speed.
LAPSES = st.timedeltas(timedelta(0), timedelta(days=1))


@given(CLOCKS, LAPSES, LAPSES)
def test_later_in_machine_time_is_never_earlier_in_domain_time(clock, one, other):
    earlier, later = sorted((one, other))

    assert clock.at(clock.anchor_real + earlier) <= clock.at(clock.anchor_real + later)


@given(CLOCKS, MOMENTS)
def test_domain_time_is_never_before_its_anchor(clock, real):
    if real <= clock.anchor_real:
        assert clock.at(real) == clock.anchor_domain


@given(CLOCKS, LAPSES, SPEEDS)
def test_a_change_of_speed_goes_on_from_the_same_domain_moment(clock, lapse, speed):
    now = clock.anchor_real + lapse

    changed = clock.resume(now, speed)

    assert changed.at(now) == clock.at(now)
    assert changed.speed == speed


@given(CLOCKS, MOMENTS, SPEEDS)
def test_a_change_of_speed_never_goes_back_even_if_the_machine_did(clock, now, speed):
    if now <= clock.anchor_real:
        assert clock.resume(now, speed).at(now) >= clock.anchor_domain


@given(CLOCKS, st.timedeltas(timedelta(0), timedelta(days=300)))
def test_who_waits_until_the_real_time_for_a_moment_wakes_at_it_and_not_before(clock, ahead):
    domain = clock.anchor_domain + ahead
    real = clock.real_for(domain)

    assert clock.at(real) >= domain
    if real > clock.anchor_real:
        assert clock.at(real - timedelta(microseconds=1)) < domain


@given(CLOCKS)
def test_a_clock_survives_its_line_and_its_file(clock):
    assert DomainClock.from_line(clock.to_line()) == clock
    assert DomainClock.from_json(clock.to_json()) == clock
