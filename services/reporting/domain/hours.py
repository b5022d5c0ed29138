"""Hours of tandems: one number a period, the newest told, spread over the months by days."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class HoursKnown:
    """What was last told of one period; `sequence` 0: nothing yet."""

    from_on: date
    to_on: date
    hours: int = 0
    sequence: int = 0


def told(known: HoursKnown, newer: HoursKnown) -> HoursKnown:
    """Take what was told of a period; the newest holds, so that none counts twice."""
    return newer if newer.sequence > known.sequence else known


def by_month(known: HoursKnown) -> Mapping[str, int]:
    """Whole hours a month, by its days of the period; together they are the number that was told.

    What a share leaves over goes to the months with the largest remainders, the earlier first.
    """
    days: Counter[str] = Counter()
    day = known.from_on
    while day <= known.to_on:
        days[f"{day:%Y-%m}"] += 1
        day += timedelta(days=1)
    total = days.total()
    if not total:
        return {}
    shares = {month: divmod(known.hours * count, total) for month, count in days.items()}
    hours = {month: whole for month, (whole, _) in shares.items()}
    left = known.hours - sum(hours.values())
    for month in sorted(shares, key=lambda month: (-shares[month][1], month))[:left]:
        hours[month] += 1
    return hours
