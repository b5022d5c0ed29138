"""Mails in every language: directions, dates, complete catalogues."""

import re
from datetime import UTC, datetime

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from services.notifications.mail.bidi import HtmlIsolation, TextIsolation
from services.notifications.mail.render import (
    CATALOGUES,
    TEMPLATES,
    languages,
    offered_language,
)
from services.notifications.mail.when import span
from shared.kernel.languages import MAIL_LOCALES
from shared.kernel.slots import Slot
from tests.mail_samples import all_cases, renderer, sample

RENDERER = renderer()
EXTRACTION = {"encoding": "utf-8", "newstyle_gettext": "true", "trimmed": "true"}


class TestDirections:
    def test_an_arabic_name_is_isolated_in_german(self):
        values = sample("receipt") | {"first_name": "أمل"}
        mail = RENDERER.render("receipt", values, "de")
        assert "\u2068أمل\u2069," in mail.text
        assert "<bdi>أمل</bdi>," in mail.html

    def test_german_text_has_no_needless_marks(self):
        for template, values in all_cases():
            assert "\u2068" not in RENDERER.render(template, values, "de").text

    def test_german_words_and_numbers_are_isolated_in_arabic(self):
        text = TextIsolation("ar")
        assert text.foreign("Deutsch üben") == "\u2068Deutsch üben\u2069"
        assert text.telephone("+49 3447 000000") == "\u2068+49 3447 000000\u2069"
        html = HtmlIsolation("ar")
        assert html.foreign("Haus & Hof") == '<bdi lang="de">Haus &amp; Hof</bdi>'
        assert (
            html.telephone("+49 3447/00")
            == '<a href="tel:+49344700"><bdi>+49 3447/00</bdi></a>'
        )


class TestDates:
    def test_times_are_the_districts_own(self):
        summer = Slot(
            datetime(2026, 7, 1, 16, tzinfo=UTC), datetime(2026, 7, 1, 18, tzinfo=UTC)
        )
        assert (
            span(summer, "de").replace("\u00a0", " ")
            == "Mittwoch, 1. Juli 2026, 18:00–20:00 Uhr"
        )
        assert span(summer, "en") == "Wednesday, 1 July 2026, 18:00–20:00"
        assert span(summer, "ar").endswith("2026, 18:00–20:00")

    def test_a_night_has_both_days(self):
        night = Slot(datetime(2026, 7, 1, 20, tzinfo=UTC), datetime(2026, 7, 2, 4, tzinfo=UTC))
        assert span(night, "de").replace("\u00a0", " ") == (
            "Mittwoch, 1. Juli 2026, 22:00 Uhr – Donnerstag, 2. Juli 2026, 06:00 Uhr"
        )


class TestLanguages:
    def test_a_reader_gets_their_language_or_german(self):
        wanted = ("en", "en-GB", "de", "de-simple", "tlh")
        assert [offered_language(tag) for tag in wanted] == ["en", "en", "de", "de", "de"]

    def test_german_and_english_are_offered(self):
        assert {"de", "en"} <= set(languages())

    @pytest.mark.parametrize("language", [tag for tag in languages() if tag != "de"])
    def test_a_catalogue_is_complete_and_fits(self, language):
        with (CATALOGUES / language / "LC_MESSAGES" / "mail.po").open("rb") as file:
            catalogue = read_po(file, locale=language)
        wanted = {message.id for message in source_words() if message.id}
        assert {message.id for message in catalogue if message.id} == wanted
        for message in catalogue:
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(forms), message.id
            assert not message.fuzzy
            assert not list(message.check(catalogue)), message.id
            for form in forms:
                assert placeholders(form) == placeholders(message.id), message.id


def source_words() -> Catalog:
    catalogue = Catalog()
    found = extract_from_dir(
        str(TEMPLATES),
        method_map=[("**.txt", "jinja2"), ("**.html", "jinja2")],
        options_map={"**.txt": EXTRACTION, "**.html": EXTRACTION},
    )
    for _, _, message, _, context in found:
        catalogue.add(message, context=context)
    return catalogue


def placeholders(words: str | tuple[str, ...] | list[str]) -> set[str]:
    text = words if isinstance(words, str) else " ".join(words)
    return set(re.findall(r"%\((\w+)\)s", text))


def test_what_forms_say_about_the_languages_of_mails_is_what_the_catalogues_hold():
    assert set(MAIL_LOCALES) == set(languages())
