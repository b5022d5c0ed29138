"""`kill -9` of every process in the middle of the main job: it still ends right, once."""

import json
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio

from infra.provision import provisioning_jetstream
from shared.contracts.messages import Service
from tests.e2e import story
from tests.e2e.environment import Environment, running, text_of
from tests.redelivery import comes_again, held_by

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

SERVICES = [service.value for service in Service]
VICTIMS = [*SERVICES, "nats", "postgres"]


def pid_of(env: Environment, name: str) -> int:
    """The process that runs under this name. Raises FileNotFoundError between two of them."""
    return int(json.loads((env.data / "run" / f"{name}.pid").read_text())["pid"])


async def kill(env: Environment, name: str, number: signal.Signals = signal.SIGKILL) -> int:
    """Send a signal to a process, waiting for it if it is just being started again; who it was."""

    async def sent() -> int | None:
        try:
            pid = pid_of(env, name)
            os.kill(pid, number)
        except (FileNotFoundError, ProcessLookupError):
            return None
        return pid

    return int(await env.until(sent))


async def what_it_held_comes_again(env: Environment, name: str, killed: int) -> None:
    """Once the process runs again, the broker gives it what the killed one did not acknowledge."""

    async def is_another() -> bool:
        try:
            return pid_of(env, name) != killed
        except FileNotFoundError:
            return False

    secrets = env.data / "secrets"
    async with provisioning_jetstream(env.addresses["nats"], secrets) as jetstream:
        if await held_by(jetstream, name):
            await env.until(is_another)
            await comes_again(jetstream, name)


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
    killed = await kill(env, victim)
    if victim in SERVICES:
        await what_it_held_comes_again(env, victim, killed)

    async def filled() -> bool:
        try:
            response = await env.api("GET", f"/api/v1/requests/{request_id}")
        except httpx.HTTPError:
            return False
        return response.status_code == 200 and response.json()["accepted"] == 1

    await env.until(filled, within_s=60)
    receipts = await story.mails_of(env, offer.address, request_id, story.CONTACT_PHONE)
    assert len({mail["Message-ID"] for mail in receipts}) == 1, [text_of(m) for m in receipts]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def env(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Environment]:
    """Every service as a process of its own, and four people who may be asked often."""
    folder = tmp_path_factory.mktemp("processes")
    async with running(folder / "data", "--processes", BRUECKE_QUIET_HOURS="off") as started:
        await story.import_people(started, folder / "files", asks_per_week=14)
        yield started


async def test_the_job_ends_right_whichever_process_is_killed(env: Environment) -> None:
    for day, victim in enumerate(VICTIMS):
        await one_job(env, victim, day)


async def test_a_frozen_nats_server_loses_nothing_and_promises_nothing(
    env: Environment,
) -> None:
    key = {"Idempotency-Key": "frozen-1"}
    body = story.a_request(story.moment_of(env.addresses) + timedelta(days=len(VICTIMS)))
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
