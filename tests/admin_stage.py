"""The owners that `admin` asks, as stand-ins on real servers: canned answers, and what was sent.

Their contracts, rights, consumers and databases are the real ones; only the handlers are ours.
"""

import contextlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from services.admin.main import create_app
from services.admin.settings import AdminSettings
from shared.contracts.admin import AddAccount, MakeSignInLink
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.messages import Command, Private, Query, Service
from shared.kernel.clock import MachineClock
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.messaging.outbox import Work
from shared.service.application import Application
from tests.example_service import ExampleService, make_tables
from tests.ports import free_port
from tests.servers import District

OWNERS = tuple(service for service in Service if service not in {Service.ADMIN, Service.PORTAL})
NOW = MachineClock().now().replace(minute=0, second=0, microsecond=0)
COORDINATOR = "karin@landkreis.example"


def ids(number: int) -> list[UUID]:
    return [new_id() for _ in range(number)]


@dataclass
class Stage:
    """What the owners know, and what was sent to them. Tests change it as they like."""

    district: District
    answers: dict[type, Callable[[Any], Any]] = field(default_factory=dict)
    replies: dict[type, Callable[[Any], Any]] = field(default_factory=dict)
    taken: list[Any] = field(default_factory=list)
    running: dict[Service, ExampleService] = field(default_factory=dict)
    app: Application | None = None
    url: str = ""

    def sent(self, kind: type) -> list[Any]:
        """Wishes of this kind, as they came."""
        return [wish for wish in self.taken if isinstance(wish, kind)]

    async def start(self, *owners: Service) -> None:
        """Start stand-ins for these owners, or for all."""
        owners = owners or OWNERS
        await make_tables(self.district, *owners)
        for owner in owners:
            service = ExampleService(owner, self.district.settings(AdminSettings))
            self._register(service)
            await service.start()
            self.running[owner] = service

    async def stop(self, *owners: Service) -> None:
        for owner in owners or tuple(self.running):
            await self.running.pop(owner).stop()

    def _register(self, service: ExampleService) -> None:
        for contract in CATALOGUE.values():
            if contract.owner is not service.service:
                continue
            if issubclass(contract, Query):
                service.seam.query(contract)(self._answering(contract))
            elif issubclass(contract, Private) and Service.ADMIN.value in contract.senders:
                service.seam.private(contract)(self._replying(contract))
            elif issubclass(contract, Command) and Service.ADMIN.value in contract.senders:
                service.seam.command(contract)(self._replying(contract))

    def _answering(self, contract: type) -> Callable[[Any, Any], Any]:
        async def answer(query: Any, _session: Any) -> Any:
            return self.answers[contract](query)

        return answer

    def _replying(self, contract: type) -> Callable[[Any, Work], Any]:
        async def reply(wish: Any, _work: Work) -> Any:
            self.taken.append(wish)
            return self.replies[contract](wish)

        return reply

    def refuse(self, contract: type, code: str, field_name: str | None = None) -> None:
        """From now on this owner says no."""

        class Refused(Refusal):
            pass

        Refused.code = code

        def reply(_wish: Any) -> Any:
            raise Refused("no", field=field_name)

        self.replies[contract] = reply

    async def open_admin(self) -> None:
        """Start the real admin service."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.app = await self.district.start(
            create_app, AdminSettings, admin_port=port, admin_url=self.url
        )

    async def add_account(self, email: str = COORDINATOR, role: str = "coordinator") -> UUID:
        cli = await self.district.asker("cli")
        added = await cli.ask(AddAccount(command_key=f"cli:{new_id()}", email=email, role=role))
        return added.staff_id

    async def sign_in_link(self, email: str = COORDINATOR) -> str:
        cli = await self.district.asker("cli")
        made = await cli.ask(MakeSignInLink(command_key=f"cli:{new_id()}", email=email))
        return made.sign_in_url

    @contextlib.asynccontextmanager
    async def visitor(self) -> AsyncIterator["Visitor"]:
        """Somebody with a browser, not signed in."""
        async with httpx.AsyncClient(base_url=self.url, timeout=20) as client:
            yield Visitor(client)

    @contextlib.asynccontextmanager
    async def signed_in(
        self, email: str = COORDINATOR, role: str = "coordinator"
    ) -> AsyncIterator["Visitor"]:
        """Somebody of the staff, signed in by a link."""
        await self.add_account(email, role)
        link = await self.sign_in_link(email)
        async with self.visitor() as visitor:
            answer = await visitor.client.post(link)
            assert answer.status_code == 303
            yield visitor


@dataclass
class Visitor:
    """A browser without scripts: opens pages, fills in their forms, follows where they lead."""

    client: httpx.AsyncClient

    async def open(self, path: str, status: int = 200) -> str:
        answer = await self.client.get(path)
        assert answer.status_code == status, f"{path} answered {answer.status_code}"
        return answer.text

    async def send(
        self, path: str, *, nonce: str | None = None, **typed: Any
    ) -> httpx.Response:
        """Post a form; its key is taken from the page at `path` unless given."""
        pairs = {"nonce": nonce or str(new_id()), **typed}
        return await self.client.post(path, data=pairs)


def nonce_in(page: str) -> str:
    """The key of a page's forms."""
    found = re.search(r'name="nonce" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def deeds(stage: Stage) -> list[tuple[str, str, str | None]]:
    rows = await stage.district.sql("SELECT * FROM admin.deeds ORDER BY deed_id")
    return [(row["deed"], row["outcome"], row["detail"]) for row in rows]


def plain(page: str) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
