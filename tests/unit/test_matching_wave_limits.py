from datetime import UTC, datetime, timedelta

from services.matching.domain.board import Board, Standing
from services.matching.domain.chance import AnswerHistory
from services.matching.domain.coordinating import release
from services.matching.domain.effects import CandidatesExhausted
from services.matching.domain.exclusions import Reason
from services.matching.domain.inviting import issue, note_exhausted, propose
from services.matching.domain.need import Automation, Invite
from services.matching.domain.ranking import rank
from services.matching.domain.sending import not_sent, pass_time
from services.matching.domain.stopping import stop
from services.matching.domain.waves import Next, plan_wave
from shared.kernel.fields import Answer, Kind
from shared.kernel.languages import LanguageNeed, LanguageSkill, Level
from tests.unit.matching_builders import (
    NIGHTS_AND_SUNDAYS,
    NOW,
    TUNING,
    a_need,
    a_person,
    a_slot,
    an_ask,
    asked,
    everybody,
    invitation_id,
    says,
    volunteer,
    yes,
)

MANY = [a_person(number) for number in range(1, 41)]
HOUR = timedelta(hours=1)
EVENING = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
"""21:30 in Altenburg."""


def a_plan(board, people=MANY, now=NOW, tuning=TUNING):
    ranking = rank(board.need, people, now, tuning, board.exclusions(now))
    return plan_wave(board, ranking, now, tuning)


def test_a_coordinator_is_told_again_when_a_place_comes_free_later():
    board = yes(asked(Board(a_need(places=2)), 1), 1)
    board, first = note_exhausted(board, {})
    board, _ = says(board, 1, Answer.NO)

    _, second = note_exhausted(board, {})

    assert [effect.free for effect in (*first, *second)] == [1, 2]


def test_an_offer_that_never_left_is_replaced_and_may_be_made_again():
    need = a_need()
    plan = a_plan(Board(need))
    ids = [invitation_id(number) for number in range(len(plan.invite))]
    board, _ = issue(Board(need), plan.invite, ids, now=NOW, tuning=TUNING)
    board, _ = not_sent(board, ids[0], failed_at=NOW + HOUR)

    again = a_plan(board, now=NOW + 2 * HOUR)

    assert [ask.volunteer_id for ask in again.invite] == [plan.invite[0].volunteer_id]


def test_in_quiet_hours_nobody_is_asked():
    plan = a_plan(Board(a_need()), now=EVENING, tuning=NIGHTS_AND_SUNDAYS)

    assert plan.next is Next.QUIET_HOURS
    assert plan.invite == ()
    assert plan.next_look_at == datetime(2026, 3, 3, 6, 0, tzinfo=UTC)


def test_when_the_quiet_hours_last_until_the_start_a_human_is_told():
    breakfast = a_need(slots=(a_slot(at=datetime(2026, 3, 3, 5, 30, tzinfo=UTC), days=0),))

    plan = a_plan(Board(breakfast), now=EVENING, tuning=NIGHTS_AND_SUNDAYS)

    assert plan.next is Next.NO_TIME_LEFT
    assert plan.tell_exhausted


def test_a_wave_that_would_end_in_the_night_is_looked_at_in_the_morning():
    need = a_need(slots=(a_slot(days=2),))
    afternoon = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)

    plan = a_plan(Board(need), now=afternoon, tuning=NIGHTS_AND_SUNDAYS)

    assert plan.next_look_at == datetime(2026, 3, 3, 6, 0, tzinfo=UTC)


def test_while_anybody_is_proposed_or_asked_nobody_is_told_that_nobody_is_left():
    only = [a_person(1)]
    need = a_need(places=3)
    proposed, _ = propose(
        Board(need), [an_ask(1)], [invitation_id(1)], decide_by=NOW + 4 * HOUR, now=NOW
    )
    waiting = asked(Board(need), 1)
    over, _ = pass_time(waiting, {}, now=NOW + 24 * HOUR, tuning=TUNING)

    assert not a_plan(Board(need), only).tell_exhausted
    for board in (proposed, waiting):
        assert not a_plan(board, only).tell_exhausted
        assert note_exhausted(board, {}) == (board, ())
    assert a_plan(over, only, now=NOW + 24 * HOUR).tell_exhausted
    assert note_exhausted(over, {})[1] != ()


def test_an_open_ask_is_awaited_though_the_quiet_hours_last_until_the_start():
    breakfast = a_need(
        places=2, slots=(a_slot(at=datetime(2026, 3, 3, 5, 30, tzinfo=UTC), days=0),)
    )
    board = asked(Board(breakfast), 1, now=EVENING - 2 * HOUR)
    board, _ = says(asked(board, 2, now=EVENING - 2 * HOUR), 2, Answer.NO, now=EVENING)

    plan = a_plan(board, now=EVENING, tuning=NIGHTS_AND_SUNDAYS)

    assert plan.next is Next.NO_TIME_LEFT
    assert not plan.tell_exhausted
    assert plan.next_look_at == board.invitation_of(volunteer(1)).deadline


def test_nobody_left_is_said_once_with_the_reasons():
    board = Board(a_need())
    ranking = rank(board.need, [a_person(1, known=False)], NOW, TUNING)

    plan = plan_wave(board, ranking, NOW, TUNING)
    board, effects = note_exhausted(board, ranking.excluded_by_reason())
    again, nothing = note_exhausted(board, ranking.excluded_by_reason())

    assert plan.next is Next.EXHAUSTED
    assert plan.tell_exhausted
    excluded = ((Reason.NOT_KNOWN, 1),)
    assert effects == (CandidatesExhausted(board.need.request_id, 1, excluded, asked=False),)
    assert (again, nothing) == (board, ())


def test_that_nobody_is_left_tells_whether_anybody_was_asked():
    empty = Board(a_need())
    issued, _ = issue(empty, [an_ask(1)], [invitation_id(1)], now=NOW, tuning=TUNING)
    unsent, _ = not_sent(issued, invitation_id(1), failed_at=NOW)
    answered, _ = says(asked(empty, 1), 1, Answer.NO)

    told = [note_exhausted(board, {})[1][0].asked for board in (empty, unsent, answered)]

    assert told == [False, False, True]


def test_used_up_budgets_are_waited_for_if_the_time_allows():
    tired = [a_person(1, asked_at=(NOW - timedelta(days=6), NOW - timedelta(days=1)))]
    soon = a_need(slots=(a_slot(days=0.5),))

    plan = a_plan(Board(a_need()), tired)

    assert plan.next is Next.BUDGETS_USED_UP
    assert plan.next_look_at == NOW + timedelta(days=1)
    assert not plan.tell_exhausted
    assert a_plan(Board(soon), tired).next is Next.EXHAUSTED


def test_an_agreeable_volunteer_is_not_asked_beyond_the_budget():
    agreeable = a_person(
        1,
        history=AnswerHistory(500, 500, NOW),
        asked_at=(NOW - timedelta(days=2), NOW - timedelta(days=1)),
    )

    plan = a_plan(Board(a_need()), [agreeable, *MANY[1:]])

    assert volunteer(1) not in {ask.volunteer_id for ask in plan.invite}


def test_those_who_have_not_said_whether_they_speak_it_are_asked_last():
    need = a_need(languages=(LanguageNeed("ti", Level.B1),), urgent=True)
    speaker = a_person(1, languages=(LanguageSkill("ti", Level.NATIVE),))

    first = a_plan(Board(need), [speaker, *MANY[1:]])
    board = asked(Board(need), 1, hours=4)
    board, _ = pass_time(board, {}, now=NOW + 4 * HOUR, tuning=TUNING)
    second = a_plan(board, [speaker, *MANY[1:]], now=NOW + 4 * HOUR)

    assert [ask.volunteer_id for ask in first.invite] == [volunteer(1)]
    assert not first.tell_exhausted
    assert len(second.invite) > 1


def test_under_review_a_wave_is_laid_before_a_coordinator_with_a_time():
    need = a_need(kind=Kind.TANDEM, automation=Automation(invite=Invite.REVIEW))

    plan = a_plan(Board(need))
    ids = [invitation_id(number) for number in range(len(plan.invite))]
    board, effects = propose(Board(need), plan.invite, ids, decide_by=plan.decide_by, now=NOW)

    assert plan.next is Next.LAY_BEFORE_COORDINATOR
    assert plan.decide_by == NOW + 24 * HOUR
    assert effects == ()
    waiting = a_plan(board)
    assert waiting.next is Next.AWAITING_APPROVAL
    assert waiting.decide_by == plan.decide_by


def test_a_freed_place_just_before_the_start_asks_the_waiting_list_before_anybody_else():
    soon = a_need(slots=(a_slot(days=0.125),))
    board = yes(asked(Board(soon), 1, 2), 1, 2)
    people = everybody(1, 2)
    later = NOW + HOUR
    board, _ = release(board, volunteer(1), people, now=later, tuning=TUNING)

    first = a_plan(board, now=later)
    board, _ = pass_time(board, people, now=first.next_look_at, tuning=TUNING)
    second = a_plan(board, now=first.next_look_at)

    assert first.next is Next.AWAITING_ANSWERS
    assert first.next_look_at == later + HOUR
    assert second.next is Next.INVITE
    assert second.chance >= 0.9


def test_a_full_a_stopped_and_a_started_request_ask_nobody():
    board = asked(Board(a_need()), 1)
    started = NOW + timedelta(days=7)

    assert a_plan(yes(board, 1)).next is Next.FULL
    assert a_plan(stop(board)[0]).next is Next.CLOSED
    assert a_plan(board, now=started).next is Next.CLOSED


def test_a_reserved_place_is_not_offered_to_others():
    people = {volunteer(1): Standing(known=False)}
    board = yes(asked(Board(a_need(kind=Kind.EVENT_HELP)), 1), 1, people=people)

    assert board.counts.reserved == 1
    assert a_plan(board).next is Next.FULL
