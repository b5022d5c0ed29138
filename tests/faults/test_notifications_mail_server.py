"""A mail server that is away, busy, hangs or drops: no mail is lost, and few arrive twice."""

from datetime import timedelta

import pytest

from shared.contracts.profiles import VolunteerRegistered
from shared.kernel.fields import Answer
from tests.mail_scenes import a_stage, assigned, issued
from tests.people_builders import NOON, set_clock
from tests.ports import free_port
from tests.scripted_smtp import DROP, HANG, Script, ScriptedSmtp

pytestmark = pytest.mark.integration

HOLDING = {"answer": Answer.YES, "holds_place": True, "hand_over": True}


@pytest.fixture
async def stage(district):
    """A single sender, so that a script is for one connection after the other."""
    set_clock(district, NOON)
    async with a_stage(district, mail_senders=1) as stage:
        yield stage


def receipt(stage):
    return assigned(stage.owners.invitation(**HOLDING))


async def test_a_server_that_is_away_costs_no_mail_a_try(district):
    set_clock(district, NOON)
    port = free_port()
    async with a_stage(district, start=False) as stage:
        await stage.start(smtp_url=f"smtp://127.0.0.1:{port}")
        await stage.happen(*(receipt(stage) for _ in range(5)))
        await stage.district.until(lambda: put_back(stage))
        assert {row["last_code"] for row in await stage.rows()} == {None}

        async with ScriptedSmtp(port=port) as smtp:
            await stage.settled(5)
            assert len({mail.message["Message-ID"] for mail in smtp.accepted}) == 5
            assert len(smtp.accepted) == 5
        assert {row["attempt"] for row in await stage.rows()} == {1}


async def put_back(stage):
    """Whether some mail waits again after a try that did not count."""
    return await stage.district.sql(
        "SELECT 1 FROM notifications.emails WHERE state = 'queued' AND next_at > now()"
    )


async def test_a_greylisted_mail_is_left_alone_and_then_accepted_once(stage):
    stage.smtp.script(Script(rcpt=["450 4.7.1 greylisted", "250 ok"]))
    await stage.happen(receipt(stage))
    row = await stage.comes_to("receipt", "deferred")
    assert row["next_at"] - row["first_tried_at"] >= timedelta(minutes=5)
    assert row["last_code"] == "450 4.7.1"

    await stage.time_passes()
    await stage.mail("receipt")

    (row,) = await stage.rows()
    assert row["attempt"] == 2
    assert len(stage.arrived(row["message_id"])) == 1


@pytest.mark.parametrize(
    "script",
    [
        Script(rcpt=DROP),
        Script(rcpt=HANG),
        Script(mail=["451 4.3.0 later", "250 ok"]),
        Script(data=["451 4.3.0 later", "354 go on"]),
        Script(final=["452 4.3.1 no space", "250 ok"]),
    ],
    ids=["dropped", "hanging", "busy before MAIL", "busy before DATA", "full after DATA"],
)
async def test_what_was_certainly_not_taken_is_tried_again_and_arrives_once(stage, script):
    stage.smtp.script(script)
    await stage.happen(receipt(stage))
    await stage.comes_to("receipt", "deferred")
    await stage.time_passes()
    await stage.mail("receipt")

    assert len(stage.smtp.accepted) == 1
    assert len(await stage.told("email_sent")) == 1


@pytest.mark.parametrize("banner", [HANG, DROP], ids=repr)
async def test_a_server_that_does_not_greet_is_tried_again_soon(stage, banner):
    stage.smtp.script(Script(banner=banner), Script(banner=banner))
    await stage.happen(receipt(stage))
    await stage.mail("receipt")

    (row,) = await stage.rows()
    assert row["attempt"] == 1
    assert stage.smtp.connections == 3


@pytest.mark.parametrize("fault", [DROP, HANG], ids=repr)
async def test_a_receipt_of_which_nobody_knows_goes_once_more_under_the_same_id(stage, fault):
    stage.smtp.script(Script(final=fault))
    await stage.happen(receipt(stage))
    row = await stage.comes_to("receipt", "unknown")
    await stage.time_passes()
    await stage.mail("receipt")

    assert len(stage.smtp.accepted) == len(stage.arrived(row["message_id"])) == 2
    assert len(await stage.told("email_sent")) == 1


async def test_a_receipt_of_which_nobody_knows_twice_is_left_to_a_human(stage):
    stage.smtp.script(Script(final=DROP), Script(final=DROP))
    await stage.happen(receipt(stage))
    await stage.comes_to("receipt", "unknown")
    await stage.time_passes()
    await stage.district.until(lambda: parked(stage))

    assert len(stage.smtp.accepted) == 2
    (failed,) = await stage.told("email_failed")
    assert failed["reason"] == "parked"


async def parked(stage):
    return [row for row in await stage.rows() if row["resent"] and row["state"] == "unknown"]


async def test_a_drop_after_the_final_reply_is_a_success(stage):
    stage.smtp.script(Script(after=DROP))
    await stage.happen(receipt(stage), receipt(stage))
    assert await stage.settled(2) == [("sent", None)] * 2
    assert len(stage.smtp.accepted) == 2


async def test_an_offer_of_which_nobody_knows_is_not_sent_again(stage):
    stage.smtp.script(Script(final=DROP))
    await stage.happen(issued(stage.owners.invitation()))
    await stage.comes_to("offer", "unknown")
    await stage.happen(
        VolunteerRegistered(volunteer_id=stage.owners.volunteer(), occurred_at=NOON)
    )
    await stage.mail("confirm_address")

    assert len(stage.smtp.accepted) == 2
    assert await stage.states("offer") == [("unknown", "connection_lost")]


async def test_a_mail_for_one_address_does_not_hold_up_the_others(stage):
    stage.smtp.script(Script(rcpt=["451 4.3.0 later", "250 ok"]))
    await stage.happen(*(receipt(stage) for _ in range(4)))

    async def three_sent():
        return [state for state, _ in await stage.states()].count("sent") == 3

    await stage.district.until(three_sent)
