"""Every German text of the pages exists in every language that the app's folder holds."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from shared.web.locales import BY_TAG
from shared.web.translations import load_catalogues

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = [REPOSITORY / name for name in ("shared/web", "services/portal", "services/admin")]
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "msg": None}
SHARED = REPOSITORY / "shared" / "web" / "locale"
PARTIAL = "volunteers.po"
"""A language that has this file alone is offered on some pages only: test_portal_catalogues.py."""


class Translated(NamedTuple):
    source: Path
    tag: str

    def __str__(self) -> str:
        return f"{self.source.name}-{self.tag}"


def catalogues() -> Iterator[Translated]:
    for source in SOURCES:
        for folder in sorted(source.glob("locale/*/LC_MESSAGES")):
            yield Translated(source, folder.parent.name)


def whole_catalogues() -> Iterator[Translated]:
    for source, tag in catalogues():
        files = (source / "locale" / tag / "LC_MESSAGES").glob("*.po")
        if {path.name for path in files} != {PARTIAL}:
            yield Translated(source, tag)


@cache
def texts_of(source: Path) -> frozenset[str]:
    found: set[str] = set()
    options = {"**/templates/**.html": {"newstyle_gettext": "true", "silent": "false"}}
    for _, _, message, _, _ in extract_from_dir(source, METHODS, options, KEYWORDS):
        found.add(message[0] if isinstance(message, tuple) else message)
    return frozenset(found)


@cache
def catalogue_of(folder: Path, tag: str) -> dict[str, Catalog]:
    read = {}
    for path in (folder / tag / "LC_MESSAGES").glob("*.po"):
        with path.open("rb") as file:
            read[path.name] = read_po(file, locale=BY_TAG[tag].babel)
    return read


def translations(source: Path, tag: str) -> dict[str, tuple[str, ...]]:
    entries: dict[str, tuple[str, ...]] = {}
    for folder in (SHARED, source / "locale"):
        for catalogue in catalogue_of(folder, tag).values():
            for entry in catalogue:
                if entry.id:
                    one = entry.id[0] if isinstance(entry.id, tuple | list) else entry.id
                    strings = entry.string
                    forms = strings if isinstance(strings, tuple | list) else (strings,)
                    entries[one] = tuple(str(form or "") for form in forms)
    return entries


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


@pytest.mark.parametrize("translated", list(catalogues()), ids=str)
class TestEveryCatalogue:
    def test_is_of_a_language_that_we_offer(self, translated: Translated) -> None:
        assert translated.tag in set(BY_TAG) - {"de"}

    def test_keeps_every_placeholder(self, translated: Translated) -> None:
        for text, forms in translations(*translated).items():
            for form in forms:
                # A plural form may say "one" in words and leave the number out.
                assert placeholders(form) | {"num"} == placeholders(text) | {"num"}, text


@pytest.mark.parametrize("translated", list(whole_catalogues()), ids=str)
def test_a_whole_catalogue_lacks_no_text(translated: Translated) -> None:
    known = translations(*translated)
    lacking = [text for text in texts_of(translated.source) if not all(known.get(text, ("",)))]
    assert lacking == []


def test_the_shared_texts_exist_in_all_nine_languages() -> None:
    assert {path.name for path in SHARED.iterdir()} == set(BY_TAG) - {"de"}
    assert len(texts_of(SHARED.parent)) > 40


ALL_FOLDERS = [REPOSITORY / "shared/web/locale", *REPOSITORY.glob("services/*/locale")]


@pytest.mark.parametrize("tag", sorted({tag for _, tag in catalogues()}))
def test_pages_and_mails_number_the_plurals_of_a_language_alike(tag):
    """Otherwise a form that is right in one file is wrong where it is copied to."""
    rules = {
        catalogue.plural_expr
        for folder in ALL_FOLDERS
        for catalogue in catalogue_of(folder, tag).values()
    }
    assert len(rules) == 1


@pytest.mark.parametrize(
    ("count", "word"), [(3, "مواعيد"), (11, "موعداً"), (99, "موعداً"), (100, "موعد")]
)
def test_arabic_counts_eleven_dates_in_another_form_than_a_hundred(count, word):
    words = load_catalogues([REPOSITORY / "services/portal/locale"])["ar"].translations
    one, many = (
        "und %(num)s weiterer Termin, bis %(last)s",
        "und %(num)s weitere Termine, bis %(last)s",
    )

    assert f" {word} " in words.ngettext(one, many, count)
