"""Keeps words of another language, names and numbers from turning the text around them.

`2. Dezember` within Arabic is shown with its point on the wrong side, and an Arabic name within
German moves the comma after it. HTML has `<bdi>` for this; plain text has the characters FSI and
PDI, which some old mail programs show as boxes and are therefore only used where needed.
"""

import re
import unicodedata
from dataclasses import dataclass

from markupsafe import Markup, escape

from shared.kernel.languages import DEFAULT_LOCALE
from shared.web.locales import BY_TAG

_FSI, _PDI = "\u2068", "\u2069"
_NOT_DIALLED = re.compile(r"[^\d+]")


@dataclass(frozen=True, slots=True)
class TextIsolation:
    """For plain text in `language`."""

    language: str

    def isolated(self, value: str) -> str:
        """A name or a number of unknown direction."""
        if self._is_rtl() or any(map(_is_rtl_character, value)):
            return f"{_FSI}{value}{_PDI}"
        return value

    def foreign(self, value: str) -> str:
        """Words that an organisation wrote, mostly in German."""
        return self.isolated(value)

    def whole(self, value: str) -> str:
        """A number with dashes."""
        return self.isolated(value)

    def telephone(self, value: str) -> str:
        """A telephone number."""
        return self.isolated(value)

    def dated(self, value: str) -> str:
        """A day and its hours."""
        return value

    def _is_rtl(self) -> bool:
        return BY_TAG[self.language].direction == "rtl"


@dataclass(frozen=True, slots=True)
class HtmlIsolation:
    """For HTML in `language`; values are escaped."""

    language: str

    def isolated(self, value: str) -> Markup:
        """A name or a number of unknown direction."""
        return Markup("<bdi>{}</bdi>").format(value)

    def foreign(self, value: str) -> Markup:
        """Words that an organisation wrote, mostly in German."""
        if self.language == DEFAULT_LOCALE:
            return self.isolated(value)
        return Markup('<bdi lang="{}">{}</bdi>').format(DEFAULT_LOCALE, value)

    def whole(self, value: str) -> Markup:
        """A number with dashes, at which no line ends."""
        return Markup('<bdi class="whole">{}</bdi>').format(value)

    def dated(self, value: str) -> Markup:
        """A day and its hours, which stay together: from right to left half of them misleads."""
        day, _, hours = value.rpartition(" ")
        return Markup('{} <span class="whole">{}</span>').format(day, hours)

    def telephone(self, value: str) -> Markup:
        """A telephone number that a touch dials."""
        digits = _NOT_DIALLED.sub("", value)
        return Markup('<a href="tel:{}"><bdi>{}</bdi></a>').format(digits, escape(value))


def _is_rtl_character(character: str) -> bool:
    return unicodedata.bidirectional(character) in {"R", "AL", "AN"}
