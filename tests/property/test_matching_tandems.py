"""A tandem through years: however late the planner looks and whatever is said, few mails and no doubt."""

import itertools
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.matching.domain.refusals import MatchingRefusal
from services.matching.domain.tandems.living import (
    Asked,
    HoursTold,
    Word,
    answer,
    ask,
    end,
    settle,
    tell_last_hours,
    wish_end,
)
from services.matching.domain.tandems.schedule import (
    APART,
    FIRST_CHECK_IN,
    day_of,
    next_look_at,
    trial_until,
)
from services.matching.domain.tandems.tandem import ANSWERS_TO, By, End, Given, Wish
from services.matching.domain.tuning import Tuning
from shared.kernel.fields import Channel, Side, TandemAnswer, TandemQuestion, Via
from shared.kernel.quiet_hours import QuietHours
from tests.unit.matching_builders import NOW, a_tandem

QUIET = st.sampled_from([QuietHours(), QuietHours.parse("20:00-07:00,sun")])
TUNINGS = st.builds(
    lambda weeks, quiet: Tuning(quiet_hours=quiet, tandem_trial=timedelta(weeks=weeks)),
    st.integers(1, 30),
    QUIET,
)
STARTS = st.integers(0, 24 * 400).map(lambda hours: NOW + timedelta(hours=hours))
LASTS = st.none() | st.integers(1, 400).map(lambda days: timedelta(days=days))
LATE = st.lists(st.integers(0, 24 * 120), max_size=12)
"""How many hours after the planned moment somebody looks, again and again."""


def begun(start, lasts):
    return a_tandem(first_at=start, last_at=None if lasts is None else start + lasts)


def looked_after(tandem, tuning, lateness):
    """The tandem when the planner came by so late each time, and all that was made known."""
    told, now = [], tandem.first_at
    for hours in lateness:
        planned = next_look_at(tandem, now, tuning)
        if planned is None:
            break
        now = max(now, planned) + timedelta(hours=hours)
        tandem, effects = ask(tandem, now, Channel.EMAIL, tuning)
        told += effects
    return tandem, told, now


def days_of_mails(tandem, tuning):
    """Each day on which somebody who never answers gets a mail."""
    moments = [one.asked_at for one in tandem.questions]
    moments += [one.reminded_at for one in tandem.questions if one.reminded_at]
    return [day_of(moment, tuning) for moment in sorted(moments)]


@given(STARTS, LASTS, TUNINGS, LATE)
def test_nobody_gets_two_mails_in_one_week(start, lasts, tuning, lateness):
    tandem, _, _ = looked_after(begun(start, lasts), tuning, lateness)

    days = days_of_mails(tandem, tuning)

    weeks = [day.isocalendar()[:2] for day in days]
    assert len(set(weeks)) == len(weeks)
    assert all(later - day >= APART for day, later in itertools.pairwise(days))


@given(STARTS, LASTS, TUNINGS, LATE)
def test_each_question_is_asked_once_of_both_and_reminded_at_most_once(
    start, lasts, tuning, lateness
):
    _, told, _ = looked_after(begun(start, lasts), tuning, lateness)

    asked = [(one.question.number, one.side, one.again) for one in told]
    trials = {one.question.number for one in told if one.question.what is TandemQuestion.TRIAL}
    assert len(set(asked)) == len(asked)
    assert len(trials) <= 1
    for number, side, again in asked:
        assert (number, side, False) in asked, again


@given(STARTS, LASTS, TUNINGS, LATE)
def test_check_ins_cover_every_day_since_the_first_once(start, lasts, tuning, lateness):
    tandem, _, _ = looked_after(begun(start, lasts), tuning, lateness)

    checks = [one for one in tandem.questions if one.what is TandemQuestion.CHECK_IN]

    expected = day_of(start, tuning)
    for one in checks:
        assert one.from_on == expected
        assert one.from_on <= one.to_on < day_of(one.asked_at, tuning)
        expected = one.to_on + timedelta(days=1)


@given(STARTS, LASTS, TUNINGS)
def test_who_looks_in_time_asks_on_the_planned_days(start, lasts, tuning):
    tandem, _, _ = looked_after(begun(start, lasts), tuning, [0] * 12)

    first = day_of(start, tuning)
    for one in tandem.questions:
        on = day_of(one.asked_at, tuning)
        if one.what is TandemQuestion.TRIAL:
            assert on >= trial_until(tandem, tuning)
        elif tandem.last_at is None:
            assert on >= first + FIRST_CHECK_IN
        if tandem.last_at is not None and one.what is TandemQuestion.TRIAL:
            assert on <= day_of(tandem.last_at, tuning) + timedelta(days=2)
    if tandem.last_at is None:
        assert tandem.questions[-1].what is TandemQuestion.CHECK_IN
        assert {TandemQuestion.TRIAL} <= {one.what for one in tandem.questions} or (
            tuning.tandem_trial > timedelta(weeks=26)
        )


@given(STARTS, LASTS, TUNINGS, LATE)
def test_a_look_between_two_planned_moments_changes_nothing(start, lasts, tuning, lateness):
    tandem, _, now = looked_after(begun(start, lasts), tuning, lateness)
    planned = next_look_at(tandem, now, tuning)

    before = now if planned is None else max(now, planned - timedelta(minutes=1))
    if planned is None or planned > before:
        assert ask(tandem, before, Channel.EMAIL, tuning) == (tandem, ())


@given(STARTS, LASTS, TUNINGS, LATE)
def test_who_is_rung_gets_no_reminder(start, lasts, tuning, lateness):
    tandem, told = begun(start, lasts), []
    now = start
    for hours in lateness:
        planned = next_look_at(tandem, now, tuning)
        if planned is None:
            break
        now = max(now, planned) + timedelta(hours=hours)
        tandem, effects = ask(tandem, now, Channel.PHONE, tuning)
        told += effects

    assert not [one for one in told if one.again and one.side is Side.VOLUNTEER]


class Life(RuleBasedStateMachine):
    """Both sides, a coordinator and the planner, in any order; words may come late."""

    @initialize(tuning=TUNINGS, lasts=LASTS)
    def begin(self, tuning, lasts):
        self.tuning, self.now = tuning, NOW
        self.tandem = begun(NOW, lasts)
        self.hours, self.mails_after_end = {}, []

    def take(self, step):
        try:
            after, told = step(self.tandem)
        except MatchingRefusal:
            return
        assert (after == self.tandem) == (after.version == self.tandem.version)
        assert told == () or after != self.tandem
        for one in told:
            if isinstance(one, HoursTold):
                self.hours[one.question.number] = one.question.hours
            if isinstance(one, Asked) and self.tandem.end is not None:
                self.mails_after_end.append(one)
        self.tandem = after

    @rule(days=st.integers(0, 60))
    def time_passes(self, days):
        self.now += timedelta(days=days, hours=3)
        self.take(lambda tandem: ask(tandem, self.now, Channel.EMAIL, self.tuning))

    @rule(
        side=st.sampled_from(Side),
        number=st.integers(1, 6),
        said=st.none() | st.sampled_from(TandemAnswer),
        hours=st.none() | st.integers(0, 90),
        ago=st.integers(0, 20),
        by_staff=st.booleans(),
    )
    def says(self, *, side, number, said, hours, ago, by_staff):
        at = self.now - timedelta(days=ago)
        word = Word(side, number, said, hours, Via.WEB, at, by_staff=by_staff)
        self.take(lambda tandem: answer(tandem, word, self.now))
        self.take(lambda tandem: answer(tandem, word, self.now))

    @rule(by=st.sampled_from(By), reason=st.sampled_from(["moved_away", "other"]))
    def ends(self, by, reason):
        self.take(lambda tandem: end(tandem, End(self.now, reason, by)))

    @rule(reason=st.sampled_from(["moved_away", "other"]))
    def wishes(self, reason):
        self.take(lambda tandem: wish_end(tandem, Wish(self.now, reason)))

    @rule(hours=st.none() | st.integers(0, 90))
    def tells_last_hours(self, hours):
        told = Given(None, self.now, Via.WEB, hours)
        self.take(lambda tandem: tell_last_hours(tandem, Side.VOLUNTEER, told, self.tuning))

    @precondition(lambda self: self.tandem.trouble_at is not None)
    @rule()
    def settles(self):
        self.take(lambda tandem: settle(tandem, self.now))
        assert self.tandem.trouble_at is None

    @invariant()
    def what_was_told_adds_up(self):
        assert {one.number: one.hours for one in self.tandem.questions if one.hours} == {
            number: hours for number, hours in self.hours.items() if hours
        }
        assert self.tandem.hours == sum(hours or 0 for hours in self.hours.values())

    @invariant()
    def no_day_s_hours_count_twice(self):
        counted = [one for one in self.tandem.questions if one.what is not TandemQuestion.TRIAL]
        for before, after in itertools.pairwise(counted):
            assert before.to_on < after.from_on

    @invariant()
    def only_fitting_answers_are_kept(self):
        for one in self.tandem.questions:
            for given_ in (one.volunteer, one.organisation):
                assert given_ is None or given_.said in {None, *ANSWERS_TO[one.what]}

    @invariant()
    def whoever_ended_is_asked_nothing(self):
        assert self.mails_after_end == []
        if self.tandem.end is not None:
            assert next_look_at(self.tandem, self.now, self.tuning) is None
            assert self.tandem.trouble_at is None


TestLife = Life.TestCase
TestLife.settings = settings(stateful_step_count=40, deadline=None)
