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


def test_namesakes_of_one_place_are_told_apart_by_how_they_are_reached():
    found = names(
        a_card("Amal Said", phone="+493447900001", email="a@example.org"),
        a_card("Amal Said", email="b@example.org"),
        a_card("Amal Said", None),
        a_card("Amal Said", None, phone="+493447900002"),
        a_card("Amal Said", "Meuselwitz", phone="+493447900003"),
    )
    assert found == [
        "Amal Said (Gößnitz, Tel. …0001)",
        "Amal Said (Gößnitz, b@example.org)",
        "Amal Said",
        "Amal Said (Tel. …0002)",
        "Amal Said (Meuselwitz)",
    ]
