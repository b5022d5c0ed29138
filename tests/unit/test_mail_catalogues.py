"""The catalogues of the mails: every text that a reader can meet, in every language that they can read."""

import re
from collections.abc import Iterator

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from structlog.testing import capture_logs

from services.notifications.domain.recipient import RecipientKind
from services.notifications.mail.words import (
    CATALOGUES,
    TO_OTHERS,
    TO_VOLUNTEERS,
    WordsMissing,
    catalogue,
    in_whole,
    languages,
)
from shared.web.locales import BY_TAG
from tests.mail_samples import renderer, sample
from tests.mail_texts import Text, texts_of_all, texts_of_volunteers
from tests.unit.test_web_catalogues import REPOSITORY, catalogue_of

RENDERER = renderer()
PAGES = REPOSITORY / "services" / "portal" / "locale"
TRANSLATED = [tag for tag in languages(RecipientKind.VOLUNTEER) if tag != "de"]
UNCHECKED = (
    "Diese Übersetzung ist noch nicht geprüft. Ist etwas unklar? Dann fragen Sie uns bitte."
)
FILES = [(tag, TO_VOLUNTEERS) for tag in TRANSLATED] + [("en", TO_OTHERS)]

each_language = pytest.mark.parametrize("language", TRANSLATED)
each_file = pytest.mark.parametrize(("language", "name"), FILES)


def entries(language: str, name: str = TO_VOLUNTEERS) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / name).open("rb") as file:
        return read_po(file, locale=BY_TAG[language].babel)


def messages(language: str, name: str = TO_VOLUNTEERS) -> Iterator[Message]:
    return (message for message in entries(language, name) if message.id)


def text_of(message: Message) -> Text:
    return message.id if isinstance(message.id, str) else (message.id[0], message.id[1])


def forms_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


def test_what_is_found_in_the_templates_is_what_they_say():
    """Found through layouts and macros: what both parts of one mail say, and nothing of another's."""
    found = texts_of_volunteers()
    for text in (
        "vielen Dank für Ihr Ja! Sie haben den Platz.",
        "Haben Sie Fragen? Rufen Sie uns an oder antworten Sie auf diese Mail.",
        "Den Treffpunkt erfahren Sie von der Ansprechperson.",
        "Absagen oder ansehen",
        (
            "und %(count)s weiterer Termin: %(last)s",
            "und %(count)s weitere Termine, der letzte: %(last)s",
        ),
        UNCHECKED,
    ):
        assert text in found
    assert "Alle Plätze sind besetzt." in texts_of_all() - found
    assert len(found) > 140


@each_language
def test_every_text_that_a_volunteer_can_meet_is_there_and_no_other(language):
    assert {text_of(message) for message in messages(language)} == texts_of_volunteers()


def test_what_only_organisations_and_staff_meet_is_there_in_english():
    known = {text_of(message) for message in messages("en", TO_OTHERS)}
    assert known == texts_of_all() - texts_of_volunteers()


def test_no_folder_holds_anything_else():
    found = {
        (path.parent.parent.name, path.name) for path in CATALOGUES.glob("*/LC_MESSAGES/*")
    }
    assert found == set(FILES)


@each_file
def test_every_text_is_translated_in_all_its_forms(language, name):
    plurals = entries(language, name).num_plurals
    for message in messages(language, name):
        forms = forms_of(message)
        assert len(forms) == (1 if isinstance(message.id, str) else plurals), message.id
        assert all(form.strip() for form in forms), message.id
        assert not set(forms) & set(message.id) - {"Telefon"} or language == "de-simple"
        assert not list(message.check(entries(language, name))), message.id


@each_file
def test_every_placeholder_is_kept(language, name):
    for message in messages(language, name):
        # A plural form may say "one" in words and leave the number out.
        number = set() if isinstance(message.id, str) else {"count"}
        wanted = placeholders(" ".join([message.id] if not number else message.id)) | number
        for form in forms_of(message):
            assert placeholders(form) | number == wanted, message.id


@each_language
def test_a_number_takes_the_form_that_the_language_has_for_it(language):
    """Numbers that CLDR counts alike have one form, and no form is for no number."""
    choose = catalogue(language).translations.plural  # type: ignore[attr-defined]
    cldr = Locale.parse(BY_TAG[language].formats).plural_form
    pairs = {(cldr(number), choose(number)) for number in range(500)}
    assert len(dict(pairs)) == len(pairs)
    assert len({form for _, form in pairs}) == entries(language).num_plurals


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [
        ("ar", 2, "وموعدان آخران"),
        ("ar", 3, "و3 مواعيد أخرى"),
        ("ar", 11, "و11 موعداً آخر"),
        ("ar", 100, "و100 موعد آخر"),
        ("pl", 2, "i jeszcze 2 terminy"),
        ("pl", 5, "i jeszcze 5 terminów"),
        ("pl", 22, "i jeszcze 22 terminy"),
        ("ru", 1, "и ещё 1 дата"),
        ("ru", 12, "и ещё 12 дат"),
        ("uk", 21, "і ще 21 дата"),
        ("uk", 33, "і ще 33 дати"),
        ("ro", 2, "și încă 2 date"),
        ("ro", 20, "și încă 20 de date"),
        ("fa", 7, "و 7 نوبت دیگر"),
        ("de-simple", 2, "und noch 2 Termine"),
    ],
)
def test_many_dates_are_counted_as_the_language_counts(language, count, words):
    slots = sample("offer")["slots"][:1] * (10 + count)
    mail = RENDERER.render("offer", sample("offer") | {"slots": slots}, language)
    assert words in mail.text
    assert words in mail.html


@each_language
def test_labels_are_the_words_of_the_pages(language):
    """Sentences may differ, what a thing is called may not."""
    mails = {text_of(message): message.string for message in messages(language)}
    pages = {
        message.id: message.string
        for message in catalogue_of(PAGES, language)["volunteers.po"]
        if isinstance(message.id, str) and re.search(r"\w$", message.id)
    }
    shared = mails.keys() & pages.keys()
    assert len(shared) >= 10
    assert {text: mails[text] for text in shared} == {text: pages[text] for text in shared}


@each_language
def test_a_mail_that_nobody_has_checked_says_so(language):
    unchecked = any(message.fuzzy for message in messages(language))
    notice = entries(language)[UNCHECKED].string
    mail = RENDERER.render("already_registered", sample("already_registered"), language)
    assert (notice in " ".join(mail.text.split())) is unchecked
    assert (notice in mail.html) is unchecked
    assert unchecked is (language != "en")


def test_a_text_without_a_translation_is_an_error_and_not_german_between_other_words():
    words = catalogue("uk").translations
    assert words.gettext("Treffpunkt") == "Місце зустрічі"
    with pytest.raises(WordsMissing, match="Gibt es nicht"):
        words.gettext("Gibt es nicht.")
    with pytest.raises(WordsMissing, match="Gibt es nicht"):
        words.ngettext("Gibt es nicht.", "Gibt es nicht.", 2)
    assert catalogue("de").translations.gettext("Treffpunkt") == "Treffpunkt"


def test_a_mail_whose_language_lacks_a_sentence_is_written_in_german_and_that_is_logged():
    def write(language):
        said = catalogue(language).translations.gettext
        return said("Treffpunkt"), said("Gibt es nicht.")

    with capture_logs() as logs:
        assert in_whole(write, "offer", "uk") == ("Treffpunkt", "Gibt es nicht.")
    assert logs == [
        {
            "event": "email.words_missing",
            "log_level": "error",
            "template": "offer",
            "language": "uk",
            "error": "notifications.words_missing",
        }
    ]
    with capture_logs() as logs:
        assert in_whole(lambda tag: tag, "offer", "uk") == "uk"
    assert logs == []
