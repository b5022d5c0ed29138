"""Which moment a step is due: deadlines, reminders, waves, and what waits for a coordinator."""

from datetime import datetime, timedelta

from services.matching.domain.need import Need
from services.matching.domain.tuning import Tuning

_SHORTEST_LOOK = timedelta(minutes=30)
_SHORTEST_OFFICE_TIME = timedelta(minutes=30)
"""What is due sooner than that cannot be asked of an office."""


def fill_by(need: Need, now: datetime) -> datetime:
    """By when the places should be filled: `answer_by`, and once that has passed, the start."""
    if need.answer_by is not None and now < need.answer_by:
        return min(need.answer_by, need.starts_at)
    return need.starts_at


def deadline(need: Need, asked_at: datetime, within: timedelta, tuning: Tuning) -> datetime:
    """By when an answer is asked for: never within quiet hours, never after `fill_by`."""
    return min(tuning.quiet_hours.next_open(asked_at + within), fill_by(need, asked_at))


def remind_at(now: datetime, answer_by: datetime) -> datetime:
    """When to remind somebody who said `later`: half-way to the deadline."""
    return now + (answer_by - now) / 2


def decide_by(need: Need, now: datetime, tuning: Tuning) -> datetime:
    """By when a coordinator must decide: soon, and with half of the time to the start left."""
    half_way = now + max(need.starts_at - now, timedelta(0)) / 2
    due = min(tuning.quiet_hours.next_open(now + tuning.decide_within), half_way)
    return _in_office_hours(due, need, now, tuning)


def ring_by(need: Need, asked_at: datetime, within: timedelta, tuning: Tuning) -> datetime:
    """The deadline of somebody whom the office has to ring."""
    return _in_office_hours(deadline(need, asked_at, within, tuning), need, asked_at, tuning)


def _in_office_hours(due: datetime, need: Need, now: datetime, tuning: Tuning) -> datetime:
    """The last moment by then at which somebody is at the office, or else the next one in time.

    What comes on a Friday evening is due on Monday, unless the places should be filled before.
    """
    office = tuning.office_hours
    if office is None:
        return due
    least = _SHORTEST_OFFICE_TIME
    found = office.last_before(due, after=now + least)
    return found or office.first_after(due, before=fill_by(need, now), least=least) or due


def wave_step(need: Need, now: datetime, tuning: Tuning) -> timedelta:
    """How long those asked now have to answer: a quarter of the time left, within limits."""
    if need.urgent:
        return tuning.shortest_step
    quarter = (fill_by(need, now) - now) / 4
    return min(tuning.longest_step, max(tuning.shortest_step, quarter))


def look_step(need: Need, now: datetime, tuning: Tuning) -> timedelta:
    """How long those asked now are left in peace before others are: an eighth of the time left."""
    eighth = (fill_by(need, now) - now) / 8
    return min(tuning.look_every, max(_SHORTEST_LOOK, eighth))
