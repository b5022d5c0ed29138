"""How the mailbox reads mails: whatever the bytes, and with the links clickable."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from infra.local.mailbox.links import with_links
from infra.local.mailbox.reading import read_headline, read_mail

HEADERS = st.sampled_from(
    ["Subject", "From", "Content-Type", "Content-Disposition", "Content-Transfer-Encoding"]
)
VALUES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            b"multipart/mixed; boundary=b",
            b"message/rfc822",
            b"text/html; charset=utf-16",
            b"attachment; filename*=utf-8''%ff",
            b"attachment; filename*0*=x'y; filename*1=z",
            b"base64",
            b"x-uuencode",
            b"=?utf-8?q?=FF?= =?utf-8?b?A?=",
        ]
    ),
)


@given(st.lists(st.tuples(HEADERS, VALUES), max_size=5), st.binary(max_size=200))
def test_no_bytes_can_break_the_reader(headers, body):
    lines = [name.encode() + b": " + value + b"\r\n" for name, value in headers]
    raw = b"".join(lines) + b"\r\n--b\r\n" + body + b"\r\n--b--\r\n"

    headline, mail = read_headline(raw), read_mail(raw)

    for shown in (headline.sender, headline.subject, mail.text or "", mail.html or ""):
        assert isinstance(shown, str)
    for attachment in mail.attachments:
        assert isinstance(attachment.content, bytes)
        assert "/" in attachment.content_type


PIECES = st.one_of(st.text(), st.sampled_from(["http://a.example/", "https://", ")", ".", "&"]))


@given(st.lists(PIECES))
def test_making_links_changes_no_character_of_the_text(pieces):
    text = "".join(pieces)

    page = BeautifulSoup(f"<pre>{with_links(text)}</pre>", "html.parser")

    assert page.pre.text == text
    assert {tag.name for tag in page.pre.find_all()} <= {"a"}


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Siehe http://a.example/x.", "http://a.example/x"),
        ("(https://a.example/x)", "https://a.example/x"),
        ("https://a.example/x_(y)", "https://a.example/x_(y)"),
        ("<https://a.example/?a=1&b=2>", "https://a.example/?a=1&b=2"),
    ],
)
def test_a_link_ends_where_the_sentence_goes_on(text, url):
    [link] = BeautifulSoup(str(with_links(text)), "html.parser").find_all("a")

    assert (link["href"], link.text) == (url, url)


def test_only_web_addresses_become_links():
    assert "<a" not in with_links("javascript:alert(1) file:///etc/passwd www.example.org")
