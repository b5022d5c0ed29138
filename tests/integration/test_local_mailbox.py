"""The mailbox as a process of its own: mail in by SMTP, out by HTTP, and what it survives."""

import asyncio
import contextlib
import signal
import smtplib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup

from infra.local.probes import answers_http
from tests.integration.local_scenes import until
from tests.ports import free_port

pytestmark = pytest.mark.integration
REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass
class Mailbox:
    """A running mailbox and how to talk to it."""

    process: asyncio.subprocess.Process
    smtp_port: int
    web: httpx.AsyncClient

    async def send(
        self, message: EmailMessage | bytes, to: list[str], sender: str = "amt@example.org"
    ) -> None:
        raw = message if isinstance(message, bytes) else message.as_bytes(policy=SMTP)

        def deliver() -> None:
            with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as smtp:
                utf8 = ["SMTPUTF8"] if not all(map(str.isascii, [sender, *to])) else []
                smtp.sendmail(sender, to, raw, mail_options=["BODY=8BITMIME", *utf8])

        await asyncio.to_thread(deliver)

    async def list(self, to: str = "") -> list[dict[str, object]]:
        answer = await self.web.get("/api/messages", params={"to": to} if to else {})
        messages: list[dict[str, object]] = answer.raise_for_status().json()
        return messages

    async def page(self, path: str) -> BeautifulSoup:
        answer = await self.web.get(path)
        return BeautifulSoup(answer.raise_for_status().text, "html.parser")


@contextlib.asynccontextmanager
async def a_mailbox(data: Path) -> AsyncIterator[Mailbox]:
    smtp_port, http_port = free_port(), free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "infra.local.mailbox", "--data", str(data)),
        *("--smtp-port", str(smtp_port), "--http-port", str(http_port)),
        cwd=REPOSITORY,
    )
    try:
        await until(lambda: answers_http(http_port))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{http_port}") as web:
            yield Mailbox(process, smtp_port, web)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    async with a_mailbox(tmp_path / "mail") as running:
        yield running


def a_mail(
    subject: str = "Anfrage: Sprache, Gößnitz",
    text: str = "Grüße aus Schmölln\n",
    html: str | None = None,
    to: str = "Jürgen Müller <juergen@example.org>",
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Brücke <amt@example.org>"
    message["To"] = to
    message["Subject"] = subject
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message


async def test_a_mail_with_umlauts_is_listed_and_given_back_byte_for_byte(mailbox):
    before = datetime.now(UTC)  # noqa: TID251 - the mailbox's own clock is the machine's
    mail = a_mail()
    await mailbox.send(mail, ["juergen@example.org"])

    [listed] = await mailbox.list()
    raw = await mailbox.web.get(f"/api/messages/{listed['id']}.eml")

    received_at = datetime.fromisoformat(str(listed.pop("received_at")))
    assert before <= received_at < before + timedelta(minutes=1)
    assert listed == {
        "id": 1,
        "from": "amt@example.org",
        "to": "juergen@example.org",
        "subject": "Anfrage: Sprache, Gößnitz",
    }
    assert raw.headers["content-type"] == "message/rfc822"
    assert raw.content == mail.as_bytes(policy=SMTP)


async def test_unencoded_letters_in_headers_and_addresses_are_read(mailbox):
    mail = a_mail(to="Jürgen <jürgen@bücher.example>").as_bytes(policy=SMTPUTF8)
    await mailbox.send(mail, ["jürgen@bücher.example"])

    [listed] = await mailbox.list()
    page = await mailbox.page("/messages/1")

    assert (listed["to"], listed["subject"]) == (
        "jürgen@bücher.example",
        "Anfrage: Sprache, Gößnitz",
    )
    assert "Brücke <amt@example.org>" in page.text


async def test_the_list_is_newest_last_by_api_and_newest_first_on_the_page(mailbox):
    for number in range(1, 4):
        await mailbox.send(a_mail(f"Nummer {number}"), [f"p{number % 2}@example.org"])

    assert [mail["id"] for mail in await mailbox.list()] == [1, 2, 3]
    assert [mail["id"] for mail in await mailbox.list(to="P1@example.org")] == [1, 3]
    titles = [link.text for link in (await mailbox.page("/")).select("ol a")]
    assert titles == ["Nummer 3", "Nummer 2", "Nummer 1"]
    filtered = [a.text for a in (await mailbox.page("/?to=p0@example.org")).select("ol a")]
    assert filtered == ["Nummer 2"]


async def test_an_empty_mailbox_says_what_to_do(mailbox):
    page = await mailbox.page("/")

    assert page.html["lang"] == "de"
    assert "Noch keine Post" in page.main.text
    assert f"smtp://127.0.0.1:{mailbox.smtp_port}" in page.main.text
    assert await mailbox.list() == []


async def test_what_got_its_250_survives_a_kill_and_ids_go_on(tmp_path):
    data = tmp_path / "mail"
    async with a_mailbox(data) as first:
        await first.send(a_mail("vorher"), ["p@example.org"])
        first.process.kill()
        assert await first.process.wait() == -signal.SIGKILL
    (data / "000000002.mail.new").write_bytes(b"{half")  # killed in the middle of the next one

    async with a_mailbox(data) as second:
        await second.send(a_mail("nachher"), ["p@example.org"])
        mails = await second.list()
        assert [(m["id"], m["subject"]) for m in mails] == [(1, "vorher"), (2, "nachher")]
        text = (await second.page("/messages/1")).select_one(".text").text
        assert text == "Grüße aus Schmölln\r\n"


async def test_many_senders_at_once_get_one_id_each(mailbox):
    await asyncio.gather(
        *(mailbox.send(a_mail(f"{n}"), [f"p{n}@example.org"]) for n in range(30))
    )

    mails = await mailbox.list()
    assert [mail["id"] for mail in mails] == list(range(1, 31))
    assert sorted(int(str(mail["subject"])) for mail in mails) == list(range(30))
    times = [str(mail["received_at"]) for mail in mails]
    assert times == sorted(times)


async def test_sigterm_ends_it_with_exit_code_0(mailbox):
    mailbox.process.terminate()

    assert await asyncio.wait_for(mailbox.process.wait(), 5) == 0


async def test_the_page_shows_text_html_headers_and_attachments(mailbox):
    mail = a_mail(text="Hier: http://127.0.0.1:8080/a/tok-en_1.\n", html="<p>Hallo <b>Welt</b>")
    mail["X-Wichtig"] = "sehr"
    mail.add_attachment(b"BEGIN:VCALENDAR", "text", "calendar", filename="Träff.ics")
    await mailbox.send(mail, ["a@example.org", "b@example.org"])

    page = await mailbox.page("/messages/1")
    html = await mailbox.web.get(page.iframe["src"])
    attachment = page.find("a", string="Träff.ics")
    file = await mailbox.web.get(attachment["href"])

    assert page.select_one(".text a")["href"] == "http://127.0.0.1:8080/a/tok-en_1"
    assert "a@example.org, b@example.org" in page.dl.text
    assert "X-Wichtig" in page.details.text
    assert "Hallo <b>Welt</b>" in html.text
    assert file.content == b"BEGIN:VCALENDAR"
    assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''Tr%C3%A4ff.ics"
    assert file.headers["content-type"] == "application/octet-stream"


async def test_nothing_in_a_mail_becomes_markup_or_runs(mailbox):
    attack = "<script>alert(1)</script>"
    mail = a_mail(attack, text=attack, html=attack, to=f'"{attack}" <a@example.org>')
    mail.add_attachment(b"x", "text", "html", filename=f"{attack}.html")
    await mailbox.send(mail, ["a@example.org"])

    for path in ("/", "/messages/1"):
        answer = await mailbox.web.get(path)
        assert BeautifulSoup(answer.text, "html.parser").find("script") is None
        assert attack not in answer.text
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
    frame = (await mailbox.page("/messages/1")).iframe
    assert "allow-scripts" not in frame["sandbox"]
    part_policy = (await mailbox.web.get(frame["src"])).headers["content-security-policy"]
    assert part_policy.startswith("sandbox ")
    assert "allow-scripts" not in part_policy
    assert "default-src 'none'" in part_policy


async def test_another_sites_name_for_this_machine_is_refused(mailbox):
    await mailbox.send(a_mail(), ["a@example.org"])

    answer = await mailbox.web.get("/api/messages", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "example.org" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/messages/7",
        "/messages/7/html",
        "/messages/1/html",
        "/messages/1/attachments/1",
        "/messages/x",
        "/api/messages/7.eml",
        "/api/messages/99999999999999999999.eml",
        "/static/../store.py",
        "/nowhere",
    ],
)
async def test_what_is_not_there_is_404(mailbox, path):
    await mailbox.send(a_mail(html=None), ["a@example.org"])

    assert (await mailbox.web.get(path)).status_code == 404


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"no header at all",
        b"Subject: =?utf-8?b?!!!?= =?x-none?q?a?=\r\nFrom: <<>>\r\n\r\nx",
        b"Subject: \xff\xfe\r\nContent-Type: text/plain; charset=x-none\r\n\r\n\xff",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\nno parts",
        b"Content-Type: text/html; charset=\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%",
    ],
)
async def test_a_broken_mail_is_shown_all_the_same(mailbox, raw):
    await mailbox.send(raw, ["a@example.org"])

    assert (await mailbox.web.get("/")).status_code == 200
    assert (await mailbox.web.get("/messages/1")).status_code == 200
