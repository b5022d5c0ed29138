from datetime import timedelta

from services.matching.domain.board import Board, ClaimState, Standing
from services.matching.domain.effects import (
    AnswerReceived,
    AssignmentCancelled,
    Cause,
    InvitationIssued,
    Purpose,
    RequestFilled,
    RequestReopened,
    VolunteerAssigned,
    VolunteerWaitlisted,
)
from services.matching.domain.sending import pass_time
from shared.kernel.fields import Answer
from tests.unit.matching_builders import (
    NOW,
    TUNING,
    a_need,
    a_slot,
    asked,
    everybody,
    says,
    volunteer,
    yes,
)

HOUR = timedelta(hours=1)
START = NOW + timedelta(days=7)


def kinds(effects):
    return [type(effect) for effect in effects]


def held(board):
    return [int(claim.volunteer_id) & 0xFFFF for claim in board.claims if claim.holds_place]


def waiting(board):
    return [int(claim.volunteer_id) & 0xFFFF for claim in board.waiting]


def test_a_yes_after_all_is_taken_joins_the_waiting_list_in_order():
    board = yes(asked(Board(a_need()), 1, 2, 3), 3, 1)

    board, effects = says(board, 2, Answer.YES)

    assert kinds(effects) == [AnswerReceived, VolunteerWaitlisted]
    assert effects[1].position == 2
    assert (held(board), waiting(board)) == ([3], [1, 2])


def test_a_no_gives_the_place_to_the_first_of_the_waiting_list_in_the_same_step():
    board = yes(asked(Board(a_need()), 1, 2, 3), 1, 2, 3)

    board, effects = says(board, 1, Answer.NO)

    assert kinds(effects) == [AnswerReceived, AssignmentCancelled, VolunteerAssigned]
    assert effects[2].volunteer_id == volunteer(2)
    assert effects[2].cause is Cause.MOVED_UP
    assert effects[2].ask_again
    assert (held(board), waiting(board)) == ([2], [3])


def test_who_moved_up_answers_still_good_for_you_with_a_second_yes_once():
    board = yes(asked(Board(a_need()), 1, 2), 1, 2)
    board, _ = says(board, 1, Answer.NO)

    board, effects = says(board, 2, Answer.YES)
    again, nothing = says(board, 2, Answer.YES)

    assert kinds(effects) == [AnswerReceived]
    assert not board.claims[0].ask_again
    assert (again, nothing) == (board, ())


def test_less_than_a_day_before_the_start_the_waiting_list_is_asked_first():
    board = yes(asked(Board(a_need()), 1, 2, 3), 1, 2, 3)
    late = START - 3 * HOUR

    board, effects = says(board, 1, Answer.NO, now=late)

    assert kinds(effects) == [
        AnswerReceived,
        AssignmentCancelled,
        InvitationIssued,
        RequestReopened,
    ]
    assert (effects[2].purpose, effects[2].volunteer_id) == (Purpose.MOVE_UP, volunteer(2))
    assert (held(board), waiting(board)) == ([], [2, 3])
    board, _ = says(board, 2, Answer.YES, now=late + HOUR)
    assert (held(board), waiting(board)) == ([2], [3])


def test_who_is_asked_first_and_stays_silent_keeps_the_position_while_the_next_is_asked():
    board = yes(asked(Board(a_need()), 1, 2, 3), 1, 2, 3)
    late = START - 4 * HOUR
    board, _ = says(board, 1, Answer.NO, now=late)

    board, effects = pass_time(board, everybody(), now=late + 2 * HOUR, tuning=TUNING)

    assert [e.volunteer_id for e in effects] == [volunteer(2), volunteer(3)]
    assert waiting(board) == [2, 3]
    board, _ = says(board, 2, Answer.YES, now=late + 3 * HOUR)
    assert held(board) == [2]


def test_who_is_asked_first_and_declines_leaves_the_list_to_the_next():
    board = yes(asked(Board(a_need()), 1, 2, 3), 1, 2, 3)
    board, _ = says(board, 1, Answer.NO, now=START - 4 * HOUR)

    board, effects = says(board, 2, Answer.NO, now=START - 3 * HOUR)

    assert effects[-1].volunteer_id == volunteer(3)
    assert effects[-1].purpose is Purpose.MOVE_UP
    assert waiting(board) == [3]


def test_who_said_yes_when_asked_first_moves_up_when_the_next_place_comes_free():
    need = a_need(places=2)
    board = yes(asked(Board(need), 1, 2, 3, 4), 1, 2, 3)
    late = START - 6 * HOUR
    board, _ = says(board, 1, Answer.NO, now=late)
    board = yes(board, 4, now=late + HOUR)
    board, lost = says(board, 3, Answer.YES, now=late + HOUR)

    board, effects = says(board, 2, Answer.NO, now=late + 2 * HOUR)

    assert kinds(lost) == [AnswerReceived]
    assert VolunteerAssigned in kinds(effects)
    assert held(board) == [3, 4]


def test_who_holds_an_overlapping_place_meanwhile_is_passed_over_and_keeps_the_position():
    board = yes(asked(Board(a_need()), 1, 2, 3), 1, 2, 3)
    people = everybody() | {volunteer(2): Standing(known=True, held=(a_slot(),))}

    board, _ = says(board, 1, Answer.NO, people=people)

    assert (held(board), waiting(board)) == ([3], [2])


def test_a_second_yes_takes_a_place_that_has_come_free_for_who_waits():
    board = yes(asked(Board(a_need()), 1, 2), 1, 2)
    busy = {volunteer(2): Standing(known=True, held=(a_slot(),))}
    board, _ = says(board, 1, Answer.NO, people=everybody(1) | busy)
    assert (held(board), waiting(board)) == ([], [2])

    board, effects = says(board, 2, Answer.YES)

    assert held(board) == [2]
    assert RequestFilled in kinds(effects)


def test_the_claim_keeps_the_id_of_the_first_yes_while_moving_up():
    board = yes(asked(Board(a_need()), 1, 2), 1, 2)
    waiting_id = board.waiting[0].assignment_id

    board, _ = says(board, 1, Answer.NO)

    assert board.claims[0].assignment_id == waiting_id
    assert board.claims[0].state is ClaimState.ASSIGNED
