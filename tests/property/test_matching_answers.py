from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.answering import Reply, answer
from services.matching.domain.board import Board, BoardState, Standing
from services.matching.domain.effects import (
    AnswerReceived,
)
from services.matching.domain.inviting import Ask, issue
from services.matching.domain.refusals import AnswerStands
from services.matching.domain.sending import email_sent, not_sent
from services.matching.domain.stopping import stop
from shared.kernel.fields import Answer, Via
from shared.kernel.ids import AssignmentId, InvitationId
from tests.unit.matching_builders import NOW, TUNING, a_need, an_id, volunteer

STOPPED = BoardState.STOPPED
REPORTS = st.lists(
    st.tuples(st.integers(1, 3), st.booleans(), st.integers(0, 30)), min_size=1, max_size=10
)


def _reported(reports):
    board = Board(a_need())
    asks = [Ask(volunteer(number), 0.3, timedelta(hours=6)) for number in (1, 2, 3)]
    ids = [InvitationId(an_id(100 + number)) for number in (1, 2, 3)]
    board, _ = issue(board, asks, ids, now=NOW, tuning=TUNING)
    for number, left, minutes in reports:
        moment = NOW + timedelta(minutes=minutes)
        if left:
            board, _ = email_sent(board, ids[number - 1], sent_at=moment, tuning=TUNING)
        else:
            board, _ = not_sent(board, ids[number - 1], failed_at=moment)
    return board


@given(reports=REPORTS, data=st.data())
def test_reports_of_mails_in_any_order_and_number_end_in_the_same_state(reports, data):
    shuffled = data.draw(st.permutations(reports))
    repeated = data.draw(st.lists(st.sampled_from(reports), max_size=5))

    assert _reported([*shuffled, *repeated]) == _reported(reports)


@given(st.lists(st.sampled_from(Answer), min_size=1, max_size=8), st.booleans())
def test_the_last_answer_that_is_taken_counts_and_each_change_is_told_once(answers, stopped):
    """A yes stands against a `later`, and after a stop a no does, too."""
    board = _reported([(1, True, 0)])
    counts: list[Answer | None] = [None]
    told = 0
    for said in answers:
        given_answer = Reply(
            InvitationId(an_id(101)), said, Via.EMAIL, 1, AssignmentId(an_id(500))
        )
        before = board
        stands = said is Answer.LATER and (
            counts[-1] is Answer.YES or (counts[-1] is Answer.NO and board.state is STOPPED)
        )
        try:
            board, effects = answer(
                board,
                given_answer,
                {volunteer(1): Standing(known=True)},
                now=NOW + timedelta(minutes=40),
                tuning=TUNING,
            )
        except AnswerStands:
            assert stands
            assert board is before
            continue
        assert not stands
        told += sum(isinstance(effect, AnswerReceived) for effect in effects)
        counts.append(said)
        if stopped and said is Answer.YES:
            board, _ = stop(board)

    assert told == sum(one is not other for one, other in pairwise(counts))
    assert board.counts.assigned == (counts[-1] is Answer.YES)
    assert not (board.state is STOPPED and board.asking)


@given(st.permutations(range(1, 7)), st.integers(1, 5))
def test_the_first_to_say_yes_have_the_places_and_the_others_wait_in_order(order, places):
    board = Board(a_need(places=places))
    asks = [Ask(volunteer(number), 0.3, timedelta(hours=6)) for number in range(1, 7)]
    ids = {number: InvitationId(an_id(100 + number)) for number in range(1, 7)}
    board, _ = issue(board, asks, list(ids.values()), now=NOW, tuning=TUNING)
    people = {volunteer(number): Standing(known=True) for number in range(1, 7)}

    for number in order:
        given_answer = Reply(
            ids[number], Answer.YES, Via.EMAIL, 1, AssignmentId(an_id(500 + number))
        )
        board, _ = answer(board, given_answer, people, now=NOW, tuning=TUNING)

    assert [claim.volunteer_id for claim in board.claims] == [volunteer(n) for n in order]
    assert [claim.holds_place for claim in board.claims] == [
        position < places for position in range(6)
    ]
