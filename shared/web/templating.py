"""Pages from templates: one Jinja environment a language, with our macros, formats and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared.web.compiled import CompiledOnce
from shared.web.field_errors import ANY_FIELD, FIELD_MESSAGES, FieldError
from shared.web.formats import Formats
from shared.web.locales import (
    ALL_TAGS,
    BY_TAG,
    GERMAN,
    LANGUAGE_COOKIE,
    LOCALES,
    Locale,
    choose_locale,
)
from shared.web.site import Site
from shared.web.static_files import StaticFiles
from shared.web.translations import Catalogue, catalogue_tags, load_catalogues

HERE = Path(__file__).parent
SHARED_TEMPLATES = HERE / "templates"
SHARED_LOCALE = HERE / "locale"

_A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Words:
    """One language at work: its catalogue and its formats."""

    locale: Locale
    catalogue: Catalogue
    formats: Formats

    def gettext(self, text: str, **values: object) -> str:
        """Translate a German text (marked by `msg`) and put values into its `%(name)s`."""
        translated = self.catalogue.translations.gettext(text)
        return translated % values if values else translated

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """Like `gettext`, by the language's own plural forms; `%(num)s` is the number."""
        translated = self.catalogue.translations.ngettext(one, many, number)
        return translated % {"num": number, **values}


class Pages:
    """Renders an app's templates. Built once at start; safe to share between requests.

    `templates` and `locale` are the app's own folders, searched before the shared ones.
    `messages` gives German sentences for the codes of refusals. `offered` are the languages that
    pages come in unless a call says otherwise: by default those of the app's catalogues.
    """

    def __init__(
        self,
        site: Site,
        static: StaticFiles,
        *,
        templates: Path | None = None,
        locale: Path | None = None,
        messages: Mapping[str, str] | None = None,
        offered: Sequence[str] | None = None,
    ) -> None:
        self.site = site
        self.static = static
        self.messages = {**FIELD_MESSAGES, **(messages or {})}
        self.error_languages = catalogue_tags(SHARED_LOCALE)
        self.offered = tuple(offered or (catalogue_tags(locale) if locale else ("de",)))
        own = [templates] if templates else []
        self._loader = FileSystemLoader([*own, SHARED_TEMPLATES])
        self._catalogues = load_catalogues([SHARED_LOCALE, *([locale] if locale else [])])
        self._environments = {locale.tag: self._environment(locale) for locale in LOCALES}
        # Compiling takes up to 100 ms, which must not happen on the event loop. Once is enough:
        # another language takes the same code, in a moment, when somebody reads in it.
        for name in self._loader.list_templates():
            self._environments[GERMAN.tag].get_template(name)

    def locale(self, request: Request, offered: Sequence[str] | None = None) -> Locale:
        """The language for this visitor, of those that the page is offered in."""
        return choose_locale(
            self.offered if offered is None else offered,
            asked=request.query_params.get("lang"),
            remembered=request.cookies.get(LANGUAGE_COOKIE),
            accepted=request.headers.get("accept-language"),
        )

    def words(self, locale: Locale) -> Words:
        """The words and formats of a language, for what views put together themselves."""
        return Words(locale, self._catalogues[locale.tag], Formats(locale))

    def render(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        offered: Sequence[str] | None = None,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """Answer with a page. `offered` are its languages; what it shows is in `values`."""
        tags = self.offered if offered is None else offered
        locale = self.locale(request, tags)
        address = _Address(request)
        page = self._environments[locale.tag].get_template(template)
        body = page.render(
            **values,
            request=request,
            untranslated=self._untranslated(request, tags),
            query=address.with_query,
            languages=[(entry, address.with_query(lang=entry.tag)) for entry in _menu(tags)],
        )
        response = HTMLResponse(body, status, headers)
        response.headers["Content-Language"] = locale.tag
        response.headers.append("Vary", "Accept-Language, Cookie")
        if request.query_params.get("lang") == locale.tag:
            response.set_cookie(
                LANGUAGE_COOKIE,
                locale.tag,
                max_age=_A_YEAR,
                httponly=True,
                samesite="lax",
                secure=request.url.scheme == "https",
            )
        return response

    def _untranslated(
        self, request: Request, offered: Sequence[str]
    ) -> tuple[Locale, str] | None:
        """The language that the visitor chose elsewhere and this page lacks, and how it says so."""
        chosen = choose_locale(
            ALL_TAGS,
            asked=request.query_params.get("lang"),
            remembered=request.cookies.get(LANGUAGE_COOKIE),
        )
        if chosen.tag in {GERMAN.tag, *offered}:
            return None
        return chosen, self.words(chosen).gettext(
            "Diese Seite gibt es noch nicht in dieser Sprache."
        )

    def message(self, words: Words, error: FieldError) -> str:
        """What to tell a person about a refused field, in her language."""
        text = self.messages.get(error.code, ANY_FIELD)
        if "%(" in text and not error.limits:
            text = ANY_FIELD
        return words.gettext(text, **error.limits)

    def _environment(self, locale: Locale) -> Environment:
        words = self.words(locale)
        environment = Environment(
            loader=self._loader,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
            bytecode_cache=CompiledOnce(Path(__file__).read_bytes()),
            auto_reload=False,
        )
        environment.install_gettext_translations(  # type: ignore[attr-defined]  # the extension's
            words.catalogue.translations, newstyle=True
        )
        formats = words.formats
        environment.globals |= {
            "site": self.site,
            "static": self.static.url,
            "locale": locale,
            "german": GERMAN,
            "unchecked": words.catalogue.unchecked,
            "formats": formats,
            "message": lambda error: self.message(words, error),
            "refusal": lambda code: (
                words.gettext(self.messages[code]) if code in self.messages else ""
            ),
        }
        environment.filters |= {
            "day": formats.day,
            "short_day": formats.short_day,
            "clock": formats.clock,
            "moment": formats.moment,
            "number": formats.number,
            "as_typed": as_typed,
            "dialled": dialled,
        }
        return environment


def as_typed(text: str) -> Markup:
    """Words that somebody else typed, in whatever language: kept from mixing into the line.

    Without it German inside an Arabic sentence shows its full stop on the wrong side.
    """
    return Markup('<bdi dir="auto">{}</bdi>').format(text)


def dialled(phone: str) -> str:
    """A telephone number as a `tel:` link wants it: digits, and the plus of the country.

    >>> dialled("+49 (0) 3447 586-0")
    '+4934475860'
    """
    kept = phone.replace("(0)", "")
    return "".join(sign for sign in kept if sign.isascii() and (sign.isdigit() or sign == "+"))


def _menu(tags: Sequence[str]) -> list[Locale]:
    return [BY_TAG[tag] for tag in BY_TAG if tag == "de" or tag in tags]


class _Address:
    """The address of this page, from which links to its other forms are made."""

    def __init__(self, request: Request) -> None:
        self._request = request

    @cached_property
    def _query(self) -> dict[str, str]:
        return dict(parse_qsl(self._request.url.query, keep_blank_values=True))

    def with_query(self, **changes: str | int) -> str:
        """The page's own address with other query parameters: `?seite=3&lang=uk`.

        Relative, so that a token in the path is not copied into a second place.
        """
        return "?" + urlencode({**self._query, **changes})
