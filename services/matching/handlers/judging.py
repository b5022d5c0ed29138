"""How one volunteer stands to one request, for a coordinator who decides about them by hand."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.matching.domain.agenda import lay_out
from services.matching.domain.board import Standing
from services.matching.domain.candidates import Candidate
from services.matching.domain.columns.doings import Dates, Doings
from services.matching.domain.columns.pool import Pool
from services.matching.domain.exclusions import Exclusion, Reason, came_up_since
from services.matching.domain.need import Need
from services.matching.domain.pricing import Weighed
from services.matching.domain.ranking import as_candidate, position_of
from services.matching.domain.roster import Person
from services.matching.domain.rules import exclusions
from services.matching.domain.tuning import Tuning
from services.matching.handlers.explaining import against, reasons_in, why
from services.matching.handlers.refusals import VolunteerUnknown
from services.matching.store.boards import LockedBoard, read_board
from services.matching.store.people import people_now
from services.matching.store.roster import Roster
from shared.kernel.ids import VolunteerId
from shared.messaging.outbox import Work
from shared.messaging.retries import TooEarly

FITS = "fits"
"""The reason that is none: no rule speaks against it."""

_BY_HAND = frozenset({Reason.EXCLUDED_BY_COORDINATOR, Reason.HELD_BACK})
"""What a coordinator decided before; all else that the request knows of somebody is no rule."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One volunteer with all that speaks for and against asking them."""

    person: Person
    candidate: Candidate
    exclusions: tuple[Exclusion, ...]

    def without(self, reasons: Collection[Reason]) -> "Judged":
        kept = tuple(found for found in self.exclusions if found.reason not in reasons)
        return replace(self, exclusions=kept)

    def override(self, reason: str) -> str | None:
        """The reason to go against a rule; None if there is no rule to go against, or no reason."""
        return reason if self.exclusions and reason != FITS else None

    def why(self, need: Need, override: str | None) -> dict[str, Any]:
        """What speaks for them, and what the reason given goes against."""
        kept = why(need, self.candidate, self.person)
        return kept if override is None else kept | against(self.exclusions)


def standing_of(locked: LockedBoard, volunteer_id: VolunteerId) -> Standing:
    """How a locked volunteer stands, by the newest profile.

    Raises VolunteerUnknown, and TooEarly while a newer profile is on its way: a coordinator who
    has just ticked a check and assigns at once waits a moment instead of being refused.
    """
    row = locked.rows.get(volunteer_id)
    if row is None:
        raise VolunteerUnknown
    if volunteer_id not in locked.standings or row.wanted > row.version:
        raise TooEarly("the volunteer's profile is being asked for")
    return locked.standings[volunteer_id]


async def rank_of(
    work: Work,
    roster: Roster,
    request_id: UUID,
    volunteer_id: VolunteerId,
    tuning: Tuning,
    *,
    asking: bool = True,
) -> int | None:
    """The position of somebody among all who fit now, from 1; None if a rule speaks against them.

    Without `asking` what speaks only against asking somebody (`ONLY_AGAINST_ASKING`) is no rule.
    """
    stored = await read_board(work.session, request_id)
    if stored is None:
        return None
    board, now = stored.board, work.now

    def position(pool: Pool, doings: Doings) -> int | None:
        agenda = lay_out(board.need, now, tuning)
        met = {
            who: found
            for who, found in board.exclusions(now).items()
            if who != volunteer_id or found.reason in _BY_HAND
        }
        found = position_of(agenda, pool, doings, met, volunteer_id)
        if found is None and not asking:
            rested = _without_asks(doings, pool.row_of.get(volunteer_id, -1))
            return position_of(agenda, pool, rested, met, volunteer_id)
        return found

    return await roster.look(work.session, board.need, now, position)


def _without_asks(doings: Doings, row: int) -> Doings:
    """The same as if somebody had never been asked, and skipped no date."""
    asked, skips = doings.asked_rows != row, doings.skipped.rows != row
    dates = doings.skipped
    return replace(
        doings,
        skipped=Dates(dates.rows[skips], dates.starts[skips], dates.ends[skips]),
        asked_rows=doings.asked_rows[asked],
        asked_at=doings.asked_at[asked],
        open_rows=doings.open_rows[doings.open_rows != row],
    )


def outdated(locked: LockedBoard, ids: Collection[VolunteerId]) -> frozenset[VolunteerId]:
    """Those whose newer profile is on its way: by the older one nobody is asked any more."""
    rows = locked.rows
    return frozenset(who for who in ids if who in rows and rows[who].wanted > rows[who].version)


async def whys_of(
    work: Work,
    locked: LockedBoard,
    chosen: Mapping[VolunteerId, Candidate],
    tuning: Tuning,
    weighed: Mapping[VolunteerId, Weighed] | None = None,
) -> dict[VolunteerId, dict[str, Any]] | None:
    """Why each of them is asked, and as the how-manieth; None if by now a rule is against anybody.

    Their budgets above all: another request may have asked them since. `weighed` is what a wave
    weighed of each; who is asked in the order of the score is not weighed.
    """
    if not chosen:
        return {}
    need, of = locked.board.need, weighed or {}
    rows = {who: row for who, row in locked.rows.items() if who in chosen}
    people = await people_now(work.session, rows, need, work.now)
    if len(people) < len(chosen):
        return None

    def looked_again() -> dict[VolunteerId, dict[str, Any]] | None:
        agenda = lay_out(need, work.now, tuning)
        if any(exclusions(agenda, person) for person in people.values()):
            return None
        return {
            who: why(need, candidate, people[who], of.get(who)) | {"rank": rank}
            for rank, (who, candidate) in enumerate(chosen.items(), start=1)
        }

    return await asyncio.to_thread(looked_again)


async def unable_now(
    work: Work, locked: LockedBoard, ids: Collection[VolunteerId], tuning: Tuning
) -> dict[VolunteerId, tuple[Exclusion, ...]]:
    """Those of the people with a planned ask against whom a rule speaks by now, and which.

    Their ask budget does not count: the planned ask itself is in it. Nor does what a coordinator's
    reason went against. Without any: nothing is known of them any more.
    """
    need = locked.board.need
    rows = {who: row for who, row in locked.rows.items() if who in ids}
    people = await people_now(work.session, rows, need, work.now)
    agenda = lay_out(need, work.now, tuning)

    def rules(person: Person) -> tuple[Exclusion, ...]:
        found = exclusions(agenda, person)
        rules = (one for one in found if one.reason is not Reason.ASK_BUDGET_USED_UP)
        return came_up_since(rules, _overridden(locked, person.volunteer_id))

    against = {who: rules(people[who]) if who in people else () for who in ids}
    return {who: found for who, found in against.items() if found or who not in people}


def _overridden(
    locked: LockedBoard, volunteer_id: VolunteerId
) -> dict[Reason, datetime | None]:
    """The rules against which a coordinator had somebody asked, as they were kept then."""
    asked = locked.board.invitation_of(volunteer_id)
    if asked is None or asked.override is None:
        return {}
    kept = reasons_in(locked.invitations[asked.invitation_id].why, "against")
    ends = {Reason(one.code): one.details.get("until") for one in kept}
    return {rule: datetime.fromisoformat(str(at)) if at else None for rule, at in ends.items()}


async def judge(
    work: Work, locked: LockedBoard, volunteer_id: VolunteerId, tuning: Tuning
) -> Judged:
    """Look at one locked volunteer as a ranking would. Raises as `standing_of` does."""
    standing_of(locked, volunteer_id)
    need = locked.board.need
    row = {volunteer_id: locked.rows[volunteer_id]}
    person = (await people_now(work.session, row, need, work.now))[volunteer_id]
    agenda = lay_out(need, work.now, tuning)
    against = exclusions(agenda, person)
    met = locked.board.exclusions(work.now).get(volunteer_id)
    if met is not None and met.reason in _BY_HAND:
        against = (met, *against)
    return Judged(person, as_candidate(agenda, person), against)
