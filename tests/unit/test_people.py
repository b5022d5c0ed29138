"""Names, addresses and numbers of people, example by example."""

import pytest

from shared.kernel.errors import Refusal
from shared.kernel.people import (
    EmailUnclear,
    LocaleUnknown,
    NameUnclear,
    PhoneUnclear,
    clean_email,
    clean_locale,
    clean_name,
    clean_phone,
    clean_title,
    comparable,
    phone_key,
    searchable,
)
from shared.kernel.text import TextMissing, TextTooLong


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("03447 586-123", "+49 3447 586123"),
        ("(03447) 58 61 23", "+49 3447 586123"),
        ("+49 (0) 3447 586123", "+49 3447 586123"),
        ("+49(0)3447/586123", "+49 3447 586123"),
        ("0049 3447 586123", "+49 3447 586123"),
        ("+49 0344 7586123", "+49 344 7586123"),
        ("0 3447 586123", "+49 3447 586123"),
        ("03447586123", "+49 3447586123"),
        ("0151/123 45 67", "+49 151 1234567"),
        ("+4915112345678", "+49 151 12345678"),
        ("+48 501 234 567", "+48 501 234 567"),
        ("0044 20 7946 0018", "+44 20 7946 0018"),
        ("+1 (555) 010–9999", "+1 555 010 9999"),
        ("٠٣٤٤٧ ٥٨٦١٢٣", "+49 3447 586123"),
    ],
)
def test_a_number_is_kept_as_it_can_be_read_and_rung_from_anywhere(typed, kept):
    assert clean_phone(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "110", "49 3447 586123", "abc", "+", "++49 3447 586123", "0344+7586123", "0" * 10,
     "03447", "+49 3447 586123 456789", "03447 586123 Büro", "0" + "1" * 70],
)  # fmt: skip
def test_what_nobody_can_ring_is_refused_by_its_field(typed):
    with pytest.raises(Refusal) as refused:
        clean_phone(typed, field="contact_phone")
    assert refused.value.field == "contact_phone"
    assert isinstance(refused.value, (PhoneUnclear, TextTooLong))


def test_two_spellings_of_one_number_have_one_key():
    assert phone_key(clean_phone("03447586123")) == phone_key(clean_phone("03447/58-61-23"))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ada@Verein.EXAMPLE ", "Ada@verein.example"),
        ("a+b@x.de", "a+b@x.de"),
        ("a@müller.de", "a@müller.de"),
        ("a@xn--mller-kva.de", "a@müller.de"),
        ("a@mail.test", "a@mail.test"),
    ],
)
def test_an_address_is_kept_in_normal_form(typed, kept):
    assert clean_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "a", "a@", "a@b", "@x.de", "a b@x.de", "A <a@x.de>", "a@x.de, b@x.de", "a@[1.2.3.4]",
     '"a b"@x.de', "ä@x.de", "a@x.de\r\nBcc: b@x.de", "a@x.de\0", "a" * 250 + "@x.de", "a..b@x.de"],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_repeating_it(typed):
    with pytest.raises(EmailUnclear) as refused:
        clean_email(typed)
    assert refused.value.field == "email"
    assert refused.value.message == "write an address like name@example.org"


@pytest.mark.parametrize(
    "name", ["Dr. Müller", "O'Neil", "Jean-Luc", "السيد", "Nguyễn Thị Ánh"]
)
def test_names_stay_as_people_write_them(name):
    assert clean_name(name, field="first_name") == name


@pytest.mark.parametrize(
    "name",
    ["Gewinn: https://x.example", "www.x.example", "x.example", "a@b.example", "<b>Ada</b>"],
)
def test_a_name_cannot_carry_an_address_into_a_mail(name):
    with pytest.raises(NameUnclear):
        clean_name(name, field="first_name")


def test_an_organisation_may_have_a_dot_and_a_stroke_in_its_name_but_no_address():
    assert clean_title("Verein/Treff e.V.", field="name", max_length=120) == "Verein/Treff e.V."
    for name in ("Treff http://x.example", "treff@x.example", "Treff WWW.x"):
        with pytest.raises(NameUnclear):
            clean_title(name, field="name", max_length=120)


def test_a_required_name_is_missed_and_a_long_one_refused():
    with pytest.raises(TextMissing):
        clean_name(" \u200b", field="first_name", required=True)
    with pytest.raises(TextTooLong):
        clean_name("a" * 81, field="first_name")


def test_a_locale_is_one_that_pages_speak():
    assert [clean_locale(tag) for tag in ("uk-UA", "DE", "de_simple", "en-GB", "fa")] == [
        "uk",
        "de",
        "de-simple",
        "en",
        "fa",
    ]
    assert [clean_locale(tag) for tag in ("prs", "PRS_af", "fa_AF", "mo")] == [
        *("fa", "fa", "fa", "ro")
    ]
    for tag in ("", "tlh", "tr", "d"):
        with pytest.raises(LocaleUnknown):
            clean_locale(tag)


def test_names_compare_without_case_and_search_without_marks():
    assert comparable("Zoë STRAẞE") == comparable("Zoe\u0308 straße")
    assert comparable("Zoë") != comparable("Zoe")
    assert searchable("Zoë Müller-STRAẞE") == "zoe muller-strasse"
