"""How often the link to an organisation's page is mailed: anybody can ask for it by address."""

from dataclasses import dataclass
from datetime import datetime, timedelta

AT_MOST = 3
WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LinkRequests:
    """When links were mailed, newest last; what is older than `WITHIN` is forgotten."""

    mailed_at: tuple[datetime, ...] = ()

    def after(self, now: datetime) -> "LinkRequests":
        """Return the requests with one more at `now`, or the same if there were enough today."""
        recent = tuple(moment for moment in self.mailed_at if moment > now - WITHIN)
        return self if len(recent) >= AT_MOST else LinkRequests((*recent, now))
