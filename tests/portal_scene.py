"""The portal in front of the real services, for tests: who is there, and the links they hold."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
from bs4 import BeautifulSoup, Tag

from services.matching.main import create_app as create_matching
from services.matching.settings import MatchingSettings
from services.network.main import create_app as create_network
from services.network.settings import NetworkSettings
from services.portal.main import create_app as create_portal
from services.portal.settings import PortalSettings
from services.profiles.main import create_app as create_profiles
from services.profiles.settings import ProfilesSettings
from services.requests.main import create_app as create_requests
from services.requests.settings import RequestsSettings
from shared.contracts.network import IssueApiToken
from shared.kernel.fields import Side, Via
from shared.kernel.slots import TIMEZONE
from shared.messaging.asking import Asker
from shared.messaging.secrets import LINK_KEYS
from shared.service.application import Application
from shared.web.links import LinkSigner, Purpose, read_link_keys
from tests.people_builders import NOON, a_key, a_registration, an_organisation, set_clock
from tests.servers import District

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Organisation:
    """An organisation, its contact's address, and its API token."""

    organisation_id: UUID
    email: str
    token: str


@dataclass
class Scene:
    """The running services, a browser without cookies, and what people were mailed."""

    district: District
    portal: Application
    client: httpx.AsyncClient
    operator: Asker
    signer: LinkSigner
    services: dict[str, Application]

    def link(self, purpose: Purpose, person: UUID) -> str:
        """The path of a mailed link."""
        paths = {
            Purpose.ANSWER: "/a/{}",
            Purpose.UNSUBSCRIBE: "/u/{}",
            Purpose.CONFIRM_VOLUNTEER: "/help/confirm/{}",
            Purpose.CONFIRM_ORGANISATION: "/organisation/confirm/{}",
            Purpose.VOLUNTEER_PAGE: "/me/{}",
            Purpose.ORGANISATION_PAGE: "/organisation/{}",
        }
        return paths[purpose].format(self.signer.sign(purpose, str(person)))

    def tandem_link(self, assignment_id: UUID, side: Side) -> str:
        """The path of a link to one side of a tandem."""
        return f"/t/{self.signer.sign(Purpose.TANDEM, str(assignment_id), side.value)}"

    async def organisation(self, *, verified: bool = True) -> Organisation:
        """An organisation that was imported, with a token."""
        email = f"kontakt{next(_numbers)}@verein.example"
        wish = an_organisation(email=email, via=Via.IMPORT, verified=verified)
        organisation_id = (await self.operator.ask(wish)).organisation_id
        if verified:
            await self.district.until(lambda: self._is_verified(organisation_id))
        issued = await self.operator.ask(IssueApiToken(command_key=a_key(), email=email))
        return Organisation(organisation_id, email, issued.token)

    async def _is_verified(self, organisation_id: UUID) -> bool:
        rows = await self.district.sql(
            "SELECT verified FROM requests.organisations WHERE organisation_id = $1",
            organisation_id,
        )
        return bool(rows and rows[0]["verified"])

    async def volunteer(self, first_name: str = "Amira", **changes: Any) -> UUID:
        """A volunteer who is active, known, and in matching's roster."""
        said = {
            "first_name": first_name,
            "email": f"{first_name.lower()}{next(_numbers)}@freiwillige.example",
            "via": Via.IMPORT,
            "consented_on": date(2026, 1, 15),
            "radius_km": 30,
            "asks_per_week": 7,
        }
        registered = await self.operator.ask(a_registration(**(said | changes)))
        await self.district.until(lambda: self._is_in_roster(registered.volunteer_id))
        return registered.volunteer_id

    async def _is_in_roster(self, volunteer_id: UUID) -> bool:
        rows = await self.district.sql(
            "SELECT entry FROM matching.volunteers WHERE volunteer_id = $1", volunteer_id
        )
        return bool(rows and rows[0]["entry"])

    async def invitations(self, request_id: UUID | str, wanted: int = 1) -> dict[UUID, UUID]:
        """Who is asked for a request: the invitation of each volunteer, once there are enough."""

        async def found() -> dict[UUID, UUID]:
            rows = await self.district.sql(
                "SELECT volunteer_id, invitation_id FROM matching.invitations"
                " WHERE request_id = $1 AND state IN ('issued', 'sent')",
                UUID(str(request_id)),
            )
            asked = {row["volunteer_id"]: row["invitation_id"] for row in rows}
            return asked if len(asked) >= wanted else {}

        asked: dict[UUID, UUID] = await self.district.until(found)
        return asked

    async def api(
        self, method: str, path: str, by: Organisation | None = None, **more: Any
    ) -> httpx.Response:
        """A call of the JSON API."""
        headers = dict(more.pop("headers", {}))
        if by is not None:
            headers["Authorization"] = f"Bearer {by.token}"
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **more)

    async def posted(self, by: Organisation, **changes: Any) -> str:
        """The id of a request that the organisation just posted."""
        answer = await self.api("POST", "/requests", by, json=a_body(**changes))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["request_id"])

    async def post_form(self, path: str, **typed: Any) -> httpx.Response:
        """Open a page, fill its form in and send it; what it shows already is sent along."""
        page = soup(await self.client.get(path))
        action = one(page, "form[method=post]").get("action") or path
        return await self.client.post(str(action), data=fields_of(page) | typed)


@asynccontextmanager
async def portal_scene(district: District, *, port: int = 0) -> AsyncIterator[Scene]:
    """All services that the portal asks, and the portal; domain time starts on Monday noon."""
    set_clock(district, NOON)
    services = {
        "profiles": await district.start(create_profiles, ProfilesSettings),
        "network": await district.start(create_network, NetworkSettings),
        "requests": await district.start(create_requests, RequestsSettings),
        "matching": await district.start(create_matching, MatchingSettings, quiet_hours="off"),
    }
    portal = await district.start(create_portal, PortalSettings, portal_port=port)
    keys = read_link_keys(district.servers.secrets / LINK_KEYS)
    transport = httpx.ASGITransport(app=portal.web)
    async with httpx.AsyncClient(transport=transport, base_url="http://portal") as client:
        operator = await district.asker("cli")
        yield Scene(district, portal, client, operator, LinkSigner(keys), services)


def a_body(**changes: Any) -> dict[str, Any]:
    """A request as the JSON API takes it: two people, in two days, in Altenburg."""
    start = (NOON + timedelta(days=2)).astimezone(TIMEZONE).replace(hour=17)
    return {
        "kind": "single",
        "field": "language",
        "title": "Sprachcafé begleiten",
        "description": "Wir sitzen zusammen und reden.",
        "places": 1,
        "postcode": "04600",
        "municipality": "Altenburg",
        "meeting_point": "Stadtbibliothek",
        "contact_name": "Jana Richter",
        "contact_phone": "03447 800800",
        "slots": [
            {
                "starts_at": start.isoformat(),
                "ends_at": (start + timedelta(hours=2)).isoformat(),
            }
        ],
        **changes,
    }


def soup(answer: httpx.Response) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def one(page: BeautifulSoup | Tag, selector: str) -> Tag:
    """The first element of a selector, which must be there."""
    found = page.select_one(selector)
    assert found is not None, selector
    return found


def fields_of(page: BeautifulSoup) -> dict[str, Any]:
    """What a browser would send of the page's first form that acts, apart from its buttons."""
    form = one(page, "form[method=post]")
    values: dict[str, Any] = {}
    for field in form.select("input, textarea, select"):
        name, kind = str(field.get("name")), field.get("type")
        if kind in {"checkbox", "radio"} and not field.has_attr("checked"):
            continue
        if field.name == "textarea":
            value = field.text.removeprefix("\n")
        elif field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            value = str(chosen.get("value", "")) if chosen else ""
        else:
            value = str(field.get("value", ""))
        if kind == "checkbox":
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    return values


def text_of(answer: httpx.Response) -> str:
    """What a page says, in one line."""
    return " ".join(one(soup(answer), "main").get_text(" ").split())


def errors_of(answer: httpx.Response) -> dict[str, str]:
    """Field and code of each error of a problem."""
    return {error["field"]: error["code"] for error in answer.json()["errors"]}
