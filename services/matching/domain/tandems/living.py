"""What happens to a tandem: it is asked, it answers, it ends. Safe to repeat: twice is once."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.matching.domain.refusals import (
    AnswerUnfitting,
    QuestionIsOver,
    QuestionUnknown,
    TandemIsOver,
)
from services.matching.domain.tandems.schedule import (
    day_of,
    morning_of,
    next_due,
    period_until,
    reminder_due,
    silent,
)
from services.matching.domain.tandems.tandem import (
    ANSWERS_TO,
    By,
    End,
    Given,
    Question,
    Tandem,
    Wish,
)
from services.matching.domain.tuning import Tuning
from shared.kernel.fields import Channel, Side, TandemAnswer, TandemQuestion, Via


@dataclass(frozen=True, slots=True)
class Asked:
    """One side is asked, or (`again`) reminded once."""

    question: Question
    side: Side
    again: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    question: Question
    side: Side
    said: TandemAnswer
    via: Via


@dataclass(frozen=True, slots=True)
class HoursTold:
    """How many hours were given in a question's days; the newest version holds."""

    question: Question


@dataclass(frozen=True, slots=True)
class EndWished:
    wish: Wish


@dataclass(frozen=True, slots=True)
class Ended:
    """Also when a coordinator corrected the reason (`corrected`)."""

    end: End
    corrected: bool = False


Effect = Asked | Answered | HoursTold | EndWished | Ended
TandemStep = tuple[Tandem, tuple[Effect, ...]]


@dataclass(frozen=True, slots=True)
class Word:
    """What one side says to a question, by itself or through a coordinator."""

    side: Side
    number: int
    said: TandemAnswer | None
    hours: int | None
    via: Via
    at: datetime
    """When it was said: the page may have taken it some time ago."""
    by_staff: bool = False


def ask(tandem: Tandem, now: datetime, channel: Channel, tuning: Tuning) -> TandemStep:
    """Ask both sides what is due, else remind who is silent; nothing due: no change."""
    today = day_of(now, tuning)
    due = next_due(tandem, today, tuning)
    if due is None or morning_of(due.on, tuning) > now:
        return _remind(tandem, now, tuning)
    from_on, to_on = period_until(tandem, today, tuning)
    question = Question(len(tandem.questions) + 1, due.what, now, from_on, to_on, channel)
    told = tuple(Asked(question, side) for side in Side)
    return _step(tandem, tandem.with_question(question), told)


def answer(tandem: Tandem, word: Word, now: datetime) -> TandemStep:
    """Take what a side says; an older word than the one that is there changes nothing.

    A side answers what was asked last, until the next question; a coordinator corrects any.
    Raises QuestionUnknown, AnswerUnfitting, TandemIsOver, QuestionIsOver.
    """
    question = tandem.question(word.number)
    if question is None:
        raise QuestionUnknown
    at = min(word.at, now)
    if not word.by_staff:
        _check_open(tandem, question, at)
    fitting = word.said in ANSWERS_TO[question.what]
    if not (fitting or (word.said is None and word.by_staff)):
        raise AnswerUnfitting
    before = question.of(word.side)
    said = word.said or (before.said if before is not None else None)
    counts = question.what is not TandemQuestion.TRIAL
    given = Given(said, at, word.via, word.hours if counts else None)
    return _taken(tandem, question, word.side, given)


def end(tandem: Tandem, ended: End) -> TandemStep:
    """End it. Once it has ended only a coordinator changes something: the reason."""
    if tandem.end is None:
        return _step(tandem, replace(tandem, end=ended), (Ended(ended),))
    if ended.by is not By.COORDINATOR or tandem.end.reason == ended.reason:
        return tandem, ()
    corrected = replace(tandem.end, reason=ended.reason)
    return _step(tandem, replace(tandem, end=corrected), (Ended(corrected, corrected=True),))


def tell_last_hours(tandem: Tandem, side: Side, given: Given, tuning: Tuning) -> TandemStep:
    """Note the hours since the last check-in of a tandem that has ended; nobody was asked for them.

    Before its first date there were none. Raises QuestionUnknown while it has not ended.
    """
    if tandem.end is None:
        raise QuestionUnknown
    ended_on = day_of(tandem.end.at, tuning)
    if given.hours is None or ended_on < day_of(tandem.first_at, tuning):
        return tandem, ()
    last = next((one for one in tandem.questions if one.what is TandemQuestion.END), None)
    if last is None:
        from_on, _ = period_until(tandem, ended_on, tuning)
        number, to_on = len(tandem.questions) + 1, max(from_on, ended_on)
        what, at = TandemQuestion.END, tandem.end.at
        last = Question(number, what, at, from_on, to_on, Channel.EMAIL)
    return _taken(tandem, last, side, given)


def wish_end(tandem: Tandem, wish: Wish) -> TandemStep:
    """The organisation would like to end it: a coordinator's task. Raises TandemIsOver."""
    if tandem.end is not None:
        raise TandemIsOver
    before, settled = tandem.wish, tandem.settled_at
    known = before is not None and before.reason == wish.reason
    if known and before is not None and (settled is None or before.at > settled):
        return tandem, ()
    return _step(tandem, replace(tandem, wish=wish), (EndWished(wish),))


def settle(tandem: Tandem, now: datetime) -> TandemStep:
    """A coordinator has talked it over and it goes on; what was said until now is no task any more."""
    if tandem.trouble_at is None:
        return tandem, ()
    return _step(tandem, replace(tandem, settled_at=now), ())


def move(tandem: Tandem, first_at: datetime, last_at: datetime | None) -> TandemStep:
    """Take over changed dates of the request."""
    if (tandem.first_at, tandem.last_at) == (first_at, last_at) or tandem.end is not None:
        return tandem, ()
    return _step(tandem, replace(tandem, first_at=first_at, last_at=last_at), ())


def _remind(tandem: Tandem, now: datetime, tuning: Tuning) -> TandemStep:
    on, current = reminder_due(tandem, day_of(now, tuning), tuning), tandem.current
    if on is None or current is None or morning_of(on, tuning) > now:
        return tandem, ()
    reminded = replace(current, reminded_at=now)
    told = tuple(Asked(reminded, side, again=True) for side in silent(tandem))
    return _step(tandem, tandem.with_question(reminded), told)


def _check_open(tandem: Tandem, question: Question, at: datetime) -> None:
    """Whether a side could say this at that moment."""
    if tandem.end is not None and at >= tandem.end.at:
        raise TandemIsOver
    if any(one.number > question.number and one.asked_at <= at for one in tandem.questions):
        raise QuestionIsOver


def _taken(tandem: Tandem, question: Question, side: Side, given: Given) -> TandemStep:
    """Keep a side's newest word; an older one, or the same, changes nothing."""
    before, after = question.of(side), question.given(side, given)
    same = before is not None and (before.said, before.hours) == (given.said, given.hours)
    if same or (before is not None and before.at > given.at):
        return tandem, ()
    told: list[Effect] = []
    if given.said is not None and (before is None or before.said is not given.said):
        told.append(Answered(after, side, given.said, given.via))
    if after.hours != question.hours:
        told.append(HoursTold(after))
    return _step(tandem, tandem.with_question(after), tuple(told))


def _step(before: Tandem, after: Tandem, told: tuple[Effect, ...]) -> TandemStep:
    return replace(after, version=before.version + 1), told
