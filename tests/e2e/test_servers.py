"""On servers of one's own, step by step as an operator does it: secrets, servers, provision, run."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path
from time import monotonic

import httpx
import pytest

from infra.dev.throwaway import run_command, stop, throwaway_postgres, wait_until_ready
from infra.local import nats as nats_server
from tests.e2e.environment import BRUECKE, bruecke
from tests.ports import free_port

pytestmark = pytest.mark.e2e

READY_WITHIN_S = 90.0


def test_secrets_then_provision_then_run_all(tmp_path: Path) -> None:
    ports = {name: str(free_port()) for name in ("nats", "portal", "admin", "metrics", "mail")}
    folder = tmp_path / "secrets"
    env = {
        "BRUECKE_SECRETS": str(folder),
        "BRUECKE_NATS_PORT": ports["nats"],
        "BRUECKE_NATS_HOST": "127.0.0.1",
        "BRUECKE_NATS_STORE": str(tmp_path / "jetstream"),
        "BRUECKE_NATS_URL": f"nats://127.0.0.1:{ports['nats']}",
        "BRUECKE_PORTAL_PORT": ports["portal"],
        "BRUECKE_ADMIN_PORT": ports["admin"],
        "BRUECKE_METRICS_PORT": ports["metrics"],
        "BRUECKE_SMTP_URL": f"smtp://127.0.0.1:{ports['mail']}",
    }
    assert bruecke("provision", "--secrets", **env).returncode == 0

    password = (folder / "provision.password").read_text().strip()
    server = run_command(nats_server.command(folder / "nats.conf"), tmp_path / "nats.log")
    try:
        wait_until_ready(lambda: nats_server.ready(int(ports["nats"])), server)
        with throwaway_postgres(tmp_path / "pg", password, free_port()) as database:
            address = f"postgresql://{database.host}:{database.port}/bruecke"
            env["BRUECKE_DATABASE_URL"] = address
            provision_and_run(env)
    finally:
        stop(server, signal.SIGTERM)


def provision_and_run(env: dict[str, str]) -> None:
    before = bruecke("provision", "--check", **env)
    assert before.returncode == 1
    assert "add database bruecke" in before.stdout
    assert "add stream EVENTS" in before.stdout
    too_early = bruecke("run", "reporting", **env)
    assert too_early.returncode == 1
    assert "run `bruecke provision`" in too_early.stderr.splitlines()[-1]
    assert bruecke("provision", **env).returncode == 0
    after = bruecke("provision", "--check", **env)
    assert (after.returncode, after.stdout.strip()) == (0, "Nothing to do.")

    services = subprocess.Popen([BRUECKE, "run", "all"], env={**os.environ, **env})
    try:
        wait_for_readyz(services, f"http://127.0.0.1:{env['BRUECKE_METRICS_PORT']}/readyz")
        portal = f"http://127.0.0.1:{env['BRUECKE_PORTAL_PORT']}"
        assert httpx.get(f"{portal}/readyz").status_code == 200
        added = bruecke("account", "add", "a@office.example", "--role", "coordinator", **env)
        assert added.returncode == 0
        doctor = bruecke("doctor", **env)
        assert doctor.returncode == 2, "nobody listens where mails should go"
        assert doctor.stdout.count(" ok ") == 6, doctor.stdout
    finally:
        services.terminate()
    assert services.wait(40) == 0


def wait_for_readyz(services: subprocess.Popen[bytes], url: str) -> None:
    async def poll() -> None:
        deadline = monotonic() + READY_WITHIN_S
        async with httpx.AsyncClient() as client:
            while True:
                assert services.poll() is None
                assert monotonic() < deadline
                try:
                    if (await client.get(url)).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)

    asyncio.run(poll())
