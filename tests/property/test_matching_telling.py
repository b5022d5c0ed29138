from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.board import Board, ClaimState
from services.matching.domain.effects import RequestNear, WhoComesChanged
from services.matching.domain.telling import NEAR, newly_filled, tell_organisation
from shared.kernel.fields import Answer
from tests.unit.matching_builders import NOW, a_need, asked, says, volunteer

NUMBERS = (1, 2, 3, 4)
START = a_need().starts_at
ANSWERS = st.tuples(st.sampled_from(NUMBERS), st.sampled_from([Answer.YES, Answer.NO]))
STEPS = st.lists(st.tuples(ANSWERS, st.integers(0, 40)), max_size=12)


def coming(board):
    return {one.volunteer_id for one in board.claims if one.state is ClaimState.ASSIGNED}


@given(steps=STEPS, places=st.integers(1, 3))
def test_whom_the_organisation_counts_on_comes_and_no_step_makes_two_mails(steps, places):
    board = asked(Board(a_need(places=places)), *NUMBERS)
    now, listed = NOW, None
    for (number, said), hours in steps:
        now = min(now + timedelta(hours=hours), START - timedelta(hours=1))
        if board.invitation_of(volunteer(number)).answer is said:
            continue
        after, effects = tell_organisation(
            board, says(board, number, said, now=now), now=now, looking=True
        )
        lists = [one for one in effects if isinstance(one, WhoComesChanged | RequestNear)]
        mails = len(lists) + newly_filled(board, after)
        assert mails <= 1
        if mails:
            assert lists == [] or coming(after) != listed or isinstance(lists[0], RequestNear)
            listed = coming(after)
        assert (listed or set()) <= coming(after)
        if now >= START - NEAR and coming(after):
            assert listed == coming(after)
        board = after
