"""Translations: gettext catalogues, read from `.po` files straight into memory.

The source texts are German and are their own message ids. An entry flagged `fuzzy` is used all the
same, but counts as not yet checked by a person who speaks the language; pages then say so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from shared.web.locales import LOCALES, Locale


def msg(text: str) -> str:
    """Mark a German text for translation where it is written; it is translated when shown."""
    return text


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words of one language. `unchecked`: some entry still waits for a speaker's eye."""

    translations: NullTranslations
    unchecked: bool


def load_catalogues(folders: Iterable[Path]) -> dict[str, Catalogue]:
    """Read `<folder>/<tag>/LC_MESSAGES/*.po` of every folder; a later folder wins.

    A text that a language lacks is shown in German, which is the binding version anyway.
    """
    folders = list(folders)
    return {locale.tag: _load(locale, folders) for locale in LOCALES}


def catalogue_tags(folder: Path) -> tuple[str, ...]:
    """The languages that `folder` holds, German first, in the order of the language menu."""
    return tuple(
        locale.tag
        for locale in LOCALES
        if locale.tag == "de" or any((folder / locale.tag / "LC_MESSAGES").glob("*.po"))
    )


def _load(locale: Locale, folders: list[Path]) -> Catalogue:
    merged: NullTranslations = NullTranslations()
    unchecked = False
    for folder in folders:
        for path in sorted((folder / locale.tag / "LC_MESSAGES").glob("*.po")):
            binary, fuzzy = _compiled(path, path.stat().st_mtime_ns, locale.babel)
            unchecked = unchecked or fuzzy
            loaded = Translations(BytesIO(binary))
            loaded.add_fallback(merged)
            merged = loaded
    return Catalogue(merged, unchecked)


@cache
def _compiled(path: Path, _changed_at: int, babel: str) -> tuple[bytes, bool]:
    """A catalogue in the form that is quick to read, once for all apps; is an entry fuzzy?"""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=babel)
    binary = BytesIO()
    write_mo(binary, catalogue, use_fuzzy=True)
    return binary.getvalue(), any(entry.fuzzy for entry in catalogue if entry.id)
