"""What the views work with: whom they ask, who is signed in, and what a page lacks."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession

from services.admin.domain.accounts import Role
from services.admin.handlers.links import SignInLinks
from services.admin.pages.access import may_open
from services.admin.pages.namesakes import told_apart
from services.admin.pages.notes import NOTES
from services.admin.pages.wording import Sentences
from shared.contracts.messages import Query
from shared.contracts.network import OrganisationCard, OrganisationCardsOf
from shared.contracts.profiles import ROSTER_BATCH, Card, VolunteerCards
from shared.contracts.requests import Words, WordsOf
from shared.district import District
from shared.kernel.clock import Clock
from shared.messaging.asking import Asker, ReplyT, Unavailable
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.retries import is_outage
from shared.persistence.database import Database
from shared.web.locales import GERMAN
from shared.web.site import Link, Site
from shared.web.templating import Pages
from shared.web.translations import msg

GONE = msg("[gelöschte Person]")
NAME_MISSING = msg("[Name fehlt gerade]")
SOMEBODY = msg("jemand")

WORDS_BATCH = 200


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is signed in."""

    staff_id: UUID
    email: str
    display_name: str
    role: Role


@dataclass(slots=True)
class Gaps:
    """What a page lacks because its owner did not answer; the rest of the page is right."""

    owners: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.owners)

    def note(self, owner: str) -> None:
        self.owners.add(owner)


@dataclass(frozen=True, slots=True)
class People:
    """The volunteers whom a page names, as far as `profiles` told them at this moment."""

    cards: Mapping[UUID, Card]
    answered: bool
    sentences: Sentences

    def card(self, volunteer_id: UUID | None) -> Card | None:
        return self.cards.get(volunteer_id) if volunteer_id else None

    def name(self, volunteer_id: UUID | None) -> str:
        """The name, or what to say in its place."""
        gettext = self.sentences.words.gettext
        if volunteer_id is None:
            return gettext(SOMEBODY)
        card = self.card(volunteer_id)
        if card is not None:
            return card.name
        return gettext(GONE if self.answered else NAME_MISSING)


@dataclass(frozen=True, slots=True)
class Desk:
    """One admin service: whom it asks, which district it works for, and its own database."""

    asker: Asker
    clock: Clock
    machine_clock: Clock
    database: Database
    district: District
    pages: Pages
    links: SignInLinks
    letters: DeadLetters
    navigation: tuple[Link, ...]

    @property
    def sentences(self) -> Sentences:
        return Sentences(self.pages.words(GERMAN), self.district)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction of our own. Raises Unavailable when the database is away."""
        try:
            async with self.database.transaction() as session:
                yield session
        except Exception as error:
            if is_outage(error):
                raise Unavailable("the database does not answer") from error
            raise

    async def learn(self, question: Query[ReplyT], gaps: Gaps) -> ReplyT | None:
        """The answer, or None and a noted gap while its owner does not answer."""
        try:
            answer: ReplyT = await self.asker.ask(question)
        except Unavailable:
            gaps.note(question.owner)
            return None
        return answer

    async def people(self, volunteer_ids: Iterable[UUID | None], gaps: Gaps) -> People:
        """Names at the moment of showing; kept nowhere."""
        wanted = list(dict.fromkeys(one for one in volunteer_ids if one is not None))
        cards: list[Card] = []
        answered = True
        for start in range(0, len(wanted), ROSTER_BATCH):
            batch = tuple(wanted[start : start + ROSTER_BATCH])
            found = await self.learn(VolunteerCards(volunteer_ids=batch), gaps)
            if found is None:
                answered = False
                break
            cards += found.cards
        by_id = {card.volunteer_id: card for card in told_apart(cards)}
        return People(by_id, answered, self.sentences)

    async def organisations(
        self, organisation_ids: Collection[UUID | None], gaps: Gaps
    ) -> Mapping[UUID, OrganisationCard]:
        """The organisations that a page names."""
        wanted = tuple(dict.fromkeys(one for one in organisation_ids if one is not None))
        if not wanted:
            return {}
        found = await self.learn(OrganisationCardsOf(organisation_ids=wanted), gaps)
        return {card.organisation_id: card for card in found.cards} if found else {}

    async def words(
        self, request_ids: Iterable[UUID | None], gaps: Gaps
    ) -> Mapping[UUID, Words]:
        """Titles and facts of the requests that a page names."""
        wanted = tuple(dict.fromkeys(one for one in request_ids if one is not None))
        if not wanted:
            return {}
        found = await self.learn(WordsOf(request_ids=wanted[:WORDS_BATCH]), gaps)
        return {words.request_id: words for words in found.words} if found else {}

    def show(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        gaps: Gaps | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """A page, with who is signed in, what it lacks, and what was just done."""
        staff: Staff | None = getattr(request.state, "staff", None)
        return self.pages.render(
            request,
            template,
            status=status,
            site=self._site_for(staff),
            staff=staff,
            say=self.sentences,
            gaps=gaps or Gaps(),
            note=NOTES.get(request.query_params.get("note", "")),
            **values,
        )

    def _site_for(self, staff: Staff | None) -> Site:
        """The frame with the navigation of this role; none for who is not signed in."""
        links = [link for link in self.navigation if staff and may_open(staff.role, link.url)]
        return replace(self.pages.site, navigation=tuple(links))


def desk_of(request: Request) -> Desk:
    """The desk that this app was built with."""
    desk: Desk = request.app.state.desk
    return desk


def staff_of(request: Request) -> Staff:
    """Who is signed in; the gate let nobody else through."""
    staff: Staff = request.state.staff
    return staff


TheDesk = Annotated[Desk, Depends(desk_of)]
SignedIn = Annotated[Staff, Depends(staff_of)]
