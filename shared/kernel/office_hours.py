"""Office hours: when somebody is at the office to decide or to ring, in the district's wall time."""

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
        day, first = (at.astimezone(self.tz).date() for at in (moment, after))
        while day >= first:
            for start, end in reversed(self._times(day)):
                if start < moment:
                    last = min(end, moment.astimezone(UTC))
                    return last if last > after else None
            day -= _DAY
        return None

    def first_after(
        self, moment: datetime, *, before: datetime, least: timedelta
    ) -> datetime | None:
        """Return the end of the first office time of which `least` is left after `moment`, in UTC.

        It ends at `before` at the latest. None if there is no such time until then.
        """
        day, last = (at.astimezone(self.tz).date() for at in (moment, before))
        while day <= last:
            for start, end in self._times(day):
                until = min(end, before.astimezone(UTC))
                if until - max(start, moment) >= least:
                    return until
            day += _DAY
        return None

    def _times(self, day: date) -> list[tuple[datetime, datetime]]:
        """The office times of a day, the first first."""
        if day in self.closed:
            return []
        return [
            (self._at(day, entry["from"]), self._at(day, entry["to"]))
            for entry in self.week.entries()
            if entry["weekday"] == day.weekday()
        ]

    def _at(self, day: date, clock_time: str) -> datetime:
        minutes = parse_clock_time(clock_time, field="office_hours")
        wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
        return wall.replace(tzinfo=self.tz).astimezone(UTC)
