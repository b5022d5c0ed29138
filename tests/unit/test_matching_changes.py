from dataclasses import replace
from datetime import timedelta

import pytest

from services.matching.domain.board import Board, BoardState, Standing
from services.matching.domain.changing import cancel, change, check_places, erase, expire
from services.matching.domain.coordinating import exclude, hold_back
from services.matching.domain.effects import (
    AssignmentCancelled,
    Cause,
    InvitationExpired,
    InvitationWithdrawn,
    Purpose,
    RequestFilled,
    RequestReopened,
    VolunteerAssigned,
)
from services.matching.domain.inviting import note_exhausted
from services.matching.domain.refusals import ReleaseFirst
from shared.kernel.fields import Answer
from tests.unit.matching_builders import (
    BY_COORDINATOR,
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
STAND_IN = volunteer(999)


def kinds(effects):
    return [type(effect) for effect in effects]


def changed(board, people=None, now=NOW, **need):
    newer = replace(board.need, version=board.need.version + 1, **need)
    return change(board, newer, people or everybody(), now=now, tuning=TUNING)


def moved(board, days=8, **options):
    slots = (a_slot(days),)
    return changed(board, slots=slots, facts_version=board.need.version + 1, **options)


def test_a_change_of_words_asks_nobody():
    board = yes(asked(Board(a_need()), 1, 2), 1)

    board, effects = changed(board)

    assert effects == ()
    assert board.need.version == 2


def test_a_change_of_time_asks_the_assigned_and_shows_the_new_facts_to_the_asked():
    board = yes(asked(Board(a_need()), 1, 2), 1)

    board, effects = moved(board)

    assert [(e.purpose, e.volunteer_id, e.need_version) for e in effects] == [
        (Purpose.CHANGED, volunteer(1), 2)
    ]
    assert board.claims[0].ask_again
    assert {i.need_version for i in board.invitations} == {2}
    board, effects = says(board, 1, Answer.YES)
    assert len(effects) == 1
    assert not board.claims[0].ask_again


def test_an_older_version_arriving_late_changes_nothing():
    board, _ = moved(asked(Board(a_need()), 1))

    assert change(board, a_need(), everybody(), now=NOW, tuning=TUNING) == (board, ())


def test_a_new_time_that_overlaps_another_place_takes_this_one_back():
    board = yes(asked(Board(a_need()), 1, 2), 1, 2)
    people = everybody() | {volunteer(1): Standing(known=True, held=(a_slot(8),))}

    board, effects = moved(board, people=people)

    assert kinds(effects) == [AssignmentCancelled, VolunteerAssigned]
    assert effects[0].cause is Cause.OVERLAPS_AFTER_CHANGE
    assert board.claim_of(volunteer(2)).holds_place
    again, _ = says(board, 1, Answer.YES)
    assert len(again.waiting) == 1


def test_fewer_places_than_people_are_refused_with_release_first():
    board = yes(asked(Board(a_need(places=3)), 1, 2), 1, 2)

    with pytest.raises(ReleaseFirst) as refused:
        changed(board, places=1)

    assert refused.value.code == "matching.release_first"
    assert refused.value.field == "places"
    check_places(board, 2)
    filled, effects = changed(board, places=2)
    assert kinds(effects) == [RequestFilled]
    assert filled.filled


def test_more_places_reopen_the_request_and_move_the_waiting_list_up():
    board = yes(asked(Board(a_need()), 1, 2), 1, 2)

    board, effects = changed(board, places=3)

    assert kinds(effects) == [VolunteerAssigned, RequestReopened]
    assert effects[1].counts.assigned == 2
    assert effects[1].version == board.version


def test_a_changed_need_makes_the_search_worth_another_word_to_the_coordinator():
    board, _ = note_exhausted(Board(a_need()), {})

    board, _ = changed(board)

    assert not board.exhausted


def test_a_cancelled_request_tells_the_asked_the_waiting_and_the_assigned():
    board = yes(asked(Board(a_need()), 1, 2, 3, 4, 5), 1, 2)
    board, _ = says(board, 4, Answer.NO)
    board, _ = says(board, 5, Answer.LATER)

    cancelled, effects = cancel(board, now=NOW)

    told = {(type(e), e.volunteer_id) for e in effects}
    assert told == {
        (AssignmentCancelled, volunteer(1)),
        (InvitationWithdrawn, volunteer(2)),
        (InvitationWithdrawn, volunteer(3)),
        (InvitationWithdrawn, volunteer(5)),
    }
    assert {e.cause for e in effects} == {Cause.REQUEST_CANCELLED}
    withdrawn = [e for e in effects if isinstance(e, InvitationWithdrawn)]
    assert [e.volunteer_id for e in withdrawn if e.waited] == [volunteer(2)]
    assert cancelled.claims == ()
    assert cancel(cancelled, now=NOW) == (cancelled, ())
    assert moved(cancelled) == (cancelled, ())


def test_a_request_expires_only_if_nobody_was_assigned():
    nobody = asked(Board(a_need()), 1)
    somebody = yes(asked(Board(a_need(places=2)), 1), 1)

    expired, effects = expire(nobody, now=NOW)
    kept, told = expire(somebody, now=NOW)

    assert expired.state is BoardState.EXPIRED
    assert kinds(effects) == [InvitationExpired]
    assert expire(expired, now=NOW) == (expired, ())
    assert kept == somebody
    assert kinds(told) == [RequestReopened]
    assert told[0].counts.assigned == 1


def test_an_expired_request_gives_reservations_back():
    board = yes(asked(Board(a_need(automation=BY_COORDINATOR)), 1, 2), 1, 2)

    expired, effects = expire(board, now=NOW)

    assert kinds(effects) == [AssignmentCancelled, InvitationWithdrawn]
    assert expired.claims == ()


def test_an_erased_volunteer_leaves_no_trace_and_the_waiting_list_moves_up():
    board = yes(asked(Board(a_need()), 1, 2, 3), 1, 2)
    board, _ = hold_back(board, volunteer(1), until=NOW + HOUR)

    board, effects = erase(board, volunteer(1), STAND_IN, everybody(2), now=NOW, tuning=TUNING)

    assert kinds(effects) == [AssignmentCancelled, VolunteerAssigned]
    assert effects[0].cause is Cause.ERASED
    assert str(volunteer(1)) not in repr(board)
    board, _ = exclude(board, volunteer(3), now=NOW)
    board, _ = erase(board, volunteer(3), STAND_IN, everybody(2), now=NOW, tuning=TUNING)
    assert str(volunteer(3)) not in repr(board)


def test_of_a_task_that_is_over_the_figures_stay_without_the_person():
    board = yes(asked(Board(a_need()), 1, 2), 1, 2)
    over = NOW + timedelta(days=30)

    after, effects = erase(board, volunteer(1), STAND_IN, {}, now=over, tuning=TUNING)

    assert effects == ()
    assert after.counts == board.counts
    assert str(volunteer(1)) not in repr(after)
