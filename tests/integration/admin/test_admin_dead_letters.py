"""Dead letters on a real broker: listed, read, handled once more, discarded, with admin's rights."""

import pytest

from services.admin.pages.dead_letters import readable
from shared.contracts.messages import Service
from shared.contracts.profiles import VolunteerErased
from shared.kernel.clock import MachineClock
from shared.kernel.ids import new_id
from shared.messaging.asking import Unavailable
from shared.messaging.connection import Connection
from shared.messaging.dead_letters import DeadLetterGone, DeadLetters
from tests.admin_district import VERENA
from tests.admin_stage import Stage
from tests.admin_stand_ins import open_stage

pytestmark = pytest.mark.integration

CONSUMER = "admin__volunteer_erased_v1"


@pytest.fixture
async def stage(district):
    async with open_stage(district, Service.NOTIFICATIONS) as opened:
        yield opened


async def bury(stage: Stage, body: bytes, consumer: str = CONSUMER) -> int:
    """Put a dead letter where the retry policy puts them."""
    jetstream = await stage.district.jetstream()
    acknowledged = await jetstream.publish(
        f"dead.{consumer}",
        body,
        headers={
            "Nats-Msg-Id": f"dead:{new_id()}",
            "ce-type": "event.profiles.volunteer_erased.v1",
            "correlation_id": str(new_id()),
            "dead-consumer": consumer,
            "dead-subject": VolunteerErased.subject,
            "dead-error": "OperationalError",
            "dead-tries": "8",
        },
    )
    return acknowledged.seq


def an_event() -> VolunteerErased:
    return VolunteerErased(volunteer_id=VERENA, occurred_at=MachineClock().now())


async def letters_of(stage: Stage, user: str = "admin") -> DeadLetters:
    connection = Connection(user, stage.district.nats_url, stage.district.servers.secrets)
    await connection.open()
    stage.district._connections.append(connection)  # noqa: SLF001  closed with the district
    return DeadLetters(connection)


async def test_an_unreadable_event_is_listed_with_its_error_and_its_body(stage: Stage):
    jetstream = await stage.district.jetstream()
    await jetstream.publish(VolunteerErased.subject, b'{"volunteer_id": "<b>nobody</b>"}')
    letters = await letters_of(stage)
    await stage.district.until(letters.count)

    (letter,) = await letters.oldest(10)

    assert letter.consumer == CONSUMER
    assert letter.error == "messaging.unreadable"
    assert letter.subject == VolunteerErased.subject
    assert not any(key.lower().startswith(("dead-", "nats-")) for key in letter.headers)
    async with stage.signed_in() as visitor:
        assert "1 liegen gebliebene Nachricht" in await visitor.open("/")
        assert CONSUMER in await visitor.open("/dead-letters")
        page = await visitor.open(f"/dead-letters/{letter.sequence}")
        assert "&lt;b&gt;nobody&lt;/b&gt;" in page


async def test_a_replayed_letter_acts_and_is_gone(stage: Stage):
    async with stage.signed_in() as visitor:
        await stage.district.sql(
            "INSERT INTO admin.deeds"
            " (deed_id, wish_key, done_at, staff_id, deed, volunteer_id, outcome)"
            " VALUES ($1, 'a key', now(), $2, 'erase_volunteer', $3, 'done')",
            new_id(), new_id(), VERENA,
        )  # fmt: skip
        event = an_event()
        sequence = await bury(stage, event.model_dump_json().encode())

        answer = await visitor.send(f"/dead-letters/{sequence}", deed="replay")

        assert answer.headers["Location"] == "/dead-letters?note=replayed"
        assert not await stage.district.sql(
            "SELECT 1 FROM admin.deeds WHERE volunteer_id = $1", VERENA
        )
        seen = await stage.district.sql("SELECT event_id FROM admin.inbox")
        assert [row["event_id"] for row in seen] == [event.event_id]
        await visitor.open(f"/dead-letters/{sequence}", 410)
        assert "Nichts liegen geblieben" in await visitor.open("/dead-letters")
        rows = await stage.district.sql(
            "SELECT outcome FROM admin.deeds WHERE deed LIKE '%dead%'"
        )
        assert [row["outcome"] for row in rows] == ["done"]


async def test_a_letter_that_fails_again_stays_and_the_page_says_why(stage: Stage):
    async with stage.signed_in() as visitor:
        sequence = await bury(stage, b"no json at all \xff")

        answer = await visitor.send(f"/dead-letters/{sequence}", deed="replay")

        assert answer.status_code == 409
        assert "messaging.unreadable" in answer.text
        assert "no json at all" in answer.text
        await visitor.open(f"/dead-letters/{sequence}")


async def test_a_letter_whose_consumer_is_away_stays(stage: Stage):
    async with stage.signed_in() as visitor:
        sequence = await bury(stage, b"{}", "matching__volunteer_erased_v1")

        answer = await visitor.send(f"/dead-letters/{sequence}", deed="replay")

        assert answer.status_code == 503
        await visitor.open(f"/dead-letters/{sequence}")


async def test_a_letter_is_discarded_for_a_reason_only(stage: Stage):
    async with stage.signed_in() as visitor:
        sequence = await bury(stage, b"{}")
        url = f"/dead-letters/{sequence}"
        for reason in ("", "because"):
            assert (await visitor.send(url, deed="discard", reason=reason)).status_code == 422
        await visitor.open(url)

        answer = await visitor.send(url, deed="discard", reason="done_by_hand")

        assert answer.headers["Location"] == "/dead-letters?note=discarded"
        await visitor.open(url, 410)
        rows = await stage.district.sql("SELECT deed, detail, outcome FROM admin.deeds")
        assert [tuple(row) for row in rows] == [("discard_dead_letter", "done_by_hand", "done")]


async def test_many_letters_are_listed_in_pages_and_deleted_ones_passed_over(stage: Stage):
    sequences = [await bury(stage, b"{}") for _ in range(7)]
    letters = await letters_of(stage, "cli")
    for gone in (sequences[0], sequences[3]):
        await letters.discard(gone)
        await letters.discard(gone)

    first = await letters.oldest(3)
    rest = await letters.oldest(3, first=first[-1].sequence + 1)

    left = [one for one in sequences if one not in {sequences[0], sequences[3]}]
    assert [letter.sequence for letter in (*first, *rest)] == left
    assert await letters.count() == 5
    with pytest.raises(DeadLetterGone):
        await letters.get(sequences[3])


async def test_without_a_broker_nothing_is_known(stage: Stage):
    letters = await letters_of(stage)
    stage.district.kill_nats()
    assert stage.app is not None
    await stage.district.until(lambda: not stage.app.asker.is_connected)

    with pytest.raises(Unavailable):
        await letters.count()


async def test_nobody_else_may_read_or_replay_dead_letters(stage: Stage):
    sequence = await bury(stage, b"{}")
    for user in ("portal", "matching"):
        letters = await letters_of(stage, user)
        with pytest.raises(Unavailable):
            await letters.get(sequence)


def test_a_body_is_shown_as_text_whatever_it_is():
    assert readable(b'{"a":1}') == '{\n  "a": 1\n}'
    assert readable(b"\xff\xfe") == "\ufffd\ufffd"
    assert readable(b"") == ""
