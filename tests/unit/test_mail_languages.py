"""Mails in every language: who is written to in which, directions, dates."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from services.notifications.domain.recipient import RecipientKind
from services.notifications.domain.templates import OF_TANDEM, goes_to_volunteers
from services.notifications.mail.bidi import HtmlIsolation, TextIsolation
from services.notifications.mail.render import template_names
from services.notifications.mail.when import moment, on, short_day, short_moment, span
from services.notifications.mail.words import languages, offered_language
from shared.kernel.languages import LOCALES
from shared.kernel.slots import Slot
from shared.web.formats import Formats
from shared.web.locales import BY_TAG
from tests.mail_samples import all_cases, renderer, sample

RENDERER = renderer()
VOLUNTEER, CONTACT, STAFF = RecipientKind
FSI, PDI = "\u2068", "\u2069"
RIGHT_TO_LEFT = ("ar", "fa")
ON_A_PHONE = 60
"""Characters of a subject that a phone shows."""
OF_VOLUNTEERS = {
    *("offer", "reminder", "receipt", "day_before", "changed", "withdrawn"),
    *("waiting_list", "moved_up", "reserved", "reservation_declined"),
    *("request_cancelled", "assignment_cancelled", "answer_too_late"),
    *("date_skipped", "date_unskipped"),
    *("confirm_address", "already_registered", "volunteer_link"),
    *("tandem_trial", "tandem_check_in", "tandem_ended"),
}


class TestDirections:
    def test_an_arabic_name_is_isolated_in_german(self):
        values = sample("receipt") | {"first_name": "أمل"}
        mail = RENDERER.render("receipt", values, "de")
        assert "\u2068أمل\u2069," in mail.text
        assert "<bdi>أمل</bdi>," in mail.html

    def test_german_text_has_no_needless_marks(self):
        for template, values in all_cases():
            assert "\u2068" not in RENDERER.render(template, values, "de").text

    def test_german_words_and_numbers_are_isolated_in_arabic(self):
        text = TextIsolation("ar")
        assert text.foreign("Deutsch üben") == "\u2068Deutsch üben\u2069"
        assert text.telephone("+49 3447 000000") == "\u2068+49 3447 000000\u2069"
        html = HtmlIsolation("ar")
        assert html.foreign("Haus & Hof") == '<bdi lang="de">Haus &amp; Hof</bdi>'
        assert (
            html.telephone("+49 3447/00")
            == '<a href="tel:+49344700"><bdi>+49 3447/00</bdi></a>'
        )

    @pytest.mark.parametrize("language", RIGHT_TO_LEFT)
    @pytest.mark.parametrize(
        "name",
        [
            *("first_name", "task", "organisation", "meeting_point"),
            *("contact_name", "contact_phone", "reference"),
        ],
    )
    def test_what_comes_from_people_stands_by_itself_in_a_mail_from_right_to_left(
        self, name, language
    ):
        values = sample("receipt")
        mail = RENDERER.render("receipt", values, language)
        assert f"{FSI}{values[name]}{PDI}" in mail.text
        assert re.search(rf"<bdi[^>]*>{re.escape(values[name])}</bdi>", mail.html)
        assert not re.search(
            rf"(?<![{FSI}\w]){re.escape(values[name])}(?![\w{PDI}])", mail.text
        )

    @pytest.mark.parametrize("language", LOCALES)
    def test_no_line_ends_within_hours_or_a_reference(self, language):
        html = RENDERER.render("offer", sample("offer"), language).html
        whole = re.findall(r'<\w+ class="whole" style="white-space: nowrap;">([^<]+)<', html)
        hours = [words.replace("&nbsp;Uhr", "") for words in whole]
        assert hours == ["18:00–20:00"] * 4 + ["BR-2026-0042"]

    @pytest.mark.parametrize("language", RIGHT_TO_LEFT)
    def test_no_line_ends_within_isolated_words(self, language):
        name = (
            "Volkshochschule Altenburger Land, Außenstelle Gößnitz, Haus der Begegnung am Markt"
        )
        long_names = {"organisation": name}
        for template, values in all_cases():
            if goes_to_volunteers(template):
                mail = RENDERER.render(template, values | long_names, language)
                for line in mail.text.splitlines():
                    assert line.count(FSI) == line.count(PDI), line


class TestDates:
    def test_times_are_the_districts_own(self):
        summer = Slot(
            datetime(2026, 7, 1, 16, tzinfo=UTC), datetime(2026, 7, 1, 18, tzinfo=UTC)
        )
        assert (
            span(summer, "de").replace("\u00a0", " ")
            == "Mittwoch, 1. Juli 2026, 18:00–20:00 Uhr"
        )
        assert span(summer, "en") == "Wednesday, 1 July 2026, 18:00–20:00"
        assert span(summer, "ar") == "الأربعاء، 1 يوليو 2026، 18:00–20:00"
        assert span(summer, "uk") == "середа, 1 липня 2026\u202fр., 18:00–20:00"

    @pytest.mark.parametrize("language", LOCALES)
    def test_a_mail_names_a_date_as_the_page_behind_its_link_does(self, language):
        noon = datetime(2026, 12, 2, 11, tzinfo=UTC)
        page = Formats(BY_TAG[language])
        assert moment(noon, language).replace("\u00a0", " ") == page.moment(noon)
        assert on(date(2026, 12, 2), language) in page.day(noon)

    def test_subjects_have_short_dates(self):
        late = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
        shown = {tag: short_moment(late, tag) for tag in ("de", "de-simple", "en", "uk", "fa")}
        assert short_day(late, "de") == "Mi. 2.12."
        assert shown == {
            "de": "Mi. 2.12. 00:30",
            "de-simple": "Mi. 2.12. 00:30",
            "en": "Wed 2 Dec 00:30",
            "uk": "ср 2 груд. 00:30",
            "fa": "چهارشنبه 2 دسامبر 00:30",
        }

    def test_a_night_has_both_days(self):
        night = Slot(datetime(2026, 7, 1, 20, tzinfo=UTC), datetime(2026, 7, 2, 4, tzinfo=UTC))
        assert span(night, "de").replace("\u00a0", " ") == (
            "Mittwoch, 1. Juli 2026, 22:00 Uhr – Donnerstag, 2. Juli 2026, 06:00 Uhr"
        )


class TestLanguages:
    def test_a_volunteer_is_written_to_in_the_language_of_their_pages(self):
        assert languages(VOLUNTEER) == tuple(BY_TAG)
        assert set(languages(VOLUNTEER)) == set(LOCALES)
        wanted = ("en", "en-GB", "de", "de-AT", "de-simple", "ar", "ru-UA", "tlh")
        assert [offered_language(tag, VOLUNTEER) for tag in wanted] == [
            *("en", "en", "de", "de", "de-simple", "ar", "ru", "de"),
        ]

    @pytest.mark.parametrize("kind", [CONTACT, STAFF])
    def test_organisations_and_staff_are_written_to_in_german_or_english(self, kind):
        assert languages(kind) == ("de", "en")
        wanted = ("en-GB", "de-simple", "ar", "tlh")
        assert [offered_language(tag, kind) for tag in wanted] == ["en", "de", "de", "de"]

    def test_these_mails_go_to_volunteers(self):
        assert set(filter(goes_to_volunteers, template_names())) == OF_VOLUNTEERS

    def test_a_mail_to_an_organisation_is_german_as_a_whole_where_its_language_lacks_words(
        self,
    ):
        for template, values in all_cases():
            if not goes_to_volunteers(template):
                assert RENDERER.render(template, values, "ar") == RENDERER.render(
                    template, values, "de"
                )

    @pytest.mark.parametrize("language", LOCALES)
    def test_a_phone_shows_the_whole_subject(self, language):
        for template, values in all_cases():
            if goes_to_volunteers(template):
                subject = RENDERER.render(template, values, language).subject
                assert len(subject) <= ON_A_PHONE, subject

    @pytest.mark.parametrize("language", LOCALES)
    def test_a_phone_shows_two_requests_of_one_day_as_two(self, language):
        """Many mail programs put mails of one subject together; the longest names come last."""
        long = {
            "field_label": "Deschidere interculturală",
            "municipality": "Langenleuba-Niederhain",
        }
        for template in template_names():
            values = sample(template)
            dated = template not in OF_TANDEM and {"slots", "field_label"} <= values.keys()
            if not (goes_to_volunteers(template) and dated):
                continue
            first, *others = values["slots"]
            hour = timedelta(hours=1)
            later = Slot(first.starts_at + hour, first.ends_at + hour)
            shown = {
                RENDERER.render(template, values | long | {"slots": slots}, language).subject[
                    :ON_A_PHONE
                ]
                for slots in ([first, *others], [later, *others])
            }
            assert len(shown) == 2, shown

    @pytest.mark.parametrize("language", LOCALES)
    def test_the_calendar_entry_is_in_the_language_of_its_mail(self, language):
        values = sample("receipt")
        text = RENDERER.calendar_description(values, language)
        mail = RENDERER.render("receipt", values, language)
        for label in re.findall(r"^(.+): .*(?:Haus der|Jana Weber|000022)", text, re.MULTILINE):
            assert f"{label}: " in mail.text
        assert ("Telefon dort" in text) == (language in {"de", "de-simple"})
