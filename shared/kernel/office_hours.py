"""Office hours: when somebody is at the office to decide or to ring, in the district's wall time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.kernel.slots import TIMEZONE
from shared.kernel.weeks import Week, parse_clock_time

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The half-hours of each week, but for the dates on which the office is closed."""

    week: Week
    closed: frozenset[date] = frozenset()
    tz: ZoneInfo = TIMEZONE

    def last_before(self, moment: datetime, *, after: datetime) -> datetime | None:
        """Return the last moment of office time up to `moment`, in UTC, if it is later than `after`.

        The end of an office hour belongs to it: what is due then can be done until then.
        """
        for start, end in self._backwards(moment, after):
            if start < moment:
                last = min(end, moment.astimezone(UTC))
                return last if last > after else None
        return None

    def _backwards(
        self, moment: datetime, after: datetime
    ) -> Iterator[tuple[datetime, datetime]]:
        """The office times of the days from one moment back to the other, the last first."""
        entries = self.week.entries()
        day, first = (at.astimezone(self.tz).date() for at in (moment, after))
        while day >= first:
            if day not in self.closed:
                for entry in reversed(entries):
                    if entry["weekday"] == day.weekday():
                        yield self._at(day, entry["from"]), self._at(day, entry["to"])
            day -= _DAY

    def _at(self, day: date, clock_time: str) -> datetime:
        minutes = parse_clock_time(clock_time, field="office_hours")
        wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
        return wall.replace(tzinfo=self.tz).astimezone(UTC)
