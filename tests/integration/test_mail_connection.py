"""The connection to the mail server: shared, left in time, never half open."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from services.notifications.domain.outcome import Deferred, Outcome, Phase, Reply, Sent
from services.notifications.mail.deliver import Delivery, MailServer, SmtpUrlUnclear
from tests.scripted_smtp import DROP, HANG, Script, ScriptedSmtp

pytestmark = pytest.mark.integration

OK = Sent(Reply(250, "2.0.0"))


async def nothing_to_commit() -> None:
    pass


@pytest.fixture
async def smtp() -> AsyncIterator[ScriptedSmtp]:
    async with ScriptedSmtp() as server:
        yield server


@pytest.fixture
async def delivery(smtp: ScriptedSmtp) -> AsyncIterator[Delivery]:
    delivery = Delivery(MailServer.from_url(smtp.url))
    yield delivery
    await delivery.close()


async def send(
    delivery: Delivery, data_started=nothing_to_commit, to="ada@example.org"
) -> Outcome:
    return await delivery.send(
        b"Subject: Anfrage\r\n\r\nGuten Tag\r\n",
        sender="hallo@bruecke.example",
        recipient=to,
        data_started=data_started,
    )


class TestReuse:
    async def test_mails_share_a_connection(self, smtp, delivery):
        for _ in range(3):
            assert await send(delivery) == OK
        assert smtp.connections == 1

    async def test_a_refused_mail_does_not_cost_the_connection(self, smtp, delivery):
        smtp.script(Script(rcpt=["550 5.1.1 no", "250 ok"]))
        await send(delivery)
        assert await send(delivery) == OK
        assert smtp.connections == 1

    async def test_a_connection_carries_a_bounded_number_of_mails(self, smtp):
        delivery = Delivery(MailServer.from_url(smtp.url), mails_per_connection=2)
        for _ in range(5):
            assert await send(delivery) == OK
        await delivery.close()
        assert smtp.connections == 3

    async def test_an_idle_connection_is_not_used_again(self, smtp):
        delivery = Delivery(MailServer.from_url(smtp.url), idle=-1)
        assert [await send(delivery), await send(delivery)] == [OK, OK]
        await delivery.close()
        assert smtp.connections == 2

    @pytest.mark.parametrize("reply", [DROP, "421 too many mails"])
    async def test_an_old_connection_that_ends_is_replaced_at_once(self, smtp, delivery, reply):
        smtp.script(Script(mail=["250 ok", reply]))
        assert [await send(delivery), await send(delivery)] == [OK, OK]
        assert (smtp.connections, len(smtp.accepted)) == (2, 2)

    async def test_a_server_that_hung_up_between_mails_is_called_again(self, smtp, delivery):
        smtp.script(Script(after=DROP))
        assert [await send(delivery), await send(delivery)] == [OK, OK]

    async def test_mails_sent_at_once_do_not_mix(self, smtp, delivery):
        outcomes = await asyncio.gather(
            *(send(delivery, to=f"p{n}@example.org") for n in range(8))
        )
        assert outcomes == [OK] * 8
        assert {mail.recipient for mail in smtp.accepted} == {
            f"p{n}@example.org" for n in range(8)
        }

    async def test_closing_twice_is_fine(self, smtp, delivery):
        await send(delivery)
        await delivery.close()
        await delivery.close()
        assert smtp.commands[-1] == "QUIT"


class TestInterruption:
    async def test_a_cancelled_try_leaves_no_half_open_connection(self, smtp):
        smtp.script(Script(final=["250 ok", HANG]))
        delivery = Delivery(MailServer.from_url(smtp.url))
        await send(delivery)
        trying = asyncio.create_task(send(delivery))
        await smtp.until(lambda: len(smtp.accepted) == 2)
        trying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await trying

        async with asyncio.timeout(5):  # a half-open one would hang for a minute
            assert await send(delivery) == OK
        assert smtp.connections == 2
        await delivery.close()

    async def test_a_commit_that_fails_keeps_the_mail_out_of_data(self, smtp, delivery):
        async def database_is_gone() -> None:
            raise ConnectionError

        with pytest.raises(ConnectionError):
            await send(delivery, database_is_gone)
        assert "DATA" not in smtp.commands
        assert await send(delivery) == OK
        assert smtp.connections == 2

    async def test_a_try_has_an_end_though_the_server_answers_slowly(self, smtp):
        smtp.script(Script(rcpt=HANG))
        delivery = Delivery(MailServer.from_url(smtp.url), timeout=0.2)
        began = time.monotonic()
        assert await send(delivery) == Deferred(Phase.RCPT)
        assert time.monotonic() - began < 1


class TestServerUrl:
    async def test_a_login_is_used_on_this_machine(self, smtp):
        url = smtp.url.replace("smtp://", "smtp://ada:p%40ss@")
        delivery = Delivery(MailServer.from_url(url))
        assert await send(delivery) == OK
        assert any(command.startswith("AUTH PLAIN") for command in smtp.commands)
        await delivery.close()

    async def test_a_refused_login_fails_no_mail(self, smtp):
        smtp.script(Script(auth="535 5.7.8 wrong"))
        url = smtp.url.replace("smtp://", "smtp://ada:pass@")
        outcome = await send(Delivery(MailServer.from_url(url)))
        assert outcome == Deferred(Phase.CONNECT, Reply(535, "5.7.8"))

    def test_a_password_is_not_sent_in_clear_over_a_network(self):
        server = MailServer.from_url("smtp://ada:p%40ss@relay.example")
        assert (server.start_tls, server.port, server.password) == (True, 587, "p@ss")
        assert "p@ss" not in repr(server)

    @pytest.mark.parametrize(
        ("url", "port", "tls", "start_tls"),
        [
            ("smtp://localhost:1025", 1025, False, False),
            ("smtp://[::1]:1025", 1025, False, False),
            ("smtp://relay.example", 25, False, None),
            ("smtps://relay.example", 465, True, False),
        ],
    )
    def test_the_scheme_and_the_place_decide_about_tls(self, url, port, tls, start_tls):
        server = MailServer.from_url(url)
        assert (server.port, server.tls, server.start_tls) == (port, tls, start_tls)

    @pytest.mark.parametrize(
        "url", ["http://relay.example", "relay:25", "smtp://", "smtp://ada:secret@host:none"]
    )
    def test_an_unclear_url_is_refused_without_repeating_it(self, url):
        with pytest.raises(SmtpUrlUnclear) as refusal:
            MailServer.from_url(url)
        assert "secret" not in str(refusal.value)
