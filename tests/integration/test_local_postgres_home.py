"""Where the embedded PostgreSQL lives: started by root, by an ordinary user, moved, copied, lost."""

import asyncio
import contextlib
import json
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from infra.local.child import Change
from infra.local.postgres_home import (
    DatabaseGone,
    DatabaseOfAnother,
    copy_binaries,
    installed,
)
from tests.integration.local_scenes import (
    prepared,
    remove_cluster,
    supervised,
    visit_postgres,
)
from tests.ports import free_port

pytestmark = pytest.mark.integration
REPOSITORY = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="is about being started by root")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    for used in tmp_path.iterdir():
        remove_cluster(used)


@pytest.fixture
def ordinary_folder() -> Iterator[Path]:
    """A folder that the user `nobody` can reach and write to."""
    folder = Path(tempfile.mkdtemp(prefix="bruecke-test-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    yield folder
    shutil.rmtree(folder)


async def test_nobody_elses_folder_changes_its_owner_or_mode(data):
    def seen(path: Path) -> tuple[int, int, int]:
        about = path.stat()
        return about.st_mode, about.st_uid, about.st_gid

    data.mkdir()
    folders = {*data.parents, Path("/var/lib"), *Path(sys.prefix).parents, Path(sys.prefix)}
    before = {folder: seen(folder) for folder in folders}

    await visit_postgres(data, free_port())

    assert {folder: seen(folder) for folder in folders} == before


@as_root
async def test_started_by_root_the_server_runs_unprivileged_in_a_private_place(data):
    postgres = prepared(data)
    changes: list[Change] = []
    async with supervised(postgres, data, changes) as supervisor:
        await supervisor.start()
        assert changes[-1].pid is not None
        process = psutil.Process(changes[-1].pid)
        cluster = postgres.command().cwd.stat()

        assert process.uids().real == process.uids().effective == cluster.st_uid != 0
        assert process.gids().real == cluster.st_gid != 0
        assert stat.S_IMODE(cluster.st_mode) == 0o700


@as_root
def test_a_cluster_whose_data_folder_vanished_is_removed_and_no_other(data, tmp_path):
    kept = prepared(data).command().cwd
    gone = prepared(tmp_path / "gone").command().cwd
    shutil.rmtree(tmp_path / "gone")

    prepared(data)

    assert kept.exists()
    assert not gone.parent.exists()


@as_root
async def test_a_moved_data_folder_keeps_its_database(data, tmp_path):
    await visit_postgres(data, free_port())
    moved = tmp_path / "moved"
    data.rename(moved)

    assert await visit_postgres(moved, free_port()) == 2
    assert await visit_postgres(moved, free_port()) == 3


@as_root
def test_a_copied_data_folder_does_not_share_the_database(data, tmp_path):
    prepared(data)
    copy = tmp_path / "copy"
    shutil.copytree(data, copy)

    with pytest.raises(DatabaseOfAnother, match=str(data)):
        prepared(copy)


@as_root
def test_a_data_folder_whose_cluster_is_gone_does_not_start_empty(data):
    cluster = prepared(data).command().cwd
    shutil.rmtree(cluster.parent)

    with pytest.raises(DatabaseGone):
        prepared(data)


@as_root
def test_a_cluster_on_a_disk_that_is_not_mounted_now_is_kept(data, tmp_path):
    cluster = prepared(tmp_path / "away").command().cwd
    note = cluster.parent / "belongs_to"
    belongs_to = json.loads(note.read_text())
    note.write_text(json.dumps(belongs_to | {"disk": f"{tmp_path}/stick"}))
    shutil.rmtree(tmp_path / "away")

    prepared(data)

    assert cluster.exists()
    shutil.rmtree(cluster.parent)


def test_a_second_prepare_makes_no_second_cluster(data):
    first = prepared(data).command()
    made = (first.cwd / "PG_VERSION").stat().st_mtime_ns

    second = prepared(data).command()

    assert second.cwd == first.cwd
    assert (second.cwd / "PG_VERSION").stat().st_mtime_ns == made


def test_a_cluster_that_was_half_made_when_all_was_killed_is_made_again(data):
    cluster = prepared(data).command().cwd
    room = cluster.parent
    room.rename(room.with_name(room.name + ".new"))
    (data / "postgres" / "cluster_id").unlink(missing_ok=True)

    again = prepared(data).command().cwd

    assert (again / "PG_VERSION").exists()
    assert not room.with_name(room.name + ".new").exists()


async def test_data_folders_that_are_prepared_at_once_get_a_cluster_each(tmp_path, data):
    folders = [data, tmp_path / "second", tmp_path / "third"]
    made = await asyncio.gather(*(asyncio.to_thread(prepared, folder) for folder in folders))

    clusters = {postgres.command().cwd for postgres in made}
    assert len(clusters) == 3
    assert all((cluster / "PG_VERSION").exists() for cluster in clusters)


def test_a_copy_of_the_binaries_runs_and_is_readable_for_all_but_writable_for_none(tmp_path):
    (tmp_path / "copy.new" / "half").mkdir(
        parents=True
    )  # killed in the middle of an earlier one
    umask = os.umask(0o077)
    try:
        copy = copy_binaries(installed(), tmp_path / "copy")
    finally:
        os.umask(umask)

    version = [copy / "bin" / "initdb", "--version"]
    assert subprocess.run(version, check=True, capture_output=True).stdout.startswith(b"initdb")
    modes = {stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "copy").rglob("*")}
    assert modes == {0o755, 0o644}
    assert not (tmp_path / "copy" / "half").exists()

    made = (tmp_path / "copy").stat().st_ino
    copy_binaries(installed(), tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_ino == made


def test_an_ordinary_user_has_everything_in_the_data_folder(ordinary_folder):
    data = ordinary_folder / "data"

    for visit in (1, 2):
        said = run_as_ordinary_user(
            *("-m", "tests.integration.local_scenes", "visit", str(data), str(free_port()))
        )
        assert (said.stdout.strip(), said.stderr) == (str(visit), "")

    cluster = data / "postgres" / "cluster" / "data"
    assert (cluster / "PG_VERSION").exists()
    assert cluster.stat().st_uid == ordinary_folder.stat().st_uid
    assert stat.S_IMODE(cluster.stat().st_mode) == 0o700


def run_as_ordinary_user(*words: str) -> subprocess.CompletedProcess[str]:
    """Run Python with our packages as an ordinary user, skip where root hides every Python."""
    pythons = [
        sys.executable,
        shutil.which(f"python3.{sys.version_info.minor}", path=os.defpath),
    ]
    options: dict[str, Any] = {
        "cwd": REPOSITORY,
        "env": {
            "PYTHONPATH": os.pathsep.join([str(REPOSITORY), sysconfig.get_path("platlib")])
        },
        "capture_output": True,
        "text": True,
        "timeout": 60,
    }
    if os.geteuid() == 0:
        options |= {"user": "nobody", "group": "nogroup", "extra_groups": []}
    for python in filter(None, pythons):
        with contextlib.suppress(PermissionError):
            tried = subprocess.run([python, "-c", "import asyncpg"], check=False, **options)
            if tried.returncode == 0:
                return subprocess.run([python, *words], check=False, **options)
    pytest.skip("no Python with our packages that an ordinary user may run")
