"""Builds valid values of matching's domain for its tests: say only what a test is about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.matching.domain.answering import Reply, answer
from services.matching.domain.board import Board, Standing
from services.matching.domain.inviting import Ask, issue
from services.matching.domain.need import Automation, Confirm, Need
from services.matching.domain.roster import Person
from services.matching.domain.sending import email_sent
from services.matching.domain.tandems.tandem import Tandem
from services.matching.domain.tuning import Tuning
from shared.kernel.fields import Answer, Field, Kind, Via
from shared.kernel.ids import (
    AssignmentId,
    InvitationId,
    OrganisationId,
    RequestId,
    VolunteerId,
)
from shared.kernel.places import Point
from shared.kernel.quiet_hours import QuietHours
from shared.kernel.slots import Slot

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday, 10:00 in Altenburg."""
ALTENBURG = Point(50.985, 12.434)
TUNING = Tuning()
"""No quiet hours: tests that need them say so."""
NIGHTS_AND_SUNDAYS = Tuning(quiet_hours=QuietHours.parse("20:00-07:00,sun"))
BY_COORDINATOR = Automation(confirm=Confirm.COORDINATOR)


def an_id(number: int) -> UUID:
    return UUID(int=(7 << 76) | (2 << 62) | number)


def volunteer(number: int) -> VolunteerId:
    return VolunteerId(an_id(number))


def invitation_id(number: int, request: int = 0) -> InvitationId:
    return InvitationId(an_id(1_000_000 * (request + 1) + number))


def assignment_id(number: int) -> AssignmentId:
    return AssignmentId(an_id(500_000 + number))


def a_slot(days: float = 7, hours: float = 2, *, at: datetime = NOW) -> Slot:
    start = at + timedelta(days=days)
    return Slot(start, start + timedelta(hours=hours))


def a_need(**changes: Any) -> Need:
    """A request for one helper in a week, for two hours at noon, in Altenburg."""
    plain = Need(
        request_id=RequestId(an_id(90_001)),
        organisation_id=OrganisationId(an_id(90_002)),
        version=1,
        facts_version=1,
        kind=Kind.SINGLE,
        field=Field.EDUCATION,
        places=1,
        slots=(a_slot(),),
        point=ALTENBURG,
    )
    return replace(plain, **changes)


def a_person(number: int = 1, **changes: Any) -> Person:
    """A known volunteer who has stated nothing but where they live."""
    plain = Person(volunteer(number), version=1, known=True, point=ALTENBURG)
    return replace(plain, **changes)


def an_ask(number: int, *, chance: float = 0.25, hours: float = 24) -> Ask:
    return Ask(volunteer(number), chance, timedelta(hours=hours))


def asked(
    board: Board, *numbers: int, now: datetime = NOW, request: int = 0, **ask: Any
) -> Board:
    """The board after these volunteers were asked and their mails left at once."""
    ids = [invitation_id(number, request) for number in numbers]
    asks = [an_ask(number, **ask) for number in numbers]
    board, _ = issue(board, asks, ids, now=now, tuning=TUNING)
    for identity in ids:
        board, _ = email_sent(board, identity, sent_at=now, tuning=TUNING)
    return board


def everybody(*numbers: int, known: bool = True) -> dict[VolunteerId, Standing]:
    return {volunteer(number): Standing(known=known) for number in numbers or range(1, 50)}


def a_reply(board: Board, number: int, said: Answer, **changes: Any) -> Reply:
    asked_by = board.invitation_of(volunteer(number))
    assert asked_by is not None, "ask first"
    plain = Reply(
        asked_by.invitation_id, said, Via.EMAIL, board.need.version, assignment_id(number)
    )
    return replace(plain, **changes)


def says(board: Board, number: int, said: Answer, **options: Any) -> tuple[Board, tuple]:
    """The board and the effects after a volunteer's answer."""
    people = options.pop("people", None) or everybody()
    now = options.pop("now", NOW)
    tuning = options.pop("tuning", TUNING)
    reply = a_reply(board, number, said, **options)
    return answer(board, reply, people, now=now, tuning=tuning)


def yes(board: Board, *numbers: int, **options: Any) -> Board:
    """The board after these volunteers said yes, one after the other."""
    for number in numbers:
        board, _ = says(board, number, Answer.YES, **options)
    return board


def a_date(text: str) -> date:
    return date.fromisoformat(text)


def a_tandem(**changes: Any) -> Tandem:
    """A tandem that met for the first time today, a Monday, and goes on until somebody ends it."""
    plain = Tandem(
        assignment_id=assignment_id(1),
        request_id=RequestId(an_id(90_001)),
        organisation_id=OrganisationId(an_id(90_002)),
        volunteer_id=volunteer(1),
        invitation_id=invitation_id(1),
        first_at=NOW,
    )
    return replace(plain, **changes)
