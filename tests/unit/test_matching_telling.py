from dataclasses import replace
from datetime import timedelta

from services.matching.domain.board import Board, BoardState
from services.matching.domain.changing import cancel, erase
from services.matching.domain.coordinating import release
from services.matching.domain.effects import RequestNear, WhoComesChanged
from services.matching.domain.inviting import note_exhausted
from services.matching.domain.telling import NEAR, newly_filled, tell_organisation
from shared.kernel.fields import Answer
from tests.unit.matching_builders import (
    NOW,
    TUNING,
    a_need,
    asked,
    everybody,
    says,
    volunteer,
    yes,
)

START = a_need().starts_at
DAY_BEFORE = START - NEAR
HOUR = timedelta(hours=1)
LISTS = (WhoComesChanged, RequestNear)


def heard(before, step, now=NOW, *, looking=True):
    """The board after a step, and what the organisation is mailed of who comes."""
    after, effects = tell_organisation(before, step, now=now, looking=looking)
    lists = [effect for effect in effects if isinstance(effect, LISTS)]
    return after, ["filled"] * newly_filled(before, after) + lists


def answers(board, number, said, now=NOW):
    return heard(board, says(board, number, said, now=now), now)


def a_board(*comers, places=2, told=True):
    """Volunteers 1 to 3 were asked; these hold a place, and the organisation may know."""
    board = asked(Board(a_need(places=places)), 1, 2, 3)
    for number in comers:
        after = yes(board, number)
        board, _ = heard(board, (after, ())) if told else (after, ())
    return board


def test_a_place_taken_among_others_is_no_news_before_the_day_before():
    board, news = answers(a_board(), 1, Answer.YES)

    assert news == []
    assert board.told_at is None


def test_a_place_given_back_before_anything_was_told_is_no_news():
    _, news = answers(a_board(1), 1, Answer.NO)

    assert news == []


def test_what_filled_is_told_by_its_own_event_and_by_no_other():
    board, news = answers(a_board(1), 2, Answer.YES)

    assert news == ["filled"]
    assert board.told_at == NOW
    assert all(claim.told for claim in board.claims)


def test_a_place_given_back_after_the_list_is_told_once_with_how_it_stands():
    board, news = answers(a_board(1, 2), 1, Answer.NO)

    (changed,) = news
    assert isinstance(changed, WhoComesChanged)
    assert (changed.given_back, changed.looking) == (True, True)
    assert changed.version == board.version
    assert heard(board, (board, ()))[1] == []


def test_who_moves_up_at_once_makes_one_mail_and_not_two():
    waiting = yes(a_board(1, 2), 3)

    board, news = answers(waiting, 1, Answer.NO)

    assert news == ["filled"]
    assert {c.volunteer_id for c in board.claims if c.told} == {volunteer(2), volunteer(3)}


def test_a_yes_that_nobody_told_the_organisation_of_may_be_taken_back_without_a_mail():
    board = a_board(1, 2, places=2)
    board, _ = answers(board, 1, Answer.NO)
    board, _ = heard(board, (replace(board, need=replace(board.need, places=3)), ()))
    board, joined = answers(board, 3, Answer.YES)
    _, left = answers(board, 3, Answer.NO)

    assert (joined, left) == ([], [])


def test_a_place_that_a_coordinator_takes_and_keeps_free_is_told_without_a_promise():
    board = a_board(1, 2)
    step = release(board, volunteer(1), everybody(), now=NOW, tuning=TUNING, refill=False)

    _, (changed,) = heard(board, step, looking=False)

    assert (changed.given_back, changed.looking) == (True, False)


def test_the_day_before_whoever_comes_is_told_once():
    board = a_board(1)

    early, nothing = heard(board, (board, ()), DAY_BEFORE - HOUR)
    told, news = heard(early, (early, ()), DAY_BEFORE)
    _, again = heard(told, (told, ()), DAY_BEFORE + HOUR)

    assert (nothing, again) == ([], [])
    assert [type(one) for one in news] == [RequestNear]


def test_the_day_before_is_told_of_a_filled_request_too_unless_it_filled_since():
    long_known, just_filled = a_board(1, 2), a_board(1)

    _, news = heard(long_known, (long_known, ()), DAY_BEFORE)
    filled, first = answers(just_filled, 2, Answer.YES, DAY_BEFORE + HOUR)
    _, second = heard(filled, (filled, ()), DAY_BEFORE + 2 * HOUR)

    assert [type(one) for one in news] == [RequestNear]
    assert not news[0].looking
    assert (first, second) == (["filled"], [])


def test_nobody_is_told_that_nobody_comes():
    board = a_board()

    assert heard(board, (board, ()), DAY_BEFORE)[1] == []
    assert heard(a_board(1), (a_board(1), ()), START)[1] == []


def test_who_comes_in_addition_is_told_from_the_day_before_on():
    board = a_board(1, places=3)
    board, _ = heard(board, (board, ()), DAY_BEFORE)

    _, (changed,) = answers(board, 2, Answer.YES, DAY_BEFORE + HOUR)

    assert isinstance(changed, WhoComesChanged)
    assert not changed.given_back


def test_a_start_that_is_put_off_has_a_day_before_of_its_own():
    board = a_board(1)
    board, _ = heard(board, (board, ()), DAY_BEFORE)
    slots = tuple(
        replace(slot, starts_at=slot.starts_at + 3 * NEAR, ends_at=slot.ends_at + 3 * NEAR)
        for slot in board.need.slots
    )
    later = replace(board, need=replace(board.need, slots=slots))

    assert heard(board, (later, ()), DAY_BEFORE + HOUR)[1] == []
    _, news = heard(later, (later, ()), DAY_BEFORE + 3 * NEAR)
    assert [type(one) for one in news] == [RequestNear]


def test_who_was_named_when_nobody_was_left_to_ask_is_missed_too():
    board = a_board(1)
    for number in (2, 3):
        board, _ = answers(board, number, Answer.NO)
    named, news = heard(board, note_exhausted(board, {}))

    _, (changed,) = answers(named, 1, Answer.NO)

    assert news == []
    assert named.told_at is None
    assert isinstance(changed, WhoComesChanged)


def test_after_the_start_nobody_is_said_to_be_looked_for():
    _, (changed,) = answers(a_board(1, 2), 1, Answer.NO, START + HOUR)

    assert (changed.given_back, changed.looking) == (True, False)


def test_a_volunteer_who_is_erased_is_missed_like_any_other():
    board = a_board(1, 2)
    step = erase(board, volunteer(1), volunteer(29), everybody(), now=NOW, tuning=TUNING)

    _, (changed,) = heard(board, step)

    assert changed.given_back


def test_of_a_cancelled_request_the_organisation_hears_no_list():
    board = a_board(1, 2)

    after, news = heard(board, cancel(board, now=NOW))

    assert after.state is BoardState.CANCELLED
    assert news == []
