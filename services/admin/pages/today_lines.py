"""What the page of today is made of: lines in groups, and what the owners told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.admin.pages.wording import Sentences
from shared.contracts.matching import Decisions, PhoneTasks
from shared.contracts.network import OrganisationCard, OrganisationCards
from shared.contracts.notifications import OutboxEntries
from shared.contracts.profiles import Card, Cards
from shared.contracts.requests import RequestList, Words

SHOWN = 8
"""Lines of one group; the rest is behind its link."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do."""

    text: str
    url: str
    facts: str = ""
    due: datetime | None = None
    card: Card | OrganisationCard | None = None
    """Whom to ring or write to."""


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one kind to do: how many, the first of them, where all are, and what helps."""

    title: str
    lines: Sequence[Line]
    url: str | None = None
    count: int = 0
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What the owners told; None where one did not answer."""

    reviews: RequestList | None = None
    organisations: OrganisationCards | None = None
    decisions: Decisions | None = None
    phone: PhoneTasks | None = None
    talks: Cards | None = None
    failed: OutboxEntries | None = None
    unknown: OutboxEntries | None = None
    letters: int | None = None
    words: Mapping[UUID, Words] = field(default_factory=dict)
    names: Mapping[UUID, OrganisationCard] = field(default_factory=dict)


def title_of(say: Sentences, words: Mapping[UUID, Words], request_id: UUID) -> str:
    known = words.get(request_id)
    return known.title if known else say.words.gettext("Anfrage")
