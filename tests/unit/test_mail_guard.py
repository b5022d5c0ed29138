"""Words from people in headers: nothing they type becomes a header."""

import email
import email.policy
import re
from email.message import EmailMessage

import pytest

from services.notifications.mail.guard import (
    AddressUnusable,
    HeaderUnsafe,
    ascii_address,
    header_text,
    printable,
)
from services.notifications.mail.policy import POLICY, MailPolicy

WITH_LINE_BREAKS = [
    "A subject\nBcc: x@example.com",
    "x\rBcc: y@example.com",
    "x\r\nBcc: y@example.com",
    "null\x00byte",
]
ENCODED = [
    "A 💩 subject=?UTF-8?Q?=0A?=Bcc: injected@example.com",
    "Altenburg =?UTF-8?Q?=0D=0ABcc:_injected@example.com?=",
    "=?utf-8?b?DQpCY2M6IGluamVjdGVkQGV4YW1wbGUuY29t?=",
    "==?utf-8?q?=0D=0ABcc:_injected@example.com?=",
    "=\u200f?utf-8?q?=0D=0ABcc:_injected@example.com?=",
    "=\x01?utf-8?q?=0D=0ABcc:_injected@example.com?=",
    "=\t?utf-8?q?=0D=0ABcc:_injected@example.com?=",
]


def reread(message: EmailMessage) -> EmailMessage:
    return email.message_from_bytes(message.as_bytes(), policy=email.policy.default)


@pytest.mark.parametrize("value", WITH_LINE_BREAKS)
def test_line_breaks_are_refused(value):
    with pytest.raises(HeaderUnsafe):
        header_text(value)


@pytest.mark.parametrize("value", ENCODED)
@pytest.mark.parametrize("header", ["Subject", "Comments"])
def test_encoded_line_breaks_never_become_a_header(value, header):
    message = EmailMessage(policy=POLICY)
    message[header] = header_text(value)
    message.set_content("Guten Tag")
    back = reread(message)
    assert sorted(back.keys()) == sorted(message.keys())
    assert back["Bcc"] is None
    assert "injected@example.com" not in back.as_string().split(f"{header}:")[0]


@pytest.mark.parametrize("value", ENCODED[1:])
def test_the_guard_is_what_saves_us(value):
    """Else these tests would pass on a mended interpreter for no reason of ours."""
    assert "=?" not in header_text(value)


def test_marks_that_turn_the_text_around_are_dropped():
    assert header_text("Ada\u202eecalevoL\u2066\u200f") == "AdaecalevoL"
    assert printable("zwei\x85Zeilen\u2028drei\ufeff\x7f") == "zweiZeilendrei"


def test_one_word_is_always_the_same_characters():
    assert header_text("Go\u0308ßnitz") == "Gößnitz"


def test_letters_of_all_scripts_pass():
    for name in ("Amal عمل", "Олена", "می\u200cخواهم", "Nguyễn", "ትግርኛ"):
        assert header_text(name) == name


def test_half_characters_do_not_stop_a_mail():
    assert header_text("Ada\ud83d") == "Ada"


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("ada@example.org", "ada@example.org"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_addresses_are_written_in_ascii(address, written):
    assert ascii_address(address) == written


@pytest.mark.parametrize(
    "address", ["ädä@example.org", "ada", "ada@", "a@b.example>\r\nBcc: c@d.example", ""]
)
def test_an_address_that_cannot_be_written_to_is_refused_without_repeating_it(address):
    with pytest.raises(AddressUnusable) as refusal:
        ascii_address(address)
    assert not address or address not in str(refusal.value)


class TestPolicy:
    URL = "https://ehrenamt.altenburgerland.example/u/WyJrIiw0ODEyMyw3XQ.awIGZQ.LnB4uUXjvKtPYCTDOA1jmIO_wcs-xyz"

    def message(self) -> EmailMessage:
        message = EmailMessage(policy=POLICY)
        message["Subject"] = "Anfrage: " + "Übergrößenträger für Gößnitz und Schmölln " * 5
        message["List-Unsubscribe"] = f"<{self.URL}>, <mailto:x@ehrenamt.example?subject=aus>"
        message["References"] = " ".join(
            f"<request.{n}.{'a' * 50}@ehrenamt.altenburgerland.example>" for n in range(3)
        )
        message["To"] = '"Jürgen Müller, Verein für Übergänge" <j@example.org>'
        message.set_content("Guten Tag, schöne Grüße, مرحبا")
        return message

    def head(self) -> str:
        return self.message().as_bytes().split(b"\r\n\r\n")[0].decode("ascii")

    def test_links_and_ids_stay_as_they_are(self):
        assert f"<{self.URL}>" in self.head()
        references = self.head().partition("References:")[2].partition("\r\nTo:")[0]
        assert references.split() == self.message()["References"].split()
        assert "=?" not in references

    def test_the_default_policy_would_break_the_link(self):
        broken = EmailMessage(policy=email.policy.SMTP)
        broken["List-Unsubscribe"] = f"<{self.URL}>"
        assert self.URL.encode() not in broken.as_bytes()

    def test_words_in_other_scripts_come_back_whole(self):
        back = reread(self.message())
        assert back["Subject"].split() == self.message()["Subject"].split()
        assert back["To"].addresses[0].display_name == "Jürgen Müller, Verein für Übergänge"
        assert back.get_content().strip() == "Guten Tag, schöne Grüße, مرحبا"

    def test_all_is_ascii_in_lines_of_bounded_length(self):
        lines = self.message().as_bytes().split(b"\r\n")
        assert all(line.isascii() for line in lines)
        assert max(map(len, lines)) <= 998
        encoded_words = re.findall(rb"=\?utf-8\?.\?.*?\?=", b" ".join(lines))
        assert max(map(len, encoded_words)) <= 75

    @pytest.mark.parametrize(
        "value", ["<a@b>\r\nBcc: c@d", "<=?utf-8?q?x?=>", "<ü@b>", "<" + "x" * 1000 + ">"]
    )
    def test_a_raw_header_refuses_what_it_cannot_hold(self, value):
        with pytest.raises(ValueError, match="References"):
            POLICY.fold("References", value)

    def test_text_and_bytes_are_folded_alike(self):
        policy = MailPolicy(linesep="\r\n")
        value = self.message()["References"]
        assert policy.fold("References", value).encode() == policy.fold_binary(
            "References", value
        )
