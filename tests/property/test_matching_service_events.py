"""What a step of a board makes known as events: each once, and any change of the counts at the end."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.board import Board, Standing
from services.matching.domain.changing import cancel, erase, expire
from services.matching.domain.coordinating import confirm, decline, release, withdraw
from services.matching.domain.need import Automation, Confirm
from services.matching.domain.refusals import MatchingRefusal
from services.matching.handlers.publishing import Change
from shared.contracts.matching import (
    AnswerReceived,
    AssignmentCancelled,
    RequestFilled,
    RequestReopened,
    ReservationDeclined,
    VolunteerAssigned,
)
from shared.kernel.fields import Answer
from tests.unit.matching_builders import (
    NOW,
    TUNING,
    a_need,
    asked,
    everybody,
    says,
    volunteer,
)

NUMBERS = range(1, 5)
STAND_IN = volunteer(99)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["yes", "no", "later", "release", "decline", "confirm", "withdraw", "erase"]
        ),
        st.sampled_from(NUMBERS),
    ),
    max_size=15,
)


def taken(board: Board, what: str, number: int):
    """The board and the effects after one step."""
    now, people, who = NOW + timedelta(hours=1), everybody(*NUMBERS), volunteer(number)
    match what:
        case "yes" | "no" | "later":
            return says(board, number, Answer(what), people=people, now=now)
        case "release":
            return release(board, who, people, now=now, tuning=TUNING)
        case "decline":
            return decline(board, who, people, now=now, tuning=TUNING)
        case "confirm":
            return confirm(board, who, Standing(known=True), now=now)
        case "withdraw":
            return withdraw(board, who, now=now)
        case _:
            return erase(board, who, STAND_IN, people, now=now, tuning=TUNING)


def assert_told_well(before: Board, after: Board, effects):
    events = Change(before, after, 7, NOW, TUNING).events(effects)
    counts = [one for one in events if isinstance(one, RequestFilled | RequestReopened)]
    others = [one for one in events if one not in counts]
    assert len(counts) == (after.version != before.version)
    if counts:
        (told,) = counts
        assert told is events[-1]
        assert (told.sequence, told.places, told.assigned) == (
            after.version,
            after.counts.places,
            after.counts.assigned,
        )
        assert after.filled or not isinstance(told, RequestFilled)
        assert before.filled or not after.filled or isinstance(told, RequestFilled)
    claimed = {one.volunteer_id for board in (before, after) for one in board.claims}
    for event in others:
        assert event.request_id == before.need.request_id
        if isinstance(event, VolunteerAssigned | AssignmentCancelled | ReservationDeclined):
            assert event.volunteer_id in claimed
        if isinstance(event, AnswerReceived):
            assert after.invitation(event.invitation_id).answer is event.answer


@given(
    steps=STEPS,
    places=st.integers(1, 3),
    by=st.sampled_from(Confirm),
    end=st.sampled_from([cancel, expire]),
)
def test_every_step_is_told_once_and_every_change_of_the_counts_with_it(steps, places, by, end):
    board = asked(Board(a_need(places=places, automation=Automation(confirm=by))), *NUMBERS)
    for what, number in steps:
        if board.invitation_of(volunteer(number)) is None:
            continue  # erased
        try:
            after, effects = taken(board, what, number)
        except MatchingRefusal:
            continue
        assert_told_well(board, after, effects)
        board = after
    ended, effects = end(board, now=NOW)
    if end is cancel or not board.counts.assigned:
        assert_told_well(board, ended, effects)
