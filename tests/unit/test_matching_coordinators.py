from datetime import timedelta

import pytest

from services.matching.domain.board import Board, Standing
from services.matching.domain.coordinating import (
    assign,
    confirm,
    decline,
    release,
)
from services.matching.domain.effects import (
    AssignmentCancelled,
    Cause,
    RequestFilled,
    RequestReopened,
    VolunteerAssigned,
)
from services.matching.domain.exclusions import Exclusion, Reason
from services.matching.domain.refusals import (
    FirstTalkMissing,
    NoFreePlace,
    NoPlaceHeld,
    NothingReserved,
    OverrideNeeded,
    PlaceOverlaps,
    TaskIsOver,
)
from shared.kernel.fields import Answer, Kind, Via
from tests.unit.matching_builders import (
    BY_COORDINATOR,
    NOW,
    TUNING,
    a_need,
    a_slot,
    asked,
    assignment_id,
    everybody,
    invitation_id,
    says,
    volunteer,
    yes,
)

KNOWN = Standing(known=True)
STRANGER = Standing(known=False)
TOO_FAR = Exclusion(Reason.TOO_FAR, {"distance_km": 40, "radius_km": 10})


def kinds(effects):
    return [type(effect) for effect in effects]


def assigned(board, number=1, standing=KNOWN, *, exclusions=(), override=None, now=NOW):
    return assign(
        board,
        volunteer(number),
        standing,
        exclusions,
        invitation_id=invitation_id(number),
        assignment_id=assignment_id(number),
        override=override,
        via=Via.PHONE,
        now=now,
    )


def reserved(*numbers, **need):
    board = asked(Board(a_need(automation=BY_COORDINATOR, **need)), *numbers)
    return yes(board, *numbers)


def test_confirming_a_reservation_assigns_it_once():
    board, effects = confirm(reserved(1), volunteer(1), KNOWN, now=NOW)

    again, nothing = confirm(board, volunteer(1), KNOWN, now=NOW)

    assert kinds(effects) == [VolunteerAssigned, RequestFilled]
    assert effects[0].cause is Cause.CONFIRMED
    assert (again, nothing) == (board, ())


def test_who_only_waits_or_never_answered_has_nothing_to_confirm_or_decline():
    board = asked(reserved(1), 2)
    board = yes(asked(board, 3), 3)

    for number in (2, 3, 4):
        with pytest.raises(NothingReserved):
            confirm(board, volunteer(number), KNOWN, now=NOW)
        with pytest.raises(NothingReserved):
            decline(board, volunteer(number), everybody(), now=NOW, tuning=TUNING)


def test_a_strangers_yes_to_event_help_is_confirmed_without_hand_over():
    board = asked(Board(a_need(kind=Kind.EVENT_HELP)), 1)
    board = yes(board, 1, people=everybody(1, known=False))

    _, effects = confirm(board, volunteer(1), STRANGER, now=NOW)

    assert not effects[0].hand_over


@pytest.mark.parametrize("need", [{}, {"kind": Kind.EVENT_HELP, "minors_present": True}])
def test_no_stranger_ever_gets_a_place_one_to_one_or_with_minors(need):
    board = reserved(1, **need)

    with pytest.raises(FirstTalkMissing):
        confirm(board, volunteer(1), STRANGER, now=NOW)
    with pytest.raises(FirstTalkMissing):
        assigned(board, 2, STRANGER, override="coordinator_knows_best")


def test_declining_frees_the_place_for_the_waiting_list():
    board = yes(asked(reserved(1), 2), 2)

    board, effects = decline(board, volunteer(1), everybody(), now=NOW, tuning=TUNING)

    assert effects[0].cause is Cause.DECLINED_BY_COORDINATOR
    assert effects[0].reserved_only
    assert board.claim_of(volunteer(2)).holds_place


def test_a_coordinator_assigns_somebody_who_was_never_asked_and_their_link_works():
    board, effects = assigned(Board(a_need()))

    assert kinds(effects) == [VolunteerAssigned, RequestFilled]
    assert effects[0].cause is Cause.ASSIGNED_BY_COORDINATOR
    board, effects = says(board, 1, Answer.NO)
    assert AssignmentCancelled in kinds(effects)


def test_a_place_given_by_a_coordinator_says_how_it_was_agreed_but_a_yes_of_ones_own_stays():
    given, _ = assigned(Board(a_need()))
    waiting = yes(asked(reserved(1, places=1), 2), 2, now=NOW)
    freed, _ = decline(waiting, volunteer(1), {}, now=NOW, tuning=TUNING)
    moved, _ = assigned(freed, 2)

    assert given.invitation_of(volunteer(1)).via is Via.PHONE
    assert moved.claim_of(volunteer(2)).holds_place
    assert moved.invitation_of(volunteer(2)).via is Via.EMAIL


def test_going_against_a_rule_needs_a_reason_that_is_kept():
    with pytest.raises(OverrideNeeded) as refused:
        assigned(Board(a_need()), exclusions=(TOO_FAR,))
    board, effects = assigned(Board(a_need()), exclusions=(TOO_FAR,), override="gets_a_lift")

    assert refused.value.reasons == (Reason.TOO_FAR,)
    assert effects[0].override == "gets_a_lift"
    assert board.claims[0].override == "gets_a_lift"


def test_having_been_asked_speaks_against_another_ask_but_not_against_a_place():
    board = asked(Board(a_need()), 1)
    met = (board.exclusions(NOW)[volunteer(1)],)

    board, _ = assigned(board, exclusions=met)

    assert board.counts.assigned == 1
    assert board.invitation_of(volunteer(1)).answer is Answer.YES


def test_no_reason_makes_two_places_at_a_time_or_more_people_than_places():
    busy = Standing(known=True, held=(a_slot(),))

    with pytest.raises(PlaceOverlaps):
        assigned(Board(a_need()), standing=busy, override="sure")
    with pytest.raises(NoFreePlace):
        assigned(yes(asked(Board(a_need()), 2), 2), 1, override="sure")


def test_a_coordinator_may_assign_until_the_end_of_the_task():
    board, _ = assigned(Board(a_need()), now=NOW + timedelta(days=7, hours=1))

    assert board.counts.assigned == 1
    with pytest.raises(TaskIsOver):
        assigned(Board(a_need()), now=NOW + timedelta(days=7, hours=2))


def test_assigning_who_waits_or_has_a_reservation_uses_their_claim():
    need = a_need(automation=BY_COORDINATOR)
    board = yes(asked(Board(need), 1, 2), 1, 2)
    first_id = board.claim_of(volunteer(1)).assignment_id

    board, effects = assigned(board, 1)
    again, nothing = assigned(board, 1)

    assert effects[0].assignment_id == first_id
    assert (again, nothing) == (board, ())
    with pytest.raises(NoFreePlace):
        assigned(board, 2)


def test_releasing_moves_the_waiting_list_up_unless_places_are_to_become_fewer():
    board = yes(asked(Board(a_need()), 1, 2), 1, 2)

    refilled, effects = release(board, volunteer(1), everybody(), now=NOW, tuning=TUNING)
    kept_free, others = release(
        board, volunteer(1), everybody(), now=NOW, tuning=TUNING, refill=False
    )

    assert kinds(effects) == [AssignmentCancelled, VolunteerAssigned]
    assert kinds(others) == [AssignmentCancelled, RequestReopened]
    assert refilled.free == 0
    assert (kept_free.free, kept_free.counts.waitlisted) == (1, 1)
    with pytest.raises(NoPlaceHeld):
        release(board, volunteer(2), everybody(), now=NOW, tuning=TUNING)
