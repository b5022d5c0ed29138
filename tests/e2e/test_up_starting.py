"""`bruecke up` that cannot start, is stopped while it starts, or is an ordinary user's."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.e2e.environment import bruecke, processes_of, start

pytestmark = pytest.mark.e2e

REPOSITORY = Path(__file__).resolve().parents[2]
READY_AT_LAST_S = 90.0


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def refused(tmp_path: Path, *options: str, **env: str) -> str:
    """What `up` says when it does not even start; nothing is left running, nothing is ready."""
    data = tmp_path / "data"
    others = [
        word
        for port in ("--port", "--admin-port", "--mail-port")
        if port not in options
        for word in (port, "0")
    ]
    outcome = bruecke("up", "--data", str(data), *others, *options, **env)
    assert outcome.returncode == 1, outcome.stdout
    assert "Traceback" not in outcome.stderr
    lines = outcome.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert processes_of(data) == []
    assert not (data / "up.json").exists()
    return lines[0]


def test_a_taken_port_is_named(tmp_path: Path, taken_port: int) -> None:
    assert f"Port {taken_port} " in refused(tmp_path, "--admin-port", str(taken_port))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--port", "45999", "--mail-port", "45999"), "Port 45999 is given twice"),
        (("--speed", "0"), "speed"),
        (("--ready-file", "/nowhere/ready.json"), "/nowhere"),
        (("--smtp", "mail.example:25"), "smtp://"),
    ],
)
def test_an_option_that_cannot_be_is_named(
    tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    assert says in refused(tmp_path, *options)


def test_a_setting_that_cannot_be_is_named_without_its_value(tmp_path: Path) -> None:
    said = refused(tmp_path, BRUECKE_METRICS_PORT="geheim")

    assert "BRUECKE_METRICS_PORT" in said
    assert "geheim" not in said


def test_a_stop_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    data, ready = tmp_path / "data", tmp_path / "ready.json"
    process = start(data, ready)
    deadline = monotonic() + READY_AT_LAST_S
    while not list((data / "run").glob("*.pid")) and monotonic() < deadline:
        assert process.poll() is None
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    process.send_signal(signal.SIGTERM)

    assert process.wait(60) == 0
    assert processes_of(data) == []
    assert not ready.exists()


@pytest.fixture
def ordinary_folder() -> Iterator[Path]:
    """A folder that the user `nobody` can reach and write to."""
    folder = Path(tempfile.mkdtemp(prefix="bruecke-test-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    yield folder
    shutil.rmtree(folder)


def test_an_ordinary_user_runs_it_with_everything_in_the_data_folder(
    ordinary_folder: Path,
) -> None:
    data, ready = ordinary_folder / "data", ordinary_folder / "ready.json"
    python, options = ordinary_python(ordinary_folder)
    with (ordinary_folder / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(python, "-m", "infra.cli.main", "up", "--data", str(data)),
                *("--port", "0", "--admin-port", "0", "--mail-port", "0"),
                *("--ready-file", str(ready)),
            ],
            stdout=log,
            stderr=log,
            **options,
        )
    try:
        deadline = monotonic() + READY_AT_LAST_S
        while not ready.exists():
            assert monotonic() < deadline
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(0.1)
                pytest.fail(f"ended with {code}: {(ordinary_folder / 'up.log').read_text()}")
        owner = ordinary_folder.stat().st_uid
        assert (data / "postgres" / "cluster" / "data").stat().st_uid == owner
        assert {path.stat().st_uid for path in data.rglob("*")} == {owner}
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()


def ordinary_python(folder: Path) -> tuple[str, dict[str, Any]]:
    """A Python with our packages for an ordinary user; skips where root hides every one."""
    paths = os.pathsep.join([str(REPOSITORY), sysconfig.get_path("platlib")])
    options: dict[str, Any] = {
        "cwd": folder,
        "env": {"PYTHONPATH": paths, "PATH": os.defpath, "HOME": str(folder)},
    }
    if os.geteuid() == 0:
        options |= {"user": "nobody", "group": "nogroup", "extra_groups": []}
    minor = shutil.which(f"python3.{sys.version_info.minor}", path=os.defpath)
    for python in filter(None, (sys.executable, minor)):
        with contextlib.suppress(PermissionError):
            tried = subprocess.run([python, "-c", "import asyncpg"], check=False, **options)
            if tried.returncode == 0:
                return python, options
    pytest.skip("no Python with our packages that an ordinary user may run")
