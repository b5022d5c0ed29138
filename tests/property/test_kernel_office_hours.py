"""The last moment of office time is one, is not too late, and no later one was left out."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.office_hours import OfficeHours
from shared.kernel.slots import TIMEZONE
from shared.kernel.weeks import WEEKDAYS, Week

START = datetime(2026, 10, 19, tzinfo=TIMEZONE)
"""The Monday before the clocks change."""
MINUTE = timedelta(minutes=1)
STEP = timedelta(minutes=15)

# Nobody is at an office in the night in which the clocks change.
HOURS = st.builds(
    lambda day, start, length: f"{day} {start:02}:00-{min(24, start + length):02}:00",
    st.sampled_from(WEEKDAYS),
    st.integers(4, 22),
    st.integers(1, 9),
)
OFFICES = st.builds(
    lambda hours, closed: OfficeHours(Week.parse(";".join(hours)), closed),
    st.lists(HOURS, min_size=1, max_size=6),
    st.frozensets(st.dates(date(2026, 10, 19), date(2026, 11, 2)), max_size=4),
)
MOMENTS = st.integers(0, 14 * 1440).map(lambda minutes: START + minutes * MINUTE)


def is_open(office: OfficeHours, at: datetime) -> bool:
    """Whether the minute that begins then is office time."""
    wall = at.astimezone(TIMEZONE)
    if wall.date() in office.closed:
        return False
    half_hour = wall.hour * 2 + wall.minute // 30
    return bool(office.week.days[wall.weekday()] >> half_hour & 1)


@given(OFFICES, MOMENTS, MOMENTS)
def test_the_last_moment_of_office_time_is_found_or_there_is_none(office, one, other):
    after, moment = sorted((one, other))

    last = office.last_before(moment, after=after)

    if last is not None:
        assert after < last <= moment
        assert is_open(office, last - MINUTE)
    later = after if last is None else last
    while later < moment:
        assert not is_open(office, later)
        later += MINUTE


@given(OFFICES, MOMENTS, MOMENTS, st.integers(1, 120))
def test_the_end_of_the_next_office_time_is_found_or_there_is_too_little(
    office, one, other, minutes
):
    moment, before = sorted((one, other))
    least = minutes * MINUTE

    found = office.first_after(moment, before=before, least=least)

    run, later = timedelta(0), moment  # of office time without a break, minute by minute
    while later < before and (run < least or is_open(office, later)):
        run = run + MINUTE if is_open(office, later) else timedelta(0)
        later += MINUTE
    assert found == (later if run >= least else None)


@given(OFFICES, MOMENTS, MOMENTS)
def test_what_is_found_is_found_again(office, one, other):
    after, moment = sorted((one, other))
    last = office.last_before(moment, after=after)

    if last is not None:
        assert office.last_before(last, after=after) == last


@given(MOMENTS, MOMENTS)
def test_an_office_that_never_opens_has_no_last_moment(one, other):
    after, moment = sorted((one, other))

    assert OfficeHours(Week()).last_before(moment, after=after) is None
