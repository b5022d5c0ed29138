from datetime import timedelta

import pytest

from services.matching.domain.board import Board, InvitationState
from services.matching.domain.coordinating import (
    exclude,
    hold_back,
    readmit,
    release,
    withdraw,
)
from services.matching.domain.effects import (
    Cause,
    InvitationIssued,
    InvitationWithdrawn,
)
from services.matching.domain.exclusions import Exclusion, Reason
from services.matching.domain.inviting import approve, invite, issue, propose
from services.matching.domain.refusals import (
    AlreadyInvited,
    FirstTalkMissing,
    InvitationIsStopped,
    InvitationIsWithdrawn,
    OverrideNeeded,
    PlaceIsHeld,
    RequestHasStarted,
    RequestIsStopped,
)
from services.matching.domain.sending import email_sent, pass_time
from services.matching.domain.stopping import resume, stop
from shared.kernel.fields import Answer, Channel
from tests.unit.matching_builders import (
    NIGHTS_AND_SUNDAYS,
    NOW,
    TUNING,
    a_need,
    an_ask,
    asked,
    everybody,
    invitation_id,
    says,
    volunteer,
    yes,
)

HOUR = timedelta(hours=1)
TOO_FAR = Exclusion(Reason.TOO_FAR, {"distance_km": 40, "radius_km": 10})


def kinds(effects):
    return [type(effect) for effect in effects]


def test_excluding_withdraws_an_open_invitation_and_strikes_from_the_waiting_list():
    board = yes(asked(Board(a_need()), 1, 2, 3), 1, 2)

    board, waiting_left = exclude(board, volunteer(2), now=NOW)
    board, withdrawn = exclude(board, volunteer(3), now=NOW)

    assert kinds(waiting_left) == kinds(withdrawn) == [InvitationWithdrawn]
    assert board.waiting == ()
    assert board.exclusions(NOW)[volunteer(3)].reason is Reason.EXCLUDED_BY_COORDINATOR
    with pytest.raises(PlaceIsHeld):
        exclude(board, volunteer(1), now=NOW)
    with pytest.raises(InvitationIsWithdrawn):
        says(board, 3, Answer.YES)


def test_withdrawing_tells_only_who_could_still_answer():
    board, _ = says(asked(Board(a_need()), 1), 1, Answer.NO)

    board, effects = withdraw(board, volunteer(1), now=NOW)

    assert effects == ()
    assert board.invitations[0].state is InvitationState.WITHDRAWN
    assert withdraw(board, volunteer(9), now=NOW) == (board, ())


def test_who_is_held_back_can_be_asked_again_after_the_moment_or_when_readmitted():
    board, _ = hold_back(Board(a_need()), volunteer(1), until=NOW + HOUR)
    excluded, _ = exclude(Board(a_need()), volunteer(1), now=NOW)

    held = board.exclusions(NOW)[volunteer(1)]

    assert (held.reason, held.temporary, held.until) == (
        Reason.HELD_BACK,
        True,
        NOW + HOUR,
    )
    assert board.exclusions(NOW + HOUR) == {}
    assert readmit(board, volunteer(1))[0] == Board(a_need())
    assert readmit(excluded, volunteer(1))[0].exclusions(NOW) == {}


def test_a_stop_withdraws_what_is_open_and_leaves_places_and_waiting_list():
    board = yes(asked(Board(a_need()), 1, 2, 3, 4), 1, 2)
    board, _ = says(board, 4, Answer.NO)

    stopped, effects = stop(board)

    assert [(type(e), e.volunteer_id, e.cause) for e in effects] == [
        (InvitationWithdrawn, volunteer(3), Cause.REQUEST_STOPPED)
    ]
    assert stopped.counts == board.counts
    with pytest.raises(RequestIsStopped):
        issue(stopped, [an_ask(5)], [invitation_id(5)], now=NOW, tuning=TUNING)
    moved, _ = says(stopped, 1, Answer.NO)
    assert moved.claim_of(volunteer(2)).holds_place
    resumed, _ = resume(stopped)
    assert issue(resumed, [an_ask(5)], [invitation_id(5)], now=NOW, tuning=TUNING)


def test_approving_part_of_a_wave_asks_these_and_excludes_the_others():
    asks, ids = [an_ask(1), an_ask(2)], [invitation_id(1), invitation_id(2)]
    board, _ = propose(Board(a_need()), asks, ids, decide_by=NOW + HOUR, now=NOW)

    board, effects = approve(board, {volunteer(2)}, now=NOW, tuning=TUNING)

    assert [(type(e), e.volunteer_id) for e in effects] == [(InvitationIssued, volunteer(2))]
    assert board.invitation_of(volunteer(1)) is None
    assert board.exclusions(NOW)[volunteer(1)].reason is Reason.EXCLUDED_BY_COORDINATOR


def test_what_is_approved_in_quiet_hours_leaves_when_they_end():
    night = NOW + 12 * HOUR
    morning = NOW + 21 * HOUR
    asks, ids = [an_ask(1)], [invitation_id(1)]

    board, at_night = issue(Board(a_need()), asks, ids, now=night, tuning=NIGHTS_AND_SUNDAYS)
    still, nothing = pass_time(board, {}, now=night + HOUR, tuning=NIGHTS_AND_SUNDAYS)
    board, effects = pass_time(board, {}, now=morning, tuning=NIGHTS_AND_SUNDAYS)

    assert at_night == nothing == ()
    assert still.invitations[0].state is InvitationState.APPROVED
    assert kinds(effects) == [InvitationIssued]
    assert board.invitations[0].issued_at == morning


def test_a_coordinator_invites_by_hand_against_a_rule_with_a_reason_only():
    def by_hand(*exclusions, override=None):
        return invite(
            Board(a_need()),
            an_ask(1),
            invitation_id(1),
            exclusions,
            override=override,
            now=NOW,
            tuning=TUNING,
        )

    stranger = Exclusion(Reason.NOT_KNOWN, {})
    board, effects = by_hand(TOO_FAR, override="gets_a_lift")

    assert kinds(effects) == [InvitationIssued]
    assert board.invitations[0].override == "gets_a_lift"
    assert by_hand()[0].invitations[0].override is None
    with pytest.raises(OverrideNeeded):
        by_hand(TOO_FAR)
    with pytest.raises(FirstTalkMissing):
        by_hand(TOO_FAR, stranger, override="gets_a_lift")


def by_hand(board, number):
    ask, identity = an_ask(number), invitation_id(number)
    board, _ = invite(board, ask, identity, (), override=None, now=NOW, tuning=TUNING)
    return board


def test_whom_a_coordinator_invites_by_hand_is_no_wave():
    board = by_hand(Board(a_need(places=9)), 1)
    board = asked(by_hand(board, 2), 3, 4)
    board = asked(by_hand(board, 5), 6)

    waves = [(one.wave, one.by_hand) for one in board.invitations]
    assert waves == [
        (1, True), (1, True), (1, False), (1, False), (1, True), (2, False),
    ]  # fmt: skip


def test_nobody_is_asked_twice_or_after_the_start():
    board = asked(Board(a_need()), 1)

    with pytest.raises(AlreadyInvited):
        issue(board, [an_ask(1)], [invitation_id(2)], now=NOW, tuning=TUNING)
    with pytest.raises(RequestHasStarted):
        issue(
            board,
            [an_ask(2)],
            [invitation_id(2)],
            now=NOW + timedelta(days=7),
            tuning=TUNING,
        )


def test_an_ask_by_telephone_counts_from_the_moment_it_becomes_a_task():
    ask = an_ask(1)
    by_phone = type(ask)(ask.volunteer_id, ask.chance, ask.answer_within, Channel.PHONE)

    board, effects = issue(
        Board(a_need()), [by_phone], [invitation_id(1)], now=NOW, tuning=TUNING
    )

    assert effects[0].channel is Channel.PHONE
    assert board.asked_at(volunteer(1)) == NOW
    assert board.invitations[0].deadline == NOW + 24 * HOUR


def test_who_was_proposed_or_whose_offer_never_left_before_a_stop_is_proposed_again():
    board, _ = issue(
        Board(a_need(places=2)), [an_ask(1)], [invitation_id(1)], now=NOW, tuning=TUNING
    )
    board, _ = propose(board, [an_ask(2)], [invitation_id(2)], decide_by=NOW, now=NOW)

    board, _ = resume(stop(board)[0])

    assert board.exclusions(NOW) == {}
    again, _ = issue(board, [an_ask(1)], [invitation_id(3)], now=NOW, tuning=TUNING)
    assert again.invitation_of(volunteer(1)).invitation_id == invitation_id(3)


def test_whose_open_question_a_stop_withdrew_may_be_asked_anew_once_it_goes_on():
    board = asked(Board(a_need(places=2)), 1, 2)
    board, _ = says(board, 2, Answer.LATER)

    board, _ = resume(stop(board)[0])

    assert board.exclusions(NOW) == {}
    with pytest.raises(InvitationIsStopped):
        says(board, 1, Answer.YES)  # they were told that it is withdrawn
    board, effects = issue(board, [an_ask(1)], [invitation_id(3)], now=NOW, tuning=TUNING)
    assert [effect.invitation_id for effect in effects] == [invitation_id(3)]
    assert board.invitation_of(volunteer(1)).open
    again, _ = invite(
        board, an_ask(2), invitation_id(4), (), override=None, now=NOW, tuning=TUNING
    )
    assert again.invitation_of(volunteer(2)).open


def test_who_declined_or_let_the_deadline_pass_stands_after_a_stop_as_before():
    board = asked(Board(a_need(places=2)), 1, 2)
    board, _ = says(board, 1, Answer.NO)
    board, _ = pass_time(board, {}, now=NOW + 25 * HOUR, tuning=TUNING)

    stopped, told = stop(board)
    twice, more = stop(stopped)
    resumed, _ = resume(twice)

    assert told == more == ()
    assert resumed == board
    assert resume(resumed) == (board, ())
    changed = yes(resumed, 1, 2, now=NOW + 26 * HOUR)
    assert changed.filled


@pytest.mark.parametrize("then", [exclude, withdraw])
def test_whom_a_coordinator_leaves_out_during_a_stop_is_not_asked_anew(then):
    board, _ = stop(asked(Board(a_need()), 1))

    board, told = then(board, volunteer(1), now=NOW)
    board, _ = resume(readmit(board, volunteer(1))[0])

    assert told == ()
    assert board.exclusions(NOW)[volunteer(1)].reason is Reason.INVITATION_WITHDRAWN
    with pytest.raises(AlreadyInvited):
        issue(board, [an_ask(1)], [invitation_id(2)], now=NOW, tuning=TUNING)


def test_a_mail_that_left_while_it_was_withdrawn_counts_as_an_ask():
    board, _ = issue(Board(a_need()), [an_ask(1)], [invitation_id(1)], now=NOW, tuning=TUNING)
    board, _ = resume(stop(board)[0])
    board, _ = email_sent(board, invitation_id(1), sent_at=NOW, tuning=TUNING)

    assert board.asked_at(volunteer(1)) == NOW
    assert board.exclusions(NOW) == {}, "and they may be asked anew"


def test_who_answered_before_the_withdrawal_is_not_asked_again_by_hand():
    board = yes(asked(Board(a_need()), 1), 1)
    board, _ = release(board, volunteer(1), everybody(), now=NOW, tuning=TUNING)

    with pytest.raises(AlreadyInvited):
        invite(board, an_ask(1), invitation_id(2), (), override="x", now=NOW, tuning=TUNING)
