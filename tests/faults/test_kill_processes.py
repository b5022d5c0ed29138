"""`kill -9` of every process in the middle of the main job: it still ends right, once."""

import json
import os
import signal
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from shared.contracts.messages import Service
from tests.e2e import story
from tests.e2e.environment import Environment, running, text_of

pytestmark = pytest.mark.e2e

VICTIMS = [*(service.value for service in Service), "nats", "postgres"]


async def kill(env: Environment, name: str, number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to a process, waiting for it if it is just being started again."""

    async def sent() -> bool:
        try:
            note = json.loads((env.data / "run" / f"{name}.pid").read_text())
            os.kill(int(note["pid"]), number)
        except (FileNotFoundError, ProcessLookupError):
            return False
        return True

    await env.until(sent)


async def answer_until_taken(env: Environment, link: str) -> None:
    """Press the button again until it is answered or received, as a patient person would."""

    async def pressed() -> bool:
        try:
            response = await env.client.post(link, data={"choice": "yes"})
        except httpx.HTTPError:
            return False
        return response.status_code in {200, 202, 303}

    await env.until(pressed, within_s=60)


async def one_job(env: Environment, victim: str, day: int) -> None:
    """Post, kill, wait for offers, kill, answer, kill, and look at what came of it."""
    key = {"Idempotency-Key": f"job-{victim}-{day}"}
    body = story.a_request(story.moment_of(env.addresses) + timedelta(days=day))

    async def posted() -> str | None:
        try:
            response = await env.api("POST", "/api/v1/requests", json=body, headers=key)
        except httpx.HTTPError:
            return None
        if response.status_code in {201, 202}:
            return str(response.json()["request_id"])
        assert response.status_code == 503, response.text
        return None

    await kill(env, victim)
    request_id = await env.until(posted, within_s=60)
    assert await env.until(posted, within_s=60) == request_id, "the same key, the same request"
    offer = (await story.offers_of(env, request_id, 1))[0]
    await kill(env, victim)
    await answer_until_taken(env, offer.link)
    await kill(env, victim)

    async def filled() -> bool:
        try:
            response = await env.api("GET", f"/api/v1/requests/{request_id}")
        except httpx.HTTPError:
            return False
        return response.status_code == 200 and response.json()["accepted"] == 1

    await env.until(filled, within_s=60)
    receipts = await story.mails_of(env, offer.address, request_id, story.CONTACT_PHONE)
    assert len({mail["Message-ID"] for mail in receipts}) == 1, [text_of(m) for m in receipts]


async def test_the_job_ends_right_whichever_process_is_killed(tmp_path: Path) -> None:
    async with running(tmp_path / "data", "--processes", BRUECKE_QUIET_HOURS="off") as env:
        await story.import_people(env, tmp_path / "files", asks_per_week=14)
        for day, victim in enumerate(VICTIMS):
            await one_job(env, victim, day)


async def test_a_frozen_nats_server_loses_nothing_and_promises_nothing(tmp_path: Path) -> None:
    async with running(tmp_path / "data", "--processes", BRUECKE_QUIET_HOURS="off") as env:
        await story.import_people(env, tmp_path / "files")
        key = {"Idempotency-Key": "frozen-1"}
        body = story.a_request(story.moment_of(env.addresses))
        await kill(env, "nats", signal.SIGSTOP)
        try:
            response = await env.api("POST", "/api/v1/requests", json=body, headers=key)
            assert response.status_code == 503, response.text
        finally:
            await kill(env, "nats", signal.SIGCONT)

        async def posted() -> str | None:
            again = await env.api("POST", "/api/v1/requests", json=body, headers=key)
            if again.status_code in {201, 202}:
                return str(again.json()["request_id"])
            assert again.status_code in {401, 503}, again.text
            return None

        request_id = await env.until(posted, within_s=60)
        offer = (await story.offers_of(env, request_id, 1))[0]
        await answer_until_taken(env, offer.link)
        await story.status_is(env, request_id, {"accepted": 1})
