"""People of one name on one page: a coordinator must not ring, or place, the wrong one."""

from collections import Counter
from collections.abc import Iterable

from shared.contracts.profiles import Card

_LAST = 4
"""So much of an id stands for somebody where nothing else tells them apart, on every page alike."""


def told_apart(cards: Iterable[Card]) -> tuple[Card, ...]:
    """The same cards in their order; to the name of namesakes it is added where they live.

    Where that does not tell them apart, the end of their id is added: how they are reached would,
    too, but names are printed, and shown where no address is.
    """
    cards = tuple(cards)
    named = Counter(card.name.casefold() for card in cards)
    neighbours = Counter(_of_one_place(card) for card in cards)
    return tuple(
        card
        if named[card.name.casefold()] == 1
        else _marked(card, alone=neighbours[_of_one_place(card)] == 1)
        for card in cards
    )


def _of_one_place(card: Card) -> tuple[str, str | None]:
    return card.name.casefold(), card.municipality


def _marked(card: Card, *, alone: bool) -> Card:
    marks = [] if card.municipality is None else [card.municipality]
    if not (marks and alone):
        marks.append(f"Nr. {card.volunteer_id.hex[-_LAST:]}")
    return card.model_copy(update={"name": f"{card.name} ({', '.join(marks)})"})
