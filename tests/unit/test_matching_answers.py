from dataclasses import replace
from datetime import timedelta

import pytest

from services.matching.domain.board import Board, BoardState, InvitationState, Standing
from services.matching.domain.changing import cancel, expire
from services.matching.domain.coordinating import decline, withdraw
from services.matching.domain.effects import (
    AnswerReceived,
    AssignmentCancelled,
    Cause,
    PlaceReserved,
    RequestFilled,
    RequestReopened,
    VolunteerAssigned,
    VolunteerWaitlisted,
)
from services.matching.domain.inviting import propose
from services.matching.domain.need import Automation, Confirm
from services.matching.domain.refusals import (
    AnswerStands,
    DeadlinePassed,
    InvitationIsStopped,
    InvitationIsWithdrawn,
    InvitationUnknown,
    PlaceOverlaps,
    RequestHasStarted,
    RequestIsCancelled,
    RequestIsExpired,
    RequestWasChanged,
    TaskIsOver,
)
from services.matching.domain.sending import pass_time
from services.matching.domain.stopping import resume, stop
from shared.kernel.fields import Answer, Kind
from tests.unit.matching_builders import (
    BY_COORDINATOR,
    NOW,
    TUNING,
    a_need,
    a_slot,
    an_ask,
    asked,
    everybody,
    invitation_id,
    says,
    volunteer,
    yes,
)

HOUR = timedelta(hours=1)
BY_HAND = Confirm.COORDINATOR
START = NOW + timedelta(days=7)


def kinds(effects):
    return [type(effect) for effect in effects]


def held(board):
    return [int(claim.volunteer_id) & 0xFFFF for claim in board.claims if claim.holds_place]


def waiting(board):
    return [int(claim.volunteer_id) & 0xFFFF for claim in board.waiting]


def test_a_yes_takes_the_place_and_fills_the_request():
    board, effects = says(asked(Board(a_need()), 1), 1, Answer.YES)

    assert kinds(effects) == [AnswerReceived, VolunteerAssigned, RequestFilled]
    assigned, filled = effects[1:]
    assert (assigned.cause, assigned.ask_again, assigned.hand_over) == (
        Cause.ANSWERED,
        False,
        True,
    )
    assert (filled.counts.assigned, filled.version) == (1, board.version)


def test_a_yes_after_the_deadline_takes_a_free_place():
    board, _ = pass_time(
        asked(Board(a_need()), 1), everybody(), now=NOW + 24 * HOUR, tuning=TUNING
    )

    late, effects = says(board, 1, Answer.YES, now=START - HOUR)

    assert board.invitations[0].state is InvitationState.EXPIRED
    assert held(late) == [1]
    assert VolunteerAssigned in kinds(effects)


@pytest.mark.parametrize("said", list(Answer))
def test_the_same_answer_twice_is_one_answer(said):
    once, _ = says(asked(Board(a_need()), 1), 1, said)

    twice, effects = says(once, 1, said, now=NOW + HOUR)

    assert twice == once
    assert effects == ()


def test_an_answer_may_be_changed_until_the_start():
    board = asked(Board(a_need()), 1)
    for said, places in (
        (Answer.YES, [1]),
        (Answer.NO, []),
        (Answer.LATER, []),
        (Answer.YES, [1]),
    ):
        board, _ = says(board, 1, said, now=NOW + HOUR)
        assert held(board) == places


@pytest.mark.parametrize("after_stop", [False, True])
@pytest.mark.parametrize(
    ("number", "confirmed"), [(1, Confirm.AUTO), (1, BY_HAND), (2, BY_HAND)]
)
def test_who_has_said_yes_loses_nothing_by_a_later(number, confirmed, after_stop):
    """A button of a page that was opened before, or a crafted form: a place is given back by a no."""
    automation = Automation(confirm=confirmed)
    board = yes(asked(Board(a_need(automation=automation)), 1, 2), 1, 2)
    board = stop(board)[0] if after_stop else board

    with pytest.raises(AnswerStands):
        says(board, number, Answer.LATER)
    with pytest.raises(AnswerStands):
        says(board, number, Answer.LATER, now=NOW + 24 * HOUR)


def test_a_later_asks_nobody_anew_after_a_stop():
    board = yes(asked(Board(a_need()), 1), 1)
    board, _ = says(stop(board)[0], 1, Answer.NO)

    with pytest.raises(AnswerStands):
        says(board, 1, Answer.LATER)
    assert not board.asking
    going_on, _ = says(resume(board)[0], 1, Answer.LATER)
    assert going_on.asking


def test_who_is_still_asked_while_a_request_is_held_may_answer_later():
    held_up = replace(asked(Board(a_need()), 1), state=BoardState.STOPPED)

    board, _ = says(held_up, 1, Answer.LATER)

    assert board.asking


def test_a_yes_to_two_tasks_at_a_time_is_refused():
    people = {volunteer(1): Standing(known=True, held=(a_slot(hours=1),))}

    with pytest.raises(PlaceOverlaps):
        says(asked(Board(a_need()), 1), 1, Answer.YES, people=people)


@pytest.mark.parametrize(
    ("need", "known"),
    [({"automation": BY_COORDINATOR}, True), ({"kind": Kind.EVENT_HELP}, False)],
)
def test_a_yes_that_a_coordinator_must_confirm_reserves_the_place(need, known):
    people = everybody(1, 2, known=known)
    board = asked(Board(a_need(**need)), 1, 2)

    board, effects = says(board, 1, Answer.YES, people=people)

    assert kinds(effects) == [AnswerReceived, PlaceReserved]
    assert effects[1].decide_by == NOW + 24 * HOUR
    assert (board.counts.reserved, board.counts.assigned, board.free) == (1, 0, 0)
    board, effects = says(board, 2, Answer.YES, people=people)
    assert VolunteerWaitlisted in kinds(effects)


def test_later_holds_no_place_and_brings_one_reminder_half_way():
    board, effects = says(asked(Board(a_need()), 1), 1, Answer.LATER, now=NOW + 4 * HOUR)

    assert effects[0].remind_at == NOW + 14 * HOUR
    assert board.free == 1
    board, _ = says(board, 1, Answer.NO, now=NOW + 5 * HOUR)
    _, again = says(board, 1, Answer.LATER, now=NOW + 6 * HOUR)
    assert again[0].remind_at is None


def test_later_is_no_answer_after_the_deadline():
    board = asked(Board(a_need()), 1)

    with pytest.raises(DeadlinePassed):
        says(board, 1, Answer.LATER, now=NOW + 24 * HOUR)


def test_after_the_start_only_who_holds_a_place_may_still_give_it_back_until_the_end():
    board = yes(asked(Board(a_need()), 1, 2, 3), 1, 2)
    running = START + HOUR

    for number, said in ((2, Answer.NO), (3, Answer.YES), (1, Answer.LATER)):
        with pytest.raises(RequestHasStarted):
            says(board, number, said, now=running)
    cancelled, effects = says(board, 1, Answer.NO, now=running)
    assert kinds(effects) == [AnswerReceived, AssignmentCancelled, RequestReopened]
    assert (held(cancelled), waiting(cancelled)) == ([], [2])
    with pytest.raises(TaskIsOver):
        says(board, 1, Answer.NO, now=START + 2 * HOUR)


def test_an_answer_to_older_facts_is_refused_and_one_to_older_words_is_not():
    facts_of_two = a_need(version=3, facts_version=2)
    board = asked(Board(facts_of_two), 1)

    with pytest.raises(RequestWasChanged):
        says(board, 1, Answer.YES, seen_version=1)
    board, _ = says(board, 1, Answer.YES, seen_version=2)
    assert held(board) == [1]


def test_a_closed_board_or_a_withdrawn_or_unknown_invitation_takes_no_answer():
    board = asked(Board(a_need()), 1)
    planned, _ = propose(board, [an_ask(2)], [invitation_id(2)], decide_by=NOW + HOUR, now=NOW)

    for closed, refusal in (
        (cancel(board, now=NOW)[0], RequestIsCancelled),
        (expire(board, now=NOW)[0], RequestIsExpired),
        (stop(board)[0], InvitationIsStopped),
        (withdraw(stop(board)[0], volunteer(1), now=NOW)[0], InvitationIsWithdrawn),
        (withdraw(board, volunteer(1), now=NOW)[0], InvitationIsWithdrawn),
    ):
        with pytest.raises(refusal):
            says(closed, 1, Answer.YES)
    with pytest.raises(InvitationUnknown):
        says(planned, 2, Answer.YES)
    with pytest.raises(InvitationUnknown):
        says(board, 1, Answer.YES, invitation_id=invitation_id(77))


def test_after_a_coordinator_declined_the_link_is_closed():
    board = yes(asked(Board(a_need(automation=BY_COORDINATOR)), 1), 1)
    board, _ = decline(board, volunteer(1), everybody(), now=NOW, tuning=TUNING)

    with pytest.raises(InvitationIsWithdrawn):
        says(board, 1, Answer.YES)
