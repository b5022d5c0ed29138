from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.answering import Reply, answer
from services.matching.domain.board import Board, Standing
from services.matching.domain.effects import (
    AnswerReceived,
)
from services.matching.domain.inviting import Ask, issue
from services.matching.domain.sending import email_sent, not_sent
from shared.kernel.fields import Answer, Via
from shared.kernel.ids import AssignmentId, InvitationId
from tests.unit.matching_builders import NOW, TUNING, a_need, an_id, volunteer

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


@given(st.lists(st.sampled_from(Answer), min_size=1, max_size=8))
def test_only_the_last_answer_counts_and_each_change_is_told_once(answers):
    board = _reported([(1, True, 0)])
    told = 0
    for said in answers:
        given_answer = Reply(
            InvitationId(an_id(101)), said, Via.EMAIL, 1, AssignmentId(an_id(500))
        )
        board, effects = answer(
            board,
            given_answer,
            {volunteer(1): Standing(known=True)},
            now=NOW + timedelta(minutes=40),
            tuning=TUNING,
        )
        told += sum(isinstance(effect, AnswerReceived) for effect in effects)

    changes = sum(
        one is not other for one, other in zip([None, *answers], answers, strict=False)
    )
    assert told == changes
    assert board.counts.assigned == (answers[-1] is Answer.YES)


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
