"""Signed links: what is accepted, what is refused, what logs may show."""

import stat
from datetime import timedelta

import pytest

from shared.web.links import (
    LinkExpired,
    LinkForged,
    LinkKeysUnusable,
    LinkSigner,
    LinkVerifier,
    Purpose,
    make_link_keys,
    masked,
    read_link_keys,
)

OLD, NEW = "o" * 40, "n" * 40
TOKEN = LinkSigner([NEW]).sign(Purpose.ANSWER, "018f3c5e-1", "3")


def test_a_link_gives_back_its_parts():
    assert LinkVerifier([NEW]).read(Purpose.ANSWER, TOKEN) == ("018f3c5e-1", "3")


def test_the_first_key_signs_and_all_verify():
    old_link = LinkSigner([OLD]).sign(Purpose.ANSWER, "1")
    new_link = LinkSigner([NEW, OLD]).sign(Purpose.ANSWER, "1")
    assert LinkVerifier([NEW, OLD]).read(Purpose.ANSWER, old_link) == ("1",)
    assert LinkVerifier([NEW]).read(Purpose.ANSWER, new_link) == ("1",)
    with pytest.raises(LinkForged):
        LinkVerifier([NEW]).read(Purpose.ANSWER, old_link)


def test_a_link_that_is_too_old_says_so():
    with pytest.raises(LinkExpired):
        LinkVerifier([NEW]).read(Purpose.ANSWER, TOKEN, max_age=timedelta(seconds=-1))
    assert LinkVerifier([NEW]).read(Purpose.ANSWER, TOKEN, max_age=timedelta(days=1))


@pytest.mark.parametrize(
    "token",
    ["", ".", "a.b.c", TOKEN[:-1], TOKEN + "=", TOKEN + "A", "ä"],
    ids=["empty", "dot", "letters", "cut", "padded", "longer", "umlaut"],
)
def test_what_is_no_link_is_refused(token):
    with pytest.raises(LinkForged):
        LinkVerifier([NEW]).read(Purpose.ANSWER, token)


def test_new_keys_are_for_their_owner_alone_and_never_overwritten(tmp_path):
    path = tmp_path / "link_keys"
    assert make_link_keys(path)
    keys = read_link_keys(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not make_link_keys(path)
    assert read_link_keys(path) == keys
    assert LinkVerifier(keys).read(Purpose.ANSWER, LinkSigner(keys).sign(Purpose.ANSWER)) == ()


@pytest.mark.parametrize("content", ["", "\n\n", "short\n", f"{NEW}\nshort\n"])
def test_a_file_without_good_keys_is_refused(tmp_path, content):
    path = tmp_path / "link_keys"
    path.write_text(content)
    with pytest.raises(LinkKeysUnusable):
        read_link_keys(path)


@pytest.mark.parametrize(
    "line",
    [
        f"GET /a/{TOKEN} HTTP/1.1",
        f"GET /a/{TOKEN}?choice=yes HTTP/1.1",
        f"GET /me/{TOKEN}/export HTTP/1.1",
        f"GET /organisation/{TOKEN}/requests/42 HTTP/1.1",
        f'"https://bruecke.example/u/{TOKEN}"',
        f"POST /u/{TOKEN[:20]} HTTP/1.1",
        f"GET /help?token={TOKEN} HTTP/1.1",
    ],
    # A token holds the time of its making: in an id it would differ between workers.
    ids=["answer", "answer-choice", "export", "organisation", "unsubscribe", "cut", "query"],
)
def test_no_token_is_left_in_a_log(line):
    shown = masked(line)
    assert TOKEN[:20] not in shown
    assert "…" in shown


@pytest.mark.parametrize(
    "line",
    ["GET /healthz HTTP/1.1", "GET /static/kern.min.css?v=1.2.3 HTTP/1.1", "/api/v1/requests"],
)
def test_other_paths_stay_readable(line):
    assert masked(line) == line
