"""The canary: no identifier of the story's people leaves its home, and erasing leaves nothing."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import asyncpg
import httpx
import nats
import pytest

from shared.contracts.messages import Service
from shared.contracts.profiles import EraseVolunteer
from shared.messaging.asking import Asker, Replied
from shared.messaging.connection import Connection
from shared.messaging.topology import PROVISION
from tests.e2e import story
from tests.e2e.environment import LINK, Environment, running, text_of

pytestmark = pytest.mark.e2e

HOMES = {"profiles", "network", "admin"}
STREAMS = ("EVENTS", "COMMANDS", "DEAD_LETTERS", "ADVISORIES")


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def people_words() -> set[str]:
    """Addresses, telephone numbers and full names of the story."""
    words = {story.ORGANISATION, story.CONTACT_NAME, story.CONTACT_PHONE}
    words |= {digits(story.CONTACT_PHONE)[2:]}
    for number, (first, last, address) in enumerate(story.VOLUNTEERS):
        words |= {address, f"{first} {last}", last, f"344790000{number}"}
    return words


async def tokens(env: Environment) -> set[str]:
    """The secret part of every link that was mailed."""
    found: set[str] = set()
    for entry in await env.mails():
        for link in LINK.findall(text_of(await env.read(entry["id"]))):
            found |= {part for part in link.split("/") if part.count(".") == 2}
    return found


async def stream_texts(env: Environment) -> Iterable[tuple[str, str]]:
    client = await nats.connect(
        env.addresses["nats"], nkeys_seed=str(env.data / "secrets" / f"{PROVISION}.nkey")
    )
    texts: list[tuple[str, str]] = []
    try:
        jetstream = client.jetstream()
        for stream in STREAMS:
            state = (await jetstream.stream_info(stream)).state
            for sequence in range(max(state.first_seq, 1), state.last_seq + 1):
                try:
                    message = await jetstream.get_msg(stream, sequence)
                except nats.js.errors.NotFoundError:
                    continue
                text = f"{message.subject} {message.headers} {(message.data or b'').decode()}"
                texts.append((f"stream {stream}", text))
    finally:
        await client.close()
    return texts


async def database_texts(env: Environment, schemas: Iterable[str]) -> list[tuple[str, str]]:
    password = (env.data / "secrets" / f"{PROVISION}.password").read_text().strip()
    address = env.addresses["database"].removeprefix("postgresql://")
    connection = await asyncpg.connect(f"postgresql://bruecke_provision:{password}@{address}")
    texts: list[tuple[str, str]] = []
    try:
        for schema in schemas:
            tables = await connection.fetch(
                "SELECT tablename FROM pg_tables WHERE schemaname = $1", schema
            )
            for (table,) in tables:
                statement = f'SELECT t::text FROM {schema}."{table}" t'  # noqa: S608  our names
                rows = await connection.fetch(statement)
                texts += [(f"table {schema}.{table}", row[0]) for row in rows]
    finally:
        await connection.close()
    return texts


def log_texts(env: Environment) -> Iterator[tuple[str, str]]:
    for path in sorted((env.data / "logs").iterdir()):
        yield f"log {path.name}", path.read_text(errors="replace")


async def metric_texts(env: Environment) -> list[tuple[str, str]]:
    texts = []
    for name, port in env.addresses["metrics"].items():
        response = await env.client.get(f"http://127.0.0.1:{port}/metrics/")
        assert response.status_code == httpx.codes.OK
        texts.append((f"metrics {name}", response.text))
    return texts


def assert_none_in(words: Iterable[str], texts: Iterable[tuple[str, str]]) -> None:
    wanted = [word for word in words if word]
    leaks = sorted(
        {f"{where}: {word}" for where, text in texts for word in wanted if word in text}
    )
    assert not leaks, leaks


async def elsewhere(env: Environment) -> list[tuple[str, str]]:
    """Everything that is written anywhere but in the homes of identifiers and the mailbox."""
    schemas = sorted({service.value for service in Service} - HOMES)
    return [
        *await stream_texts(env),
        *await database_texts(env, schemas),
        *log_texts(env),
        *await metric_texts(env),
    ]


async def test_no_identifier_and_no_token_leaves_its_home(tmp_path: Path) -> None:
    async with running(tmp_path / "data", BRUECKE_QUIET_HOURS="off") as env:
        await story.tell(env, tmp_path / "files")
        assert_none_in(people_words() | await tokens(env), await elsewhere(env))


async def volunteer_ids(env: Environment) -> dict[str, str]:
    rows = await database_texts(env, ["profiles"])
    found = {}
    for _, _, address in story.VOLUNTEERS:
        row = next(text for where, text in rows if "volunteers" in where and address in text)
        found[address] = row.strip("(").split(",")[0]
    return found


async def test_an_erased_volunteer_is_nowhere_but_in_the_mailbox(tmp_path: Path) -> None:
    async with running(tmp_path / "data", BRUECKE_QUIET_HOURS="off") as env:
        await story.tell(env, tmp_path / "files")
        ids = await volunteer_ids(env)
        first, last, address = story.VOLUNTEERS[0]
        volunteer_id = ids[address]
        connection = Connection("cli", env.addresses["nats"], env.data / "secrets")
        await connection.open()
        try:
            outcome = await Asker(connection).send(
                EraseVolunteer(command_key=f"erase:{volunteer_id}", volunteer_id=volunteer_id)
            )
        finally:
            await connection.close(deadline_s=3)
        assert isinstance(outcome, Replied)
        schemas = [service.value for service in Service]

        async def left() -> list[str]:
            texts = await database_texts(env, schemas)
            return sorted({where for where, text in texts if volunteer_id in text})

        async def gone() -> bool:
            return not await left()

        try:
            await env.until(gone)
        except TimeoutError:
            raise AssertionError(f"the id is left in {await left()}") from None
        words = {address, last, f"{first} {last}", "3447900000"}
        assert_none_in(words, await database_texts(env, schemas))
        assert_none_in(words, log_texts(env))
