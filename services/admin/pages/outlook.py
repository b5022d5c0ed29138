"""What having a volunteer on a request would cost the others, in names and titles."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.admin.pages.context import Desk, Gaps, People
from services.admin.pages.wording import matching
from shared.contracts.matching import Swap, WhyNotPlanned, WhyNotShown
from shared.contracts.requests import Words

NEGLIGIBLE = 0.05
"""So small a part of a place is no reason for anything."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The answer of the plan of all open requests, with all it names."""

    shown: WhyNotShown
    people: People
    words: Mapping[UUID, Words]

    @property
    def code(self) -> str:
        """What to say: an answer of the plan, or that it makes no difference."""
        little = self.shown.answer == "costs" and self.shown.loss < NEGLIGIBLE
        return "no_matter" if little else self.shown.answer

    def told(self) -> str:
        """What the plan says, in one sentence; nothing where nobody is looked for."""
        sentence = matching.PLANNED.get(self.code)
        return self.people.sentences.words.gettext(sentence) if sentence else ""

    def moves(self) -> list[str]:
        """Who would have to move for it, who would be missing somebody, and what that is worth."""
        if self.code != "costs":
            return []
        told = [self._move(swap) for swap in self.shown.swaps]
        if self.shown.loses is not None:
            told.append(self._said(matching.LOSES, loses=self._title(self.shown.loses)))
        loss = self.people.sentences.words.formats.number(round(self.shown.loss, 2))
        told.append(self._said(matching.LOSS, loss=loss))
        return told

    def _move(self, swap: Swap) -> str:
        who = self.people.name(swap.volunteer_id)
        leaves, takes = self._title(swap.leaves), self._title(swap.takes)
        if swap.leaves is None:
            return self._said(matching.COMES, who=who, takes=takes)
        if swap.takes is None:
            return self._said(matching.GOES, who=who, leaves=leaves)
        return self._said(matching.COMES_FROM, who=who, leaves=leaves, takes=takes)

    def _title(self, request_id: UUID | None) -> str:
        found = None if request_id is None else self.words.get(request_id)
        return found.title if found else "–"

    def _said(self, sentence: str, **facts: str) -> str:
        return self.people.sentences.words.gettext(sentence, **facts)


async def outlook_of(
    desk: Desk, request_id: UUID, volunteer_id: UUID, gaps: Gaps
) -> Outlook | None:
    """Ask for the plan as of now; None if matching does not answer."""
    shown = await desk.learn(
        WhyNotPlanned(request_id=request_id, volunteer_id=volunteer_id), gaps
    )
    if shown is None:
        return None
    requests = {shown.loses, *(swap.leaves for swap in shown.swaps)}
    requests |= {swap.takes for swap in shown.swaps}
    named = [one for one in requests if one is not None]
    words = await desk.words(named, gaps) if named else {}
    # With the person of the page: a swap with a namesake must not look like one with themselves.
    concerned = [volunteer_id, *(swap.volunteer_id for swap in shown.swaps)]
    people = await desk.people(concerned, gaps)
    return Outlook(shown, people, words)
