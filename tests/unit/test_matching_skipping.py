"""Skipping one date of a series: who may, what stays, what it frees, how it is taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.matching.domain.agenda import lay_out
from services.matching.domain.board import Board, Skip, Standing
from services.matching.domain.changing import cancel, change, expire
from services.matching.domain.effects import DateSkipped, DateUnskipped
from services.matching.domain.exclusions import Reason
from services.matching.domain.refusals import (
    DateHasBegun,
    DateIsTaken,
    DateUnknown,
    NoDateLeft,
    NoPlaceHeld,
    NotASeries,
    PlaceOverlaps,
    RequestIsCancelled,
    RequestIsExpired,
)
from services.matching.domain.rules import exclusions
from services.matching.domain.skipping import skip, unskip
from shared.kernel.fields import Kind
from shared.kernel.ids import RequestId
from tests.unit.matching_builders import (
    BY_COORDINATOR,
    NOW,
    TUNING,
    a_need,
    a_person,
    a_slot,
    an_id,
    asked,
    everybody,
    volunteer,
    yes,
)

DATES = (a_slot(7), a_slot(14), a_slot(21))
LINKED = RequestId(an_id(70_001))
FREE = Standing(known=True)


def a_series(**changes):
    return a_need(**{"kind": Kind.SERIES, "slots": DATES, "places": 2} | changes)


def held(**changes):
    """A series of three dates; the first two volunteers have its places."""
    return yes(asked(Board(a_series(**changes)), 1, 2, 3), 1, 2)


def skips(board, number=1, date=1, linked=LINKED, now=NOW):
    return skip(board, volunteer(number), DATES[date].starts_at, linked, now=now)


def takes_back(board, standing=FREE, linked=None, now=NOW):
    """What comes of it when the first volunteer takes the skip of the second date back."""
    return unskip(board, volunteer(1), DATES[1].starts_at, standing, linked, now=now)


def test_who_skips_a_date_keeps_the_place_and_tells_which_request_is_linked():
    before = held()

    after, (told,) = skips(before)

    assert after.counts == before.counts
    assert after.version == before.version
    assert after.claim_of(volunteer(1)).skips == (Skip(DATES[1], LINKED),)
    assert after.claim_of(volunteer(2)).skips == ()
    assert isinstance(told, DateSkipped)
    assert (told.slot, told.linked_request_id) == (DATES[1], LINKED)
    assert told.assignment_id == before.claim_of(volunteer(1)).assignment_id


def test_skipping_a_date_again_changes_nothing_and_keeps_the_first_linked_request():
    once, _ = skips(held())

    assert skips(once, linked=RequestId(an_id(70_002))) == (once, ())


def test_two_people_may_skip_the_same_date():
    once, _ = skips(held())

    twice, (told,) = skips(once, 2, linked=RequestId(an_id(70_002)))

    assert told.volunteer_id == volunteer(2)
    assert twice.counts.assigned == 2


@pytest.mark.parametrize("number", [3, 4])
def test_who_has_no_place_skips_nothing(number):
    with pytest.raises(NoPlaceHeld):
        skips(held(), number)


def test_a_place_that_waits_for_a_coordinator_is_not_held_yet():
    with pytest.raises(NoPlaceHeld):
        skips(held(automation=BY_COORDINATOR))


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.SERIES])
def test_only_dates_of_a_series_are_skipped(kind):
    with pytest.raises(NotASeries):
        skips(held(kind=kind))


def test_a_time_at_which_the_series_has_no_date_is_refused():
    off = DATES[1].starts_at + timedelta(minutes=1)
    with pytest.raises(DateUnknown):
        skip(held(), volunteer(1), off, LINKED, now=NOW)


def test_a_date_that_has_begun_is_neither_skipped_nor_taken_back():
    begun = DATES[1].starts_at
    with pytest.raises(DateHasBegun):
        skips(held(), now=begun)
    once, _ = skips(held())
    with pytest.raises(DateHasBegun):
        takes_back(once, now=begun)


def test_a_later_date_of_a_running_series_may_be_skipped():
    after, _ = skips(held(), now=DATES[0].starts_at + timedelta(minutes=1))
    assert after.claim_of(volunteer(1)).skipped == (DATES[1],)


def test_who_would_come_to_no_date_at_all_gives_the_place_back_instead():
    board, _ = skips(held(), date=0)
    board, _ = skips(board, date=1)
    with pytest.raises(NoDateLeft):
        skips(board, date=2)


@pytest.mark.parametrize(
    ("ended", "refusal"),
    [
        (lambda board: cancel(board, now=NOW), RequestIsCancelled),
        (lambda board: expire(board, now=NOW), RequestIsExpired),
    ],
)
def test_of_a_request_that_has_ended_nothing_is_skipped(ended, refusal):
    board, _ = ended(Board(a_series()))
    with pytest.raises(refusal):
        skips(board)


def test_a_skip_is_taken_back_while_nobody_has_the_linked_place():
    once, _ = skips(held())
    linked = asked(Board(a_need(request_id=LINKED, slots=(DATES[1],))), 5, request=1)

    after, (told,) = takes_back(once, linked=linked)

    assert after.claim_of(volunteer(1)).skips == ()
    assert isinstance(told, DateUnskipped)
    assert told.linked_request_id == LINKED
    assert takes_back(after) == (after, ())


@pytest.mark.parametrize("confirm", [{}, {"automation": BY_COORDINATOR}])
def test_a_skip_stays_once_somebody_has_the_linked_place_or_one_is_reserved(confirm):
    once, _ = skips(held())
    need = a_need(request_id=LINKED, slots=(DATES[1],), **confirm)
    linked = yes(asked(Board(need), 5, request=1), 5)

    with pytest.raises(DateIsTaken):
        takes_back(once, linked=linked)


def test_a_skip_stays_once_the_volunteer_has_taken_something_else_then():
    once, _ = skips(held())
    with pytest.raises(PlaceOverlaps):
        takes_back(once, standing=Standing(known=True, held=(DATES[1],)))


def test_a_changed_series_keeps_the_place_of_who_does_something_else_on_the_skipped_date():
    once, _ = skips(held())
    newer = replace(once.need, version=2, facts_version=2)
    busy = everybody() | {volunteer(1): Standing(known=True, held=(DATES[1],))}

    after, _ = change(once, newer, busy, now=NOW, tuning=TUNING)

    assert after.claim_of(volunteer(1)).skipped == (DATES[1],)


def test_a_skipped_date_that_the_series_no_longer_has_is_no_longer_skipped():
    once, _ = skips(held())
    newer = replace(once.need, version=2, facts_version=2, slots=(DATES[0], DATES[2]))

    after, _ = change(once, newer, everybody(), now=NOW, tuning=TUNING)

    assert after.claim_of(volunteer(1)).skips == ()
    assert after.counts == once.counts


def test_the_first_date_is_the_first_to_which_somebody_comes():
    board, _ = skips(held(), date=0)
    assert board.claim_of(volunteer(1)).first_date(board.need) == DATES[1]
    assert board.claim_of(volunteer(2)).first_date(board.need) == DATES[0]


def reasons(need, person):
    return [found.reason for found in exclusions(lay_out(need, NOW, TUNING), person)]


def test_who_skips_a_date_is_not_asked_for_anything_at_that_time():
    person = a_person(skipped=(DATES[1],))

    (found,) = exclusions(lay_out(a_need(slots=(DATES[1],)), NOW, TUNING), person)

    assert found.reason is Reason.DATE_SKIPPED
    assert found.details == {"on": DATES[1].starts_at.date()}
    assert reasons(a_need(slots=(DATES[0],)), person) == []


def test_a_skipped_date_does_not_keep_anybody_out_of_another_series():
    assert reasons(a_series(), a_person(skipped=(DATES[1],))) == []
