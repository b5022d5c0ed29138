"""A volunteer's standing under any sequence of steps."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.profiles.domain.standing import NotConfirmed, Standing, State

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)

STEPS = st.one_of(
    st.just(("confirm",)),
    st.just(("resume",)),
    st.tuples(st.just("pause"), st.none() | st.integers(1, 52)),
    st.just(("wait",)),
)


def walk(steps):
    """Yield (step, standing before, standing after, now), a day apart."""
    standing, now = Standing(), NOON
    for step in steps:
        now += timedelta(days=1)
        before = standing
        match step:
            case ("confirm",):
                standing = standing.confirmed()
            case ("resume",):
                standing = standing.resumed()
            case ("wait",):
                standing = standing.at(now)
            case ("pause", weeks):
                try:
                    standing = standing.paused(weeks, now)
                except NotConfirmed:
                    assert before.state is State.UNCONFIRMED
        yield step, before, standing, now


@given(st.lists(STEPS, max_size=20))
def test_only_a_confirmation_ends_being_unconfirmed_and_nothing_brings_it_back(steps):
    confirmed = False
    for step, _, after, _ in walk(steps):
        confirmed = confirmed or step == ("confirm",)
        assert (after.state is not State.UNCONFIRMED) == confirmed


@given(st.lists(STEPS, max_size=20))
def test_only_a_pause_has_an_end_and_it_lies_ahead_when_it_begins(steps):
    for step, before, after, now in walk(steps):
        assert after.paused_until is None or after.state is State.PAUSED
        if step[0] == "pause" and before.state is not State.UNCONFIRMED:
            assert after.paused_until is None or after.paused_until > now


@given(st.lists(STEPS, max_size=20))
def test_confirming_resuming_and_waiting_twice_is_once(steps):
    for _, _, standing, now in walk(steps):
        assert standing.confirmed().confirmed() == standing.confirmed()
        assert standing.resumed().resumed() == standing.resumed()
        assert standing.at(now).at(now) == standing.at(now)


@given(st.integers(1, 52), st.timedeltas(timedelta(0), timedelta(days=400)))
def test_a_pause_ends_exactly_when_its_weeks_are_over(weeks, passed):
    paused = Standing().confirmed().paused(weeks, NOON)

    later = paused.at(NOON + passed)

    assert (later.state is State.ACTIVE) == (passed >= timedelta(weeks=weeks))


@given(st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_a_pause_for_good_does_not_end_by_itself(passed):
    paused = Standing().confirmed().paused(None, NOON)

    assert paused.at(NOON + passed) == paused
