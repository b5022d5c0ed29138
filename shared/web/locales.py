"""The nine languages of our pages: which exist, how they are written, which one a visitor gets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import babel

from shared.kernel.languages import READ_AS


@dataclass(frozen=True, slots=True)
class Locale:
    """A language that pages can be shown in.

    `tag` is BCP 47 and is what `?lang=`, the cookie, catalogue folders and `<html lang>` say.
    `formats` names the locale of Babel that gives the names of days and the shape of numbers.
    """

    tag: str
    own_name: str
    formats: str
    direction: Literal["ltr", "rtl"] = "ltr"

    @property
    def babel(self) -> babel.Locale:
        return babel.Locale.parse(self.formats)


GERMAN = Locale("de", "Deutsch", "de")

LOCALES: tuple[Locale, ...] = (
    GERMAN,
    Locale("de-simple", "Einfache Sprache", "de"),
    # British English writes the day before the month, as everything else here does.
    Locale("en", "English", "en_GB"),
    Locale("uk", "Українська", "uk"),
    Locale("ru", "Русский", "ru"),
    Locale("ar", "العربية", "ar", "rtl"),
    # Babel knows Dari only as fa_AF; the months' Gregorian names are those of fa.
    Locale("fa", "فارسی", "fa", "rtl"),
    Locale("pl", "Polski", "pl"),
    Locale("ro", "Română", "ro"),
)
"""In the order of the language menu. The first is the language of the source texts."""

BY_TAG: Mapping[str, Locale] = {locale.tag: locale for locale in LOCALES}
ALL_TAGS: tuple[str, ...] = tuple(BY_TAG)

LANGUAGE_COOKIE = "lang"


def choose_locale(
    offered: Iterable[str],
    *,
    asked: str | None = None,
    remembered: str | None = None,
    accepted: str | None = None,
) -> Locale:
    """Pick a language that the page is offered in.

    What the visitor asks for now (`?lang=`) wins over what a cookie remembers, that over the
    browser's `Accept-Language`, that over German. German is taken to be offered always.
    """
    wanted = [asked, remembered, *accepted_tags(accepted or "")]
    available = {"de", *offered}
    return next((BY_TAG[tag] for tag in wanted if tag and tag in available), GERMAN)


def accepted_tags(header: str) -> Sequence[str]:
    """List our tags that an `Accept-Language` header names, the most wished first.

    >>> accepted_tags("ar-SY, de;q=0.5, uk;q=0.8")
    ['ar', 'uk', 'de']
    """
    weighted: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        tag, _, parameters = part.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        weight = _weight(parameters)
        if weight > 0:
            weighted.append((weight, READ_AS.get(primary, primary)))
    weighted.sort(key=lambda pair: -pair[0])
    return [tag for _, tag in weighted if tag in BY_TAG]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
