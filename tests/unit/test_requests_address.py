"""Where to go: a street alone is in every town."""

import pytest

from tests.portal_samples import some_words


@pytest.mark.parametrize(
    ("point", "address"),
    [
        ("Markt 1", "Markt 1, 04639 Gößnitz"),
        ("Markt 1, Gößnitz", "Markt 1, 04639 Gößnitz"),
        ("Markt 1, 04639 Gößnitz", "Markt 1, 04639 Gößnitz"),
        ("Bahnhof Gößnitz", "Bahnhof Gößnitz, 04639 Gößnitz"),
        (None, None),
    ],
)
def test_a_meeting_point_is_told_once_with_its_town(point: str | None, address: str | None):
    assert some_words(meeting_point=point).address == address


def test_where_several_municipalities_share_a_postcode_the_postcode_tells_the_town():
    words = some_words(meeting_point="Markt 1", postcode="04626", municipality=None)
    assert words.address == "Markt 1, 04626"


def test_without_a_place_on_the_map_only_the_meeting_point_is_left():
    words = some_words(meeting_point="Markt 1", postcode=None, municipality=None)
    assert words.address == "Markt 1"
