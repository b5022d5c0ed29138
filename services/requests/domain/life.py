"""The life of a request, as a pure state machine.

    review ⇄ open ⇄ filled ─▶ done
       └──────┴───────┴─────▶ cancelled, or expired

`filled` follows from the counts that matching sends, the newest of which holds. A request whose
tandem has ended took place and does not expire. Every step that
others must know raises `version` and returns the facts to publish with it. Times are domain time.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.requests.domain.refusals import (
    ReleaseFirst,
    RequestClosed,
    RequestHasStarted,
    RequestInReview,
    RequestIsOver,
    RequestNotStarted,
    VersionOutdated,
)
from shared.kernel.slots import Slot

COMPLETED_AFTER = timedelta(days=14)
"""After its end, a request with somebody assigned counts as having taken place."""


class State(StrEnum):
    REVIEW = "review"
    """Waits until its organisation is verified, or until a coordinator approves it."""
    OPEN = "open"
    FILLED = "filled"
    """Every place is taken."""
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


RUNNING = frozenset({State.OPEN, State.FILLED})
CLOSED = frozenset({State.DONE, State.CANCELLED, State.EXPIRED})


class Fact(StrEnum):
    """What others are told after a step, in its transaction, with the new version."""

    RECEIVED = "request_received"
    OPENED = "request_opened"
    HELD = "request_held"
    CHANGED = "request_changed"
    CANCELLED = "request_cancelled"
    EXPIRED = "request_expired"
    COMPLETED = "request_completed"


@dataclass(frozen=True, slots=True)
class Counts:
    """Who has a place, as matching counted; a higher `sequence` is newer."""

    sequence: int = 0
    reserved: int = 0
    assigned: int = 0
    waitlisted: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides about the life of a request: how many, when, and whether it ever ends."""

    places: int
    slots: tuple[Slot, ...]
    """At least one; sorted and apart from each other."""
    open_ended: bool = False

    @property
    def starts_at(self) -> datetime:
        return self.slots[0].starts_at

    @property
    def ends_at(self) -> datetime:
        return self.slots[-1].ends_at

    def current(self, now: datetime) -> Slot:
        """Return the date that is running or next, after the end the last one."""
        return next((slot for slot in self.slots if slot.ends_at > now), self.slots[-1])


@dataclass(frozen=True, slots=True)
class Life:
    """Where a request stands."""

    state: State
    terms: Terms
    version: int = 1
    content_version: int = 1
    """The version at which an organisation's own words or facts last changed."""
    facts_version: int = 1
    """The version at which time, place, language or check last changed."""
    counts: Counts = Counts()
    took_place: bool = False
    """Whether a tandem of it ran and has ended: that nobody has a place is no failure then."""

    @property
    def closed(self) -> bool:
        return self.state in CLOSED

    @property
    def taken(self) -> int:
        """How many places are reserved or assigned."""
        return self.counts.reserved + self.counts.assigned

    def due(self, now: datetime) -> datetime | None:
        """Return when `elapse` or the current date will next have changed; None for never."""
        if self.closed:
            return None
        current = self.terms.current(now)
        if now < current.ends_at:
            return current.ends_at
        if not self.counts.assigned:
            return self.terms.ends_at
        return None if self.terms.open_ended else self.terms.ends_at + COMPLETED_AFTER


Step = tuple[Life, tuple[Fact, ...]]
"""A new life and what the step makes known."""


def post(terms: Terms, *, verified: bool) -> Step:
    """Begin: a verified organisation's request is open at once, another's waits in review."""
    if not verified:
        return Life(State.REVIEW, terms), (Fact.RECEIVED,)
    return Life(State.OPEN, terms), (Fact.RECEIVED, Fact.OPENED)


def link(series: Life, slot: Slot, now: datetime) -> Step | None:
    """Begin a request for the one date of a series that somebody with a place skips.

    It may be asked for as the series may; nobody is told that it was received, since nobody
    posted it. None for what is no date to come of a series that still runs.
    """
    if series.closed or slot not in series.terms.slots or now >= slot.starts_at:
        return None
    terms = Terms(places=1, slots=(slot,))
    if series.state is State.REVIEW:
        return Life(State.REVIEW, terms), ()
    return Life(State.OPEN, terms), (Fact.OPENED,)


def cancel_with_series(life: Life, now: datetime) -> Step:
    """Call a linked request off because its series is: the date falls out for whoever comes."""
    if life.closed or now >= life.terms.ends_at:
        return life, ()
    return cancel(life)


def release(life: Life, now: datetime) -> Step:
    """Let a request out of review because its organisation is verified; others stay as they are."""
    if life.state is not State.REVIEW or now >= life.terms.ends_at:
        return life, ()
    return _next(_running(life), Fact.OPENED)


def approve(life: Life, now: datetime) -> Step:
    """Let a request out of review because a coordinator says so; what is open stays so.

    Raises RequestClosed, RequestIsOver.
    """
    if life.closed:
        raise RequestClosed
    if life.state is State.REVIEW and now >= life.terms.ends_at:
        raise RequestIsOver
    return release(life, now)


def hold(life: Life, now: datetime) -> Step:
    """Put a request back into review; what is over by the clock is left to be completed."""
    if life.state not in RUNNING or now >= life.terms.ends_at:
        return life, ()
    return _next(replace(life, state=State.REVIEW), Fact.HELD)


def count(life: Life, counts: Counts) -> Step:
    """Keep newer counts. Somebody assigned at the last moment takes an expiry back."""
    if counts.sequence <= life.counts.sequence:
        return life, ()
    life = replace(life, counts=counts)
    if life.state is State.EXPIRED and counts.assigned:
        return _next(_running(life), Fact.OPENED)
    return (_running(life) if life.state in RUNNING else life), ()


def change(life: Life, terms: Terms, *, seen: int, material: bool, now: datetime) -> Step:
    """Take new terms from somebody who saw version `seen`.

    Raises RequestClosed, RequestHasStarted, VersionOutdated (the content changed since, or there
    never was such a version) and ReleaseFirst (fewer places than are taken).
    """
    if life.closed:
        raise RequestClosed
    if now >= life.terms.starts_at:
        raise RequestHasStarted
    if not life.content_version <= seen <= life.version:
        raise VersionOutdated("version")
    if terms.places < life.taken:
        raise ReleaseFirst("places")
    version = life.version + 1
    changed = replace(
        life,
        terms=terms,
        version=version,
        content_version=version,
        facts_version=version if material else life.facts_version,
    )
    if life.state is State.REVIEW:
        return changed, ()  # opening will tell
    return _running(changed), (Fact.CHANGED,)


def cancel(life: Life) -> Step:
    """Call it off, also afterwards if it did not take place; twice is once.

    Raises RequestClosed for what is done or expired.
    """
    if life.state is State.CANCELLED:
        return life, ()
    if life.closed:
        raise RequestClosed
    return _next(replace(life, state=State.CANCELLED), Fact.CANCELLED)


def end_tandem(life: Life, *, completes: bool, left: int, now: datetime) -> Step:
    """Note that a tandem of it ran and has ended; twice is once.

    With the last one it is done, if what was asked for is reached or no date lies ahead. Else a
    coordinator may place somebody else, and after the last date it is done by itself.
    """
    life = replace(life, took_place=True)
    over = completes or now >= life.terms.ends_at
    if life.state in {State.DONE, State.CANCELLED} or left or not over:
        return life, ()
    return _next(replace(life, state=State.DONE), Fact.COMPLETED)


def complete(life: Life, now: datetime) -> Step:
    """Say that it took place; twice is once.

    Raises RequestClosed, RequestInReview (nobody was ever asked), RequestNotStarted.
    """
    if life.state is State.DONE:
        return life, ()
    if life.closed:
        raise RequestClosed
    if life.state is State.REVIEW and not life.counts.assigned:
        raise RequestInReview
    if now < life.terms.starts_at:
        raise RequestNotStarted
    return _next(replace(life, state=State.DONE), Fact.COMPLETED)


def elapse(life: Life, now: datetime) -> Step:
    """Take the step that time has brought: expired with nobody assigned, or done by itself."""
    if life.closed or now < life.terms.ends_at:
        return life, ()
    if not life.counts.assigned:
        if life.took_place:
            return _next(replace(life, state=State.DONE), Fact.COMPLETED)
        return _next(replace(life, state=State.EXPIRED), Fact.EXPIRED)
    if life.terms.open_ended or now < life.terms.ends_at + COMPLETED_AFTER:
        return life, ()
    return _next(replace(life, state=State.DONE), Fact.COMPLETED)


def _running(life: Life) -> Life:
    filled = life.counts.assigned >= life.terms.places
    return replace(life, state=State.FILLED if filled else State.OPEN)


def _next(life: Life, fact: Fact) -> Step:
    return replace(life, version=life.version + 1), (fact,)
