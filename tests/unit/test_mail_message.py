"""A whole mail, read back from its bytes as a mail program would."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from uuid import UUID

import pytest
from icalendar import Calendar

from services.notifications.mail.calendar import Appointment, Method, make_calendar
from services.notifications.mail.guard import AddressUnusable
from services.notifications.mail.message import Sender, Words, build, thread_root

SENDER = Sender("Ehrenamt Übergang", "ehrenamt@bruecke.example", "office@landkreis.example")
NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
WORDS = Words(
    "de", "Zusage: Sprache, Gößnitz", "Guten Tag, schön!\n", "<p>Guten Tag, schön!</p>"
)
UNSUBSCRIBE = "https://bruecke.example/u/" + "x" * 90


def a_message(words: Words = WORDS, **changes) -> EmailMessage:
    given = {
        "sender": SENDER,
        "to_address": "amal@example.org",
        "to_name": "Amal",
        "message_id": "<7@bruecke.example>",
        "date": NOW,
    }
    return build(words, **(given | changes))


def sent(words: Words = WORDS, **changes) -> EmailMessage:
    raw = a_message(words, **changes).as_bytes()
    return email.message_from_bytes(raw, policy=email.policy.default)


def an_appointment(**changes) -> Appointment:
    given = {
        "uid": "assignment.1@bruecke.example",
        "sequence": 0,
        "starts_at": datetime(2026, 12, 2, 17, 0, tzinfo=UTC),
        "ends_at": datetime(2026, 12, 2, 19, 0, tzinfo=UTC),
        "summary": "Deutsch üben; bitte, pünktlich",
        "location": "Markt 3, Gößnitz",
        "description": "Frau Weber\n+49 3447 000022\n\nAbsagen: https://bruecke.example/a/x",
    }
    return Appointment(**(given | changes))


def a_calendar(*appointments: Appointment, method: Method = Method.PUBLISH):
    return make_calendar(
        appointments or (an_appointment(),),
        method=method,
        organiser_name=SENDER.name,
        organiser_address=SENDER.reply_to,
        language="de",
        stamp=NOW,
    )


class TestHeaders:
    def test_who_writes_to_whom_and_when(self):
        mail = sent()
        assert mail["From"].addresses[0].addr_spec == "ehrenamt@bruecke.example"
        assert mail["From"].addresses[0].display_name == "Ehrenamt Übergang"
        assert mail["Reply-To"].addresses[0].addr_spec == "office@landkreis.example"
        assert str(mail["To"]) == "Amal <amal@example.org>"
        assert mail["Date"].datetime == NOW
        assert mail["Message-ID"] == "<7@bruecke.example>"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Content-Language"] == "de"
        assert mail["Subject"] == WORDS.subject

    def test_mails_about_one_request_stand_together(self):
        root = thread_root(UUID(int=1), SENDER.domain)
        mail = sent(thread=root)
        assert mail["In-Reply-To"] == mail["References"] == root
        assert sent()["References"] is None

    def test_a_mail_that_asks_can_be_stopped_with_one_click(self):
        mail = sent(unsubscribe_url=UNSUBSCRIBE)
        assert mail["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["List-Id"] == "<angebote.bruecke.example>"

    def test_no_other_mail_claims_to_be_a_list(self):
        assert not [name for name in sent().keys() if name.startswith("List-")]  # noqa: SIM118 - a message is no dict

    @pytest.mark.parametrize(
        "name",
        [
            "Amal\r\nBcc: x@example.org",
            "Amal =?utf-8?q?=0D=0ABcc:_x@example.org?=",
            'Amal" <x@example.org>, "',
            "Amal, Ada",
            "\u202eAmal",
        ],
    )
    def test_a_name_cannot_add_a_recipient(self, name):
        mail = sent(to_name=name)
        assert [a.addr_spec for a in mail["To"].addresses] == ["amal@example.org"]
        assert mail["Bcc"] is None

    def test_a_mail_without_a_name_is_still_a_mail(self):
        assert str(sent(to_name=None)["To"]) == "amal@example.org"
        assert str(sent(to_name="a\nb")["To"]) == "amal@example.org"

    def test_a_domain_in_any_script_is_written_in_ascii(self):
        to = sent(to_address="amal@bücher.example")["To"]
        assert to.addresses[0].addr_spec == "amal@xn--bcher-kva.example"
        with pytest.raises(AddressUnusable):
            a_message(to_address="keine Adresse")

    def test_a_subject_begins_on_the_line_of_its_name(self):
        subject = "Anfrage erhalten: Soziale Integration, Langenleuba-Niederhain, Di. 22.12."
        raw = a_message(words=Words("de", subject, "x", "x")).as_bytes()
        assert b"\r\nSubject: Anfrage erhalten: " in raw
        assert sent(Words("de", subject, "x", "x"))["Subject"] == subject

    def test_a_long_subject_is_cut_between_words(self):
        subject = "Anfrage: " + "Gößnitz " * 20
        cut = sent(Words("de", subject, "x", "x"))["Subject"]
        assert len(cut) <= 77
        assert cut.endswith("Gößnitz…")


class TestBody:
    def test_text_and_html_are_alternatives(self):
        mail = sent()
        assert mail.get_content_type() == "multipart/alternative"
        text, html = mail.iter_parts()
        assert text.get_content_type() == "text/plain"
        assert text.get_content().splitlines() == WORDS.text.splitlines()
        assert html.get_content_type() == "text/html"
        assert html.get_content().strip() == WORDS.html

    def test_all_bytes_are_ascii_in_short_lines(self):
        words = Words("ar", "طلب", "مرحبا " * 100, "<p>" + "schöne Grüße " * 200 + "</p>")
        lines = a_message(words, calendar=a_calendar()).as_bytes().split(b"\r\n")
        assert all(line.isascii() and len(line) <= 998 for line in lines)

    def test_the_calendar_is_an_alternative_and_a_file(self):
        calendar = a_calendar()
        mail = sent(calendar=calendar)
        assert mail.get_content_type() == "multipart/mixed"
        alternatives, file = mail.iter_parts()
        entry = list(alternatives.iter_parts())[-1]
        assert entry.get_content_type() == "text/calendar"
        assert entry.get_param("method") == "PUBLISH"
        assert file.get_content_type() == "application/ics"
        assert file.get_filename() == "termin.ics"
        for text in (entry.get_content(), file.get_content().decode()):
            assert Calendar.from_ical(text).to_ical() == calendar.text.encode()


class TestCalendar:
    def test_an_entry_says_when_where_and_whom_to_ring(self):
        (event,) = Calendar.from_ical(a_calendar().text).walk("VEVENT")
        assert event.decoded("dtstart") == datetime(2026, 12, 2, 17, 0, tzinfo=UTC)
        assert event["dtstart"].params["tzid"] == "Europe/Berlin"
        assert event["dtstart"].dt.hour == 18
        assert event["location"] == "Markt 3, Gößnitz"
        assert event["description"] == an_appointment().description
        assert event["summary"] == "Deutsch üben; bitte, pünktlich"
        assert event["organizer"] == "mailto:office@landkreis.example"

    def test_a_series_is_an_entry_a_date(self):
        dates = [an_appointment(uid=f"assignment.{n}@bruecke.example") for n in range(3)]
        events = Calendar.from_ical(a_calendar(*dates).text).walk("VEVENT")
        assert [event["uid"] for event in events] == [date.uid for date in dates]

    def test_a_change_keeps_the_uid_and_raises_the_sequence(self):
        before, after = (
            Calendar.from_ical(a_calendar(an_appointment(sequence=n)).text).walk("VEVENT")[0]
            for n in (0, 1)
        )
        assert before["uid"] == after["uid"]
        assert (before["sequence"], after["sequence"]) == (0, 1)

    def test_a_cancellation_strikes_the_same_entry(self):
        calendar = Calendar.from_ical(a_calendar(method=Method.CANCEL).text)
        (event,) = calendar.walk("VEVENT")
        assert calendar["method"] == "CANCEL"
        assert event["status"] == "CANCELLED"
        assert event["uid"] == an_appointment().uid

    def test_the_time_zone_covers_a_change_of_the_clocks_and_is_small(self):
        before = an_appointment(
            uid="1",
            starts_at=datetime(2027, 3, 27, 9, tzinfo=UTC),
            ends_at=datetime(2027, 3, 27, 10, tzinfo=UTC),
        )
        after = an_appointment(
            uid="2",
            starts_at=datetime(2027, 3, 28, 9, tzinfo=UTC),
            ends_at=datetime(2027, 3, 28, 10, tzinfo=UTC),
        )
        text = a_calendar(before, after).text
        zone = text[text.index("BEGIN:VTIMEZONE") : text.index("END:VTIMEZONE")]
        assert "BEGIN:DAYLIGHT" in zone
        assert len(zone) < 600
        hours = [e["dtstart"].dt.hour for e in Calendar.from_ical(text).walk("VEVENT")]
        assert hours == [10, 11]

    def test_words_cannot_add_a_property(self):
        sly = an_appointment(
            summary="x\x0b\r\nATTENDEE:mailto:y@example.org", location="a\rb\x0bc"
        )
        text = a_calendar(sly).text
        (event,) = Calendar.from_ical(text).walk("VEVENT")
        assert not re.search("\r(?!\n)|\x0b", text)
        assert "attendee" not in event
        assert "ATTENDEE:mailto" in event["summary"]

    def test_a_file_without_a_date_is_refused(self):
        with pytest.raises(ValueError, match="appointment"):
            make_calendar(
                (),
                method=Method.PUBLISH,
                organiser_name="x",
                organiser_address="x@y.example",
                language="de",
                stamp=NOW,
            )
