"""People of one name on one page: a coordinator must not ring, or place, the wrong one."""

from collections import Counter
from collections.abc import Iterable

from shared.contracts.profiles import Card

_LAST_DIGITS = 4


def told_apart(cards: Iterable[Card]) -> tuple[Card, ...]:
    """The same cards in their order; to the name of namesakes it is added where they live.

    Where that does not tell them apart, how they are reached is added, as far as it has to be.
    """
    cards = tuple(cards)
    named = Counter(card.name.casefold() for card in cards)
    neighbours = Counter(_of_one_place(card) for card in cards)
    return tuple(
        card
        if named[card.name.casefold()] == 1
        else _with(card, *_marks(card, alone=neighbours[_of_one_place(card)] == 1))
        for card in cards
    )


def _of_one_place(card: Card) -> tuple[str, str | None]:
    return card.name.casefold(), card.municipality


def _marks(card: Card, *, alone: bool) -> Iterable[str]:
    if card.municipality is not None:
        yield card.municipality
        if alone:
            return
    if card.phone is not None:
        yield f"Tel. …{card.phone[-_LAST_DIGITS:]}"
    elif card.email is not None:
        yield card.email


def _with(card: Card, *marks: str) -> Card:
    return (
        card.model_copy(update={"name": f"{card.name} ({', '.join(marks)})"}) if marks else card
    )
