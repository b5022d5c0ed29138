"""The life of a request, step by step."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.requests.domain.life import (
    COMPLETED_AFTER,
    Counts,
    Fact,
    Life,
    State,
    Terms,
    approve,
    cancel,
    change,
    complete,
    count,
    elapse,
    end_tandem,
    hold,
    post,
    release,
)
from services.requests.domain.reference import reference, reference_prefix
from services.requests.domain.refusals import (
    ReleaseFirst,
    RequestClosed,
    RequestHasStarted,
    RequestInReview,
    RequestIsOver,
    RequestNotStarted,
    VersionOutdated,
)
from shared.kernel.slots import Slot

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
START = NOW + timedelta(days=2)
HOUR = timedelta(hours=1)
TERMS = Terms(2, (Slot(START, START + HOUR), Slot(START + 24 * HOUR, START + 25 * HOUR)))
END = TERMS.ends_at
OPEN = Life(State.OPEN, TERMS)


def in_state(state: State, **more: object) -> Life:
    return replace(OPEN, state=state, **more)


def assigned(number: int, sequence: int = 1) -> Counts:
    return Counts(sequence, assigned=number)


def test_a_verified_organisation_s_request_is_open_at_once():
    life, facts = post(TERMS, verified=True)

    assert (life.state, life.version) == (State.OPEN, 1)
    assert facts == (Fact.RECEIVED, Fact.OPENED)


def test_another_organisation_s_request_waits_in_review_until_it_is_verified():
    waiting, facts = post(TERMS, verified=False)
    assert (waiting.state, facts) == (State.REVIEW, (Fact.RECEIVED,))

    opened, facts = release(waiting, NOW)

    assert (opened.state, opened.version, facts) == (State.OPEN, 2, (Fact.OPENED,))
    assert release(opened, NOW) == (opened, ())


def test_a_coordinator_approves_once_and_not_what_is_over():
    waiting = in_state(State.REVIEW)

    opened, facts = approve(waiting, NOW)
    assert (opened.state, facts) == (State.OPEN, (Fact.OPENED,))
    assert approve(opened, NOW) == (opened, ())
    with pytest.raises(RequestIsOver):
        approve(waiting, END)
    with pytest.raises(RequestClosed):
        approve(in_state(State.CANCELLED), NOW)


def test_a_held_request_with_everybody_assigned_is_filled_when_it_opens_again():
    full = in_state(State.FILLED, counts=assigned(2))

    held, facts = hold(full, NOW)
    assert (held.state, facts) == (State.REVIEW, (Fact.HELD,))

    again, facts = release(held, NOW)
    assert (again.state, facts) == (State.FILLED, (Fact.OPENED,))


def test_what_is_over_is_not_held():
    assert hold(OPEN, END) == (OPEN, ())


def test_the_newest_counts_decide_whether_it_is_filled():
    filled, facts = count(OPEN, Counts(3, assigned=2))
    assert (filled.state, facts) == (State.FILLED, ())

    assert count(filled, Counts(2, assigned=0)) == (filled, ())
    assert count(filled, Counts(4, assigned=1))[0].state is State.OPEN


def test_reserved_places_do_not_fill():
    assert count(OPEN, Counts(1, reserved=2))[0].state is State.OPEN


def test_an_assignment_at_the_last_moment_takes_an_expiry_back():
    expired, facts = elapse(OPEN, END)
    assert (expired.state, facts) == (State.EXPIRED, (Fact.EXPIRED,))

    back, facts = count(expired, assigned(1))

    assert (back.state, back.version, facts) == (State.OPEN, 3, (Fact.OPENED,))
    assert count(expired, Counts(1))[0].state is State.EXPIRED


def test_counts_of_a_cancelled_request_are_kept_and_change_no_state():
    counted, facts = count(in_state(State.CANCELLED), assigned(2))

    assert (counted.state, counted.counts.assigned, facts) == (State.CANCELLED, 2, ())


def test_a_material_change_is_a_new_version_of_the_facts():
    changed, facts = change(OPEN, TERMS, seen=1, material=True, now=NOW)

    assert (changed.version, changed.content_version, changed.facts_version) == (2, 2, 2)
    assert facts == (Fact.CHANGED,)


def test_words_leave_the_facts_at_their_version():
    changed, facts = change(OPEN, TERMS, seen=1, material=False, now=NOW)

    assert (changed.version, changed.facts_version, facts) == (2, 1, (Fact.CHANGED,))


def test_a_change_in_review_is_told_when_it_opens():
    changed, facts = change(in_state(State.REVIEW), TERMS, seen=1, material=True, now=NOW)
    assert (changed.version, facts) == (2, ())

    assert release(changed, NOW)[0].facts_version == 2


def test_two_people_who_change_the_same_version_do_not_overwrite_each_other():
    first, _ = change(OPEN, TERMS, seen=1, material=False, now=NOW)

    with pytest.raises(VersionOutdated) as caught:
        change(first, TERMS, seen=1, material=False, now=NOW)
    assert caught.value.field == "version"
    change(first, TERMS, seen=2, material=False, now=NOW)


def test_opening_meanwhile_does_not_outdate_what_was_seen():
    opened, _ = release(in_state(State.REVIEW), NOW)

    assert change(opened, TERMS, seen=1, material=False, now=NOW)[0].version == 3


@pytest.mark.parametrize("seen", [0, 2, 99])
def test_a_version_that_never_was_is_refused(seen):
    with pytest.raises(VersionOutdated):
        change(OPEN, TERMS, seen=seen, material=False, now=NOW)


def test_fewer_places_than_people_are_refused():
    life = replace(OPEN, counts=Counts(1, reserved=1, assigned=1))

    with pytest.raises(ReleaseFirst) as caught:
        change(life, replace(TERMS, places=1), seen=1, material=False, now=NOW)
    assert caught.value.field == "places"
    assert change(life, replace(TERMS, places=2), seen=1, material=False, now=NOW)


def test_more_places_open_what_was_filled():
    full = in_state(State.FILLED, counts=assigned(2))

    changed, _ = change(full, replace(TERMS, places=3), seen=1, material=False, now=NOW)

    assert changed.state is State.OPEN


def test_nothing_is_changed_after_the_start_or_the_end():
    with pytest.raises(RequestHasStarted):
        change(OPEN, TERMS, seen=1, material=False, now=START)
    for state in (State.DONE, State.CANCELLED, State.EXPIRED):
        with pytest.raises(RequestClosed):
            change(in_state(state), TERMS, seen=1, material=False, now=NOW)


def test_cancelling_twice_is_cancelling_once():
    cancelled, facts = cancel(OPEN)
    assert (cancelled.state, facts) == (State.CANCELLED, (Fact.CANCELLED,))

    assert cancel(cancelled) == (cancelled, ())
    with pytest.raises(RequestClosed):
        cancel(in_state(State.DONE))


def test_completing_twice_is_completing_once():
    done, facts = complete(OPEN, START)
    assert (done.state, facts) == (State.DONE, (Fact.COMPLETED,))

    assert complete(done, START) == (done, ())


def test_what_did_not_begin_is_not_completed():
    with pytest.raises(RequestNotStarted):
        complete(OPEN, NOW)
    with pytest.raises(RequestInReview):
        complete(in_state(State.REVIEW), START)
    with pytest.raises(RequestClosed):
        complete(in_state(State.CANCELLED), START)


def test_with_somebody_assigned_it_is_done_by_itself_two_weeks_after_its_end():
    life = replace(OPEN, counts=assigned(1))

    assert elapse(life, END + COMPLETED_AFTER - HOUR) == (life, ())
    done, facts = elapse(life, END + COMPLETED_AFTER)
    assert (done.state, facts) == (State.DONE, (Fact.COMPLETED,))


def test_a_tandem_without_a_last_day_goes_on_until_somebody_ends_it():
    life = replace(OPEN, terms=replace(TERMS, open_ended=True), counts=assigned(1))

    assert elapse(life, END + 100 * COMPLETED_AFTER) == (life, ())
    assert life.due(END + COMPLETED_AFTER) is None


def ends_tandem(life, now, *, completes=False, left=0):
    return end_tandem(life, completes=completes, left=left, now=now)


def test_a_request_is_done_with_its_last_tandem_once_the_goal_is_reached():
    life = replace(OPEN, counts=assigned(1))

    one_left, facts = ends_tandem(life, START, completes=True, left=1)
    assert (one_left.state, facts) == (OPEN.state, ())
    done, facts = ends_tandem(one_left, START, completes=True)
    assert (done.state, facts) == (State.DONE, (Fact.COMPLETED,))
    assert ends_tandem(done, START, completes=True) == (done, ())


def test_a_tandem_that_ended_early_leaves_room_for_another_and_never_expires():
    life, facts = ends_tandem(OPEN, START)
    assert (life.state, facts) == (OPEN.state, ())

    done, facts = elapse(life, END)

    assert (done.state, facts) == (State.DONE, (Fact.COMPLETED,))


def test_a_tandem_without_a_last_day_ends_its_request_whatever_the_reason():
    life = replace(OPEN, terms=replace(TERMS, open_ended=True), counts=assigned(1))

    assert ends_tandem(life, END + HOUR)[0].state is State.DONE


def test_word_of_a_tandem_that_comes_after_the_expiry_takes_it_back():
    expired = elapse(OPEN, END)[0]

    done, facts = ends_tandem(expired, END)

    assert (done.state, facts) == (State.DONE, (Fact.COMPLETED,))


def test_what_was_called_off_stays_so_when_its_tandems_end():
    cancelled = in_state(State.CANCELLED)

    assert ends_tandem(cancelled, END)[0].state is State.CANCELLED


def test_what_waits_in_review_expires_too():
    assert elapse(in_state(State.REVIEW), END)[0].state is State.EXPIRED


def test_it_is_due_at_the_end_of_each_date():
    first, last = TERMS.slots

    assert OPEN.due(NOW) == first.ends_at
    assert OPEN.due(first.ends_at) == last.ends_at
    assert replace(OPEN, counts=assigned(1)).due(END) == END + COMPLETED_AFTER
    assert in_state(State.DONE).due(NOW) is None


def test_the_current_date_is_the_running_or_next_one():
    first, last = TERMS.slots

    assert TERMS.current(NOW) == first
    assert TERMS.current(first.starts_at) == first
    assert TERMS.current(first.ends_at) == last
    assert TERMS.current(END + HOUR) == last


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("Altenburger Land", "AL"),
        ("Greiz", "GRE"),
        ("Saale-Holzland-Kreis", "SHK"),
    ],
)
def test_a_reference_begins_with_the_district_s_letters(name, prefix):
    assert reference(reference_prefix(name), 2026, 42) == f"{prefix}-2026-0042"


def test_a_reference_has_room_for_large_numbers():
    assert reference("AL", 2026, 12345) == "AL-2026-12345"
