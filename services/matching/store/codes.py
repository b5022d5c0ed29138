"""From stored codes to the domain and back: needs, roster entries, invitations, claims."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.matching.domain.board import (
    Claim,
    ClaimState,
    Invitation,
    InvitationState,
    Skip,
)
from services.matching.domain.chance import AnswerHistory
from services.matching.domain.effects import Purpose
from services.matching.domain.need import Automation, Confirm, Invite, Need
from services.matching.domain.roster import Absence, Person, PersonState
from services.matching.store.tables import BoardRow, ClaimRow, InvitationRow, VolunteerRow
from shared.contracts import requests as contract
from shared.contracts.values import RosterEntry
from shared.kernel.fields import Answer, Channel, Via
from shared.kernel.ids import (
    AssignmentId,
    InvitationId,
    OrganisationId,
    RequestId,
    VolunteerId,
)
from shared.kernel.languages import LanguageNeed, LanguageSkill, Level, Mode
from shared.kernel.places import Point
from shared.kernel.slots import Slot
from shared.kernel.weeks import Week


def need_from(
    sent: contract.Need,
    *,
    request_id: RequestId,
    organisation_id: OrganisationId,
    version: int,
    facts_version: int,
    automation: Automation,
) -> Need:
    """The domain's need. Raises ValueError without a slot, and what Slot and Level raise."""
    return Need(
        request_id=request_id,
        organisation_id=organisation_id,
        version=version,
        facts_version=facts_version,
        kind=sent.kind,
        field=sent.field,
        places=sent.places,
        slots=tuple(Slot(slot.starts_at, slot.ends_at) for slot in sent.slots),
        automation=automation,
        point=None
        if sent.remote or sent.point is None
        else Point(sent.point.latitude, sent.point.longitude),
        languages=tuple(LanguageNeed(need.tag, Level(need.level)) for need in sent.languages),
        skills=frozenset(sent.skills),
        checks=frozenset(sent.checks),
        minors_present=sent.minors_present,
        wished_gender=sent.wished_gender,
        urgent=sent.urgent,
        answer_by=sent.answer_by,
        lift_offered=sent.lift_offered,
        open_ended=sent.open_ended,
    )


def need_in(row: BoardRow) -> contract.Need:
    """The stored need as it came; only of a row that has one."""
    return contract.Need.model_validate(row.need)


def need_of(row: BoardRow) -> Need:
    """The domain's need of a row that has one."""
    if row.organisation_id is None:
        raise ValueError("this request is not open yet")
    return need_from(
        need_in(row),
        request_id=RequestId(row.request_id),
        organisation_id=OrganisationId(row.organisation_id),
        version=row.need_version,
        facts_version=row.facts_version,
        automation=Automation(Invite(row.invite), Confirm(row.confirm)),
    )


def slots_in(stored: list[dict[str, str]]) -> tuple[Slot, ...]:
    """The dates of a stored need."""
    return tuple(
        Slot(datetime.fromisoformat(s["starts_at"]), datetime.fromisoformat(s["ends_at"]))
        for s in stored
    )


def history_of(row: VolunteerRow) -> AnswerHistory:
    return AnswerHistory(row.asked, row.yes, row.counted_at)


def person_from(stored: Mapping[str, Any], history: AnswerHistory) -> Person:
    """A stored roster entry as the rules read it, without places held and asks made."""
    entry = RosterEntry.model_validate(stored)
    times = entry.availability
    return Person(
        volunteer_id=VolunteerId(entry.volunteer_id),
        version=entry.version,
        state=PersonState(entry.state),
        paused_until=entry.paused_until,
        known=entry.known,
        channel=entry.channel,
        point=Point(entry.point.latitude, entry.point.longitude),
        radius_km=entry.radius_km,
        travel=frozenset(entry.travel),
        languages=tuple(
            LanguageSkill(spoken.tag, Level(spoken.level), frozenset(map(Mode, spoken.modes)))
            for spoken in entry.languages
        ),
        fields=frozenset(entry.fields),
        skills=frozenset(entry.skills),
        availability=None
        if times is None
        else Week.from_entries([time.model_dump() for time in times]),
        absences=tuple(Absence(gap.from_on, gap.to_on) for gap in entry.absences),
        checks={held.check: held.valid_until for held in entry.checks},
        gender=entry.gender,
        asks_per_week=entry.asks_per_week,
        hours_per_week=entry.hours_per_week,
        history=history,
    )


def invitation_of(row: InvitationRow) -> Invitation:
    return Invitation(
        invitation_id=InvitationId(row.invitation_id),
        volunteer_id=VolunteerId(row.volunteer_id),
        state=InvitationState(row.state),
        wave=row.wave,
        chance=row.chance,
        answer_within=row.answer_within,
        need_version=row.need_version,
        issued_at=row.issued_at,
        channel=Channel(row.channel),
        purpose=Purpose(row.purpose),
        decide_by=row.decide_by,
        sent_at=row.sent_at,
        failed_at=row.failed_at,
        deadline=row.deadline,
        answer=None if row.answer is None else Answer(row.answer),
        answered_at=row.answered_at,
        via=None if row.via is None else Via(row.via),
        remind_at=row.remind_at,
        override=row.override,
        by_hand=row.by_hand,
        stopped_in=None if row.stopped_in is None else InvitationState(row.stopped_in),
    )


def invitation_values(invitation: Invitation) -> dict[str, Any]:
    """The columns that the domain decides, but for the keys."""
    return {
        "volunteer_id": invitation.volunteer_id,
        "state": invitation.state.value,
        "wave": invitation.wave,
        "chance": invitation.chance,
        "answer_within": invitation.answer_within,
        "need_version": invitation.need_version,
        "issued_at": invitation.issued_at,
        "channel": invitation.channel.value,
        "purpose": invitation.purpose.value,
        "decide_by": invitation.decide_by,
        "sent_at": invitation.sent_at,
        "failed_at": invitation.failed_at,
        "deadline": invitation.deadline,
        "answer": invitation.answer and invitation.answer.value,
        "answered_at": invitation.answered_at,
        "via": invitation.via and invitation.via.value,
        "remind_at": invitation.remind_at,
        "override": invitation.override,
        "by_hand": invitation.by_hand,
        "stopped_in": invitation.stopped_in and invitation.stopped_in.value,
    }


def claim_of(row: ClaimRow) -> Claim:
    return Claim(
        volunteer_id=VolunteerId(row.volunteer_id),
        assignment_id=AssignmentId(row.assignment_id),
        state=ClaimState(row.state),
        since=row.since,
        ask_again=row.ask_again,
        decide_by=row.decide_by,
        override=row.override,
        told=row.told,
        skips=tuple(
            Skip(slot, RequestId(UUID(stored["request_id"])))
            for slot, stored in zip(slots_in(row.skips), row.skips, strict=True)
        ),
    )


def claim_values(claim: Claim) -> dict[str, Any]:
    """The columns that the domain decides, but for the keys."""
    return {
        "volunteer_id": claim.volunteer_id,
        "state": claim.state.value,
        "since": claim.since,
        "ask_again": claim.ask_again,
        "decide_by": claim.decide_by,
        "override": claim.override,
        "told": claim.told,
        "skips": [
            {
                "starts_at": skip.slot.starts_at.isoformat(),
                "ends_at": skip.slot.ends_at.isoformat(),
                "request_id": str(skip.linked_request_id),
            }
            for skip in claim.skips
        ],
    }
