"""Links cannot be changed, nor used for anything but their purpose."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.web.links import LinkForged, LinkSigner, LinkVerifier, Purpose, masked

KEYS = ["k" * 40, "l" * 40]
PARTS = st.lists(st.text(max_size=40), max_size=4)
LETTERS = string.ascii_letters + string.digits + "-_.="


@given(st.sampled_from(Purpose), PARTS)
def test_every_link_gives_back_its_parts_and_is_masked(purpose, parts):
    token = LinkSigner(KEYS).sign(purpose, *parts)
    assert LinkVerifier(KEYS).read(purpose, token) == tuple(parts)
    assert token not in masked(f"/organisation/{token}/requests")


@given(st.sampled_from(Purpose), st.sampled_from(Purpose), PARTS)
def test_a_link_is_never_accepted_for_another_purpose(purpose, other, parts):
    assume(purpose is not other)
    token = LinkSigner(KEYS).sign(purpose, *parts)
    with pytest.raises(LinkForged):
        LinkVerifier(KEYS).read(other, token)


@given(PARTS, st.data())
def test_any_changed_character_is_refused(parts, data):
    token = LinkSigner(KEYS).sign(Purpose.ANSWER, *parts)
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from(LETTERS))
    assume(letter != token[at])
    with pytest.raises(LinkForged):
        LinkVerifier(KEYS).read(Purpose.ANSWER, token[:at] + letter + token[at + 1 :])


@given(PARTS)
def test_no_spelling_of_the_last_character_is_as_good(parts):
    token = LinkSigner(KEYS).sign(Purpose.ANSWER, *parts)
    for letter in set(LETTERS) - {token[-1]}:
        with pytest.raises(LinkForged):
            LinkVerifier(KEYS).read(Purpose.ANSWER, token[:-1] + letter)


@given(st.text(max_size=80))
def test_any_text_is_refused_as_a_link_without_another_error(text):
    with pytest.raises(LinkForged):
        LinkVerifier(KEYS).read(Purpose.ANSWER, text)
