"""The dates of a request: listed one by one, or weekly times between two days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from services.requests.domain.content import Content
from services.requests.domain.refusals import (
    DatesRequired,
    FieldRequired,
    OnlyWithWeekly,
    SeveralDays,
    SlotInThePast,
    SlotsOrWeekly,
    SlotsOverlap,
    TooManyDates,
    TooManyEntries,
)
from shared.kernel.errors import Refusal
from shared.kernel.fields import Kind
from shared.kernel.findings import Findings
from shared.kernel.slots import Slot, check_days, expand_weekly
from shared.kernel.weeks import DAY_MINUTES, DAYS, WeeklyTime, parse_entry

MAX_DATES = 120
MAX_WEEKLY = 3 * DAYS
OPEN_END_PLANNED = timedelta(weeks=26)
"""How far the weekly times of a tandem without a last day are laid out."""

_WEEK_MINUTES = DAYS * DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Dates:
    """Sorted slots that do not overlap; `starts_on` is the first day of weekly times."""

    slots: tuple[Slot, ...] = ()
    starts_on: date | None = None


NO_DATES = Dates()


def dates_of(
    content: Content, kind: Kind, *, now: datetime, tz: ZoneInfo, found: Findings
) -> Dates:
    """Return the dates still to come; what is wrong goes to `found`, and no dates come back."""
    if content.weekly and content.slots:
        found.add(SlotsOrWeekly("weekly"))
        return NO_DATES
    if content.weekly:
        name, dates = "weekly", _weekly(content, kind, now=now, tz=tz, found=found)
    else:
        name, dates = "slots", Dates(_listed(content, now=now, found=found))
    if len(dates.slots) > MAX_DATES:
        found.add(TooManyDates(name))
    if kind is Kind.SINGLE and len({_day(slot, tz) for slot in dates.slots}) > 1:
        found.add(SeveralDays(name))
    return dates


def _listed(content: Content, *, now: datetime, found: Findings) -> tuple[Slot, ...]:
    for name in ("starts_on", "ends_on"):
        if getattr(content, name) is not None:
            found.add(OnlyWithWeekly(name))
    if not content.slots:
        found.add(DatesRequired("slots"))
        return ()
    if len(content.slots) > MAX_DATES:
        found.add(TooManyDates("slots"))
        return ()
    slots: list[tuple[Slot, int]] = []
    for position, (starts_at, ends_at) in enumerate(content.slots):
        try:
            slot = Slot(starts_at, ends_at)
        except Refusal as refusal:
            refusal.field = f"slots.{position}.{refusal.field}"
            found.add(refusal)
            continue
        if slot.starts_at <= now:
            found.add(SlotInThePast(f"slots.{position}.starts_at"))
        slots.append((slot, position))
    slots.sort()
    for position in _overlapping(slots):
        found.add(SlotsOverlap(f"slots.{position}"))
    return tuple(slot for slot, _ in slots)


def _overlapping(slots: Sequence[tuple[Slot, int]]) -> list[int]:
    """Positions of slots that begin before an earlier one (by time) has ended."""
    positions: list[int] = []
    last: Slot | None = None
    for slot, position in slots:
        if last is not None and last.overlaps(slot):
            positions.append(position)
        if last is None or slot.ends_at > last.ends_at:
            last = slot
    return sorted(positions)


def _weekly(
    content: Content, kind: Kind, *, now: datetime, tz: ZoneInfo, found: Findings
) -> Dates:
    """Lay weekly times out; times of the first day that are over are left out."""
    entries_readable = _check_entries(content, found)
    days = _days(content, kind, now.astimezone(tz).date(), found)
    if days is None or not entries_readable:
        return NO_DATES
    starts_on, ends_on = days
    if (ends_on - starts_on).days // DAYS * len(content.weekly) > MAX_DATES:
        found.add(TooManyDates("weekly"))
        return NO_DATES
    nothing: tuple[Slot, ...] = ()
    expanded = partial(expand_weekly, content.weekly, starts_on, ends_on, tz=tz)
    slots = found.read(expanded, nothing)
    coming = tuple(slot for slot in slots if slot.starts_at > now)
    if slots and not coming:
        found.add(SlotInThePast("weekly"))
    # The day is set to the first date, so that it is not "in the past" when words are changed.
    return Dates(coming, _day(coming[0], tz) if coming else None)


def _days(
    content: Content, kind: Kind, today: date, found: Findings
) -> tuple[date, date] | None:
    """The first and the last day of weekly times; None if one is missing or they cannot be."""
    starts_on, ends_on = content.starts_on, content.ends_on
    if starts_on is None:
        found.add(FieldRequired("starts_on"))
    elif starts_on < today:
        found.add(SlotInThePast("starts_on"))
    if ends_on is None and kind is not Kind.TANDEM:
        found.add(FieldRequired("ends_on"))
        return None
    if starts_on is None or starts_on < today:
        return None
    try:
        check_days(starts_on, ends_on)
    except Refusal as refusal:
        found.add(refusal)
        return None
    return starts_on, ends_on or starts_on + OPEN_END_PLANNED


def _check_entries(content: Content, found: Findings) -> bool:
    if len(content.weekly) > MAX_WEEKLY:
        found.add(TooManyEntries("weekly"))
        return False
    times: list[WeeklyTime | None] = []
    for position, entry in enumerate(content.weekly):
        try:
            times.append(parse_entry(entry, field=f"weekly.{position}"))
        except Refusal as refusal:
            found.add(refusal)
            times.append(None)
    clashing = [
        position
        for position, time in enumerate(times)
        if time and any(_share_time(time, other) for other in filter(None, times[:position]))
    ]
    for position in clashing:
        found.add(SlotsOverlap(f"weekly.{position}"))
    return not clashing and None not in times


def _share_time(one: WeeklyTime, other: WeeklyTime) -> bool:
    """Say whether two weekly times overlap, also around the end of the week."""
    return any(
        start < other_end and other_start < end
        for start, end in [_in_week(one)]
        for other_start, other_end in _around(_in_week(other))
    )


def _in_week(time: WeeklyTime) -> tuple[int, int]:
    midnight = time.weekday * DAY_MINUTES
    return midnight + time.start, midnight + time.end


def _around(span: tuple[int, int]) -> Iterable[tuple[int, int]]:
    return [(span[0] + week, span[1] + week) for week in (-_WEEK_MINUTES, 0, _WEEK_MINUTES)]


def _day(slot: Slot, tz: ZoneInfo) -> date:
    return slot.starts_at.astimezone(tz).date()
