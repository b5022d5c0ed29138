"""The next open moment is the first one that is not quiet.

Without deadlines: an oracle that counts minutes, or a table loaded at the first call, is slow on
a busy machine.
"""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.quiet_hours import MAX_QUIET, QuietHours, QuietHoursUnclear
from shared.kernel.weeks import WEEKDAYS

MINUTE = timedelta(minutes=1)
START = datetime(2026, 3, 20, tzinfo=UTC)
CHANGES = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))

CLOCK_TIMES = st.builds(
    "{:02}:{:02}".format, st.integers(0, 23), st.sampled_from((0, 15, 30, 59))
)
RANGES = st.builds("{}-{}".format, CLOCK_TIMES, CLOCK_TIMES)
SETTINGS = st.lists(
    st.one_of(RANGES, st.sampled_from((*WEEKDAYS, "holidays"))), min_size=1, max_size=6
).map(",".join)
HOLIDAYS = st.frozensets(
    st.dates(date(2026, 3, 20), date(2026, 4, 20))
    | st.dates(date(2026, 10, 15), date(2026, 11, 5)),
    max_size=6,
)
MOMENTS = st.one_of(
    st.builds(
        lambda change, seconds: change + timedelta(seconds=seconds),
        st.sampled_from(CHANGES),
        st.integers(-3 * 86_400, 3 * 86_400),
    ),
    st.builds(lambda minutes: START + timedelta(minutes=minutes), st.integers(0, 300 * 1440)),
)


def parse_or_none(text: str, holidays: frozenset[date]) -> QuietHours | None:
    try:
        return QuietHours.parse(text, holidays=holidays)
    except QuietHoursUnclear:
        return None


QUIET_HOURS = st.builds(parse_or_none, SETTINGS, HOLIDAYS).filter(
    lambda quiet: quiet is not None
)


@given(QUIET_HOURS, MOMENTS)
def test_it_is_not_quiet_when_it_opens_and_quiet_at_every_minute_before(quiet, at):
    opens = quiet.next_open(at)

    assert opens >= at
    assert not quiet.quiet(opens)
    moment = at
    while moment < opens:
        assert quiet.quiet(moment)
        moment += MINUTE
    if opens > at:
        assert quiet.quiet(opens - timedelta(microseconds=1))


@given(QUIET_HOURS, MOMENTS)
def test_no_silence_lasts_longer_than_two_weeks_and_the_hour_of_a_clock_change(quiet, at):
    assert quiet.next_open(at) - at <= MAX_QUIET + timedelta(hours=1)


@given(QUIET_HOURS, MOMENTS, MOMENTS)
def test_who_asks_later_is_never_let_in_earlier(quiet, one, other):
    earlier, later = sorted((one, other))

    assert quiet.next_open(earlier) <= quiet.next_open(later)
