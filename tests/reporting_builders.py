"""One request's story in events, for tests of `reporting`."""

from datetime import timedelta
from uuid import UUID

from shared.contracts.matching import (
    AnswerReceived,
    CandidatesExhausted,
    InvitationIssued,
    RequestFilled,
    RequestReopened,
    TandemHoursTold,
    VolunteerAssigned,
)
from shared.contracts.notifications import EmailFailed, EmailSent
from shared.contracts.requests import (
    Need,
    RequestChanged,
    RequestCompleted,
    RequestOpened,
    RequestReceived,
)
from shared.kernel.fields import Answer, Channel, Field, Kind
from shared.kernel.ids import new_id
from tests.people_builders import NOON
from tests.requests_builders import a_date


def at(hours):
    return NOON + timedelta(hours=hours)


def a_need(places=2, field=Field.LANGUAGE, municipality="altenburg"):
    return Need(
        kind=Kind.SINGLE,
        field=field,
        places=places,
        point={"latitude": 50.98, "longitude": 12.43},
        municipality_code=municipality,
        slots=(a_date(),),
    )


class Story:
    """One request from its first word to its end, with three invited and two who come."""

    def __init__(self):
        self.request_id, self.organisation_id = new_id(), new_id()
        self.volunteers = [new_id() for _ in range(3)]
        self.invitations = [new_id() for _ in range(3)]
        self.events = [*self._asking(), *self._answering(), *self._ending()]

    def of(self, contract, hours, **more):
        values = {"request_id": self.request_id, "occurred_at": at(hours)}
        return contract.model_validate(values | more)

    def about(self, contract, number, hours, **more):
        who = {
            "volunteer_id": self.volunteers[number],
            "invitation_id": self.invitations[number],
        }
        return self.of(contract, hours, **(who | more))

    def _asking(self):
        owner = {"organisation_id": self.organisation_id}
        yield self.of(RequestReceived, 0, sequence=1, in_review=True, **owner)
        yield self.of(RequestOpened, 1, sequence=2, need=a_need(places=1), **owner)
        yield self.of(
            RequestChanged, 2, sequence=3, need=a_need(places=2), material=False, **owner
        )
        for number in range(3):
            yield self.about(
                InvitationIssued,
                number,
                3,
                wave=1,
                channel=Channel.EMAIL,
                not_after=at(9),
                answer_by=at(20),
            )
            sent = {"email_id": new_id(), "template": "offer"}
            if number == 2:
                yield self.about(EmailFailed, number, 4, reason="not_sent", **sent)
            else:
                yield self.about(EmailSent, number, 4, **sent)

    def _answering(self):
        yield self.about(AnswerReceived, 0, 5, answer=Answer.LATER, via="web")
        yield self.about(AnswerReceived, 0, 6, answer=Answer.YES, via="web")
        yield self.about(AnswerReceived, 1, 6, answer=Answer.NO, via="phone")
        yield self.about(VolunteerAssigned, 0, 6, assignment_id=new_id(), sequence=1)
        yield self.of(
            CandidatesExhausted,
            7,
            organisation_id=self.organisation_id,
            excluded={"too_far": 4, "busy": 2},
        )

    def hours(self, period, sequence, hours, from_on, to_on):
        """What is told of one period of the first volunteer's tandem."""
        return TandemHoursTold(
            request_id=self.request_id,
            invitation_id=self.invitations[0],
            volunteer_id=self.volunteers[0],
            assignment_id=UUID(int=self.request_id.int + 1),
            organisation_id=self.organisation_id,
            occurred_at=at(50 + sequence),
            sequence=sequence,
            question=period,
            from_on=from_on,
            to_on=to_on,
            hours=hours,
        )

    def _ending(self):
        counts = {"places": 2, "reserved": 0, "waitlisted": 0}
        yield self.of(RequestReopened, 6, sequence=1, assigned=1, **counts)
        yield self.of(
            RequestFilled,
            8,
            sequence=2,
            assigned=2,
            organisation_id=self.organisation_id,
            **counts,
        )
        yield self.hours(2, 3, 10, "2026-11-16", "2026-12-06")
        yield self.hours(2, 4, 12, "2026-11-16", "2026-12-06")
        yield self.hours(3, 6, 7, "2026-12-07", "2026-12-20")
        yield self.hours(3, 7, 0, "2026-12-07", "2026-12-20")
        yield self.of(RequestCompleted, 60, sequence=4)
