"""Stand-ins for the owners that the portal asks: real services on the wire, with canned answers.

They show pages in states that take days to come about, and fail when they are told to.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

import httpx

from services.portal.main import create_app as create_portal
from services.portal.settings import PortalSettings
from shared.contracts import matching, network, profiles, requests
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.messages import Command, Event, Service, durable_of
from shared.contracts.values import Done
from shared.kernel.errors import Refusal
from shared.kernel.fields import Field, Kind, OrganisationKind, Side
from shared.messaging.seam import Seam
from shared.messaging.secrets import LINK_KEYS
from shared.messaging.tables import messaging_tables
from shared.persistence.database import metadata_for
from shared.service.application import Application
from shared.service.settings import ServiceSettings
from shared.web.links import LinkSigner, Purpose, read_link_keys
from tests.people_builders import NOON, set_clock
from tests.portal_samples import (
    CONTACT,
    INVITATION,
    ORGANISATION,
    REQUEST,
    TANDEM,
    VOLUNTEER,
    a_document,
    a_shown,
    a_tandem,
    an_invitation,
    some_words,
)
from tests.servers import District


@dataclass
class Cast:
    """What the owners answer; tests change it. `refuses`: what commands and wishes get."""

    invitation: matching.InvitationPage = field(default_factory=an_invitation)
    tandem: matching.TandemPage = field(default_factory=a_tandem)
    words: requests.Words = field(default_factory=some_words)
    shown: requests.RequestShown = field(default_factory=a_shown)
    listed: tuple[requests.RequestShown, ...] = ()
    total: int = 0
    places: dict[str, Any] = field(
        default_factory=lambda: {"invited": 5, "reserved": 0, "assigned": 1, "waitlisted": 0}
    )
    document: dict[str, Any] | None = field(default_factory=a_document)
    shared: profiles.ContactShown = field(
        default_factory=lambda: profiles.ContactShown(
            found=True, first_name="Amira", phone="+49 3447 900001"
        )
    )
    organisation_state: str = "verified"
    assigned: tuple[UUID, ...] = (VOLUNTEER,)
    refuses: Refusal | None = None
    heard: list[Any] = field(default_factory=list)
    """Commands and wishes, in order."""
    broken: set[type[Any]] = field(default_factory=set)
    """Questions at which the owner fails."""
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared: commands are stored, and their replies come later than anybody waits."""

    async def hears(self, wish: Any, reply: Any) -> Any:
        """Note a wish, then refuse or grant it."""
        self.heard.append(wish)
        await self.may_answer.wait()
        if self.refuses is not None:
            raise self.refuses
        return reply

    def counts(self, request_id: UUID) -> matching.PlacesShown:
        return matching.PlacesShown(request_id=request_id, sequence=1, places=2, **self.places)


def a_cast() -> Cast:
    cast = Cast()
    cast.may_answer.set()
    return cast


class NotPlayed(Refusal):
    """The portal sends no such command."""

    code: ClassVar[str] = "tests.not_played"


def play_nothing_else(seam: Seam) -> None:
    """Take what others would send to this service: it refuses to start without."""

    async def refuse(_what: Any, _work: Any) -> Any:
        raise NotPlayed("not played")

    for contract in CATALOGUE.values():
        if durable_of(seam.service, contract) in seam.durables:
            continue
        if issubclass(contract, Event) and seam.service in contract.readers:
            seam.event(contract)(refuse)
        elif issubclass(contract, Command) and contract.owner is seam.service:
            seam.command(contract)(refuse)


Play = Callable[[Seam, Cast], None]


def _stand_in(
    service: Service, play: Play, cast: Cast, settings: ServiceSettings
) -> Application:
    metadata = metadata_for(service.value)
    app = Application(service, settings, metadata, messaging_tables(metadata))
    play(app.seam, cast)
    play_nothing_else(app.seam)
    return app


def play_tandems(seam: Seam, cast: Cast) -> None:
    @seam.query(matching.ShowTandem)
    async def on_tandem(query: matching.ShowTandem, _session: Any) -> matching.TandemPage:
        return cast.tandem.model_copy(update={"side": query.side})

    @seam.query(matching.TandemsAt)
    async def on_tandems(_query: Any, _session: Any) -> matching.TandemPages:
        theirs = cast.tandem.model_copy(update={"side": Side.ORGANISATION})
        return matching.TandemPages(tandems=(theirs,))

    for contract in (matching.AnswerTandem, matching.EndTandem):

        @seam.command(contract)
        async def on_tandem_word(command: Any, _work: Any) -> matching.TandemTaken:
            taken: matching.TandemTaken = await cast.hears(
                command, matching.TandemTaken(outcome="answered")
            )
            return taken


def play_matching(seam: Seam, cast: Cast) -> None:
    play_tandems(seam, cast)

    @seam.query(matching.ShowInvitation)
    async def on_show(_query: Any, _session: Any) -> matching.InvitationPage:
        return cast.invitation

    @seam.query(matching.PlacesOf)
    async def on_places(query: matching.PlacesOf, _session: Any) -> matching.PlacesOfMany:
        return matching.PlacesOfMany(places=tuple(map(cast.counts, query.request_ids)))

    @seam.query(matching.AssignedOn)
    async def on_assigned(_query: Any, _session: Any) -> matching.AssignedPeople:
        return matching.AssignedPeople(volunteer_ids=cast.assigned, places=2)

    @seam.query(matching.AssignedTo)
    async def on_assigned_to(_query: Any, _session: Any) -> matching.PlacesOfMany:
        return matching.PlacesOfMany(places=(cast.counts(REQUEST),))

    @seam.query(matching.PreviewMatching)
    async def on_preview(_query: Any, _session: Any) -> matching.Preview:
        return matching.Preview(
            fitting=7,
            free_then=3,
            first_mail_at=NOON + timedelta(hours=1),
            excluded={"too_far": 4},
        )

    @seam.command(matching.AnswerInvitation)
    async def on_answer(command: Any, _work: Any) -> matching.AnswerTaken:
        taken: matching.AnswerTaken = await cast.hears(
            command, matching.AnswerTaken(outcome="assigned")
        )
        return taken


def play_requests(seam: Seam, cast: Cast) -> None:
    @seam.query(requests.WordsOf)
    async def on_words(_query: Any, _session: Any) -> requests.WordsOfMany:
        return requests.WordsOfMany(words=(cast.words,))

    @seam.query(requests.ShowRequest)
    async def on_show(_query: Any, _session: Any) -> requests.RequestShown:
        if requests.ShowRequest in cast.broken:
            raise RuntimeError("on purpose")
        return cast.shown

    @seam.query(requests.FindRequests)
    async def on_find(_query: Any, _session: Any) -> requests.RequestList:
        return requests.RequestList(requests=cast.listed, total=cast.total or len(cast.listed))

    @seam.query(requests.PreviewNeed)
    async def on_preview(_query: Any, _session: Any) -> requests.Need:
        return requests.Need(kind=Kind.SINGLE, field=Field.LANGUAGE, places=1, slots=())

    posted = requests.RequestPosted(
        request_id=REQUEST, reference="AL-2026-0001", status="open", version=2
    )

    for contract in (requests.PostRequest, requests.ChangeRequest, requests.CancelRequest):

        @seam.command(contract)
        async def on_command(command: Any, _work: Any) -> requests.RequestPosted:
            replied: requests.RequestPosted = await cast.hears(command, posted)
            return replied


def play_network(seam: Seam, cast: Cast) -> None:
    @seam.query(network.OrganisationCardsOf)
    async def on_cards(_query: Any, _session: Any) -> network.OrganisationCards:
        card = network.OrganisationCard(
            organisation_id=ORGANISATION,
            name="Begegnungscafé Lucka e. V.",
            kind=OrganisationKind.ASSOCIATION,
            state=cast.organisation_state,
        )
        return network.OrganisationCards(cards=(card,))

    @seam.query(network.OwnerOfToken)
    async def on_token(_query: Any, _session: Any) -> network.TokenOwner:
        return network.TokenOwner(organisation_id=ORGANISATION, contact_id=CONTACT)

    @seam.query(network.HandoverContact)
    async def on_contact(_query: Any, _session: Any) -> network.HandoverShown:
        return network.HandoverShown(found=True, name="Jana Richter", phone="+49 3447 800800")

    @seam.private(network.KeepHandoverContact)
    async def on_keep(wish: Any, _work: Any) -> network.ContactKept:
        kept: network.ContactKept = await cast.hears(
            wish, network.ContactKept(contact_id=CONTACT)
        )
        return kept


def play_descriptions(seam: Seam, cast: Cast) -> None:
    @seam.query(profiles.ShowVolunteer)
    async def on_show(_query: Any, _session: Any) -> profiles.VolunteerShown:
        if cast.document is None:
            return profiles.VolunteerShown(found=False)
        known = cast.document["volunteer"]
        away = {"absences": known["absences"] or ()}
        description = profiles.VolunteerDescription.model_validate(
            known | known["profile"] | away
        )
        return profiles.VolunteerShown(found=True, version=3, description=description)

    @seam.private(profiles.ChangeVolunteer)
    async def on_change(wish: Any, _work: Any) -> profiles.VolunteerChange:
        changed: profiles.VolunteerChange = await cast.hears(
            wish, profiles.VolunteerChange(version=4, status="changed")
        )
        return changed

    @seam.private(profiles.RequestVolunteerLink)
    async def on_request_link(wish: Any, _work: Any) -> Done:
        done: Done = await cast.hears(wish, Done())
        return done


def play_profiles(seam: Seam, cast: Cast) -> None:
    @seam.query(profiles.SharedContact)
    async def on_shared(_query: Any, _session: Any) -> profiles.ContactShown:
        return cast.shared

    @seam.query(profiles.ExportVolunteer)
    async def on_export(_query: Any, _session: Any) -> profiles.VolunteerExport:
        if cast.document is None:
            return profiles.VolunteerExport(found=False)
        return profiles.VolunteerExport(found=True, document=json.dumps(cast.document))

    play_descriptions(seam, cast)

    steps = (profiles.ConfirmVolunteer, profiles.PauseVolunteer, profiles.ResumeVolunteer)
    for contract in (*steps, profiles.EraseVolunteer):

        @seam.command(contract)
        async def on_command(command: Any, _work: Any) -> Done:
            done: Done = await cast.hears(command, Done(version=1))
            return done

    @seam.private(profiles.RegisterVolunteer)
    async def on_register(wish: Any, _work: Any) -> profiles.VolunteerRegistration:
        registration: profiles.VolunteerRegistration = await cast.hears(
            wish, profiles.VolunteerRegistration(volunteer_id=VOLUNTEER, status="unconfirmed")
        )
        return registration


PLAYS: dict[Service, Play] = {
    Service.MATCHING: play_matching,
    Service.REQUESTS: play_requests,
    Service.NETWORK: play_network,
    Service.PROFILES: play_profiles,
}


@dataclass
class Stage:
    """The portal in front of the cast."""

    district: District
    cast: Cast
    portal: Application
    owners: dict[Service, Application]
    signer: LinkSigner
    client: httpx.AsyncClient

    async def enters(self, service: Service) -> None:
        """Let an owner come, or come back."""
        create = partial(_stand_in, service, PLAYS[service], self.cast)
        self.owners[service] = await self.district.start(create, ServiceSettings)

    async def leaves(self, service: Service) -> None:
        """Let an owner go away, as in an outage."""
        await self.district.stop(self.owners.pop(service))

    async def again(self) -> None:
        """Begin anew with the same portal: all owners there, and answering as at first."""
        self.cast.may_answer.set()  # who still waits for it
        self.cast.__dict__.update(a_cast().__dict__)
        for service in PLAYS.keys() - self.owners.keys():
            await self.enters(service)

    @property
    def answer(self) -> str:
        return f"/a/{self.signer.sign(Purpose.ANSWER, str(INVITATION))}"

    def tandem(self, side: Side = Side.VOLUNTEER) -> str:
        return f"/t/{self.signer.sign(Purpose.TANDEM, str(TANDEM), side.value)}"

    @property
    def pause(self) -> str:
        return f"/u/{self.signer.sign(Purpose.UNSUBSCRIBE, str(VOLUNTEER))}"

    @property
    def me(self) -> str:
        return f"/me/{self.signer.sign(Purpose.VOLUNTEER_PAGE, str(VOLUNTEER))}"

    @property
    def organisation(self) -> str:
        token = self.signer.sign(Purpose.ORGANISATION_PAGE, str(ORGANISATION))
        return f"/organisation/{token}"

    @property
    def request(self) -> str:
        return f"{self.organisation}/requests/{REQUEST}"


@asynccontextmanager
async def portal_stage(district: District, *, port: int = 0) -> AsyncIterator[Stage]:
    """The portal and its stand-ins; domain time starts on Monday noon."""
    set_clock(district, NOON)
    portal = await district.start(create_portal, PortalSettings, portal_port=port)
    keys = read_link_keys(district.servers.secrets / LINK_KEYS)
    transport = httpx.ASGITransport(app=portal.web)
    async with httpx.AsyncClient(transport=transport, base_url="http://portal") as client:
        stage = Stage(district, a_cast(), portal, {}, LinkSigner(keys), client)
        await stage.again()
        yield stage
