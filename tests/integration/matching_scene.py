"""A district in which matching is real and its neighbours are stand-ins that say what a test says.

async def test_…(scene):
    await scene.register(5)
    request_id = await scene.open(places=2)
    for invitation in await scene.asked(request_id, 2):
        await scene.say(invitation, Answer.YES)
"""

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from services.matching.loops.planning import LOCK
from services.matching.main import create_app
from services.matching.settings import MatchingSettings
from shared.contracts.matching import (
    AnswerInvitation,
    AnswerTaken,
    InvitationIssued,
    ShowBoard,
    ShowInvitation,
)
from shared.contracts.messages import Command, Event, Query, Service
from shared.contracts.notifications import EmailFailed, EmailSent
from shared.contracts.profiles import Roster, RosterOf, VolunteerActivated
from shared.contracts.requests import Need, RequestOpened
from shared.contracts.values import Coordinates, Dated, RosterEntry
from shared.kernel.clock import DomainClock
from shared.kernel.fields import Answer, Channel, Field, Kind
from shared.kernel.ids import new_id
from shared.messaging.asking import Asker
from shared.messaging.outbox import Work
from shared.messaging.topology import durables as topology
from shared.service.application import Application
from tests.example_service import ExampleService, answered, running
from tests.servers import District

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""10:00 in Altenburg."""
ALTENBURG = Coordinates(latitude=50.985, longitude=12.434)
ORGANISATION = new_id()
HOUR = timedelta(hours=1)


def a_slot(days: float = 7, hours: float = 2) -> Dated:
    start = MONDAY + timedelta(days=days)
    return Dated(starts_at=start, ends_at=start + timedelta(hours=hours))


def a_need(**changes: Any) -> Need:
    """One helper in a week, for two hours, in Altenburg."""
    values: dict[str, Any] = {
        "kind": Kind.SINGLE,
        "field": Field.EDUCATION,
        "places": 1,
        "point": ALTENBURG,
        "slots": (a_slot(),),
    }
    return Need(**values | changes)


def an_entry(volunteer_id: UUID, **changes: Any) -> RosterEntry:
    """A known volunteer in Altenburg who may be asked often."""
    values: dict[str, Any] = {
        "volunteer_id": volunteer_id,
        "version": 1,
        "state": "active",
        "known": True,
        "channel": Channel.EMAIL,
        "point": ALTENBURG,
        "asks_per_week": 14,
    }
    return RosterEntry(**values | changes)


@dataclass
class Scene:
    """Matching, and what its neighbours know."""

    district: District
    portal: Asker
    admin: Asker
    entries: dict[UUID, RosterEntry] = field(default_factory=dict)
    mails_leave: bool | None = True
    """None: nothing is heard of them."""
    matching: list[Application] = field(default_factory=list)
    profiles: ExampleService = field(init=False)
    requests: ExampleService = field(init=False)
    notifications: ExampleService = field(init=False)

    def now(self) -> datetime:
        """Domain time."""
        return self.matching[0].clock.now()

    async def start(self, copies: int = 1, **settings: Any) -> None:
        for _ in range(copies):
            app = await self.district.start(
                create_app, MatchingSettings, **{"quiet_hours": "off", **settings}
            )
            self.matching.append(app)

    async def stop(self) -> None:
        for app in self.matching:
            await self.district.stop(app)
        self.matching.clear()

    async def jump(self, to: datetime, **settings: Any) -> None:
        """Let domain time be `to` when matching runs again."""
        await self.stop()
        set_clock(self.district, to)
        await self.start(**settings)

    async def publish(self, sender: ExampleService, *events: Event) -> None:
        async with sender.work() as work:
            await work.publish(*events)

    async def register(self, count: int = 1, **changes: Any) -> list[UUID]:
        """Volunteers whom matching knows."""
        ids = [new_id() for _ in range(count)]
        self.entries |= {one: an_entry(one, **changes) for one in ids}
        await self.publish(
            self.profiles,
            *(
                VolunteerActivated(volunteer_id=one, sequence=1, occurred_at=MONDAY)
                for one in ids
            ),
        )
        await self.district.until(lambda: self.knows(ids))
        return ids

    async def knows(self, ids: list[UUID]) -> bool:
        rows = await self.district.sql(
            "SELECT volunteer_id FROM matching.volunteers WHERE wanted = version"
        )
        return set(ids) <= {row["volunteer_id"] for row in rows}

    async def open(self, sequence: int = 1, **need: Any) -> UUID:
        """A request that `requests` opened and matching knows."""
        request_id = new_id()
        await self.publish(
            self.requests, an_opening(request_id, sequence=sequence, need=a_need(**need))
        )

        async def is_here() -> bool:
            found = await self.district.sql(
                "SELECT 1 FROM matching.boards WHERE request_id = $1", request_id
            )
            return bool(found)

        await self.district.until(is_here)
        return request_id

    async def invitations(self, request_id: UUID) -> list[Any]:
        return await self.district.sql(
            "SELECT * FROM matching.invitations WHERE request_id = $1 ORDER BY invitation_id",
            request_id,
        )

    async def claims(self, request_id: UUID, *states: str) -> list[UUID]:
        """Who holds a place or waits, in order."""
        rows = await self.district.sql(
            "SELECT volunteer_id, state FROM matching.claims WHERE request_id = $1"
            " ORDER BY position",
            request_id,
        )
        return [row["volunteer_id"] for row in rows if row["state"] in states]

    async def asked(self, request_id: UUID, count: int = 1, state: str = "sent") -> list[UUID]:
        """The invitations of a request, once so many are in the state."""

        async def enough() -> list[UUID]:
            found = [
                row["invitation_id"]
                for row in await self.invitations(request_id)
                if row["state"] == state
            ]
            return found if len(found) >= count else []

        found: list[UUID] = await self.district.until(enough)
        return found

    async def whole_wave(self, request_id: UUID) -> list[UUID]:
        """All invitations of a request, once some are there and each has left."""

        async def all_left() -> list[UUID]:
            rows = await self.invitations(request_id)
            left = all(row["state"] == "sent" for row in rows)
            return [row["invitation_id"] for row in rows] if left else []

        found: list[UUID] = await self.district.until(all_left)
        return found

    async def say(
        self, invitation_id: UUID, answer: Answer, version: int | None = None
    ) -> AnswerTaken:
        """Answer as a volunteer does on the page."""
        return await self.do(
            AnswerInvitation(
                command_key=f"answer:{new_id()}",
                invitation_id=invitation_id,
                answer=answer,
                version=version,
            ),
            self.portal,
        )

    async def do(self, command: Command[Any], sender: Asker | None = None) -> Any:
        """Send a command and return its reply; asked for again if it takes longer."""
        return await answered(sender or self.admin, command)

    async def ask(self, query: Query[Any]) -> Any:
        return await self.admin.ask(query)

    async def page(self, invitation_id: UUID, **more: Any) -> Any:
        return await self.portal.ask(ShowInvitation(invitation_id=invitation_id, **more))

    async def board(self, request_id: UUID) -> Any:
        return await self.ask(ShowBoard(request_id=request_id))

    async def board_when(self, request_id: UUID, holds: Callable[[Any], bool]) -> Any:
        """The board once the condition holds."""

        async def found() -> Any:
            board = await self.board(request_id)
            return board if board.found and holds(board) else None

        return await self.district.until(found)

    async def told(self, name: str, **about: Any) -> list[dict[str, Any]]:
        """Events of one name that matching has published, oldest first."""
        rows = await self.district.sql(
            "SELECT payload::text AS body FROM matching.outbox WHERE subject = $1 ORDER BY id",
            f"event.matching.{name}.v1",
        )
        bodies: list[dict[str, Any]] = [json.loads(row["body"]) for row in rows]
        wanted = {key: str(value) for key, value in about.items()}
        return [
            body
            for body in bodies
            if all(str(body.get(key)) == value for key, value in wanted.items())
        ]

    async def told_once(self, name: str, **about: Any) -> dict[str, Any]:
        """The one event of this name, once it is there."""

        async def there() -> list[dict[str, Any]]:
            return await self.told(name, **about)

        (found,) = await self.district.until(there)
        return dict(found)

    async def all_handled(self) -> None:
        """Matching has handled everything that the stand-ins published."""
        await self.district.until(self.all_published)
        for stream in ("EVENTS", "COMMANDS"):
            durables = [each.name for each in topology() if each.stream == stream]
            mine = [name for name in durables if name.startswith("matching__")]
            await self.district.handled(stream, *mine)

    async def all_published(self) -> bool:
        """The stand-ins' relays have published everything."""
        for sender in ("profiles", "requests", "notifications"):
            waiting = await self.district.sql(
                f"SELECT 1 FROM {sender}.outbox WHERE published_at IS NULL"  # noqa: S608
            )
            if waiting:
                return False
        return True

    async def at_rest(self) -> None:
        """Nothing is on its way: all is handled, every board looked at, every profile fetched."""

        async def resting() -> bool:
            await self.all_handled()
            due = await self.district.sql(
                "SELECT 1 FROM matching.boards WHERE next_look_at <= $1"
                " UNION ALL SELECT 1 FROM matching.tandems WHERE next_at <= $1"
                " UNION ALL SELECT 1 FROM matching.volunteers WHERE wanted > version",
                self.now(),
            )
            return not due

        await self.district.until(resting)

    async def look_again(self, request_id: UUID) -> None:
        """Let the planner look at a board once more, whether anything is due or not."""
        await self.at_rest()
        await self.district.sql(
            "UPDATE matching.boards SET next_look_at = $1 WHERE request_id = $2",
            MONDAY,
            request_id,
        )
        await self.at_rest()

    async def everything(self) -> list[str]:
        """All that matching keeps of people and requests, and how many events it published."""
        volatile = "'next_look_at' - 'waits_for' - 'changed'"
        rows = [
            row["line"]
            for table in (
                "boards",
                "invitations",
                "claims",
                "tandems",
                "volunteers",
                "decisions",
            )
            for row in await self.district.sql(
                f"SELECT (to_jsonb(t) - {volatile})::text AS line"  # noqa: S608
                f" FROM matching.{table} t ORDER BY 1"
            )
        ]
        (published,) = await self.district.sql("SELECT count(*) FROM matching.outbox")
        return [*rows, str(published["count"])]

    def answer_roster(self, profiles: ExampleService) -> None:
        """Stand in for `profiles`: answer with the entries of this scene."""

        @profiles.seam.query(RosterOf)
        async def on_roster_of(query: RosterOf, _session: Any) -> Roster:
            found = (self.entries.get(one) for one in query.volunteer_ids)
            return Roster(entries=tuple(entry for entry in found if entry is not None))

    def send_offers(self, notifications: ExampleService) -> None:
        """Stand in for `notifications`: each offer by mail leaves at once, or is refused."""

        @notifications.seam.event(InvitationIssued)
        async def on_invitation_issued(event: InvitationIssued, work: Work) -> None:
            about: dict[str, Any] = {
                "email_id": new_id(),
                "template": "offer",
                "volunteer_id": event.volunteer_id,
                "invitation_id": event.invitation_id,
                "request_id": event.request_id,
                "occurred_at": event.occurred_at,
            }
            if event.channel is Channel.EMAIL and self.mails_leave is not None:
                await work.publish(
                    EmailSent(**about)
                    if self.mails_leave
                    else EmailFailed(**about, reason="refused")
                )


def an_opening(
    request_id: UUID, *, sequence: int = 1, need: Need, **more: Any
) -> RequestOpened:
    values: dict[str, Any] = {
        "organisation_id": ORGANISATION,
        "facts_sequence": sequence,
        "occurred_at": MONDAY,
    }
    return RequestOpened(request_id=request_id, sequence=sequence, need=need, **values | more)


def set_clock(district: District, domain: datetime) -> None:
    real = datetime.now(UTC)  # noqa: TID251  the machine's time is the point
    district.clock = DomainClock(real, domain).to_line()


@contextlib.asynccontextmanager
async def planner_elsewhere(district: District) -> AsyncIterator[None]:
    """The planner's lock is held by somebody who never looks: a test looks by itself."""
    url = district.url
    connection = await asyncpg.connect(
        host=url.host,
        port=url.port,
        user=url.username,
        password=url.password,
        database=url.database,
    )
    try:
        await connection.execute("SELECT pg_advisory_lock(hashtextextended($1, 0))", LOCK)
        yield
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def a_scene(district: District, copies: int = 1, **settings: Any) -> AsyncIterator[Scene]:
    """Matching between its stand-ins, on a Monday morning."""
    scene = Scene(district, await district.asker("portal"), await district.asker("admin"))
    set_clock(district, MONDAY)
    async with (
        running(district, Service.PROFILES, scene.answer_roster) as scene.profiles,
        running(district, Service.REQUESTS) as scene.requests,
        running(district, Service.NOTIFICATIONS, scene.send_offers) as scene.notifications,
    ):
        await scene.start(copies, **settings)
        yield scene
        await scene.stop()
