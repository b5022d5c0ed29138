"""The folds behind the figures: any order, any repetition, the same in the end."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.figures import (
    InvitationKnown,
    RequestKnown,
    answered,
    counted,
    happened,
    needed,
    stood,
)

EPOCH = datetime(2026, 5, 4, tzinfo=UTC)
LATEST = EPOCH + timedelta(days=900)
MOMENTS = st.integers(0, 300).map(lambda hours: EPOCH + timedelta(hours=hours))
SEQUENCES = st.integers(1, 8)
FIELDS = ("language", "work", "housing", "health")


# One version of a need, one state, one count for each sequence, as their owners promise.
def a_need(sequence):
    field = FIELDS[sequence % len(FIELDS)]
    return partial(
        needed, sequence=sequence, field=field, municipality_code=None, places=sequence * 3
    )


def a_state(sequence):
    return partial(stood, sequence=sequence, state=("open", "review", "done")[sequence % 3])


def a_count(sequence):
    return partial(counted, sequence=sequence, assigned=sequence % 4)


REQUEST_STEPS = st.one_of(
    SEQUENCES.map(a_need),
    SEQUENCES.map(a_state),
    SEQUENCES.map(a_count),
    MOMENTS.map(lambda at: partial(happened, at=at)),
)
ANSWERS = st.builds(
    lambda answer, hours, number: partial(
        answered,
        answer=answer,
        at=EPOCH + timedelta(hours=hours),
        event_id=UUID(int=number),
    ),
    st.sampled_from(["yes", "no", "later"]),
    st.integers(0, 3),
    st.integers(1, 10**6),
)


def fold(known, steps):
    for step in steps:
        known = step(known)
    return known


@given(st.lists(REQUEST_STEPS), st.randoms(use_true_random=False))
def test_a_request_s_figures_do_not_depend_on_order_or_repetition(steps, random):
    start = RequestKnown(posted_at=LATEST)
    again = [*steps, *random.sample(steps, len(steps) // 2)]
    random.shuffle(again)

    assert fold(start, steps) == fold(start, again)


@given(
    st.lists(ANSWERS, unique_by=lambda step: step.keywords["event_id"]),
    st.randoms(use_true_random=False),
)
def test_the_last_answer_holds_whatever_the_order(steps, random):
    again = [*steps, *random.sample(steps, len(steps) // 2)]
    random.shuffle(again)

    found = fold(InvitationKnown(), again)

    assert found == fold(InvitationKnown(), steps)
    if steps:
        last = max(steps, key=lambda step: (step.keywords["at"], step.keywords["event_id"].int))
        assert found.answer == last.keywords["answer"]


@given(st.booleans(), st.booleans(), st.booleans())
def test_only_an_offer_that_could_not_be_sent_asked_nobody(issued, sent, failed):
    known = InvitationKnown(issued=issued, offer_sent=sent, offer_failed=failed)

    assert known.asked == (issued and not (failed and not sent))
