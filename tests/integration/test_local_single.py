"""One `up` for each data folder, across processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.single import AlreadyRunning, only_one

pytestmark = pytest.mark.integration
REPOSITORY = Path(__file__).resolve().parents[2]


def holder_of(data: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.local_scenes", "hold", str(data)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_holder_is_told_the_pid_of_the_first(tmp_path):
    with holder_of(tmp_path / "data") as holder:
        with (
            pytest.raises(AlreadyRunning, match=str(holder.pid)) as caught,
            only_one(tmp_path / "data"),
        ):
            pass
        holder.kill()
    assert caught.value.pid == holder.pid


def test_another_data_folder_is_free(tmp_path):
    with only_one(tmp_path / "one"), only_one(tmp_path / "two"):
        assert (tmp_path / "two").is_dir()


def test_the_folder_is_free_after_the_holder_was_killed(tmp_path):
    with holder_of(tmp_path) as holder:
        holder.kill()
        holder.wait()
        with only_one(tmp_path):
            assert int((tmp_path / "up.lock").read_text()) != holder.pid


def test_the_folder_is_free_after_the_holder_ended(tmp_path):
    with only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass


def test_the_lock_is_not_passed_on_to_children(tmp_path):
    with only_one(tmp_path):
        child = subprocess.Popen(["sleep", "60"], close_fds=False)
    with only_one(tmp_path):
        assert child.poll() is None
    child.kill()
    child.wait()
