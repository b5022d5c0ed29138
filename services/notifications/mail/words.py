"""The words of mails: the languages that they are written in, and for whom.

German is written in the templates. Of every other language `volunteers.po` holds all that a mail to
a volunteer can say, in the nine languages of the pages behind its links; `mail.po` the rest, which
organisations and staff are told in German and English. Whose words a language lacks is written to in
German: no mail mixes two languages. Nor does a sentence that a catalogue forgot hold a mail up.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ClassVar, Never, TypeVar

import structlog
from babel.support import NullTranslations

from services.notifications.domain.recipient import RecipientKind
from services.notifications.domain.templates import goes_to_volunteers
from shared.kernel.errors import BrueckeError
from shared.kernel.languages import DEFAULT_LOCALE
from shared.web.locales import ALL_TAGS
from shared.web.translations import Catalogue, load_catalogues

log = structlog.get_logger(__name__)

Written = TypeVar("Written")

CATALOGUES = Path(__file__).parent.parent / "locale"
TO_VOLUNTEERS, TO_OTHERS = "volunteers.po", "mail.po"


class WordsMissing(BrueckeError):
    """A mail says something that the reader's language has no words for: it is written in German."""

    code: ClassVar[str] = "notifications.words_missing"
    retryable: ClassVar[bool] = False


class _NothingElse(NullTranslations):
    """Behind a catalogue: a sentence that it lacks is an error, never German between foreign words."""

    def gettext(self, message: str) -> Never:
        raise WordsMissing(f"Not translated: {message}")

    def ngettext(self, msgid1: str, msgid2: str, num: int) -> Never:  # noqa: ARG002
        raise WordsMissing(f"Not translated: {msgid1}")


@cache
def languages(kind: RecipientKind) -> tuple[str, ...]:
    """The languages that such a reader can be written to in, German first."""
    needed = [TO_VOLUNTEERS]
    if kind is not RecipientKind.VOLUNTEER:
        needed.append(TO_OTHERS)
    return tuple(
        tag
        for tag in ALL_TAGS
        if tag == DEFAULT_LOCALE
        or all((CATALOGUES / tag / "LC_MESSAGES" / name).is_file() for name in needed)
    )


def offered_language(locale: str, kind: RecipientKind) -> str:
    """Choose for a reader's locale: itself, its primary language, or German."""
    wanted = (locale, locale.partition("-")[0])
    return next((tag for tag in wanted if tag in languages(kind)), DEFAULT_LOCALE)


def language_of(template: str, locale: str) -> str:
    """Choose for a template: what only organisations and staff get is in their languages."""
    kind = RecipientKind.VOLUNTEER if goes_to_volunteers(template) else RecipientKind.CONTACT
    return offered_language(locale, kind)


def in_whole(write: Callable[[str], Written], template: str, language: str) -> Written:
    """Write in a language; in German if that lacks a sentence, which no later try would mend.

    So a mail comes in time and in one language, and whoever keeps the catalogues hears of it.
    """
    try:
        return write(language)
    except WordsMissing as error:
        log.error(  # noqa: TRY400  the place says nothing that the template does not
            "email.words_missing", template=template, language=language, error=error.code
        )
    return write(DEFAULT_LOCALE)


@cache
def catalogue(language: str) -> Catalogue:
    """The words of a language. Templates that use others raise `WordsMissing`."""
    found = load_catalogues([CATALOGUES])[language]
    if language != DEFAULT_LOCALE:
        found.translations.add_fallback(_NothingElse())
    return found
