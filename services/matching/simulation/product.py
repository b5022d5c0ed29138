"""The one place that calls the product: its boards, rosters, ranks, waves, answers and histories.

Does what the service's planner and handlers do around the domain, with mails that leave at once,
people whom a coordinator knows, and nobody who decides by hand.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from uuid import UUID

import numpy as np

from services.matching.domain.agenda import lay_out
from services.matching.domain.answering import Reply, answer
from services.matching.domain.board import Board, Invitation, People, Standing
from services.matching.domain.chance import AnswerHistory, chance_of_yes
from services.matching.domain.columns.doings import Dates, Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.effects import InvitationExpired
from services.matching.domain.inviting import Ask, issue
from services.matching.domain.outcomes import count
from services.matching.domain.outlook import Outlook, plan_open
from services.matching.domain.ranking import rank_pool
from services.matching.domain.refusals import RequestHasStarted, TaskIsOver
from services.matching.domain.roster import Person, PersonState
from services.matching.domain.sending import email_sent, next_due, pass_time
from services.matching.domain.tuning import Tuning
from services.matching.domain.waves import plan_wave
from services.matching.simulation.asking import Asking, Decision
from services.matching.simulation.crowd import MONTH
from services.matching.simulation.telling import (
    again,
    need_of,
    organisation_id,
    person_of,
    row_of,
    volunteer_id,
)
from services.matching.simulation.volunteers import Floats
from services.matching.simulation.world import World
from shared.kernel.fields import Answer, Via
from shared.kernel.ids import (
    AssignmentId,
    InvitationId,
    OrganisationId,
)

NEVER = timedelta(days=365_000)
"""As `plan_every`: no plan of the district."""


class Outcome(Enum):
    """What became of an answer."""

    PLACE = auto()
    TOO_LATE = auto()
    """A yes that brought no place."""
    NONE = auto()


class Desk:
    """The product's state of one run: a board a request, and what it knows of each volunteer."""

    def __init__(self, world: World, tuning: Tuning, expects: timedelta = timedelta(0)) -> None:
        self._world, self._tuning, self._expects = world, tuning, expects
        self._boards: dict[int, Board] = {}
        self._histories = [AnswerHistory() for _ in range(world.volunteers.count)]
        self._counted: dict[tuple[int, int], bool | None] = {}
        self._people = [person_of(world, row) for row in range(world.volunteers.count)]
        self._pool = Pool.of(self._people)
        self._asked: deque[tuple[int, float]] = deque()
        self._promised: deque[tuple[int, float, float]] = deque()
        self._helped: defaultdict[OrganisationId, set[int]] = defaultdict(set)
        self._stale: set[int] = set()
        self._ids = 0
        self._outlook = Outlook()
        self._open: set[int] = set()

    def open(self, number: int) -> None:
        """A request was posted."""
        self._boards[number] = Board(need_of(self._world, number))
        self._open.add(number)

    def free(self, number: int) -> int:
        return self._boards[number].free

    def wave(self, number: int) -> int:
        return max((one.wave for one in self._boards[number].invitations), default=0)

    def next_due(self, number: int) -> datetime | None:
        """When the next deadline ends."""
        return next_due(self._boards[number])

    def pass_time(self, number: int, now: datetime) -> None:
        """End deadlines; silence until then counts as a no."""
        board = self._boards[number]
        after, effects = pass_time(
            board, self._waiting_people(board), now=now, tuning=self._tuning
        )
        self._boards[number] = after
        for effect in effects:
            if isinstance(effect, InvitationExpired):
                self._count(number, row_of(effect.volunteer_id), now)

    def plan(self, number: int, now: datetime) -> Decision:
        """What the planner would do now: rank everybody, and size a wave."""
        board = self._boards[number]
        self._refresh()
        doings = self._doings(organisation_id(self._world.requests[number]), now)
        agenda = lay_out(board.need, now, self._tuning)
        ranking = rank_pool(agenda, self._pool, doings, board.exclusions(now))
        self._look_ahead(number, now)
        scarcity = self._outlook.scarcity(board.need.request_id)
        plan = plan_wave(board, ranking, now, self._tuning, scarcity)
        asks = [
            Asking(row_of(ask.volunteer_id), ask.chance, ask.answer_within)
            for ask in plan.invite
        ]
        return Decision(asks, plan.next_look_at)

    def ask(self, number: int, asks: Sequence[Asking], now: datetime) -> list[Invitation]:
        """Send a wave; each mail leaves at once. Return the invitations, in the same order."""
        board = self._boards[number]
        wanted = [Ask(volunteer_id(one.row), one.chance, one.within) for one in asks]
        ids = [InvitationId(self._new_id()) for _ in asks]
        board, _ = issue(board, wanted, ids, now=now, tuning=self._tuning)
        for identity in ids:
            board, _ = email_sent(board, identity, sent_at=now, tuning=self._tuning)
        self._boards[number] = board
        self._asked.extend((one.row, now.timestamp()) for one in asks)
        return list(board.invitations[-len(asks) :])

    def answer(self, number: int, row: int, said: Answer, now: datetime) -> Outcome:
        """Take an answer as it comes in."""
        board = self._boards[number]
        invitation = board.invitation_of(volunteer_id(row))
        if invitation is None:
            raise LookupError("only who was asked answers")
        reply = Reply(
            invitation.invitation_id,
            said,
            Via.EMAIL,
            board.need.version,
            AssignmentId(self._new_id()),
        )
        people = {volunteer_id(row): self._standing(row), **self._waiting_people(board)}
        try:
            board, _ = answer(board, reply, people, now=now, tuning=self._tuning)
        except (RequestHasStarted, TaskIsOver):
            return Outcome.TOO_LATE if said is Answer.YES else Outcome.NONE
        self._boards[number] = board
        self._count(number, row, now)
        claim = board.claim_of(volunteer_id(row))
        if claim is None:
            return Outcome.NONE
        if not claim.holds_place:
            return Outcome.TOO_LATE
        self._take(number, row, now)
        return Outcome.PLACE

    def chances(self, rows: Sequence[int], now: datetime) -> Floats:
        """The chance of a yes by each one's history."""
        return np.array([chance_of_yes(self._histories[row], now) for row in rows])

    def pause(self, row: int, until: datetime | None) -> None:
        """Nobody writes to them before `until`; None: never again."""
        self._people[row] = replace(
            self._people[row], state=PersonState.PAUSED, paused_until=until
        )
        self._stale.add(row)

    def person(self, row: int) -> Person:
        """One volunteer as the rules read them now."""
        self._refresh()
        asked_at = (at for asked, at in self._asked if asked == row)
        moments = tuple(datetime.fromtimestamp(at, UTC) for at in asked_at)
        return replace(self._people[row], asked_at=moments)

    def board(self, number: int) -> Board:
        return self._boards[number]

    def _look_ahead(self, number: int, now: datetime) -> None:
        """Plan the district anew if the last plan is old, or older than this request."""
        every, looked_at = self._tuning.plan_every, [self._boards[number].need.request_id]
        if every >= NEVER or not self._outlook.is_old(now, every, looked_at):
            return
        self._open = {one for one in self._open if self._boards[one].need.starts_at > now}
        boards = [self._boards[one] for one in sorted(self._open)]
        boards += self._expected(now)
        doings = self._doings(None, now)
        plan = plan_open(boards, now, self._tuning, self._pool, doings)
        self._outlook.renew(plan, now, looked_at)

    def _expected(self, now: datetime) -> list[Board]:
        """Requests that nobody has posted: those of the last weeks, come again as they were."""
        since = now - self._expects
        posted = [
            number
            for number in self._boards
            if since < self._world.requests[number].posted_at <= now
        ]
        return [Board(again(need_of(self._world, number), self._expects)) for number in posted]

    def _refresh(self) -> None:
        """Write the rows of those whose history or pause changed: only who ranks needs that."""
        for row in self._stale:
            self._people[row] = replace(self._people[row], history=self._histories[row])
        self._pool.put(self._people[row] for row in self._stale)
        self._stale.clear()

    def _doings(self, organisation: OrganisationId | None, now: datetime) -> Doings:
        """What people hold and were asked, as the service reads it: of the last four weeks.

        Without an organisation nobody helped before.
        """
        since = (now - MONTH).timestamp()
        while self._asked and self._asked[0][1] <= since:
            self._asked.popleft()
        while self._promised and self._promised[0][2] <= since:
            self._promised.popleft()
        rows = np.array([row for row, _, _ in self._promised], np.int32)
        starts, ends = (np.array([one[at] for one in self._promised]) for at in (1, 2))
        helped = self._helped[organisation] if organisation is not None else ()
        return Doings(
            held=Dates(rows, starts, ends),
            asked_rows=np.array([row for row, _ in self._asked], np.int32),
            asked_at=np.array([at for _, at in self._asked], np.float64),
            helped=np.array(sorted(helped), np.int32),
        )

    def _take(self, number: int, row: int, now: datetime) -> None:
        request, person = self._world.requests[number], self._people[row]
        held = tuple(slot for slot in person.held if slot.ends_at > now - MONTH)
        self._people[row] = replace(
            person,
            held=(*held, *request.slots),
            worked_with=person.worked_with | {organisation_id(request)},
        )
        self._helped[organisation_id(request)].add(row)
        self._promised.extend(
            (row, slot.starts_at.timestamp(), slot.ends_at.timestamp())
            for slot in request.slots
        )

    def _count(self, number: int, row: int, now: datetime) -> None:
        invitation = self._boards[number].invitation_of(volunteer_id(row))
        if invitation is None:
            return
        counted = self._counted.get((number, row))
        self._histories[row], self._counted[number, row] = count(
            self._histories[row], invitation, counted=counted, now=now
        )
        self._stale.add(row)

    def _standing(self, row: int) -> Standing:
        return Standing(known=True, held=self._people[row].held)

    def _waiting_people(self, board: Board) -> People:
        rows = [row_of(claim.volunteer_id) for claim in board.waiting]
        return {volunteer_id(row): self._standing(row) for row in rows}

    def _new_id(self) -> UUID:
        self._ids += 1
        return UUID(int=self._ids)
