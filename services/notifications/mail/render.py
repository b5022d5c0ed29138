"""Writes the words of a mail: one folder a template, in the reader's language.

A folder has `subject.txt`, `body.txt`, `body.html` and `sample.json`. German is written in the
templates, the other languages are in catalogues (`words.py`). Every value that a template names must
be given, `None` included: nothing is left out by accident. Words from people are cleaned, escaped,
and kept from turning the text around them.
"""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar

from babel.lists import format_list
from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta, nodes

from services.notifications.domain.recipient import RecipientKind
from services.notifications.mail import when
from services.notifications.mail.bidi import HtmlIsolation, TextIsolation
from services.notifications.mail.guard import printable
from services.notifications.mail.message import Words
from services.notifications.mail.words import catalogue, language_of, offered_language
from shared.kernel.errors import BrueckeError
from shared.kernel.languages import DEFAULT_LOCALE
from shared.web.locales import BY_TAG

TEMPLATES = Path(__file__).parent.parent / "templates"
_PARTS = ("subject.txt", "body.txt", "body.html")
_GIVEN_BY_US = frozenset({"office", "lang", "dir", "subject", "unchecked"})
_WIDTH = 78
_ISOLATED = re.compile("\u2068[^\u2069]*\u2069")
_JOINED = "\ue000"
"""A space that no line breaks at: isolation ends with its line."""


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
        `_url`. A locale that the readers of this mail are not offered is written in German.
        """
        language = language_of(template, locale)
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
        language = offered_language(locale, RecipientKind.VOLUNTEER)
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
            "dir": BY_TAG[language].direction,
            "unchecked": catalogue(language).unchecked,
        }


def template_names() -> tuple[str, ...]:
    """All mails that there are."""
    return tuple(sorted(path.parent.name for path in TEMPLATES.glob("*/subject.txt")))


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
    install.install_gettext_translations(catalogue(language).translations, newstyle=True)
    isolation = (HtmlIsolation if html else TextIsolation)(language)
    environment.filters |= {
        "on": partial(when.on, language=language),
        "short_day": partial(when.short_day, language=language),
        "short_moment": partial(when.short_moment, language=language),
        "moment": partial(when.moment, language=language),
        "span": lambda slot: isolation.dated(when.span(slot, language)),
        "listed": partial(format_list, locale=BY_TAG[language].babel),
        "isolated": isolation.isolated,
        "foreign": isolation.foreign,
        "whole": isolation.whole,
        "telephone": isolation.telephone,
    }
    return environment


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
            _ISOLATED.sub(lambda words: words[0].replace(" ", _JOINED), line),
            _WIDTH,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return "\n".join(lines).replace(_JOINED, " ") + "\n"
