"""Every service has a card, and what it says about its messages is what the catalogue says."""

import re

import pytest

from infra.dev.cards import NEEDED, card_of, lines_of, messages_of, sections_of
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.messages import Service

NAMES = {contract.__name__: contract for contract in CATALOGUE.values()}
SERVICES = pytest.mark.parametrize("service", list(Service))


def named_in(text):
    return {NAMES[word] for word in re.findall(r"[A-Z]\w+", text) if word in NAMES}


@SERVICES
def test_a_card_says_what_the_service_is_and_what_it_never_does(service):
    card = card_of(service)
    sections = sections_of(card)

    assert card.startswith(f"{service.value.title()}: ")
    assert card.splitlines()[0].endswith(".")
    assert [name for name in sections if name in NEEDED] == list(NEEDED)
    for name, text in sections.items():
        assert text.strip().endswith("."), f"{name} is no sentence"


@SERVICES
def test_a_card_names_the_messages_that_the_catalogue_names(service):
    sections = sections_of(card_of(service))
    found = messages_of(service)
    hint = f"`python -m infra.dev.cards {service}` says:\n{lines_of(service)}"

    assert named_in(sections["Takes"]) == {*found["Takes"], *found["Hears"]}, hint
    assert named_in(sections["Publishes"]) == set(found["Publishes"]), hint
    assert named_in(sections["Answers"]) == set(found["Answers"]), hint
    assert named_in(sections.get("Asks", "")) <= set(found["Asks"]), hint
    assert named_in(sections.get("Sends", "")) <= set(found["Sends"]), hint


@SERVICES
def test_the_lines_that_are_printed_are_lines_of_a_card(service):
    sections = sections_of(f"First line.\n\n{lines_of(service)}")
    found = messages_of(service)

    assert named_in(sections["Takes"]) == {*found["Takes"], *found["Hears"]}
    assert named_in(sections["Publishes"]) == set(found["Publishes"])
    assert named_in(sections["Answers"]) == set(found["Answers"])


def test_a_line_outside_of_a_section_is_noticed():
    with pytest.raises(ValueError, match="not a line of a service card"):
        sections_of("First line.\n\nOwes       nothing.")
