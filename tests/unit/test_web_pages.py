"""Pages speak the visitor's language, in formats that people here know."""

import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared.web.field_errors import FieldError
from shared.web.formats import BERLIN, Formats, OpeningHours, at_local
from shared.web.locales import ALL_TAGS, BY_TAG, LOCALES, Locale, accepted_tags, choose_locale
from shared.web.static_files import StaticFileMissing, StaticFiles
from shared.web.templating import Pages, as_typed, dialled
from tests.browser.styleguide import SITE

WEDNESDAY = datetime(2026, 12, 2, 17, 0, tzinfo=UTC)


class TestChoosingALanguage:
    def test_what_is_asked_now_wins_over_the_cookie_and_the_browser(self) -> None:
        chosen = choose_locale(ALL_TAGS, asked="uk", remembered="pl", accepted="ar")
        assert chosen.tag == "uk"

    def test_the_cookie_wins_over_the_browser(self) -> None:
        assert choose_locale(ALL_TAGS, remembered="pl", accepted="ar").tag == "pl"

    def test_a_language_that_is_not_offered_falls_to_the_next_wish(self) -> None:
        assert choose_locale(("en",), asked="uk", accepted="ro, en;q=0.3").tag == "en"

    @pytest.mark.parametrize("header", ["", "xx", "*", "de;q=oops", "ru;q=0", ";;;,,,"])
    def test_german_is_the_last_resort(self, header: str) -> None:
        assert choose_locale(ALL_TAGS, accepted=header).tag == "de"

    def test_ukrainian_and_russian_never_stand_in_for_each_other(self) -> None:
        assert choose_locale(("de", "ru"), accepted="uk").tag == "de"
        assert choose_locale(("de", "uk"), accepted="ru").tag == "de"

    def test_dari_readers_get_persian(self) -> None:
        assert accepted_tags("prs, ar-SY;q=0.9") == ["fa", "ar"]

    @given(st.text(max_size=60))
    def test_no_header_breaks_the_choice(self, header: str) -> None:
        assert choose_locale(ALL_TAGS, asked=header, accepted=header) in LOCALES


class TestFormats:
    def test_a_moment_is_weekday_date_and_time_in_berlin(self) -> None:
        assert (
            Formats(BY_TAG["de"]).moment(WEDNESDAY) == "Mittwoch, 2. Dezember 2026, 18:00 Uhr"
        )

    def test_a_span_says_the_day_once(self) -> None:
        german, english = Formats(BY_TAG["de"]), Formats(BY_TAG["en"])
        end = WEDNESDAY.replace(hour=19)

        assert german.span(WEDNESDAY, end) == "Mittwoch, 2. Dezember 2026, 18:00–20:00 Uhr"
        assert english.span(WEDNESDAY, end) == "Wednesday, 2 December 2026, 18:00–20:00"

    def test_a_span_over_midnight_says_both_days(self) -> None:
        span = Formats(BY_TAG["de"]).span(WEDNESDAY, WEDNESDAY.replace(hour=23, minute=30))

        assert "Mittwoch" in span
        assert "Donnerstag, 3. Dezember 2026, 00:30 Uhr" in span

    @pytest.mark.parametrize("locale", LOCALES, ids=lambda locale: locale.tag)
    def test_digits_are_latin_and_the_calendar_gregorian(self, locale: Locale) -> None:
        text = Formats(locale).moment(WEDNESDAY)
        assert "2026" in text
        assert "18:00" in text
        assert "Normalzeit" not in text

    def test_a_time_without_a_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            Formats(BY_TAG["de"]).moment(datetime(2026, 12, 2, 17))  # noqa: DTZ001 - the point

    def test_opening_hours_have_a_line_for_each_day(self) -> None:
        hours = [
            OpeningHours(3, time(9), time(12)),
            OpeningHours(1, time(13), time(18)),
            OpeningHours(1, time(9), time(12)),
        ]
        assert Formats(BY_TAG["de"]).hours(hours) == [
            "Di 09:00–12:00, 13:00–18:00",
            "Do 09:00–12:00",
        ]

    @given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.times())
    def test_local_times_come_back_unless_the_clocks_skip_them(
        self, day: date, clock: time
    ) -> None:
        there = at_local(day, clock).astimezone(BERLIN)
        skipped = day.month == 3 and day.isoweekday() == 7 and clock.hour == 2

        assert there.date() == day
        assert skipped or there.time() == clock


def a_request(query: str = "", headers: dict[str, str] | None = None) -> Request:
    raw = [(k.encode(), v.encode()) for k, v in (headers or {}).items()]
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/somewhere",
            "query_string": query.encode(),
            "headers": raw,
            "scheme": "https",
            "server": ("portal.example", 443),
        }
    )


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    (tmp_path / "page.html").write_text(
        '{% extends "layout.html" %}{% block title %}Seite{% endblock %}'
        "{% block content %}<h1>{{ name }}</h1>{{ name | as_typed }}{% endblock %}"
    )
    return Pages(SITE, StaticFiles(), templates=tmp_path, offered=("en", "ar"))


def menu_of(answer: HTMLResponse) -> list[str]:
    return re.findall(r'hreflang="([^"]+)"\s+dir', bytes(answer.body).decode())


class TestRendering:
    def test_the_menu_shows_only_offered_languages(self, pages: Pages) -> None:
        both = pages.render(a_request(), "page.html", name="x")
        one = pages.render(a_request(), "page.html", offered=(), name="x")

        assert menu_of(both) == ["de", "en", "ar"]
        assert menu_of(one) == []

    def test_the_menu_keeps_the_rest_of_the_address(self, pages: Pages) -> None:
        body = bytes(
            pages.render(a_request("w=ja&lang=en"), "page.html", name="x").body
        ).decode()

        assert 'href="?w=ja&amp;lang=ar"' in body

    def test_a_chosen_language_is_remembered(self, pages: Pages) -> None:
        chosen = pages.render(a_request("lang=ar"), "page.html", name="x")
        unknown = pages.render(a_request("lang=xx"), "page.html", name="x")

        assert chosen.headers["set-cookie"].startswith("lang=ar; HttpOnly;")
        assert "Secure" in chosen.headers["set-cookie"]
        assert chosen.headers["content-language"] == "ar"
        assert "set-cookie" not in unknown.headers

    def test_an_unchecked_translation_says_so_and_german_does_not(self, pages: Pages) -> None:
        arabic = bytes(pages.render(a_request("lang=ar"), "page.html", name="x").body).decode()
        german = bytes(pages.render(a_request(), "page.html", name="x").body).decode()

        assert "site-footer__note" in arabic
        assert "site-footer__note" not in german

    def test_what_people_typed_is_escaped_and_kept_apart(self, pages: Pages) -> None:
        body = bytes(pages.render(a_request(), "page.html", name="<script>").body).decode()

        assert "<h1>&lt;script&gt;</h1>" in body
        assert '<bdi dir="auto">&lt;script&gt;</bdi>' in body

    def test_a_missing_value_fails_instead_of_showing_nothing(self, pages: Pages) -> None:
        with pytest.raises(UndefinedError):
            pages.render(a_request(), "page.html")

    def test_a_static_file_that_does_not_exist_names_the_remedy(self) -> None:
        with pytest.raises(StaticFileMissing, match="make install"):
            StaticFiles().url("vendor/nothing.js")

    def test_a_refused_field_is_explained_in_the_readers_language(self, pages: Pages) -> None:
        words = pages.words(BY_TAG["en"])

        too_long = FieldError("title", "string_too_long", "", {"limit": 80})
        without_limit = FieldError("title", "string_too_long", "")
        unknown = FieldError("title", "requests.never_heard", "")
        assert pages.message(words, too_long) == (
            "The text is too long. At most 80 characters are allowed."
        )
        assert pages.message(words, without_limit) == "Please check this entry."
        assert pages.message(words, unknown) == "Please check this entry."


def test_foreign_words_are_escaped_once() -> None:
    assert as_typed("a & b") == '<bdi dir="auto">a &amp; b</bdi>'


def test_a_telephone_number_is_dialled_without_its_decoration() -> None:
    assert dialled("+49 (0) 3447 / 586-0") == "+4934475860"
