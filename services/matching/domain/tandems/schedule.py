"""When what is asked next: in days of the district, in the morning, and never twice in a week."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count

from services.matching.domain.tandems.tandem import Question, Tandem
from services.matching.domain.tuning import Tuning
from shared.kernel.fields import Channel, Side, TandemQuestion

ASKED_FROM = time(9)
"""The time of day, in the district's wall time, from which somebody is asked."""
APART = timedelta(days=7)
"""So many days lie between two mails to one side: never two in one week."""
FIRST_CHECK_IN = timedelta(weeks=6)
"""After the first date; and no check-in asks about less, but for the one after the last date."""
QUARTER = 3
"""Months between check-ins."""
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Due:
    """A question and the first day on which it is to be asked."""

    what: TandemQuestion
    on: date


def day_of(moment: datetime, tuning: Tuning) -> date:
    return moment.astimezone(tuning.zone).date()


def morning_of(day: date, tuning: Tuning) -> datetime:
    """The first moment from that morning on that is not quiet."""
    morning = datetime.combine(day, ASKED_FROM, tzinfo=tuning.zone)
    return tuning.quiet_hours.next_open(morning)


def trial_until(tandem: Tandem, tuning: Tuning) -> date:
    """The day on which both are asked whether it fits."""
    return day_of(tandem.first_at, tuning) + tuning.tandem_trial


def next_due(tandem: Tandem, today: date, tuning: Tuning) -> Due | None:
    """What is asked next; None when nothing is any more."""
    if tandem.end is not None:
        return None
    earliest = _earliest(tandem, tuning)
    check_in, trial = _check_in(tandem, tuning), _trial(tandem, earliest, today, tuning)
    if trial is not None and (check_in is None or check_in + APART > trial):
        return Due(TandemQuestion.TRIAL, max(trial, earliest))
    if check_in is not None:
        return Due(TandemQuestion.CHECK_IN, max(check_in, earliest))
    return None


def reminder_due(tandem: Tandem, today: date, tuning: Tuning) -> date | None:
    """From which day the silent are reminded; None: nobody is, or no more, or not any more.

    A reminder that would come less than a week before the next question is left out.
    """
    current = tandem.current
    if current is None or current.reminded_at is not None or not silent(tandem):
        return None
    on = day_of(current.asked_at, tuning) + APART
    following = next_due(tandem, today, tuning)
    if following is None:
        return on
    asks_on = day_of(morning_of(following.on, tuning), tuning)
    reminds_on = day_of(morning_of(max(on, today), tuning), tuning)
    return on if asks_on >= reminds_on + APART else None


def silent(tandem: Tandem) -> tuple[Side, ...]:
    """Who has not answered and is reminded by mail; who is rung stays on the coordinator's list."""
    current = tandem.current
    if current is None:
        return ()
    return tuple(
        side
        for side in Side
        if tandem.awaits(side)
        and not (side is Side.VOLUNTEER and current.channel is Channel.PHONE)
    )


def next_look_at(tandem: Tandem, now: datetime, tuning: Tuning) -> datetime | None:
    """When something is to be asked next; None: never again."""
    today = day_of(now, tuning)
    due, reminder = next_due(tandem, today, tuning), reminder_due(tandem, today, tuning)
    days = [due.on if due is not None else None, reminder]
    return min((morning_of(day, tuning) for day in days if day is not None), default=None)


def period_until(tandem: Tandem, today: date, tuning: Tuning) -> tuple[date, date]:
    """The days from the last check-in on, up to yesterday; none overlaps another's."""
    checks = _checks(tandem)
    begins = checks[-1].to_on if checks else day_of(tandem.first_at, tuning) - timedelta(days=1)
    from_on = begins + timedelta(days=1)
    return from_on, max(from_on, today - timedelta(days=1))


def _earliest(tandem: Tandem, tuning: Tuning) -> date:
    """A week after what was asked last."""
    current = tandem.current
    return date.min if current is None else day_of(current.asked_at, tuning) + APART


def _trial(tandem: Tandem, earliest: date, today: date, tuning: Tuning) -> date | None:
    """The day of the trial's question, unless it was asked or would come after the last date."""
    if any(one.what is TandemQuestion.TRIAL for one in tandem.questions):
        return None
    on = trial_until(tandem, tuning)
    last_at = tandem.last_at
    if last_at is not None and max(on, earliest, today) > day_of(last_at, tuning):
        return None
    return on


def _check_in(tandem: Tandem, tuning: Tuning) -> date | None:
    """The day of the next check-in: after six weeks, each quarter, and after the last date."""
    checks = _checks(tandem)
    asked_on = (
        day_of(checks[-1].asked_at, tuning) if checks else day_of(tandem.first_at, tuning)
    )
    on = next(day for day in _quarters(tandem, tuning) if day >= asked_on + FIRST_CHECK_IN)
    if tandem.last_at is None:
        return on
    final = day_of(tandem.last_at, tuning) + timedelta(days=1)
    if checks and asked_on >= final:
        return None
    return final if on > final - FIRST_CHECK_IN else on


def _checks(tandem: Tandem) -> list[Question]:
    return [one for one in tandem.questions if one.what is TandemQuestion.CHECK_IN]


def _quarters(tandem: Tandem, tuning: Tuning) -> Iterator[date]:
    first = day_of(tandem.first_at, tuning) + FIRST_CHECK_IN
    return (_months_after(first, QUARTER * number) for number in count())


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    years, month = divmod(day.month - 1 + months, _MONTHS)
    year = day.year + years
    return day.replace(
        year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1])
    )
