"""Questions, private wishes and events through the seam: what is kept, told and refused."""

import json
import subprocess
import sys
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from shared.contracts.messages import Service
from shared.contracts.network import IssueApiToken, TokenIssued
from shared.contracts.profiles import (
    ExportVolunteer,
    RegisterVolunteer,
    VolunteerExport,
    VolunteerPaused,
    VolunteerRegistered,
    VolunteerRegistration,
)
from shared.kernel.clock import MachineClock
from shared.kernel.errors import Refusal, refuse_all
from shared.kernel.ids import new_id
from shared.messaging.asking import Unavailable, WishRefused
from shared.messaging.envelope import Correlation
from shared.messaging.secrets import make_secrets, public_key
from shared.messaging.tables import INBOX_KEPT
from shared.observability.logs import where_it_happened
from tests.example_service import ExampleService, a_pause, effects, running, stored

PROFILES, NETWORK = Service.PROFILES, Service.NETWORK
SECRET = "Frau Muster, 03447 1234"


def a_registration(key: str = "one-form-once", **more) -> RegisterVolunteer:
    given = {"first_name": "Ada", "postcode": "04600", "consent_version": "1"} | more
    return RegisterVolunteer(command_key=key, **given)


def register(example: ExampleService) -> None:
    @example.seam.private(RegisterVolunteer)
    async def on_register(_wish: RegisterVolunteer, work):
        volunteer_id = new_id()
        await example.note(work, volunteer_id)
        return VolunteerRegistration(volunteer_id=volunteer_id, status="unconfirmed")


async def test_a_private_wish_is_done_once_by_its_key_and_never_stored_by_the_broker(district):
    async with running(district, PROFILES, register):
        portal = await district.asker("portal")

        first = await portal.ask(a_registration())
        again = await portal.ask(a_registration())
        other = await portal.ask(a_registration("another-form"))

        assert first == again != other
        assert len(await effects(district, PROFILES)) == 2
        with pytest.raises(WishRefused) as refused:
            await portal.ask(a_registration(first_name="Eve"))
        assert refused.value.code == "messaging.key_reused"
        for stream in ("COMMANDS", "EVENTS", "DEAD_LETTERS"):
            assert await stored(district, stream) == []


class Missing(Refusal):
    code = "tests.missing"


def refuse_two_fields(example: ExampleService) -> None:
    @example.seam.private(RegisterVolunteer)
    async def on_register(_wish: RegisterVolunteer, _work):
        refuse_all([Missing("Say it.", field="email"), Missing("Say it.", field="slots.0.to")])


async def test_a_refusal_of_several_fields_arrives_with_all_of_them(district):
    async with running(district, PROFILES, refuse_two_fields):
        portal = await district.asker("portal")
        for _ in range(2):
            with pytest.raises(WishRefused) as refused:
                await portal.ask(a_registration())

            told = [(error.field, error.code) for error in refused.value.errors]
            assert told == [("email", "tests.missing"), ("slots.0.to", "tests.missing")]


def issue_tokens(example: ExampleService) -> None:
    @example.seam.private(IssueApiToken)
    async def on_issue(_wish: IssueApiToken, work):
        await example.note(work, new_id())
        return TokenIssued(token=f"secret-{new_id()}", organisation_id=new_id())


async def test_a_reply_that_is_a_secret_is_kept_nowhere(district):
    async with running(district, NETWORK, issue_tokens):
        cli = await district.asker("cli")
        wish = IssueApiToken(command_key="a-new-token", email="office@example.org")

        first, second = await cli.ask(wish), await cli.ask(wish)

        assert first.token != second.token
        assert await district.sql("SELECT 1 FROM network.replies") == []
        assert len(await effects(district, NETWORK)) == 2


def answer_with(document, *, writing=False):
    def register_handler(example: ExampleService) -> None:
        @example.seam.query(ExportVolunteer)
        async def on_export(_query: ExportVolunteer, session):
            if writing:
                await session.execute(example.effects.insert().values(about="a question"))
            return VolunteerExport(found=True, document=document)

    return register_handler


async def test_a_question_is_answered_and_can_change_nothing(district):
    question = ExportVolunteer(volunteer_id=new_id())
    async with running(district, PROFILES, answer_with("{}")):
        portal = await district.asker("portal")
        assert await portal.ask(question) == VolunteerExport(found=True, document="{}")
    async with running(district, PROFILES, answer_with("{}", writing=True)):
        with pytest.raises(Unavailable, match=DBAPIError.__name__):
            await portal.ask(question)
        assert await effects(district, PROFILES) == []


async def test_an_answer_too_large_to_send_is_told_instead_of_waited_for(district):
    async with running(district, PROFILES, answer_with("x" * 1_000_000)):
        portal = await district.asker("portal")

        with pytest.raises(Unavailable, match=r"messaging\.reply_too_large"):
            await portal.ask(ExportVolunteer(volunteer_id=new_id()))


async def test_an_unreadable_question_is_answered_with_a_code_and_without_a_word_of_it(
    district,
):
    async with running(district, PROFILES, answer_with("{}")):
        portal = await district.client("portal")

        answer = await portal.request(ExportVolunteer.subject, SECRET.encode(), timeout=2)
        await portal.close()

        assert answer.headers["bruecke-status"] == "failed"
        assert b"messaging.unreadable" in answer.data
        assert b"Muster" not in answer.data


def born(age: timedelta) -> UUID:
    """A UUIDv7 that was made some time ago."""
    milliseconds = int((MachineClock().now() - age).timestamp() * 1000)
    return UUID(int=milliseconds << 80 | new_id().int % (1 << 80))


async def test_a_deed_is_not_done_for_an_event_that_the_inbox_may_have_forgotten(district):
    def note_registrations(example):
        example.note_every(VolunteerRegistered)

    deeds, figures = Service.NOTIFICATIONS, Service.REPORTING
    async with (
        running(district, deeds, note_registrations),
        running(district, figures, note_registrations),
    ):
        old, young = (
            VolunteerRegistered(
                event_id=born(age), volunteer_id=new_id(), occurred_at=MachineClock().now()
            )
            for age in (INBOX_KEPT + timedelta(hours=1), INBOX_KEPT - timedelta(hours=1))
        )
        operator = await district.client("cli")
        status = {
            (service, event): (
                await operator.request(
                    f"replay.{service}__volunteer_registered_v1",
                    event.model_dump_json().encode(),
                    timeout=2,
                )
            ).headers["bruecke-status"]
            for service in (deeds, figures)
            for event in (old, young)
        }
        await operator.close()

        assert status[deeds, old] == "failed"
        assert await effects(district, deeds) == [str(young.volunteer_id)]
        assert len(await effects(district, figures)) == 2


async def test_an_event_tells_what_it_is_and_which_chain_it_belongs_to(district):
    async with running(district, PROFILES, ExampleService.take_pauses):
        portal = await district.asker("portal")
        chain = Correlation.fresh()
        wish = a_pause(weeks=5)

        await portal.send(wish, correlation=chain)
        (event,) = await district.until(lambda: stored(district, "EVENTS"))

        body, headers = json.loads(event.data), event.headers
        assert headers["Nats-Msg-Id"] == f"{body['event_id']}.v1"
        assert headers["ce-id"] == body["event_id"]
        assert headers["ce-type"] == event.subject == VolunteerPaused.subject
        assert headers["ce-source"] == "/bruecke/profiles"
        assert headers["ce-subject"] == str(wish.volunteer_id)
        assert headers["ce-sequence"] == "5"
        assert headers["correlation_id"] == chain.correlation_id
        assert UUID(headers["causation_id"])


def test_a_log_of_an_error_says_where_and_never_what():
    def fail():
        try:
            raise LookupError(SECRET)  # noqa: TRY301  the chain is what is tested
        except LookupError as error:
            raise RuntimeError(SECRET) from error

    with pytest.raises(RuntimeError) as failure:
        fail()
    told = where_it_happened((RuntimeError, failure.value, None))

    assert "Muster" not in told
    assert all(
        part in told
        for part in ("RuntimeError", "LookupError", "test_messaging_seam.py", " fail")
    )


LOGGING = f"""
import logging, structlog
from shared.observability.logs import configure_logs
configure_logs()
try:
    raise ValueError({SECRET!r})
except ValueError:
    structlog.get_logger("ours").warning("ours.failed", exc_info=True)
    logging.getLogger("theirs").exception("theirs failed")
"""


def test_no_logger_prints_the_text_of_an_error():
    done = subprocess.run(
        [sys.executable, "-c", LOGGING], capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]

    assert [line["event"] for line in lines] == ["ours.failed", "theirs failed"]
    assert all("ValueError" in line["exception"] for line in lines)
    assert "Muster" not in done.stdout + done.stderr


def test_secrets_are_private_whole_and_never_overwritten(tmp_path):
    folder = tmp_path / "secrets"
    made = make_secrets(folder)
    before = {path.name: path.read_text() for path in folder.iterdir()}

    assert set(made) == set(before)
    assert all(text.strip() for text in before.values())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert make_secrets(folder) == []
    (folder / "portal.nkey").unlink()
    assert make_secrets(folder) == ["portal.nkey"]
    after = {path.name: path.read_text() for path in folder.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"portal.nkey"}
    assert public_key(folder, "portal").startswith("U")
