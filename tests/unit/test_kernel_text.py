"""People's words stay theirs; what harms others does not get in."""

import pytest

from shared.kernel.text import (
    TextMissing,
    TextTooLong,
    TextUnprintable,
    clean_line,
    clean_text,
    contains_contact_details,
)


def a_line(value: str, *, max_length: int = 100, required: bool = False) -> str:
    return clean_line(value, field="title", max_length=max_length, required=required)


def a_text(value: str, *, max_length: int = 100) -> str:
    return clean_text(value, field="description", max_length=max_length)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Hilfe\tbeim \u00a0Umzug\r\n heute ", "Hilfe beim Umzug heute"),
        ("Go\u0308\u00dfnitz", "Gößnitz"),
        ("مساعدة في الانتقال", "مساعدة في الانتقال"),
        ("\u202a+49 3447 586\u202c", "+49 3447 586"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\ufeffName", "Name"),
        ("👩\u200d👧 1️⃣", "👩\u200d👧 1️⃣"),
    ],
)
def test_a_line_is_tidied_and_its_letters_stay(typed, kept):
    assert a_line(typed) == kept


def test_a_text_keeps_its_paragraphs():
    assert a_text(" Wir  suchen\r\nHilfe. \n\n\n\n Danke!\u2028Bis bald\n") == (
        "Wir suchen\nHilfe.\n\nDanke!\nBis bald"
    )


@pytest.mark.parametrize(
    "harm", ["\0", "\x1b[31m", "\x85", "\x0b", "\u202e", "\u202d", "\ud800", "\x7f"]
)
@pytest.mark.parametrize("clean", [a_line, a_text], ids=["line", "text"])
def test_control_characters_and_overrides_are_refused_by_field(clean, harm):
    with pytest.raises(TextUnprintable) as refused:
        clean(f"Umzug{harm}abc")

    assert refused.value.field in {"title", "description"}


def test_length_is_counted_after_tidying():
    assert a_line("  o\u0308  " * 2, max_length=3) == "ö ö"
    with pytest.raises(TextTooLong, match="at most 3") as refused:
        a_line("abcd", max_length=3)

    assert refused.value.field == "title"


def test_four_characters_that_become_one_count_as_one():
    assert len(a_line("\u03b1\u0313\u0300\u0345", max_length=1)) == 1


@pytest.mark.parametrize("nothing", ["", "  \n", "\u200b", "\u200d", "\u0301", "\u2066\u2069"])
def test_nothing_to_read_is_nothing(nothing):
    assert a_line(nothing) == ""
    with pytest.raises(TextMissing):
        a_line(nothing, required=True)


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.org", "Mail: ada.b+c@mail.example.de bitte", "ada (at) example.org",
        "ada[at]example(punkt)de", "info@bücher.example", "Kontakt:ada@x.de.", "ADA＠EXAMPLE．ORG",
        "03447 586-0", "0171 1234567", "+49 3447 586123", "0049 3447 586123", "(03447) 58 61 23",
        "0151-23456789", "0151–23456789", "03447/586123", "03447586123", "٠١٥١٢٣٤٥٦٧٨٩",
        "０１７１ ２３４５６７８", "+380 67 123 45 67", "Tel. 586123", "Telefon: 58 61 23",
        "bitte 0171.1234567 anrufen", "03447.58.61.23", "01.71.12.34.56.78", "0 34 47 / 58 61 23",
        "+49 (0) 3447 586 12", "03447 51234", "030 12345", "Haus 12, 0171 1234567",
        "am 24.12.2026 18:00-20:00 unter 0171 2345678", "18:00 0171 2345678", "034492 2310",
        "am 3.4. 01711234567", "04600 Altenburg 03447 586120", "0171-12-34-567", "0800 1234567",
    ],
)  # fmt: skip
def test_addresses_and_numbers_are_found(text):
    assert contains_contact_details(text)


@pytest.mark.parametrize(
    "text",
    [
        "24.12.2026 18:00-20:00", "3 x 90 min", "Haus 12", "04600 Altenburg", "04600/04603/04610",
        "04600 04603", "04600, 04603", "12,50 €", "1.250,00 €", "10.000.000 Euro", "0,5 Stunden",
        "2026-12-24T18:00:00", "2026-12-24", "2026/2027", "01/2026-06/2026", "03/04/2026",
        "01.02.2026 08:00-10:00", "05.01., 12.01., 19.01., 26.01.", "05.01. 12.01. 19.01. 26.01.",
        "05.01.2026 12.01.2026 19.01.2026", "01.02./08.02./15.02.", "01.-03.02.2026", "31.12-01.01",
        "02.2026 03.2026 04.2026", "01.09.2026–31.07.2027", "24. Dezember 2026", "01. 02. 2026",
        "8-12 Uhr, 13-17 Uhr", "08-10 12-14", "08 - 10 Uhr", "0900-1100 Uhr", "0800-1200",
        "09:00 12:00 15:00", "um 18.00-20.30 Uhr", "08.00-12.30 Uhr", "07:30-08:15 08:30-09:15", "0-3 Jahre",
        "§ 72a 5", "Raum 204, 2. OG", "3. bis 5. Klasse", "Klasse 5/6", "mobil ab 2026",
        "Telefon 08:00-12:00", "Tel. am 24.12.2026", "Kontakt @ Schule", "5 @ 10", "B1/B2",
        "in 04600 3 Termine", "04626 Schmölln 2 x 45 Min", "100 % von 20 Kindern", "",
    ],
)  # fmt: skip
def test_dates_times_postcodes_and_prices_are_no_contact_details(text):
    assert not contains_contact_details(text)
