"""A tandem's questions, answers and end, as the people concerned would tell it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.matching.domain.refusals import (
    AnswerUnfitting,
    QuestionIsOver,
    QuestionUnknown,
    TandemIsOver,
)
from services.matching.domain.tandems.living import (
    Answered,
    Asked,
    Ended,
    EndWished,
    HoursTold,
    Word,
    answer,
    ask,
    end,
    move,
    settle,
    tell_last_hours,
    wish_end,
)
from services.matching.domain.tandems.schedule import day_of, next_look_at
from services.matching.domain.tandems.tandem import By, End, Given, Wish
from services.matching.domain.tuning import Tuning
from shared.kernel.fields import Channel, Side, TandemAnswer, TandemQuestion, TandemState, Via
from shared.kernel.quiet_hours import QuietHours
from tests.unit.matching_builders import NIGHTS_AND_SUNDAYS, NOW, TUNING, a_tandem

VOLUNTEER, ORGANISATION = Side.VOLUNTEER, Side.ORGANISATION
TRIAL, CHECK_IN = TandemQuestion.TRIAL, TandemQuestion.CHECK_IN
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


def asked(tandem=None, times=1, tuning=TUNING, channel=Channel.EMAIL):
    """The tandem after so many looks of a planner that is never late, and when the last was."""
    tandem, now = tandem or a_tandem(), NOW
    for _ in range(times):
        now = next_look_at(tandem, now, tuning)
        tandem, _ = ask(tandem, now, channel, tuning)
    return tandem, now


def mails(tandem, looks, tuning=TUNING):
    """What goes out on which day, to somebody who never answers."""
    told, now = [], NOW
    for _ in range(looks):
        now = next_look_at(tandem, now, tuning)
        if now is None:
            break
        tandem, effects = ask(tandem, now, Channel.EMAIL, tuning)
        told += [
            (day_of(now, tuning), one.question.what.value + (" again" if one.again else ""))
            for one in effects
            if one.side is VOLUNTEER
        ]
    return told


def says(tandem, side, said, at, hours=None, **more):
    number = more.pop("number", None) or tandem.current.number
    word = Word(side, number, said, hours, more.pop("via", Via.WEB), at, **more)
    return answer(tandem, word, at)


def test_a_tandem_is_asked_after_four_weeks_after_six_and_then_each_quarter():
    assert mails(a_tandem(), 7) == [
        (date(2026, 3, 30), "trial"),
        (date(2026, 4, 6), "trial again"),
        (date(2026, 4, 13), "check_in"),
        (date(2026, 4, 20), "check_in again"),
        (date(2026, 7, 13), "check_in"),
        (date(2026, 7, 20), "check_in again"),
        (date(2026, 10, 13), "check_in"),
    ]


def test_a_trial_of_six_weeks_moves_the_first_check_in_and_needs_no_reminder_between():
    six_weeks = Tuning(tandem_trial=6 * WEEK)

    assert mails(a_tandem(), 3, six_weeks) == [
        (date(2026, 4, 13), "trial"),
        (date(2026, 4, 20), "check_in"),
        (date(2026, 4, 27), "check_in again"),
    ]


def test_what_falls_on_a_quiet_day_is_asked_on_the_next_and_still_reminded():
    sunday = a_tandem(first_at=NOW - DAY)

    assert mails(sunday, 3, NIGHTS_AND_SUNDAYS)[:3] == [
        (date(2026, 3, 30), "trial"),
        (date(2026, 4, 6), "trial again"),
        (date(2026, 4, 13), "check_in"),
    ]


def test_it_is_asked_in_the_morning_of_the_district():
    before_summer, _ = asked()
    after_summer, _ = asked(a_tandem(first_at=NOW - 2 * WEEK))

    assert before_summer.current.asked_at == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert after_summer.current.asked_at == datetime(2026, 3, 16, 8, tzinfo=UTC)


def test_a_tandem_with_a_last_date_is_asked_once_more_after_it_and_never_again():
    twelve_weeks = a_tandem(last_at=NOW + 12 * WEEK)

    assert mails(twelve_weeks, 20) == [
        (date(2026, 3, 30), "trial"),
        (date(2026, 4, 6), "trial again"),
        (date(2026, 4, 13), "check_in"),
        (date(2026, 4, 20), "check_in again"),
        (date(2026, 5, 26), "check_in"),
        (date(2026, 6, 2), "check_in again"),
    ]


def test_a_tandem_shorter_than_its_trial_is_asked_only_at_its_end():
    assert mails(a_tandem(last_at=NOW + 3 * WEEK), 20) == [
        (date(2026, 3, 24), "check_in"),
        (date(2026, 3, 31), "check_in again"),
    ]


def test_who_looks_after_months_asks_the_trial_first_and_a_week_later_about_all_the_time():
    tandem, _ = ask(a_tandem(), NOW + 30 * WEEK, Channel.EMAIL, TUNING)
    assert tandem.current.what is TRIAL
    assert ask(tandem, NOW + 30 * WEEK + 6 * DAY, Channel.EMAIL, TUNING) == (tandem, ())

    tandem, _ = ask(tandem, NOW + 31 * WEEK, Channel.EMAIL, TUNING)

    assert tandem.current.what is CHECK_IN
    assert tandem.current.from_on == date(2026, 3, 2)
    assert tandem.current.to_on == day_of(NOW + 31 * WEEK, TUNING) - DAY


def test_both_sides_are_asked_and_only_the_silent_one_is_reminded():
    tandem, now = asked()
    tandem, told = says(tandem, VOLUNTEER, TandemAnswer.FITS, now + DAY)
    assert [type(one) for one in told] == [Answered]

    tandem, told = ask(tandem, now + WEEK, Channel.EMAIL, TUNING)

    assert [(one.side, one.again) for one in told] == [(ORGANISATION, True)]
    assert ask(tandem, now + WEEK + DAY, Channel.EMAIL, TUNING) == (tandem, ())


def test_the_newest_word_of_a_period_counts_whoever_says_it_and_whenever_it_arrives():
    tandem, now = asked(times=3)
    well = TandemAnswer.GOES_WELL
    tandem, told = says(tandem, VOLUNTEER, well, now + DAY, 12)
    assert [one.question.hours for one in told if isinstance(one, HoursTold)] == [12]
    tandem, _ = says(tandem, ORGANISATION, well, now + 3 * DAY, 10)
    assert tandem.current.hours == tandem.hours == 10

    stale = Word(VOLUNTEER, tandem.current.number, well, 99, Via.WEB, now)
    assert answer(tandem, stale, now + 4 * DAY) == (tandem, ())
    tandem, _ = says(tandem, ORGANISATION, well, now + 4 * DAY)
    assert tandem.hours == 12


def test_the_same_answer_twice_is_one_and_another_one_changes_it():
    tandem, now = asked()
    once, _ = says(tandem, VOLUNTEER, TandemAnswer.FITS, now + DAY)

    assert says(once, VOLUNTEER, TandemAnswer.FITS, now + 2 * DAY) == (once, ())
    changed, told = says(once, VOLUNTEER, TandemAnswer.DOES_NOT_FIT, now + 2 * DAY)
    assert changed.current.of(VOLUNTEER).said is TandemAnswer.DOES_NOT_FIT
    assert [one.said for one in told] == [TandemAnswer.DOES_NOT_FIT]
    assert changed.current.of(ORGANISATION) is None


def test_an_answer_counts_for_the_question_that_was_there_when_it_was_given():
    tandem, trial_at = asked()
    tandem, now = asked(tandem, times=2)
    fits = Word(VOLUNTEER, 1, TandemAnswer.FITS, None, Via.WEB, trial_at + DAY)

    late, _ = answer(tandem, fits, now + DAY)
    assert late.question(1).of(VOLUNTEER).said is TandemAnswer.FITS
    with pytest.raises(QuestionIsOver):
        says(tandem, VOLUNTEER, TandemAnswer.FITS, now + DAY, number=1)
    corrected, _ = says(
        tandem, VOLUNTEER, TandemAnswer.FITS, now + DAY, number=1, by_staff=True
    )
    assert corrected.question(1).of(VOLUNTEER).said is TandemAnswer.FITS


def test_what_is_no_answer_to_the_question_is_refused():
    tandem, now = asked()

    for said in (TandemAnswer.GOES_WELL, None):
        with pytest.raises(AnswerUnfitting):
            says(tandem, VOLUNTEER, said, now)
    with pytest.raises(QuestionUnknown):
        says(tandem, VOLUNTEER, TandemAnswer.FITS, now, number=7)
    with pytest.raises(QuestionUnknown):
        says(a_tandem(), VOLUNTEER, TandemAnswer.FITS, now, number=1)


def test_does_not_fit_is_a_task_until_it_is_settled_or_taken_back_and_takes_no_place():
    tandem, now = asked()
    tandem, _ = says(tandem, ORGANISATION, TandemAnswer.DOES_NOT_FIT, now + DAY)
    assert tandem.trouble_at == now + DAY
    assert tandem.end is None

    taken_back, _ = says(tandem, ORGANISATION, TandemAnswer.FITS, now + 2 * DAY)
    assert taken_back.trouble_at is None
    settled, _ = settle(tandem, now + 3 * DAY)
    assert settled.trouble_at is None
    again, check_at = asked(settled, times=2)
    again, _ = says(again, ORGANISATION, TandemAnswer.NEEDS_HELP, check_at + DAY)
    assert again.trouble_at == check_at + DAY


def test_the_organisation_wishes_the_end_and_a_coordinator_brings_it():
    tandem, told = wish_end(a_tandem(), Wish(NOW + DAY, "moved_away"))
    assert [type(one) for one in told] == [EndWished]
    assert (tandem.end, tandem.trouble_at) == (None, NOW + DAY)
    assert wish_end(tandem, Wish(NOW + 2 * DAY, "moved_away")) == (tandem, ())
    settled, _ = settle(tandem, NOW + 3 * DAY)
    assert wish_end(settled, Wish(NOW + 4 * DAY, "moved_away"))[0].trouble_at == NOW + 4 * DAY

    ended, told = end(tandem, End(NOW + 2 * DAY, "moved_away", By.COORDINATOR))

    assert told == (Ended(ended.end),)
    assert ended.trouble_at is None
    with pytest.raises(TandemIsOver):
        wish_end(ended, Wish(NOW + 3 * DAY, "moved_away"))


def test_once_ended_nothing_is_asked_and_only_a_coordinator_corrects_the_reason():
    tandem, now = asked()
    ended, _ = end(tandem, End(now + DAY, "no_time", By.VOLUNTEER))

    assert next_look_at(ended, now + DAY, TUNING) is None
    assert ask(ended, now + 20 * WEEK, Channel.EMAIL, TUNING) == (ended, ())
    with pytest.raises(TandemIsOver):
        says(ended, VOLUNTEER, TandemAnswer.FITS, now + 2 * DAY)
    assert end(ended, End(now + 2 * DAY, "other", By.VOLUNTEER)) == (ended, ())
    corrected, told = end(ended, End(now + 2 * DAY, "moved_away", By.COORDINATOR))
    assert corrected.end == End(now + DAY, "moved_away", By.VOLUNTEER)
    assert told == (Ended(corrected.end, corrected=True),)


def test_the_hours_since_the_last_check_in_can_be_told_with_the_end():
    tandem, now = asked(times=3)
    ended, _ = end(tandem, End(now + 2 * WEEK, "goal_reached", By.VOLUNTEER))
    given = Given(None, now + 2 * WEEK, Via.WEB, 8)

    told_hours, told = tell_last_hours(ended, VOLUNTEER, given, TUNING)

    (last,) = (one.question for one in told)
    assert (last.what, last.hours) == (TandemQuestion.END, 8)
    assert last.from_on == tandem.current.to_on + DAY
    assert last.to_on == day_of(now + 2 * WEEK, TUNING)
    assert tell_last_hours(told_hours, VOLUNTEER, given, TUNING) == (told_hours, ())
    with pytest.raises(QuestionUnknown):
        tell_last_hours(tandem, VOLUNTEER, given, TUNING)


def test_a_tandem_that_never_met_has_no_hours():
    ended, _ = end(a_tandem(first_at=NOW + WEEK), End(NOW, "other", By.COORDINATOR))

    assert tell_last_hours(ended, VOLUNTEER, Given(None, NOW, Via.WEB, 8), TUNING) == (
        ended,
        (),
    )


def test_it_is_in_trial_then_running_then_ended():
    tandem = a_tandem()

    assert tandem.state(NOW - DAY, TUNING) is TandemState.TRIAL
    assert tandem.state(NOW + 4 * WEEK - DAY, TUNING) is TandemState.TRIAL
    assert tandem.state(NOW + 4 * WEEK, TUNING) is TandemState.RUNNING
    ended, _ = end(tandem, End(NOW + DAY, "other", By.SYSTEM))
    assert ended.state(NOW + DAY, TUNING) is TandemState.ENDED


def test_dates_that_move_move_the_questions():
    moved, _ = move(a_tandem(), NOW + WEEK, None)

    assert mails(moved, 1) == [(date(2026, 4, 6), "trial")]
    assert move(moved, NOW + WEEK, None) == (moved, ())


def test_who_is_rung_is_no_longer_awaited_once_somebody_wrote_the_answer_down():
    tandem, now = asked(channel=Channel.PHONE)
    assert tandem.awaits(VOLUNTEER)

    tandem, told = says(
        tandem, VOLUNTEER, TandemAnswer.FITS, now + DAY, via=Via.PHONE, by_staff=True
    )

    assert not tandem.awaits(VOLUNTEER)
    assert [one.via for one in told] == [Via.PHONE]
    _, told = ask(tandem, now + WEEK, Channel.PHONE, TUNING)
    assert told == (Asked(replace_reminded(tandem, now + WEEK), ORGANISATION, again=True),)


def replace_reminded(tandem, at):
    reminded, _ = ask(tandem, at, Channel.PHONE, TUNING)
    return reminded.current


def test_holidays_put_a_question_off():
    quiet = QuietHours.parse("holidays", holidays=frozenset({date(2026, 3, 30)}))

    assert mails(a_tandem(), 1, Tuning(quiet_hours=quiet)) == [(date(2026, 3, 31), "trial")]
