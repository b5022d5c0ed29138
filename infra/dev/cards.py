"""Service cards: what the docstring of a service's `__init__.py` must say about its messages.

    python -m infra.dev.cards SERVICE

prints the lines that follow from the catalogue; comments in brackets or around them are free. A
card has these sections, each name in column 0 and its text from column 11 on:

    Owns       what it alone stores, and its schema.
    Takes      commands and private wishes; listens to events.
    Publishes  events.
    Answers    queries.
    Asks       (where it asks) queries of others.
    Sends      (where it sends) commands and private wishes to others.
    Never      what it leaves to others.
"""

import ast
import sys
import textwrap
from collections.abc import Collection
from pathlib import Path

from shared.contracts.catalogue import CATALOGUE
from shared.contracts.messages import Contract, Event, Query, Service

SERVICES = Path(__file__).parents[2] / "services"
COLUMN = 11
WIDTH = 100
NEEDED = ("Owns", "Takes", "Publishes", "Answers", "Never")
SECTIONS = ("Owns", "Takes", "Publishes", "Answers", "Asks", "Sends", "Never")


def messages_of(service: Service) -> dict[str, list[type[Contract]]]:
    """What a service takes, hears, publishes, answers, and may ask and send, by the catalogue."""
    found: dict[str, list[type[Contract]]] = {
        section: [] for section in ("Takes", "Hears", "Publishes", "Answers", "Asks", "Sends")
    }
    for contract in CATALOGUE.values():
        ours, others = _sections_for(contract)
        if contract.owner is service:
            found[ours].append(contract)
        elif service in _partners(contract):
            found[others].append(contract)
    return found


def _sections_for(contract: type[Contract]) -> tuple[str, str]:
    """In which section the owner's card names a message, and in which its partners' cards do."""
    if issubclass(contract, Event):
        return "Publishes", "Hears"
    return ("Answers", "Asks") if issubclass(contract, Query) else ("Takes", "Sends")


def _partners(contract: type[Contract]) -> Collection[str]:
    if issubclass(contract, Event):
        return contract.readers
    senders: Collection[str] = contract.senders  # type: ignore[attr-defined]
    return senders


def lines_of(service: Service) -> str:
    """The sections that follow from the catalogue, in their shortest form."""
    found = messages_of(service)
    takes = [_listed(found["Takes"])] if found["Takes"] else []
    takes += [f"listens to {_listed(found['Hears'])}"] if found["Hears"] else []
    texts = {
        "Takes": "; ".join(takes) or "nothing",
        "Publishes": _listed(found["Publishes"]) or "nothing",
        "Answers": _listed(found["Answers"]) or "nothing",
    }
    return "\n".join(_section(name, text) for name, text in texts.items())


def _listed(contracts: list[type[Contract]]) -> str:
    return ", ".join(contract.__name__ for contract in contracts)


def _section(name: str, text: str) -> str:
    return textwrap.fill(
        f"{text}.",
        WIDTH,
        initial_indent=name.ljust(COLUMN),
        subsequent_indent=" " * COLUMN,
        break_long_words=False,
    )


def card_of(service: Service) -> str:
    """The docstring of a service's package; empty if it has none."""
    source = (SERVICES / service.value / "__init__.py").read_text()
    return ast.get_docstring(ast.parse(source)) or ""


def sections_of(card: str) -> dict[str, str]:
    """The sections of a card by name, each as one line of text.

    Raises:
        ValueError: a line is neither the start of a section nor its continuation.

    """
    found: dict[str, str] = {}
    name = ""
    for line in card.splitlines()[1:]:
        head, text = line[:COLUMN].strip(), line[COLUMN:]
        if head in SECTIONS and line.startswith(head):
            name = head
            found[name] = text
        elif line and (head or not name):
            raise ValueError(f"not a line of a service card: {line!r}")
        elif line:
            found[name] += f" {text}"
    return found


if __name__ == "__main__":
    sys.stdout.write(f"{lines_of(Service(sys.argv[1]))}\n")
