"""Delivery against a mail server that misbehaves on purpose."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.notifications.domain.email import Email, State, queue
from services.notifications.domain.outcome import (
    Deferred,
    Failed,
    Outcome,
    Phase,
    Reply,
    Sent,
    Unknown,
)
from services.notifications.domain.recipient import Recipient, RecipientKind
from services.notifications.mail.deliver import Delivery, MailServer
from tests.scripted_smtp import DROP, HANG, Script, ScriptedSmtp

pytestmark = pytest.mark.integration

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
OK = Sent(Reply(250, "2.0.0"))
MESSAGE = b"Message-ID: <7@bruecke.example>\r\n\r\nGuten Tag\r\n.versteckt\r\n"
SHORT = {"timeout": 0.4, "data_timeout": 0.4}


async def nothing_to_commit() -> None:
    pass


@pytest.fixture
async def smtp() -> AsyncIterator[ScriptedSmtp]:
    async with ScriptedSmtp() as server:
        yield server


@pytest.fixture
async def delivery(smtp: ScriptedSmtp) -> AsyncIterator[Delivery]:
    delivery = Delivery(MailServer.from_url(smtp.url), **SHORT)
    yield delivery
    await delivery.close()


async def send(
    delivery: Delivery, data_started=nothing_to_commit, to="ada@example.org"
) -> Outcome:
    return await delivery.send(
        MESSAGE, sender="hallo@bruecke.example", recipient=to, data_started=data_started
    )


FAULTS = [
    ("all well", Script(), OK, 1),
    ("421 as banner", Script(banner="421 busy"), Deferred(Phase.CONNECT, Reply(421)), 0),
    ("no banner", Script(banner=HANG), Deferred(Phase.CONNECT), 0),
    ("451 to MAIL", Script(mail="451 later"), Deferred(Phase.MAIL, Reply(451)), 0),
    (
        "greylisting",
        Script(rcpt="450 4.7.1 <ada@example.org>: greylisted"),
        Deferred(Phase.RCPT, Reply(450, "4.7.1")),
        0,
    ),
    (
        "no such mailbox",
        Script(rcpt="550 5.1.1 <ada@example.org>: unknown"),
        Failed(Phase.RCPT, Reply(550, "5.1.1")),
        0,
    ),
    ("452 to the mail", Script(final="452 full"), Deferred(Phase.DATA, Reply(452)), 0),
    (
        "554 to the mail",
        Script(final="554 5.7.1 spam"),
        Failed(Phase.DATA, Reply(554, "5.7.1")),
        0,
    ),
    ("dead before the final reply", Script(final=DROP), Unknown(), 1),
    ("hangs before the final reply", Script(final=HANG), Unknown(), 1),
    ("dead after the final reply", Script(after=DROP), OK, 1),
    # and some more that mail servers do
    ("dead at RCPT", Script(rcpt=DROP), Deferred(Phase.RCPT), 0),
    ("hangs at RCPT", Script(rcpt=HANG), Deferred(Phase.RCPT), 0),
    ("dead at DATA", Script(data=DROP), Unknown(), 0),
    ("554 to DATA", Script(data="554 no"), Failed(Phase.DATA, Reply(554)), 0),
    ("421 to RCPT", Script(rcpt="421 enough"), Deferred(Phase.RCPT, Reply(421)), 0),
    ("5xx as banner", Script(banner="554 go away"), Deferred(Phase.CONNECT, Reply(554)), 0),
    (
        "5xx to MAIL",
        Script(mail="530 5.7.0 log in"),
        Deferred(Phase.MAIL, Reply(530, "5.7.0")),
        0,
    ),
    ("nonsense", Script(rcpt="what?"), Deferred(Phase.RCPT), 0),
    ("nonsense after the mail", Script(final="what?"), Unknown(), 0),
]


each_fault = pytest.mark.parametrize(
    "script", [f[1] for f in FAULTS], ids=[f[0] for f in FAULTS]
)


def healed_after_one(script: Script) -> Script:
    """The same script, but each step answers well from the second time on."""
    answers = {}
    for step in ("banner", "mail", "rcpt", "data", "final"):
        answer, well = getattr(script, step), getattr(Script, step)
        answers[step] = [answer, well] if answer != well else well
    return Script(**answers, after=script.after)


@pytest.mark.parametrize(
    ("script", "outcome", "taken"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
async def test_each_fault_has_its_outcome(smtp, delivery, script, outcome, taken):
    smtp.script(script)
    assert await send(delivery) == outcome
    assert len(smtp.accepted) == taken


@each_fault
async def test_a_fault_does_not_touch_the_next_mail(smtp, delivery, script):
    smtp.script(healed_after_one(script))
    await send(delivery)
    assert await send(delivery) == OK


@each_fault
async def test_the_beginning_of_data_is_committed_before_it_and_only_then(
    smtp, delivery, script
):
    smtp.script(script)
    seen: list[list[str]] = []

    async def note() -> None:
        seen.append([command[:4] for command in smtp.commands])

    await send(delivery, note)
    assert seen == ([["EHLO", "MAIL", "RCPT"]] if "DATA" in smtp.commands else [])


async def test_a_server_that_is_not_there_defers():
    async with ScriptedSmtp() as gone:
        url = gone.url
    delivery = Delivery(MailServer.from_url(url), **SHORT)
    assert await send(delivery) == Deferred(Phase.CONNECT)


async def test_the_mail_arrives_as_it_was_written(smtp, delivery):
    await send(delivery)
    (mail,) = smtp.accepted
    assert mail.raw == MESSAGE
    assert (mail.sender, mail.recipient) == ("hallo@bruecke.example", "ada@example.org")
    assert mail.message["Message-ID"] == "<7@bruecke.example>"


async def test_no_outcome_repeats_what_the_server_said(smtp, delivery):
    smtp.script(Script(rcpt="550 5.1.1 <ada@example.org> Ada Lovelace is gone"))
    assert "ada" not in repr(await send(delivery)).lower()


async def test_a_domain_in_any_script_is_written_in_ascii(smtp, delivery):
    assert await send(delivery, to="ada@bücher.example") == OK
    assert smtp.accepted[0].recipient == "ada@xn--bcher-kva.example"


@pytest.mark.parametrize("address", ["ädä@example.org", "ada", "ada@x>\r\nRCPT TO:<b@c"])
async def test_an_address_that_cannot_be_written_to_fails_like_a_missing_mailbox(
    smtp, delivery, address
):
    outcome = await send(delivery, to=address)
    assert outcome == Failed(Phase.RCPT, Reply(553, "5.1.3"))
    assert smtp.commands == []


class TestWithTheStateMachine:
    """The email's state machine and the delivery together lose nothing."""

    async def sent_through(self, smtp: ScriptedSmtp, template: str) -> Email:
        delivery = Delivery(MailServer.from_url(smtp.url), **SHORT)
        email = queue(
            id=UUID(int=7),
            dedup_key="key",
            mail_domain="bruecke.example",
            template=template,
            recipient=Recipient(RecipientKind.VOLUNTEER, UUID(int=9)),
            due_at=NOW,
        )
        lease = timedelta(minutes=5)
        while not (email.settled or email.parked):
            now = email.next_at
            assert now is not None
            email = email.claim(now, lease, domain_now=NOW).email
            held = [email]

            async def commit(held: list[Email] = held, now: datetime = now) -> None:
                held[0] = held[0].data_started(held[0].attempt, now, lease)

            outcome = await send(delivery, commit)
            email = held[0].report(email.attempt, outcome, now, 0.5).email
        await delivery.close()
        return email

    @pytest.mark.parametrize(
        "script", [f[1] for f in FAULTS if f[2] != OK], ids=[f[0] for f in FAULTS if f[2] != OK]
    )
    async def test_a_fault_and_then_peace(self, smtp, script):
        smtp.script(script)
        email = await self.sent_through(smtp, "receipt")
        if email.state is State.FAILED:
            assert smtp.accepted == []
        else:
            assert email.state is State.SENT
            assert 1 <= len(smtp.accepted) <= 2

    async def test_greylisting_delays_and_delivers_once(self, smtp):
        smtp.script(Script(rcpt=["450 4.7.1 come back", "450 4.7.1 too early", "250 ok"]))
        email = await self.sent_through(smtp, "offer")
        assert (email.state, email.attempt, len(smtp.accepted)) == (State.SENT, 3, 1)

    async def test_an_offer_in_doubt_is_not_repeated(self, smtp):
        smtp.script(Script(final=DROP))
        email = await self.sent_through(smtp, "offer")
        assert email.parked
        assert len(smtp.accepted) == 1
