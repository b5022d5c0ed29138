"""The NATS server from its wheel."""

import asyncio

import pytest

from infra.local import nats
from infra.local.supervisor import Supervisor
from tests.ports import free_port

pytestmark = pytest.mark.integration


async def test_the_installed_server_runs_with_a_configuration_and_stops(tmp_path):
    port = free_port()
    config = tmp_path / "nats.conf"
    store = tmp_path / "jetstream"
    config.write_text(
        f'host: "127.0.0.1"\nport: {port}\n'
        f'jetstream {{ store_dir: "{store}", sync_interval: always }}\n'
    )
    child = nats.child(config, port, tmp_path / "nats.log")

    assert not await nats.ready(port)
    async with Supervisor([child], tmp_path / "run", lambda _: None) as supervisor:
        await supervisor.start()
        assert await nats.ready(port)
    assert not await nats.ready(port)
    assert store.is_dir()


async def test_another_kind_of_server_is_not_taken_for_nats():
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail here\r\n")
        await writer.drain()
        writer.close()

    port = free_port()
    async with await asyncio.start_server(greet, "127.0.0.1", port):
        assert not await nats.ready(port)
