"""What is left after a supervisor was killed: nothing, and the next start sees to it."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from infra.local.survivors import end_survivors, remember
from tests.integration.local_scenes import (
    ENDLESS,
    remove_cluster,
    runs,
    until,
    visit_postgres,
)
from tests.ports import free_port

pytestmark = pytest.mark.integration
REPOSITORY = Path(__file__).resolve().parents[2]


def supervisor_process(*scene: object) -> tuple[subprocess.Popen[str], dict[str, int]]:
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.local_scenes", *map(str, scene)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert supervisor.stdout is not None
    return supervisor, json.loads(supervisor.stdout.readline())


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells children on Linux only")
async def test_a_killed_supervisor_leaves_nothing_running(tmp_path):
    supervisor, pids = await asyncio.to_thread(supervisor_process, "supervise", tmp_path)
    with supervisor:
        assert all(runs(pid) for pid in pids.values())
        supervisor.kill()
        await until(lambda: not any(runs(pid) for pid in pids.values()), within_s=2)
    assert set(pids) == {"first", "second"}


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells children on Linux only")
async def test_after_a_kill_all_servers_are_gone_and_the_next_start_has_the_data(tmp_path):
    data, port = tmp_path / "data", free_port()
    supervisor, pids = await asyncio.to_thread(supervisor_process, "serve", data, port)
    with supervisor:
        started = {pid for pid in pids.values() if runs(pid)}
        started |= {p.pid for pid in pids.values() for p in psutil.Process(pid).children()}
        supervisor.kill()
        await until(lambda: not any(runs(pid) for pid in started), within_s=5)
    assert set(pids) == {"postgres", "nats", "mailbox"}
    assert len(started) > 6  # PostgreSQL's own processes among them

    assert await visit_postgres(data, port) == 2
    remove_cluster(data)


async def test_the_next_start_ends_what_survived_even_that(tmp_path):
    survivor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ENDLESS, start_new_session=True
    )
    remember(tmp_path / "service.pid", survivor.pid, signal.SIGTERM)

    ended = await asyncio.to_thread(end_survivors, tmp_path)

    assert ended == ["service"]
    assert await survivor.wait() == -signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


async def test_a_process_that_only_got_the_same_id_is_left_alone(tmp_path):
    stranger = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ENDLESS, start_new_session=True
    )
    remember(tmp_path / "service.pid", stranger.pid, signal.SIGTERM)
    note = json.loads((tmp_path / "service.pid").read_text())
    note["started"] -= 60
    (tmp_path / "service.pid").write_text(json.dumps(note))

    assert await asyncio.to_thread(end_survivors, tmp_path) == []

    assert runs(stranger.pid)
    stranger.kill()
    await stranger.wait()


def test_a_broken_pid_file_prevents_nothing(tmp_path):
    for number, text in enumerate(["", "{", "[]", '{"pid": 1}', '{"pid": "x", "started": 1}']):
        (tmp_path / f"{number}.pid").write_text(text)
    assert end_survivors(tmp_path) == []
