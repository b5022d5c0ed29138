"""People of one name, as a page names them."""

from services.admin.pages.namesakes import told_apart
from shared.contracts.profiles import Card
from shared.kernel.fields import Channel
from shared.kernel.ids import new_id


def a_card(name, municipality="Gößnitz", **changes):
    values = {"state": "active", "known": True, "channel": Channel.EMAIL}
    return Card(
        volunteer_id=new_id(), name=name, municipality=municipality, **(values | changes)
    )


def names(*cards):
    apart = told_apart(cards)
    assert [card.volunteer_id for card in apart] == [card.volunteer_id for card in cards]
    return [card.name for card in apart]


def test_who_is_alone_with_a_name_is_called_by_it():
    assert names(a_card("Amal Haddad"), a_card("Amal Said")) == ["Amal Haddad", "Amal Said"]
    assert names() == []


def test_namesakes_are_told_apart_by_where_they_live():
    found = names(a_card("Amal Said"), a_card("amal said", "Meuselwitz"), a_card("Omar"))
    assert found == ["Amal Said (Gößnitz)", "amal said (Meuselwitz)", "Omar"]


def test_namesakes_of_one_place_are_told_apart_by_their_number_and_by_no_address():
    reached = {"phone": "+493447900001", "email": "amal@example.org"}
    cards = [
        a_card("Amal Said", **reached),
        a_card("Amal Said", **reached),
        a_card("Amal Said", None),
        a_card("Amal Said", "Meuselwitz"),
    ]
    first, second, nowhere, elsewhere = names(*cards)
    ends = [card.volunteer_id.hex[-4:] for card in cards]
    assert first == f"Amal Said (Gößnitz, Nr. {ends[0]})"
    assert second == f"Amal Said (Gößnitz, Nr. {ends[1]})"
    assert nowhere == f"Amal Said (Nr. {ends[2]})"
    assert elsewhere == "Amal Said (Meuselwitz)"
