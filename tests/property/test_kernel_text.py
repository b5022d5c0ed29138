"""What has been cleaned once is clean."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.errors import Refusal
from shared.kernel.text import clean_line, clean_text, contains_contact_details

ODD = st.text(
    st.sampled_from("a ö o\u0308ش\u200c\u200d\u200b\u2000\u202a\u202e\u2028\t\n\r\0é🙂\u0345")
)
TEXTS = st.text() | ODD
CLEANERS = st.sampled_from([clean_line, clean_text])
WORDS = st.text(st.sampled_from("abc äöü ,;!?"), max_size=20)


@given(TEXTS, CLEANERS, st.integers(1, 30))
def test_cleaning_twice_is_cleaning_once(text, clean, max_length):
    try:
        once = clean(text, field="title", max_length=max_length)
    except Refusal:
        return
    assert clean(once, field="title", max_length=max_length) == once
    assert len(once) <= max_length


@given(TEXTS, CLEANERS)
def test_a_clean_text_is_composed_and_has_no_control_characters_but_line_ends(text, clean):
    try:
        cleaned = clean(text, field="title", max_length=1000)
    except Refusal:
        return
    controls = {c for c in cleaned if unicodedata.category(c) in {"Cc", "Cs"}}

    assert unicodedata.is_normalized("NFC", cleaned)
    assert controls <= ({"\n"} if clean is clean_text else set())
    assert "  " not in cleaned
    assert not set("\u202a\u202b\u202c\u202d\u202e") & set(cleaned)


@given(TEXTS, CLEANERS)
def test_a_text_with_an_override_never_gets_in(text, clean):
    with pytest.raises(Refusal):
        clean(text + "\u202e", field="title", max_length=10_000)


@given(WORDS, WORDS, st.from_regex(r"0[1-9][0-9]{2,3}[ /-]?[1-9][0-9]{5,7}", fullmatch=True))
def test_a_number_is_found_among_any_words(before, after, number):
    assert contains_contact_details(f"{before} {number} {after}")


@given(
    WORDS,
    WORDS,
    st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8})?@[a-z]{1,8}\.(de|org)", fullmatch=True),
)
def test_an_address_is_found_among_any_words(before, after, address):
    assert contains_contact_details(f"{before} {address} {after}")


@given(st.lists(st.dates(), max_size=4), st.lists(st.times(), max_size=4), WORDS)
def test_dates_and_times_among_words_are_no_contact_details(dates, times, words):
    shown = [f"{day.day:02}.{day.month:02}.20{day.year % 100:02}" for day in dates]
    shown += [f"{time.hour:02}:{time.minute:02}" for time in times]

    assert not contains_contact_details(f"{words} {' '.join(shown)} {words}")
