"""Every mail, in every case and language: the same in text and HTML, whole, safe, short."""

import json
import re
from datetime import date, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup

from services.notifications.domain.recipient import RecipientKind
from services.notifications.domain.templates import ASKING, goes_to_volunteers
from services.notifications.mail.message import MAX_SUBJECT
from services.notifications.mail.render import (
    TEMPLATES,
    ValueMissing,
    template_names,
    variables,
)
from services.notifications.mail.when import on, span
from services.notifications.mail.words import languages
from shared.kernel.slots import Slot
from shared.web.locales import BY_TAG
from tests.mail_samples import NO_CONTACT, OFFICE, all_cases, renderer, sample

RENDERER = renderer()
CASES = all_cases()
IN_SUBJECTS = {"field_label", "municipality", "remote", "slots", "deed"} | {
    "again",
    "free",
    "given_back",
    "only_stopped",
    "places",
}
CODES = {"role", "shares", "code", "deed"}

TO_ALL = languages(RecipientKind.CONTACT)
TO_VOLUNTEERS = languages(RecipientKind.VOLUNTEER)
OF_VOLUNTEERS = tuple(filter(goes_to_volunteers, template_names()))

each_case = pytest.mark.parametrize(
    ("template", "values", "language"),
    [(template, values, language) for template, values in CASES for language in TO_ALL],
    ids=[
        f"{template}-{n}-{language}"
        for n, (template, _) in enumerate(CASES)
        for language in TO_ALL
    ],
)
each_template = pytest.mark.parametrize("template", template_names())


def plain(text: str) -> str:
    return " ".join(re.sub("[\u2068\u2069]", "", text).split())


def seen(html: str) -> str:
    body = BeautifulSoup(html, "html.parser").body
    assert body is not None
    return plain(body.get_text(" "))


def words_of(text: str) -> list[str]:
    """Words and numbers in order, without what only one of the two forms has."""
    return re.findall(r"[\w@+]+", re.sub(r"https?://\S+", " ", text))


@each_case
class TestEveryMail:
    def test_says_the_same_in_text_and_html(self, template, values, language):
        mail = RENDERER.render(template, values, language)
        assert words_of(plain(mail.text).replace("----------", "")) == words_of(seen(mail.html))

    def test_has_every_link_in_both_parts(self, template, values, language):
        mail = RENDERER.render(template, values, language)
        soup = BeautifulSoup(mail.html, "html.parser")
        targets = [link["href"] for link in soup.find_all("a")]
        urls = {value for name, value in values.items() if name.endswith("_url")}
        shown = set(re.findall(r"https?://\S+", mail.text))
        assert shown == {target for target in targets if str(target).startswith("http")}
        assert shown <= urls
        assert shown == urls or template == "assignment_cancelled"
        assert all(link.get_text(strip=True) for link in soup.find_all("a"))

    def test_leaves_no_loose_ends(self, template, values, language):
        mail = RENDERER.render(template, values, language)
        for part in (mail.subject, mail.text, seen(mail.html)):
            assert not re.search(r"\{[{%#]|None|%\(|  \S|datetime|bdi", plain(part))
        assert "\n\n\n" not in mail.text

    def test_has_a_short_subject_without_a_person(self, template, values, language):
        subject = RENDERER.render(template, values, language).subject
        assert 5 <= len(subject) <= MAX_SUBJECT
        for name in ("first_name", "name", "contact_name", "task", "meeting_point"):
            assert str(values.get(name) or "\0") not in subject

    def test_keeps_lines_short_but_links_whole(self, template, values, language):
        for line in RENDERER.render(template, values, language).text.splitlines():
            assert len(line) <= 78 or re.fullmatch(r"\S+", line)

    def test_is_well_formed_and_loads_nothing(self, template, values, language):
        html = RENDERER.render(template, values, language).html
        soup = BeautifulSoup(html, "html.parser")
        assert soup.html is not None
        assert soup.html["lang"] == language
        wrapper = soup.select_one("body > div")
        assert wrapper is not None
        assert (wrapper["lang"], wrapper["dir"]) == (language, BY_TAG[language].direction)
        assert soup.title is not None
        assert soup.title.get_text()
        assert not soup.find_all(["img", "link", "script", "style", "iframe", "svg", "form"])
        assert not re.search(r"\bsrc=|url\(|@import", html)
        assert balanced(html)

    def test_is_readable_on_a_phone(self, template, values, language):
        html = RENDERER.render(template, values, language).html
        sizes = [int(size) for size in re.findall(r"font-size: (\d+)px", html)]
        assert sizes
        assert min(sizes) >= 16
        assert not re.search(r"[^-]width: \d+px", html)

    def test_says_whom_to_ring(self, template, values, language):
        mail = RENDERER.render(template, values, language)
        assert OFFICE.name in mail.text
        assert OFFICE.phone in mail.text
        assert 'href="tel:+493447000000"' in mail.html


CHECKS = [name for name in vars(TestEveryMail) if name.startswith("test_")]


@pytest.mark.parametrize("language", [tag for tag in TO_VOLUNTEERS if tag not in TO_ALL])
@pytest.mark.parametrize("template", OF_VOLUNTEERS)
def test_a_mail_to_volunteers_stands_every_check_in_every_language(template, language):
    assert len(CHECKS) >= 8
    for values in (values for name, values in CASES if name == template):
        assert RENDERER.render(template, values, language).language == language
        for check in CHECKS:
            getattr(TestEveryMail(), check)(template, values, language)


def balanced(html: str) -> bool:
    """Whether every element that is opened is closed in turn."""
    void = {"meta", "br", "hr", "!doctype"}
    open_ones: list[str] = []
    for closing, name in re.findall(r"<(/?)([!a-zA-Z0-9]+)", html):
        if name.lower() in void:
            continue
        if not closing:
            open_ones.append(name)
        elif not open_ones or open_ones.pop() != name:
            return False
    return not open_ones


@each_template
class TestEveryTemplate:
    def test_has_its_four_files(self, template):
        files = {path.name for path in (TEMPLATES / template).iterdir()}
        assert files == {"subject.txt", "body.txt", "body.html", "sample.json"}

    def test_has_a_sample_of_exactly_its_values(self, template):
        assert sample(template).keys() == variables(template)

    def test_refuses_a_missing_value(self, template):
        for name in variables(template):
            values = {key: value for key, value in sample(template).items() if key != name}
            with pytest.raises(ValueMissing, match=name):
                RENDERER.render(template, values, "de")

    def test_has_every_value_of_its_sample_in_both_parts(self, template):
        values = sample(template)
        mail = RENDERER.render(template, values, "de")
        for shown in shown_values(values):
            assert shown in f"{plain(mail.text)} {mail.subject}"
            assert shown in f"{seen(mail.html)} {mail.subject}"

    def test_names_no_person_in_its_subject(self, template):
        text = (TEMPLATES / template / "subject.txt").read_text()
        used = {name for name in variables(template) if re.search(rf"\b{name}\b", text)}
        assert used <= IN_SUBJECTS

    def test_offers_to_stop_only_where_it_asks(self, template):
        assert ("unsubscribe_url" in variables(template)) == (template in ASKING)


def shown_values(values: dict[str, Any]) -> list[str]:
    """Names, numbers and dates that a reader must find."""
    shown = []
    for name, value in values.items():
        if isinstance(value, Slot):
            shown.append(plain(span(value, "de")))
        elif isinstance(value, list):
            for item in value:
                shown += shown_values(item if isinstance(item, dict) else {name: item})
        elif isinstance(value, datetime):
            shown.append(value.strftime("%Y, ") + f"{value.hour + 1}:{value:%M} Uhr")
        elif isinstance(value, date):
            shown.append(on(value, "de"))
        elif isinstance(value, bool) or value is None or name in CODES or name.endswith("_url"):
            continue
        elif name == "field_label":
            continue  # in the subject
        else:
            shown.append(str(value))
    return shown


def is_code(name: str, value: object) -> bool:
    return isinstance(value, bool) or name in CODES or name.endswith("_url")


class TestAsking:
    def test_every_asking_mail_is_a_template(self):
        assert set(template_names()) >= ASKING

    def test_an_offer_has_one_way_to_answer(self):
        html = RENDERER.render("offer", sample("offer"), "de").html
        answers = [
            link
            for link in BeautifulSoup(html, "html.parser").find_all("a")
            if "/a/" in str(link["href"])
        ]
        assert len(answers) == 1

    def test_an_offer_does_not_hand_over_anything(self):
        assert not variables("offer") & {"meeting_point", "contact_name", "contact_phone"}

    def test_a_confirmation_repeats_nothing_that_a_stranger_typed(self):
        """Else anybody could have us mail words of their choice to any address."""
        assert variables("confirm_address") == {"role", "confirm_url", "expires_at"}
        assert variables("already_registered") == {"page_url"}


class TestHostileWords:
    BAD = '<script>alert("x")</script> & <img src="https://evil.example/x.png">\n\nZeile \u202eumgedreht\x07'

    def test_words_from_people_are_words_in_html(self):
        values = sample("receipt") | {
            "task": self.BAD,
            "first_name": "<b>Amal",
            "meeting_point": self.BAD,
        }
        html = RENDERER.render("receipt", values, "de").html
        soup = BeautifulSoup(html, "html.parser")
        assert not soup.find_all(["script", "img", "b"])
        assert '<script>alert("x")</script> &' in soup.get_text()

    def test_every_value_is_escaped_even_a_label(self):
        bad = dict.fromkeys(("field_label", "municipality", "reference"), self.BAD)
        html = RENDERER.render(
            "offer", sample("offer") | bad | {"languages": [self.BAD]}, "en"
        ).html
        assert not BeautifulSoup(html, "html.parser").find_all(["script", "img"])

    def test_words_from_people_stay_on_their_line(self):
        text = RENDERER.render("receipt", sample("receipt") | {"task": self.BAD}, "de").text
        assert not re.search("[\u202e\x07]", text)
        assert "\n\nZeile" not in text


def test_the_calendar_entry_says_where_and_whom_to_ring():
    text = RENDERER.calendar_description(sample("receipt"), "de")
    for value in ("Haus der Begegnung", "Jana Weber", "+49 3447 000022", "/a/", OFFICE.phone):
        assert value in text
    with pytest.raises(ValueMissing):
        RENDERER.calendar_description({}, "de")


@pytest.mark.parametrize("template", ["receipt", "moved_up", "changed", "day_before"])
def test_without_a_meeting_point_the_mail_still_names_the_town(template):
    mail = RENDERER.render(template, sample(template) | {"meeting_point": None}, "de")
    assert "Wo: Gößnitz" in mail.text
    assert "Gößnitz" in mail.html


@pytest.mark.parametrize("template", ["receipt", "moved_up", "changed", "day_before"])
def test_without_meeting_point_and_contact_the_office_tells_where_to_go(template):
    by_office = f"Den Treffpunkt erfahren Sie von uns. Rufen Sie uns bitte an: {OFFICE.phone}"
    for named in (True, False):
        values = sample(template) | ({"meeting_point": None} if named else NO_CONTACT)
        mail = RENDERER.render(template, values, "de")
        entry = RENDERER.calendar_description(sample("receipt") | values, "de")
        for said in (plain(mail.text), seen(mail.html), plain(entry)):
            assert (by_office in said) is not named
            assert ("Treffpunkt erfahren Sie von der Ansprechperson" in said) is named


@pytest.mark.parametrize(
    "template", ["organisation_who_comes", "organisation_day_before", "organisation_changed"]
)
def test_a_contact_is_asked_for_only_where_none_is_named(template):
    for named in (True, False):
        mail = RENDERER.render(template, sample(template) | {"contact_named": named}, "de")
        assert ("keine Ansprechperson genannt" in mail.text) is not named
        assert ("keine Ansprechperson genannt" in mail.html) is not named


def test_who_is_not_confirmed_reads_nothing_of_others_since_the_place_may_be_free():
    mail = RENDERER.render("reservation_declined", sample("reservation_declined"), "de")
    for part in (mail.text, mail.html):
        said = " ".join(part.split())
        assert "Diesmal können wir Ihnen den Platz nicht geben." in said
        assert "besetzt" not in said


def test_the_reasons_of_an_offer_are_a_list_in_the_html_part_too():
    html = RENDERER.render("offer", sample("offer"), "de").html
    entries = [one.get_text() for one in BeautifulSoup(html, "html.parser").find_all("li")]
    assert any(entry.startswith("Sie sprechen ") for entry in entries)
    assert "Nach Ihren Angaben haben Sie dann Zeit." in entries


def test_only_who_may_skip_dates_reads_that_single_dates_can_be_cancelled():
    for may in (True, False):
        mail = RENDERER.render("offer", sample("offer") | {"dates_can_be_skipped": may}, "de")
        for part in (mail.text, mail.html):
            told = " ".join(part.split())
            assert "Wer zusagt, ist bei allen Terminen eingeplant." in told
            assert ("Einzelne Termine können Sie später absagen" in told) is may


def test_samples_are_readable_json_of_invented_people():
    for template in template_names():
        text = (TEMPLATES / template / "sample.json").read_text()
        assert json.loads(text)
        for host in re.findall(r"(?:https?://|@)([\w.-]+)", text):
            assert host.endswith((".example", "example.org"))
