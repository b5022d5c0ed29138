from dataclasses import replace
from datetime import timedelta

import pytest

from services.matching.domain.board import Board, InvitationState, Standing
from services.matching.domain.chance import AnswerHistory
from services.matching.domain.changing import change
from services.matching.domain.coordinating import assign
from services.matching.domain.inviting import issue
from services.matching.domain.ranking import rank
from services.matching.domain.sending import pass_time
from services.matching.domain.waves import Next, plan_wave
from shared.kernel.fields import Answer, Via
from tests.unit.matching_builders import (
    NOW,
    TUNING,
    a_need,
    a_person,
    a_slot,
    asked,
    assignment_id,
    everybody,
    invitation_id,
    says,
    volunteer,
    yes,
)

MANY = [a_person(number) for number in range(1, 41)]
HOUR = timedelta(hours=1)
LOOK = TUNING.look_every


def a_plan(board, people=MANY, now=NOW, tuning=TUNING):
    ranking = rank(board.need, people, now, tuning, board.exclusions(now))
    return plan_wave(board, ranking, now, tuning)


def after_its_wave(board, now=NOW, people=MANY):
    """The board once its planned wave was sent."""
    plan = a_plan(board, people, now)
    numbers = [int(ask.volunteer_id) & 0xFFFF for ask in plan.invite]
    return asked(board, *numbers, now=now)


def test_a_week_ahead_a_few_are_asked_and_after_some_hours_it_is_looked_again():
    plan = a_plan(Board(a_need()))

    assert plan.next is Next.INVITE
    assert len(plan.invite) == plan.awaited == 2
    assert plan.chance == pytest.approx(1 - (1 - plan.invite[0].chance) ** 2)
    assert plan.expected == pytest.approx(2 * plan.invite[0].chance)
    assert plan.next_look_at == NOW + LOOK
    assert {ask.answer_within for ask in plan.invite} == {24 * HOUR}


def test_the_first_to_be_asked_are_the_best():
    ranking = rank(a_need(), MANY, NOW, TUNING)

    plan = a_plan(Board(a_need()))

    assert [ask.volunteer_id for ask in plan.invite] == [
        candidate.volunteer_id for candidate in ranking.candidates[:2]
    ]


@pytest.mark.parametrize(
    "need", [{"urgent": True}, {"slots": (a_slot(days=0.2),)}, {"answer_by": NOW + 5 * HOUR}]
)
def test_in_a_hurry_so_many_are_asked_that_the_places_are_nearly_sure_to_fill(need):
    plan = a_plan(Board(a_need(**need)))

    assert plan.chance >= 0.88
    assert len(plan.invite) > len(a_plan(Board(a_need())).invite) + 2


def test_less_time_makes_a_mail_cheaper():
    asked_for = [
        len(a_plan(Board(a_need(slots=(a_slot(days),)))).invite) for days in (7, 1.5, 0.9)
    ]

    assert asked_for == sorted(set(asked_for))


def test_once_answer_by_has_passed_the_start_is_what_counts():
    need = a_need(answer_by=NOW + 24 * HOUR)

    hurried = a_plan(Board(need), now=NOW + 23 * HOUR)
    after = a_plan(Board(need), now=NOW + 25 * HOUR)

    assert len(after.invite) < len(hurried.invite)


def test_while_a_yes_is_likely_nobody_else_is_asked():
    board = after_its_wave(Board(a_need()))

    plan = a_plan(board, now=NOW + HOUR)

    assert plan.next is Next.AWAITING_ANSWERS
    assert plan.invite == ()
    assert plan.next_look_at == NOW + LOOK


def test_silence_speaks_against_a_yes_so_others_are_asked_before_the_deadline():
    board = after_its_wave(Board(a_need()))

    plan = a_plan(board, now=NOW + 10 * HOUR)

    assert plan.next is Next.INVITE
    assert plan.awaited == len(board.invitations) + len(plan.invite)


def test_who_was_asked_much_is_asked_last_and_spared_while_there_is_time():
    tired = a_person(1, asked_at=(NOW - 192 * HOUR,) * 5)

    def chosen(person=tired, **need):
        return a_plan(Board(a_need(**need)), [person])

    assert chosen().next is Next.SPARING
    assert chosen().next_look_at == NOW + LOOK
    assert not chosen().tell_exhausted
    assert chosen(slots=(a_slot(days=0.9),)).next is Next.INVITE
    assert chosen(replace(tired, asks_per_week=10)).next is Next.INVITE, "wants many"
    rested = a_plan(Board(a_need()), [tired, a_person(2)])
    assert [ask.volunteer_id for ask in rested.invite] == [volunteer(2)]


def test_whom_another_request_would_miss_more_is_kept_for_it():
    need, people = a_need(), [a_person(1), a_person(2)]
    ranking = rank(need, people, NOW, TUNING)

    plan = plan_wave(Board(need), ranking, NOW, TUNING, scarcity={volunteer(1): 1.0})
    only = plan_wave(
        Board(need), rank(need, people[:1], NOW, TUNING), NOW, TUNING, {volunteer(1): 1.0}
    )

    assert [ask.volunteer_id for ask in plan.invite] == [volunteer(2)]
    assert only.next is Next.INVITE, "there is nobody else, and the other might hear a no, too"


def test_ten_places_and_twelve_candidates_get_no_second_mail():
    eager = [a_person(number, history=AnswerHistory(500, 500, NOW)) for number in range(1, 13)]
    board = after_its_wave(Board(a_need(places=10)), people=eager)

    again = a_plan(board, eager, now=NOW + HOUR)

    assert again.next is Next.AWAITING_ANSWERS
    assert again.invite == ()


def test_somebody_who_declines_is_replaced_at_once():
    board = after_its_wave(Board(a_need()))
    first = int(board.invitations[0].volunteer_id) & 0xFFFF
    board, _ = says(board, first, Answer.NO, now=NOW + HOUR)

    plan = a_plan(board, now=NOW + HOUR)

    assert plan.next is Next.INVITE
    assert plan.awaited == len(board.invitations) - 1 + len(plan.invite)


def test_a_replacement_is_not_replaced_in_turn():
    board = after_its_wave(Board(a_need()))
    first = int(board.invitations[0].volunteer_id) & 0xFFFF
    board, _ = says(board, first, Answer.NO, now=NOW + HOUR)
    board = after_its_wave(board, now=NOW + HOUR)

    assert a_plan(board, now=NOW + 3 * HOUR).next is Next.AWAITING_ANSWERS


def test_a_place_assigned_by_hand_does_not_hide_that_somebody_declined():
    board = asked(Board(a_need(places=2)), 1, 2)
    board, _ = says(board, 1, Answer.NO, now=NOW + HOUR)
    board, _ = assign(
        board,
        volunteer(30),
        Standing(known=True),
        (),
        invitation_id=invitation_id(30),
        assignment_id=assignment_id(30),
        override=None,
        via=Via.PHONE,
        now=NOW + 2 * HOUR,
    )

    assert a_plan(board, now=NOW + 3 * HOUR).next is Next.INVITE


def test_offers_of_which_nothing_was_heard_do_not_block_the_next_wave_for_ever():
    plan = a_plan(Board(a_need()))
    ids = [invitation_id(number) for number in range(len(plan.invite))]
    board, _ = issue(Board(a_need()), plan.invite, ids, now=NOW, tuning=TUNING)

    early, late = a_plan(board, now=NOW + HOUR), a_plan(board, now=NOW + 25 * HOUR)

    assert early.next is late.next is Next.AWAITING_ANSWERS
    assert early.next_look_at == NOW + LOOK
    assert late.next_look_at == NOW + 25 * HOUR + LOOK


def test_so_many_late_yeses_may_still_come_that_nobody_new_is_asked():
    board = asked(Board(a_need()), *range(101, 131), hours=1)
    board, _ = pass_time(board, {}, now=NOW + HOUR, tuning=TUNING)

    plan = a_plan(board, now=NOW + HOUR)

    assert plan.invite == ()
    assert plan.next_look_at == NOW + HOUR + LOOK


@pytest.mark.parametrize("how", ["given back", "added"])
def test_a_place_that_comes_free_during_a_wave_is_planned_for_at_once(how):
    need = a_need(places=2)
    board = yes(asked(Board(need), 1), 1)
    board = asked(board, 2, 3, now=NOW + HOUR)
    later = NOW + 2 * HOUR
    before = a_plan(board, now=later)

    if how == "given back":
        board, _ = says(board, 1, Answer.NO, now=later)
        board = replace(board, invitations=board.invitations[1:])
    else:
        more = replace(need, version=2, places=4)
        board, _ = change(board, more, everybody(), now=later, tuning=TUNING)

    assert before.next is Next.AWAITING_ANSWERS
    assert a_plan(board, now=later).next is Next.INVITE


def test_the_next_wave_goes_out_when_the_deadline_has_passed():
    board = after_its_wave(Board(a_need()))
    board, _ = pass_time(board, {}, now=NOW + 24 * HOUR, tuning=TUNING)

    plan = a_plan(board, now=NOW + 24 * HOUR)

    assert plan.next is Next.INVITE
    assert {i.state for i in board.invitations} == {InvitationState.EXPIRED}


def test_a_wave_counts_those_who_are_already_asked():
    board = asked(Board(a_need()), 101, 102, 103, now=NOW, hours=1)
    later = NOW + HOUR
    board, _ = pass_time(board, {}, now=later, tuning=TUNING)

    with_awaited = a_plan(board, now=later)
    alone = a_plan(Board(a_need()), now=later)

    assert len(with_awaited.invite) < len(alone.invite)


def test_who_answered_later_still_counts_in_full():
    board = asked(Board(a_need()), 1, 2, 3, 4, chance=0.5)
    for number in (1, 2, 3, 4):
        board, _ = says(board, number, Answer.LATER)

    assert a_plan(board, now=NOW + 23 * HOUR).chance == pytest.approx(1 - 0.5**4)


def test_a_yes_that_overlaps_a_place_taken_since_is_not_awaited():
    board = asked(Board(a_need()), 1, chance=0.9)
    busy = [a_person(1, held=(a_slot(),)), *MANY[1:]]

    assert a_plan(board).awaited == 1
    assert a_plan(board, busy).awaited == 0
