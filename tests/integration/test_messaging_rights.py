"""Least rights, tried from the inside: what a compromised service could not do."""

import asyncio
import contextlib
import re

import asyncpg
import nats
import pytest

from shared.contracts.catalogue import CATALOGUE
from shared.contracts.messages import (
    COMMAND_SENDERS,
    OPERATORS,
    Command,
    Event,
    Private,
    Query,
    Service,
)
from shared.contracts.profiles import (
    ExportVolunteer,
    RegisterVolunteer,
    VolunteerPaused,
)
from shared.kernel.ids import new_id
from shared.messaging.answering import is_inbox_of
from shared.messaging.topology import USERS, durables
from shared.persistence.database import role_of
from shared.service.settings import ServiceSettings
from tests.example_service import make_tables, stored, whole_service

# The client tells errors in lower case.
REFUSED = re.compile(r'permissions violation for (publish|subscription) to "([^"]+)"')
STREAMS = ("EVENTS", "COMMANDS", "DEAD_LETTERS", "ADVISORIES")


def foreign_messages(user):
    """Subjects that `user` neither owns nor may send to."""
    for contract in CATALOGUE.values():
        if issubclass(contract, Event) and contract.owner != user:
            yield contract.subject
        if issubclass(contract, (Command, Query, Private)) and user not in contract.senders:
            yield contract.subject


def foreign_consumers(user):
    for durable in durables():
        name, stream = durable.name, durable.stream
        if durable.reader != user:
            yield f"dead.{name}"
            yield f"$JS.API.CONSUMER.INFO.{stream}.{name}"
            yield f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}"
            yield f"$JS.ACK.{stream}.{name}.1.1.1.1.0"
        if user not in OPERATORS:
            yield f"replay.{name}"
        yield f"$JS.API.CONSUMER.DELETE.{stream}.{name}"
        yield f"$JS.API.CONSUMER.DURABLE.CREATE.{stream}.{name}"


def administration(user):
    """JetStream's own interface; the operators' few rights on dead letters are left out."""
    yield from ("$JS.API.STREAM.LIST", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.CREATE.MINE")
    yield "$SYS.REQ.SERVER.PING"
    for stream in STREAMS:
        for verb in ("UPDATE", "DELETE", "PURGE", "SNAPSHOT", "RESTORE", "PEER.REMOVE"):
            yield f"$JS.API.STREAM.{verb}.{stream}"
        yield f"$JS.API.DIRECT.GET.{stream}"
        yield f"$JS.API.CONSUMER.CREATE.{stream}"
        yield f"$JS.API.CONSUMER.CREATE.{stream}.mine.event.>"
        yield f"$JS.API.CONSUMER.LIST.{stream}"
        yield f"$JS.API.CONSUMER.NAMES.{stream}"
        if user not in OPERATORS or stream != "DEAD_LETTERS":
            yield f"$JS.API.STREAM.MSG.GET.{stream}"
            yield f"$JS.API.STREAM.MSG.DELETE.{stream}"


def unanswerable_inboxes(user):
    """Inboxes of those who may ask `user` for nothing."""
    asking = {
        sender
        for contract in CATALOGUE.values()
        if isinstance(contract, type)
        and contract.owner == user
        and not issubclass(contract, Event)
        for sender in contract.senders
    }
    if any(durable.reader == user for durable in durables()):
        asking |= set(OPERATORS)
    return [f"_INBOX_{other}.x" for other in USERS if other not in asking and other != user]


def eavesdropping(user):
    yield from (">", "*", "*.>", "event.>", "command.>", "query.>", "private.>", "dead.>")
    yield from ("replay.>", "_INBOX.>", "$JS.>", "$JS.API.>", "$JS.EVENT.ADVISORY.>", "$SYS.>")
    for other in USERS:
        if other != user:
            yield f"_INBOX_{other}.>"
    for contract in CATALOGUE.values():
        if issubclass(contract, (Event, Command)) or contract.owner != user:
            yield contract.subject
    for durable in durables():
        if durable.reader != user:
            yield f"replay.{durable.name}"


@pytest.mark.parametrize("user", USERS)
async def test_a_service_may_do_what_the_catalogue_says_and_nothing_else(district, user):
    refused: set[tuple[str, str]] = set()

    async def on_error(error):
        refused.update(match.groups() for match in REFUSED.finditer(str(error)))

    client = await nats.connect(
        district.nats_url,
        nkeys_seed=str(district.servers.secrets / f"{user}.nkey"),
        inbox_prefix=f"_INBOX_{user}".encode(),
        error_cb=on_error,
    )
    publishing = {
        *foreign_messages(user),
        *foreign_consumers(user),
        *administration(user),
        *unanswerable_inboxes(user),
        "anything.else",
    }
    for subject in publishing:
        await client.publish(subject, b"{}")
    listening = set(eavesdropping(user))
    for subject in listening:
        await client.subscribe(subject)
    tried = {("publish", subject.lower()) for subject in publishing}
    tried |= {("subscription", subject.lower()) for subject in listening}
    with contextlib.suppress(TimeoutError):
        # Errors come after the answer to a flush, now and then.
        await district.until(lambda: tried <= refused, within_s=5)
    await client.close()

    assert tried - refused == set()
    for stream in STREAMS:
        assert await stored(district, stream) == []


async def test_an_event_of_ones_own_may_be_published(district):
    profiles = await district.client("profiles")
    await profiles.jetstream().publish(VolunteerPaused.subject, b"{}")
    await profiles.close()

    assert len(await stored(district, "EVENTS")) == 1


async def test_a_stranger_gets_no_connection(district):
    reader, writer = await asyncio.open_connection("127.0.0.1", district.nats_port)
    writer.write(b'CONNECT {"verbose": false}\r\nPUB event.x 2\r\n{}\r\nPING\r\n')
    said = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    await writer.wait_closed()

    assert b"Authorization Violation" in said
    assert b"PONG" not in said
    assert await stored(district, "EVENTS") == []


FORGED = (
    "event.profiles.volunteer_paused.v1",
    "event.matching.request_filled.v1",
    "command.network.verify_organisation.v1",
    "$JS.API.STREAM.PURGE.EVENTS",
    "_INBOX_matching.abc",
    "_INBOX_portal.*",
    "_INBOX_portal",
)


async def test_a_question_with_a_forged_reply_address_is_neither_answered_nor_handled(district):
    """A core reply goes where its asker says, with the answerer's rights."""
    await make_tables(district, Service.PROFILES)
    app = await district.start(whole_service(Service.PROFILES), ServiceSettings)
    portal = await district.client("portal")
    question = ExportVolunteer(volunteer_id=new_id())
    wish = RegisterVolunteer(
        command_key="forged-wish", first_name="A", postcode="04600", consent_version="1"
    )
    for forged in FORGED:
        for asked in (question, wish):
            await portal.publish(asked.subject, asked.model_dump_json().encode(), reply=forged)
    await portal.publish(wish.subject, wish.model_dump_json().encode())
    answer = await portal.request(question.subject, question.model_dump_json().encode())
    await portal.close()

    assert answer.headers["bruecke-status"] == "ok"
    for stream in STREAMS:
        assert await stored(district, stream) == []
    assert await district.sql("SELECT 1 FROM profiles.replies") == []
    assert app.connection.forbidden is None


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("_INBOX_portal.abc", True),
        ("_INBOX_cli.abc.D-e_f", True),
        ("_INBOX_matching.abc", False),
        ("_INBOX_portal", False),
        ("_INBOX_portal.", False),
        ("_INBOX_portal.>", False),
        ("_INBOX_portal.a b", False),
        ("_INBOX_portal.a\r\nPUB x 0", False),
        ("_INBOX_portal..a", False),
        ("", False),
    ],
)
def test_only_a_plain_subject_in_a_senders_inbox_is_answered(address, known):
    assert is_inbox_of(COMMAND_SENDERS, address) is known


async def connect_as(district, service):
    url = district.url
    return await asyncpg.connect(
        host=url.host,
        port=url.port,
        user=role_of(service),
        password=(district.servers.secrets / f"{service}.password").read_text().strip(),
        database=url.database,
    )


DENIED = asyncpg.exceptions.InsufficientPrivilegeError


@pytest.mark.parametrize("service", list(Service))
async def test_a_role_reaches_its_own_schema_and_nothing_else(district, service):
    other = Service.MATCHING if service is Service.PROFILES else Service.PROFILES
    await make_tables(district, service, other)
    connection = await connect_as(district, service)
    try:
        await connection.execute(
            f"INSERT INTO {service}.effects_of_tests (about) VALUES ('mine')"  # noqa: S608
        )
        for statement in forbidden_statements(service, other):
            with pytest.raises(DENIED):
                await connection.execute(statement)
    finally:
        await connection.close()


def forbidden_statements(service, other):
    theirs = f"{other}.outbox"
    return (
        f"SELECT * FROM {theirs}",  # noqa: S608
        f"INSERT INTO {theirs} (event_id) VALUES (gen_random_uuid())",  # noqa: S608
        f"UPDATE {theirs} SET subject = ''",  # noqa: S608
        f"DELETE FROM {theirs}",  # noqa: S608
        f"TRUNCATE {service}.outbox",
        f"CREATE TABLE {service}.mine (id int)",
        f"CREATE TABLE {other}.mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        f"ALTER TABLE {service}.outbox ADD COLUMN mine int",
        f"DROP TABLE {service}.outbox",
        f"DROP SCHEMA {service} CASCADE",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        f"ALTER ROLE {role_of(other)} PASSWORD 'x'",
        f"GRANT {role_of(other)} TO {role_of(service)}",
        f"SET ROLE {role_of(other)}",
        "SELECT * FROM pg_authid",
        "SELECT * FROM pg_shadow",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "CREATE EXTENSION dblink",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER SYSTEM SET work_mem = '1GB'",
    )


async def test_a_role_does_not_see_what_others_are_asking(district):
    await make_tables(district, Service.PROFILES)
    profiles, matching = [await connect_as(district, name) for name in ("profiles", "matching")]
    try:
        await profiles.execute("SELECT 'Frau Muster'")
        seen = await matching.fetch("SELECT query FROM pg_stat_activity")
        assert not any("Muster" in row["query"] for row in seen)
    finally:
        await asyncio.gather(profiles.close(), matching.close())
