"""Writes the words of a mail: one folder a template, in the reader's language.

A folder has `subject.txt`, `body.txt`, `body.html` and `sample.json`. German is written in the
templates; `locale/<language>/LC_MESSAGES/mail.po` holds the other languages and is compiled when
loaded. Every value that a template names must be given, `None` included: nothing is left out by
accident. Words from people are cleaned, escaped, and kept from turning the text around them.
"""

import io
import re
import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar

from babel import Locale
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta, nodes

from services.notifications.mail import when
from services.notifications.mail.bidi import HtmlIsolation, TextIsolation
from services.notifications.mail.guard import printable
from services.notifications.mail.message import Words
from shared.kernel.errors import BrueckeError
from shared.kernel.languages import DEFAULT_LOCALE

_HERE = Path(__file__).parent.parent
TEMPLATES = _HERE / "templates"
CATALOGUES = _HERE / "locale"
_PARTS = ("subject.txt", "body.txt", "body.html")
_GIVEN_BY_US = frozenset({"office", "lang", "dir", "subject"})
_WIDTH = 78


class ValueMissing(BrueckeError):
    """A template names a value that was not given; the text lists the names, not the values."""

    code: ClassVar[str] = "notifications.value_missing"
    retryable: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Office:
    """Whom to ring, as every mail says it; `hours` in the reader's language."""

    name: str
    phone: str
    hours: str


class Renderer:
    """Renders all templates in all languages; made once, safe to share."""

    def __init__(self, offices: Mapping[str, Office]) -> None:
        """`offices` by language; German must be among them and stands in for missing ones."""
        self._offices = {
            language: _cleaned(asdict(office)) for language, office in offices.items()
        }
        self._default_office = self._offices[DEFAULT_LOCALE]
        self._inliner = CSSInliner(load_remote_stylesheets=False)

    def render(self, template: str, values: Mapping[str, object], locale: str) -> Words:
        """Write one mail. Raises `ValueMissing`.

        Times are aware datetimes, dates of a request have `starts_at` and `ends_at`, URLs end in
        `_url`. A locale that no catalogue offers is written in German.
        """
        language = offered_language(locale)
        text, html = _environment(language, html=False), _environment(language, html=True)
        context = self._context(variables(template), values, language)
        subject = " ".join(text.get_template(f"{template}/subject.txt").render(context).split())
        context["subject"] = subject
        return Words(
            language=language,
            subject=subject,
            text=_wrapped(text.get_template(f"{template}/body.txt").render(context)),
            html=self._inliner.inline(
                html.get_template(f"{template}/body.html").render(context)
            ),
        )

    def calendar_description(self, values: Mapping[str, object], locale: str) -> str:
        """Write what stands in the calendar entry of an assigned volunteer."""
        language = offered_language(locale)
        needed = _undeclared(_environment(language, html=False), "_calendar.txt")
        context = self._context(needed - _GIVEN_BY_US, values, language)
        template = _environment(language, html=False).get_template("_calendar.txt")
        return _without_gaps(template.render(context))

    def _context(
        self, needed: frozenset[str], values: Mapping[str, object], language: str
    ) -> dict[str, object]:
        missing = needed - values.keys()
        if missing:
            raise ValueMissing(f"Not given: {', '.join(sorted(missing))}.")
        return {name: _cleaned(values[name]) for name in needed} | {
            "office": self._offices.get(language, self._default_office),
            "lang": language,
            "dir": Locale.parse(language).text_direction,
        }


def template_names() -> tuple[str, ...]:
    """All mails that there are."""
    return tuple(sorted(path.parent.name for path in TEMPLATES.glob("*/subject.txt")))


@cache
def languages() -> tuple[str, ...]:
    """The languages that mails are written in."""
    return (DEFAULT_LOCALE, *sorted(path.parent.parent.name for path in _catalogue_paths()))


def offered_language(locale: str) -> str:
    """Choose for a reader's locale: itself, its primary language, or German."""
    primary = locale.partition("-")[0]
    return next((tag for tag in (locale, primary) if tag in languages()), DEFAULT_LOCALE)


@cache
def variables(template: str) -> frozenset[str]:
    """The names of the values that a template needs."""
    names: frozenset[str] = frozenset()
    for part in _PARTS:
        environment = _environment(DEFAULT_LOCALE, html=part.endswith(".html"))
        names |= _undeclared(environment, f"{template}/{part}")
    return names - _GIVEN_BY_US


def _undeclared(environment: Environment, name: str) -> frozenset[str]:
    syntax = environment.parse((TEMPLATES / name).read_text(encoding="utf-8"))
    imported = {node.target for node in syntax.find_all(nodes.Import)}
    named = meta.find_undeclared_variables(syntax)
    return frozenset(named - environment.globals.keys() - imported)


@cache
def _environment(language: str, *, html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=html,  # noqa: S701 - the other one writes plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    install: Any = environment
    install.install_gettext_translations(_translations(language), newstyle=True)
    isolation = (HtmlIsolation if html else TextIsolation)(language)
    environment.filters |= {
        "day": partial(when.day, language=language),
        "on": partial(when.on, language=language),
        "short_day": partial(when.short_day, language=language),
        "moment": partial(when.moment, language=language),
        "span": partial(when.span, language=language),
        "listed": partial(format_list, locale=language),
        "isolated": isolation.isolated,
        "foreign": isolation.foreign,
        "telephone": isolation.telephone,
    }
    return environment


def _translations(language: str) -> NullTranslations:
    if language == DEFAULT_LOCALE:
        return NullTranslations()
    path = CATALOGUES / language / "LC_MESSAGES" / "mail.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def _catalogue_paths() -> list[Path]:
    return list(CATALOGUES.glob("*/LC_MESSAGES/mail.po"))


def _cleaned(value: object) -> Any:
    """The value with all its text on one line and without what could disturb a mail."""
    if isinstance(value, str):
        return " ".join(printable(value).split())
    if isinstance(value, Mapping):
        return {key: _cleaned(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(part) for part in value]
    return value


def _without_gaps(text: str) -> str:
    """At most one empty line in a row, none at the ends, no spaces at line ends."""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines)


def _wrapped(text: str) -> str:
    """Lines of at most 78 characters; links stay whole, items of lists are indented."""
    lines: list[str] = []
    for line in _without_gaps(text).splitlines():
        indent = "  " if line.startswith("- ") else ""
        lines += textwrap.wrap(
            line,
            _WIDTH,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return "\n".join(lines) + "\n"
