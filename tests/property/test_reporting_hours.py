"""Hours of tandems in months: whatever the order, nothing is lost and nothing counts twice."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.hours import HoursKnown, by_month, told

FIRST = date(2026, 11, 16)
PERIODS = st.builds(
    lambda start, days, hours: HoursKnown(
        FIRST + timedelta(days=start), FIRST + timedelta(days=start + days), hours, 1
    ),
    st.integers(0, 400),
    st.integers(0, 200),
    st.integers(0, 999),
)


@given(PERIODS)
def test_the_months_together_are_what_was_told(known):
    months = by_month(known)

    assert sum(months.values()) == known.hours
    assert min(months) == f"{known.from_on:%Y-%m}"
    assert max(months) == f"{known.to_on:%Y-%m}"


@given(PERIODS)
def test_a_month_gets_its_share_to_less_than_an_hour(known):
    total = (known.to_on - known.from_on).days + 1
    days = [known.from_on + timedelta(days=n) for n in range(total)]

    for month, hours in by_month(known).items():
        share = known.hours * sum(f"{day:%Y-%m}" == month for day in days) / total
        assert abs(hours - share) < 1


@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(0, 99)), min_size=1),
    st.randoms(use_true_random=False),
)
def test_the_newest_word_of_a_period_holds_in_any_order_and_repetition(words, random):
    of_each = dict(words)
    newest = max(of_each)
    shuffled = [*of_each.items(), *of_each.items()]
    random.shuffle(shuffled)

    known = HoursKnown(FIRST, FIRST)
    for sequence, hours in shuffled:
        known = told(known, HoursKnown(FIRST, FIRST, hours, sequence))

    assert (known.hours, known.sequence) == (of_each[newest], newest)
