"""Plays a world under one policy: events in the order of simulated time, as fast as they come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from heapq import heappop, heappush

import numpy as np

from services.matching.simulation.asking import Decision, Policy
from services.matching.simulation.crowd import Crowd
from services.matching.simulation.diary import Diary
from services.matching.simulation.pairs import Bools, Pairs, pairs_of
from services.matching.simulation.product import Desk, Outcome
from services.matching.simulation.record import Log, Record
from services.matching.simulation.volunteers import Floats
from services.matching.simulation.world import World
from shared.kernel.fields import Answer

Tell = Callable[[float], None]
"""Told now and then which share, 0..1, of the requests has been posted."""


class _Kind(IntEnum):
    POSTED = 0
    ANSWERED = 1
    LOOK = 2


@dataclass(frozen=True, slots=True, order=True)
class _Event:
    """Sorted by time, then in the order in which the events were made."""

    at: datetime
    made: int
    kind: _Kind
    number: int
    row: int = -1
    says_yes: bool = False


@dataclass(frozen=True)
class LookNow:
    """One look at one request: what a policy reads (`Look`)."""

    world: World
    pairs: Pairs
    number: int
    now: datetime
    free: int
    _play: "Play"

    @property
    def mails(self) -> int:
        return self._play.log.mails

    @property
    def yes_rate(self) -> float:
        log = self._play.log
        return log.yeses / log.mails if log.mails else 0.0

    @property
    def wave(self) -> int:
        return self._play.desk.wave(self.number)

    def candidates(self) -> Sequence[int]:
        return self._play.candidates(self.number, self.now)

    def chances(self, rows: Sequence[int]) -> Floats:
        return self._play.desk.chances(rows, self.now)

    def fatigue(self, rows: Sequence[int]) -> Floats:
        return self._play.crowd.fatigue(self.now)[rows]

    def plan(self) -> Decision:
        return self._play.desk.plan(self.number, self.now)


class Play:
    """One run; `run` once."""

    def __init__(self, world: World, policy: Policy) -> None:
        self._world, self._policy = world, policy
        self.desk = Desk(world, policy.tuning, policy.expects)
        self.crowd, self.log = Crowd(world), Log()
        self._diary = Diary(world)
        self._pairs: dict[int, Pairs] = {}
        self._asked: dict[int, Bools] = {}
        self._look_at: dict[int, datetime | None] = {}
        self._left: set[int] = set()
        self._events: list[_Event] = []
        self._made = 0

    def run(self, tell: Tell | None = None) -> Record:
        """Play until nothing happens any more: the last requests are played to their end, too."""
        requests = self._world.requests
        for number, request in enumerate(requests):
            self._push(request.posted_at, _Kind.POSTED, number)
        while self._events:
            event = heappop(self._events)
            if event.kind is _Kind.POSTED:
                self._post(event)
                if tell is not None:
                    tell((event.number + 1) / len(requests))
            elif event.kind is _Kind.ANSWERED:
                self._answered(event)
            elif self._look_at[event.number] == event.at:
                self._look(event.number, event.at)
        return self.log.finish()

    def candidates(self, number: int, now: datetime) -> list[int]:
        """Rows of those who fit, can, and were not asked yet."""
        pairs = self._pairs[number]
        can = self._diary.can(pairs.request.slots, now)
        found: list[int] = np.flatnonzero(pairs.fits & ~self._asked[number] & can).tolist()
        return found

    def _post(self, event: _Event) -> None:
        number = event.number
        self._pairs[number] = pairs_of(self._world, number)
        self._asked[number] = np.zeros(self._world.volunteers.count, dtype=bool)
        self.desk.open(number)
        self._look(number, event.at)

    def _look(self, number: int, now: datetime) -> None:
        """Do what is due; while places are free and time is left, let the policy decide."""
        self.desk.pass_time(number, now)
        decision = Decision()
        free, pairs = self.desk.free(number), self._pairs[number]
        if free and now < pairs.request.starts_at:
            look = LookNow(self._world, pairs, number, now, free, self)
            decision = self._policy.decide(look)
            if decision.asks:
                self._ask(number, decision, now)
        moments = [decision.look_at, self.desk.next_due(number)]
        at = min((moment for moment in moments if moment is not None), default=None)
        self._look_at[number] = at
        if at is not None:
            self._push(at, _Kind.LOOK, number)

    def _ask(self, number: int, decision: Decision, now: datetime) -> None:
        pairs, hours = self._pairs[number], self._world.hours
        invitations = self.desk.ask(number, decision.asks, now)
        for asking, invitation in zip(decision.asks, invitations, strict=True):
            row = asking.row
            self._asked[number][row] = True
            until = invitation.deadline or pairs.request.starts_at
            self.log.mailed(number, row, hours(now), asking.chance, hours(until))
            reaction = self.crowd.react(pairs, row, now)
            if reaction.leaves:
                self._left.add(row)
                self.log.left(row, hours(now))
                self._pause(row, None)
            elif reaction.says is not None:
                yes = reaction.says is Answer.YES
                self._push(now + reaction.after, _Kind.ANSWERED, number, row, says_yes=yes)

    def _answered(self, event: _Event) -> None:
        """Who has promised something else meanwhile, or enough, says no instead."""
        number, row, now = event.number, event.row, event.at
        slots = self._pairs[number].request.slots
        says_yes = event.says_yes
        if says_yes:
            elsewhere = self._diary.overlaps(row, slots)
            says_yes = not elsewhere and self.crowd.has_room(row, now)
        said = Answer.YES if says_yes else Answer.NO
        outcome = self.desk.answer(number, row, said, now)
        self.log.answered(number, row, self._world.hours(now), yes=says_yes)
        if outcome is Outcome.PLACE:
            self._place(number, row, now)
        elif outcome is Outcome.TOO_LATE:
            self.log.came_too_late()
            self.crowd.disappoint(row, now)
        if self._policy.looks_after_answers:
            self._look(number, now)

    def _place(self, number: int, row: int, now: datetime) -> None:
        self.log.placed(number, row, self._world.hours(now))
        self._diary.promise(row, self._pairs[number].request.slots)
        until = self.crowd.take(row, now)
        # Who has left and says yes to an earlier mail keeps the promise, and stays away.
        if until is not None and row not in self._left:
            self._pause(row, until)

    def _pause(self, row: int, until: datetime | None) -> None:
        self._diary.pause(row, until)
        self.desk.pause(row, until)

    def _push(
        self,
        at: datetime,
        kind: _Kind,
        number: int,
        row: int = -1,
        *,
        says_yes: bool = False,
    ) -> None:
        self._made += 1
        heappush(self._events, _Event(at, self._made, kind, number, row, says_yes))
