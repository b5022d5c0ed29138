from dataclasses import replace
from datetime import timedelta

import pytest

from services.matching.domain.board import Board, InvitationState
from services.matching.domain.changing import change
from services.matching.domain.effects import (
    InvitationExpired,
    InvitationIssued,
)
from services.matching.domain.exclusions import Reason
from services.matching.domain.inviting import issue
from services.matching.domain.refusals import AlreadyInvited, NoTimeLeft
from services.matching.domain.sending import email_sent, next_due, not_sent, pass_time
from shared.kernel.fields import Answer
from tests.unit.matching_builders import (
    BY_COORDINATOR,
    NIGHTS_AND_SUNDAYS,
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


def kinds(effects):
    return [type(effect) for effect in effects]


def changed(board, people=None, now=NOW, **need):
    newer = replace(board.need, version=board.need.version + 1, **need)
    return change(board, newer, people or everybody(), now=now, tuning=TUNING)


def moved(board, days=8, **options):
    slots = (a_slot(days),)
    return changed(board, slots=slots, facts_version=board.need.version + 1, **options)


def test_the_deadline_counts_from_the_mail_and_never_ends_at_night():
    board, effects = issue(
        Board(a_need()), [an_ask(1, hours=8)], [invitation_id(1)], now=NOW, tuning=TUNING
    )
    waiting_for_mail = board.invitations[0]

    board, _ = email_sent(
        board, invitation_id(1), sent_at=NOW + 4 * HOUR, tuning=NIGHTS_AND_SUNDAYS
    )

    assert waiting_for_mail.deadline is None
    assert effects[0].send_before == NOW + 4 * HOUR
    # 14:00 and 8 hours are 22:00 in Altenburg; the next morning it is 07:00.
    assert board.invitations[0].deadline == NOW + 21 * HOUR
    assert next_due(board) == NOW + 21 * HOUR


def test_a_deadline_never_lies_after_the_start_even_when_the_start_moves():
    board = asked(Board(a_need()), 1, hours=300)

    sooner, _ = moved(board, days=2)

    assert board.invitations[0].deadline == NOW + timedelta(days=7)
    assert sooner.invitations[0].deadline == NOW + timedelta(days=2)


def test_a_deadline_that_passes_is_told_once_and_closes_nothing():
    board = asked(Board(a_need()), 1)

    board, effects = pass_time(board, everybody(), now=NOW + 24 * HOUR, tuning=TUNING)
    again, nothing = pass_time(board, everybody(), now=NOW + 25 * HOUR, tuning=TUNING)

    assert kinds(effects) == [InvitationExpired]
    assert (again, nothing) == (board, ())
    assert next_due(board) is None


def test_a_late_report_of_the_first_mail_leaves_the_deadline_of_being_asked_first():
    board = yes(asked(Board(a_need()), 1, 2), 1, 2)
    late = NOW + timedelta(days=7) - 4 * HOUR
    board, _ = says(board, 1, Answer.NO, now=late)

    again, _ = email_sent(board, invitation_id(2), sent_at=NOW, tuning=TUNING)

    assert board.invitation_of(volunteer(2)).deadline == late + 2 * HOUR
    assert again == board


def test_nobody_is_asked_whose_mail_could_not_leave_before_the_start():
    soon = Board(a_need(slots=(a_slot(0.75),)))
    night = {"now": NOW + 12 * HOUR, "tuning": NIGHTS_AND_SUNDAYS}

    with pytest.raises(NoTimeLeft):
        issue(soon, [an_ask(1)], [invitation_id(1)], **night)


def test_what_was_approved_and_cannot_leave_before_a_start_that_came_nearer_stays():
    night = {"now": NOW + 12 * HOUR, "tuning": NIGHTS_AND_SUNDAYS}
    board, _ = issue(Board(a_need()), [an_ask(1)], [invitation_id(1)], **night)
    board = replace(board, need=a_need(slots=(a_slot(0.75),)))

    after, effects = pass_time(board, {}, now=NOW + 22 * HOUR, tuning=NIGHTS_AND_SUNDAYS)

    assert effects == ()
    assert after == board


def test_who_answered_an_offer_that_is_said_never_to_have_left_is_not_asked_again():
    ids = [invitation_id(1)]
    board, _ = issue(Board(a_need()), [an_ask(1)], ids, now=NOW, tuning=TUNING)
    board, _ = says(board, 1, Answer.NO)
    board, _ = not_sent(board, ids[0], failed_at=NOW + HOUR)

    assert board.exclusions(NOW)[volunteer(1)].reason is Reason.ALREADY_ANSWERED_NO
    with pytest.raises(AlreadyInvited):
        issue(board, [an_ask(1)], [invitation_id(2)], now=NOW, tuning=TUNING)


def test_an_offer_that_never_left_counts_as_never_asked():
    ids = [invitation_id(1)]
    board, _ = issue(Board(a_need()), [an_ask(1)], ids, now=NOW, tuning=TUNING)
    assert board.has_open_ask(volunteer(1))

    board, _ = not_sent(board, ids[0], failed_at=NOW + HOUR)

    assert board.exclusions(NOW) == {}
    assert not board.has_open_ask(volunteer(1))
    assert board.asked_at(volunteer(1)) is None
    board, effects = issue(
        board, [an_ask(1)], [invitation_id(50)], now=NOW + HOUR, tuning=TUNING
    )
    assert kinds(effects) == [InvitationIssued]
    assert len(board.invitations) == 1


def test_a_yes_that_comes_before_the_report_of_its_mail_counts_like_any_other():
    ids = [invitation_id(1)]
    board, _ = issue(Board(a_need()), [an_ask(1)], ids, now=NOW, tuning=TUNING)

    board = yes(board, 1)
    board, _ = email_sent(board, ids[0], sent_at=NOW, tuning=TUNING)

    assert board.counts.assigned == 1
    assert board.invitations[0].state is InvitationState.SENT


def test_reports_about_unknown_invitations_are_no_matter():
    board = Board(a_need())

    assert email_sent(board, invitation_id(1), sent_at=NOW, tuning=TUNING) == (board, ())
    assert not_sent(board, invitation_id(1), failed_at=NOW) == (board, ())


def test_a_reservation_keeps_its_ask_open_until_it_is_decided():
    board = yes(asked(Board(a_need(automation=BY_COORDINATOR)), 1), 1)

    assert board.has_open_ask(volunteer(1))
    assert board.asked_at(volunteer(1)) is None
    given_back, _ = says(board, 1, Answer.NO)
    assert given_back.asked_at(volunteer(1)) == NOW
