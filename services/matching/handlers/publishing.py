"""What the domain's effects are as events, and the one way of saving a step with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from services.matching.domain import effects as domain
from services.matching.domain.board import Board, BoardState, Step
from services.matching.domain.dates import deadline
from services.matching.domain.telling import newly_filled, tell_organisation
from services.matching.domain.tuning import Tuning
from services.matching.handlers.tandems.following import follow
from services.matching.store.boards import LockedBoard, places_of, with_places
from services.matching.store.saving import Beside, save_board
from shared.contracts import matching as contract
from shared.contracts.messages import Event
from shared.messaging.outbox import Work


class AboutRequest(TypedDict):
    """What every event of matching carries."""

    request_id: UUID
    occurred_at: datetime


class AboutInvitation(AboutRequest):
    """What every event about one volunteer carries."""

    invitation_id: UUID
    volunteer_id: UUID


_OfAsk = domain.InvitationWithdrawn | domain.InvitationExpired | domain.AnswerReceived
_OfPlace = (
    domain.PlaceReserved
    | domain.VolunteerAssigned
    | domain.VolunteerWaitlisted
    | domain.AssignmentCancelled
    | domain.DateSkipped
    | domain.DateUnskipped
)
_ForOrganisation = domain.CandidatesExhausted | domain.WhoComesChanged | domain.RequestNear


async def keep(
    work: Work,
    locked: LockedBoard,
    step: Step,
    tuning: Tuning,
    beside: Beside | None = None,
) -> Board:
    """Save a step of a locked board and publish what it makes known; return the board after it.

    Tandems follow their places.
    """
    after, effects = step
    after = with_places(after, places_of(locked.row))
    looking = after.state is BoardState.OPEN and not locked.row.kept_free
    after, effects = tell_organisation(
        locked.board, (after, effects), now=work.now, looking=looking
    )
    await save_board(work.session, locked, after, beside or Beside(), work.now)
    change = Change(locked.board, after, locked.row.revision, work.now, tuning)
    await work.publish(*change.events(effects))
    revision = locked.row.revision
    await follow(work, locked.board, after, effects, revision=revision, tuning=tuning)
    return after


@dataclass(frozen=True, slots=True)
class Change:
    """One step of one board, for all events that follow from it."""

    before: Board
    after: Board
    revision: int
    """Of the stored board: it orders calendar entries, which carry it."""
    now: datetime
    tuning: Tuning

    def events(self, effects: Iterable[domain.Effect]) -> list[Event]:
        """The events of a step, the counts last: any change of theirs is told, once."""
        told: list[Event] = []
        again = False
        for effect in effects:
            if isinstance(effect, domain.RequestFilled | domain.RequestReopened):
                again = True
            else:
                told.append(self._event(effect))
        if self.after.version != self.before.version:
            return [*told, self._counted()]
        return [*told, self._reopened()] if again else told

    def _about(self) -> AboutRequest:
        return {"request_id": self.after.need.request_id, "occurred_at": self.now}

    def _about_one(
        self, effect: domain.InvitationIssued | _OfAsk | _OfPlace
    ) -> AboutInvitation:
        return {
            **self._about(),
            "invitation_id": effect.invitation_id,
            "volunteer_id": effect.volunteer_id,
        }

    def _event(
        self,
        effect: domain.InvitationIssued | _ForOrganisation | _OfAsk | _OfPlace,
    ) -> Event:
        match effect:
            case domain.InvitationIssued():
                return self._issued(effect)
            case domain.CandidatesExhausted() | domain.WhoComesChanged() | domain.RequestNear():
                return self._for_organisation(effect)
            case (
                domain.InvitationWithdrawn()
                | domain.InvitationExpired()
                | domain.AnswerReceived()
            ):
                return self._of_ask(effect)
            case _:
                return self._of_place(effect)

    def _for_organisation(self, effect: _ForOrganisation) -> Event:
        about, organisation_id = self._about(), self.after.need.organisation_id
        match effect:
            case domain.CandidatesExhausted():
                return contract.CandidatesExhausted(
                    **about,
                    organisation_id=organisation_id,
                    free=effect.free,
                    excluded={reason.value: count for reason, count in effect.excluded},
                    asked=effect.asked,
                )
            case domain.WhoComesChanged():
                return contract.WhoComesChanged(
                    **about,
                    organisation_id=organisation_id,
                    sequence=effect.version,
                    given_back=effect.given_back,
                    looking=effect.looking,
                )
            case domain.RequestNear():
                return contract.RequestNear(
                    **about,
                    organisation_id=organisation_id,
                    sequence=effect.version,
                    looking=effect.looking,
                    not_after=self.after.need.starts_at,
                )

    def _of_ask(self, effect: _OfAsk) -> Event:
        about = self._about_one(effect)
        match effect:
            case domain.InvitationWithdrawn():
                rule = effect.rule.value if effect.rule else None
                return contract.InvitationWithdrawn(
                    **about, reason=effect.cause.value, rule=rule, waited=effect.waited
                )
            case domain.InvitationExpired():
                return contract.InvitationExpired(**about)
            case domain.AnswerReceived():
                return contract.AnswerReceived(
                    **about, answer=effect.answer, via=effect.via.value
                )

    def _of_place(self, effect: _OfPlace) -> Event:
        about = self._about_one(effect)
        match effect:
            case domain.PlaceReserved():
                return contract.PlaceReserved(**about, decide_by=effect.decide_by)
            case domain.VolunteerWaitlisted():
                return contract.VolunteerWaitlisted(**about, position=effect.position)
            case domain.VolunteerAssigned():
                return contract.VolunteerAssigned(
                    **about,
                    assignment_id=effect.assignment_id,
                    moved_up=effect.ask_again,
                    sequence=self.revision,
                )
            case domain.AssignmentCancelled():
                return self._cancelled(effect, about)
            case domain.DateSkipped() | domain.DateUnskipped():
                return self._of_date(effect, about)

    def _issued(self, effect: domain.InvitationIssued) -> Event:
        about = self._about_one(effect)
        if effect.purpose is domain.Purpose.CHANGED:
            return contract.AssignedAskedAgain(
                **about, version=effect.need_version, sequence=self.revision
            )
        invitation = self.after.invitation(effect.invitation_id)
        if invitation is None:
            raise LookupError("who is asked has an invitation")
        answer_by = invitation.deadline or deadline(
            self.after.need, self.now, invitation.answer_within, self.tuning
        )
        return contract.InvitationIssued(
            **about,
            wave=invitation.wave,
            by_hand=invitation.by_hand,
            channel=effect.channel,
            not_after=effect.send_before,
            answer_by=answer_by,
            # Of a place that came free just before the start nobody can hear the next morning.
            holdable=effect.purpose is domain.Purpose.OFFER,
        )

    def _cancelled(self, effect: domain.AssignmentCancelled, about: AboutInvitation) -> Event:
        declined = effect.cause is domain.Cause.DECLINED_BY_COORDINATOR
        if effect.reserved_only and declined:
            return contract.ReservationDeclined(**about, reason=effect.cause.value)
        return contract.AssignmentCancelled(
            **about,
            assignment_id=effect.assignment_id,
            reason=effect.cause.value,
            sequence=self.revision,
        )

    def _of_date(
        self, effect: domain.DateSkipped | domain.DateUnskipped, about: AboutInvitation
    ) -> Event:
        skipped = isinstance(effect, domain.DateSkipped)
        kind = contract.DateSkipped if skipped else contract.DateUnskipped
        return kind(
            **about,
            assignment_id=effect.assignment_id,
            starts_at=effect.slot.starts_at,
            ends_at=effect.slot.ends_at,
            linked_request_id=effect.linked_request_id,
            sequence=self.revision,
        )

    def _counted(self) -> Event:
        """Filled is said when it became so, and when others hold the places than before."""
        if not newly_filled(self.before, self.after):
            return self._reopened()
        counts = self.after.counts
        return contract.RequestFilled(
            **self._about(),
            organisation_id=self.after.need.organisation_id,
            sequence=self.after.version,
            places=counts.places,
            reserved=counts.reserved,
            assigned=counts.assigned,
            waitlisted=counts.waitlisted,
            again=self.before.told_at is not None,
        )

    def _reopened(self) -> Event:
        counts = self.after.counts
        return contract.RequestReopened(
            **self._about(),
            sequence=self.after.version,
            places=counts.places,
            reserved=counts.reserved,
            assigned=counts.assigned,
            waitlisted=counts.waitlisted,
        )
