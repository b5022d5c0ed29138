"""What is shown of a board: counts, invitations, candidates and the excluded, in codes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from services.matching.domain.agenda import Agenda
from services.matching.domain.board import (
    NOT_YET_ASKED,
    Board,
    Claim,
    Invitation,
    InvitationState,
    Skip,
)
from services.matching.domain.candidates import Candidate
from services.matching.domain.effects import Purpose
from services.matching.domain.exclusions import ONLY_AGAINST_ASKING
from services.matching.domain.lacking import Lack
from services.matching.domain.need import Need
from services.matching.domain.roster import Person
from services.matching.domain.rules import exclusions
from services.matching.domain.what_if import Relief
from services.matching.handlers.explaining import (
    dated_of,
    parts_in,
    parts_of,
    reasons_in,
    reasons_of,
    record_of,
    told,
)
from services.matching.handlers.overview import Looked
from services.matching.store.boards import StoredBoard, is_stopped
from services.matching.store.tables import BoardRow, InvitationRow
from shared.contracts import matching as contract
from shared.kernel.ids import VolunteerId

_NOT_ASKED = NOT_YET_ASKED | {InvitationState.NOT_SENT, InvitationState.DIRECT}


def places_shown(board: Board, row: BoardRow) -> contract.PlacesShown:
    counts = board.counts
    return contract.PlacesShown(
        request_id=board.need.request_id,
        sequence=board.version,
        places=counts.places,
        invited=sum(was_asked(invitation) for invitation in board.invitations),
        reserved=counts.reserved,
        assigned=counts.assigned,
        waitlisted=counts.waitlisted,
        stopped=state_shown(row) == "stopped",
    )


def was_asked(invitation: Invitation) -> bool:
    """Whether the volunteer was, or is being, asked; a direct assignment asks nobody."""
    return invitation.state not in _NOT_ASKED and invitation.wave > 0


def purpose_of(
    invitation: Invitation, claim: Claim | None, facts_changed_at: datetime | None
) -> str:
    """What is asked: `offer`, `move_up` or `changed`; of a place that is kept, what to confirm."""
    if claim is None or not claim.ask_again:
        return invitation.purpose.value
    answered_at = invitation.answered_at
    changed = (
        facts_changed_at is not None
        and answered_at is not None
        and answered_at < facts_changed_at
    )
    return (Purpose.CHANGED if changed else Purpose.MOVE_UP).value


def state_shown(row: BoardRow) -> str:
    """open, held, stopped, cancelled, expired or completed."""
    stopped = is_stopped(row.request_state, stopped=row.stopped, kept_free=row.kept_free)
    return "stopped" if stopped else row.request_state


def invitation_shown(
    invitation: Invitation,
    row: InvitationRow,
    claim: Claim | None,
    unmet: tuple[contract.Reason, ...] = (),
) -> contract.InvitationShown:
    """An invitation with the parts and reasons as they were used."""
    return contract.InvitationShown(
        invitation_id=invitation.invitation_id,
        volunteer_id=invitation.volunteer_id,
        wave=invitation.wave,
        state=invitation.state.value,
        channel=invitation.channel,
        answer=invitation.answer,
        via=invitation.via and invitation.via.value,
        issued_at=invitation.issued_at,
        sent_at=invitation.sent_at,
        deadline=invitation.deadline,
        answered_at=invitation.answered_at,
        decide_by=invitation.decide_by if claim is None else claim.decide_by,
        rank=row.why.get("rank"),
        chance=row.why.get("chance"),
        record=row.why.get("record"),
        weighed=row.why.get("weighed"),
        parts=parts_in(row.why.get("parts", {})),
        reasons=reasons_in(row.why),
        by_staff_id=row.staff_id,
        override_reason=override_of(invitation, claim),
        against=reasons_in(row.why, "against"),
        unmet=unmet,
    )


def override_of(invitation: Invitation, claim: Claim | None) -> str | None:
    """A coordinator's reason to give them the place against a rule, or else to ask them."""
    return (None if claim is None else claim.override) or invitation.override


def skipped_shown(
    skips: Iterable[Skip], holders: Mapping[UUID, tuple[UUID, ...]]
) -> tuple[contract.SkippedDate, ...]:
    """Skipped dates in their order, and whether somebody else has their place."""
    return tuple(
        contract.SkippedDate(
            starts_at=skip.slot.starts_at,
            ends_at=skip.slot.ends_at,
            linked_request_id=skip.linked_request_id,
            taken=skip.linked_request_id in holders,
        )
        for skip in sorted(skips, key=lambda one: one.slot)
    )


def all_skips_shown(
    board: Board, holders: Mapping[UUID, tuple[UUID, ...]]
) -> tuple[contract.SkipShown, ...]:
    """Everybody's skipped dates, the earliest first, with who comes instead."""
    found = [
        contract.SkipShown(
            **shown.model_dump(),
            volunteer_id=claim.volunteer_id,
            taken_by=holders.get(shown.linked_request_id, ()),
        )
        for claim in board.claims
        for shown in skipped_shown(claim.skips, holders)
    ]
    return tuple(sorted(found, key=lambda one: (one.starts_at, one.volunteer_id)))


def against_rules(board: Board) -> frozenset[VolunteerId]:
    """Who was asked or given a place against a rule."""
    return frozenset(
        one.volunteer_id
        for one in board.invitations
        if override_of(one, board.claim_of(one.volunteer_id)) is not None
    )


def invitations_shown(
    stored: StoredBoard, agenda: Agenda, people: Mapping[VolunteerId, Person]
) -> tuple[contract.InvitationShown, ...]:
    board = stored.board
    overridden = against_rules(board)

    def unmet(who: VolunteerId) -> tuple[contract.Reason, ...]:
        found = exclusions(agenda, people[who]) if who in overridden and who in people else ()
        return tuple(told(one) for one in found if one.reason not in ONLY_AGAINST_ASKING)

    return tuple(
        invitation_shown(
            invitation,
            stored.invitations[invitation.invitation_id],
            board.claim_of(invitation.volunteer_id),
            unmet(invitation.volunteer_id),
        )
        for invitation in board.invitations
    )


def ranking_shown(
    board: Board, agenda: Agenda, looked: Looked, people: Mapping[VolunteerId, Person]
) -> tuple[tuple[contract.CandidateShown, ...], tuple[contract.ExcludedShown, ...]]:
    """Candidates and excluded with their reasons in words of the contract."""
    met = board.exclusions(agenda.now)

    def against(who: VolunteerId) -> tuple[contract.Reason, ...]:
        known = (met[who],) if who in met else ()
        return tuple(map(told, (*known, *exclusions(agenda, people[who]))))

    candidates = tuple(
        _candidate_shown(
            board.need,
            candidate,
            people[candidate.volunteer_id],
            number,
            () if number <= looked.fits else against(candidate.volunteer_id),
        )
        for number, candidate in enumerate(looked.candidates, start=1)
        if candidate.volunteer_id in people
    )
    excluded = tuple(
        contract.ExcludedShown(volunteer_id=who, exclusions=against(who))
        for who in looked.excluded
        if who in people
    )
    return candidates, excluded


def reliefs_shown(reliefs: Iterable[Relief]) -> tuple[contract.Relief, ...]:
    return tuple(
        contract.Relief(
            code=relief.change.value,
            details=dict(relief.details),
            gained=relief.gained,
            also=tuple(
                contract.Reason(code=change.value, details=dict(details))
                for change, details in relief.also
            ),
        )
        for relief in reliefs
    )


def lacks_shown(lacks: Iterable[Lack]) -> tuple[contract.Reason, ...]:
    return tuple(
        contract.Reason(code=lack.gap.value, details=dict(lack.details)) for lack in lacks
    )


def _candidate_shown(
    need: Need,
    candidate: Candidate,
    person: Person,
    number: int,
    not_now: tuple[contract.Reason, ...],
) -> contract.CandidateShown:
    return contract.CandidateShown(
        volunteer_id=candidate.volunteer_id,
        rank=number,
        score=candidate.score.total,
        parts=parts_of(candidate.score),
        reasons=reasons_of(need, candidate, person),
        chance=candidate.chance,
        record=record_of(candidate),
        clashes=dated_of(candidate.clashes),
        not_now=not_now,
    )
