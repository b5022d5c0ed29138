"""The main job from outside: import, post, offers, answers, receipt, waiting list, moving up."""

from datetime import datetime
from pathlib import Path

import pytest

from shared.kernel.slots import TIMEZONE
from tests.e2e import story
from tests.e2e.environment import running

pytestmark = pytest.mark.e2e


async def test_the_main_job_runs_from_import_to_moving_up(tmp_path: Path) -> None:
    async with running(tmp_path / "data", BRUECKE_QUIET_HOURS="off") as env:
        await story.tell(env, tmp_path / "files")


async def test_the_main_job_runs_with_the_default_quiet_hours_on_a_weekday(
    tmp_path: Path,
) -> None:
    tuesday = datetime(2026, 12, 1, 9, 30, tzinfo=TIMEZONE)
    async with running(tmp_path / "data", domain_now=tuesday) as env:
        await story.tell(env, tmp_path / "files")
