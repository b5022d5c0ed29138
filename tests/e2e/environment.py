"""`bruecke up` as a user runs it, from outside: a process, its addresses, its mailbox, its data."""

import asyncio
import contextlib
import csv
import email
import email.policy
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil

from infra.local.postgres import SUPERUSER
from shared.kernel.clock import DomainClock, MachineClock
from shared.messaging.topology import PROVISION
from tests.waiting import until

BRUECKE = Path(sys.executable).with_name("bruecke")
READY_WITHIN_S = 120.0
LINK = re.compile(r"https?://[^\s<>]+/(?:a|u|me|help/confirm|organisation)/[\w./-]+")


@dataclass
class Environment:
    """One running `bruecke up` and what a person could do with it."""

    data: Path
    process: subprocess.Popen[bytes]
    addresses: dict[str, Any]
    client: httpx.AsyncClient
    token: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def url(self, path: str) -> str:
        return f"{self.addresses['portal']}{path}"

    async def command(self, *words: str, check: bool = True) -> str:
        """Run another `bruecke` command against this environment; its output."""
        process = await asyncio.create_subprocess_exec(
            str(BRUECKE),
            *words,
            env={**os.environ, "BRUECKE_DATA": str(self.data)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        if check:
            assert process.returncode == 0, output.decode()
        return output.decode()

    async def sql(self, statement: str) -> list[Any]:
        """Rows of a statement, run by the provisioning user."""
        connection = await asyncpg.connect(database_url(self.data, self.addresses))
        try:
            return list(await connection.fetch(statement))
        finally:
            await connection.close()

    async def mails(self, to: str | None = None) -> list[dict[str, Any]]:
        """What the mailbox has, newest last."""
        listed: list[dict[str, Any]] = (
            await self.client.get(f"{self.addresses['mail']}/api/messages")
        ).json()
        return [entry for entry in listed if to is None or entry["to"] == to]

    async def read(self, mail_id: int) -> EmailMessage:
        response = await self.client.get(f"{self.addresses['mail']}/api/messages/{mail_id}.eml")
        message = email.message_from_bytes(response.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message

    async def mail(self, to: str, has: Callable[[EmailMessage], bool]) -> EmailMessage:
        """Wait for a mail to somebody that `has` something."""

        async def find() -> EmailMessage | None:
            for entry in reversed(await self.mails(to)):
                message = await self.read(entry["id"])
                if has(message):
                    return message
            return None

        found = await self.until(find)
        assert isinstance(found, EmailMessage)
        return found

    async def api(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return await self.client.request(method, self.url(path), headers=headers, **more)

    async def until(self, condition: Callable[[], Any], within_s: float = 30.0) -> Any:
        """Wait until an async condition holds; fail at the deadline."""
        return await until(condition, within_s)


def database_url(data: Path, addresses: dict[str, Any]) -> str:
    """The database's address with the provisioning user and its password."""
    password = (data / "secrets" / f"{PROVISION}.password").read_text().strip()
    address = str(addresses["database"]).removeprefix("postgresql://")
    return f"postgresql://{SUPERUSER}:{password}@{address}"


def bruecke(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, away from any `.env` and `.bruecke` of this folder."""
    with tempfile.TemporaryDirectory() as empty:
        return subprocess.run(
            [str(BRUECKE), *words],
            env={**os.environ, **env},
            cwd=empty,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_of(message: EmailMessage, part: str = "/a/") -> str:
    """The first of our links in a mail that has `part` in its path."""
    return next(link for link in LINK.findall(text_of(message)) if part in link)


def write_csv(path: Path, rows: Iterable[dict[str, str]]) -> Path:
    entries = list(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(entries[0]))
        writer.writeheader()
        writer.writerows(entries)
    return path


@asynccontextmanager
async def running(
    data: Path,
    *options: str,
    domain_now: datetime | None = None,
    within_s: float = READY_WITHIN_S,
    **variables: str,
) -> AsyncIterator[Environment]:
    """Run `bruecke up` on `data` until the block ends; it must exit with 0 then, or before."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if domain_now is not None:
        real = MachineClock().now()
        clock = DomainClock(real, domain_now.astimezone(UTC), 1.0)
        (data / "clock.json").write_text(clock.to_json())
    ready = data.parent / f"{data.name}.ready.json"
    ready.unlink(missing_ok=True)
    process = start(data, ready, *options, **variables)
    try:
        async with httpx.AsyncClient(timeout=30) as client:
            addresses = await wait_until_ready(process, ready, within_s)
            env = Environment(data, process, addresses, client)
            yield env
        process = env.process  # a test may have ended ours and started another
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 60) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def start(data: Path, ready: Path, *options: str, **env: str) -> subprocess.Popen[bytes]:
    """Start `bruecke up` with free ports; its output goes beside the data."""
    with (data.parent / f"{data.name}.log").open("ab") as log:
        return subprocess.Popen(
            [
                *(str(BRUECKE), "up", "--data", str(data), "--ready-file", str(ready)),
                *("--port", "0", "--admin-port", "0", "--mail-port", "0"),
                *options,
            ],
            env={**os.environ, **env},
            stdout=log,
            stderr=log,
        )


async def wait_until_ready(
    process: subprocess.Popen[bytes], ready: Path, within_s: float = READY_WITHIN_S
) -> dict[str, Any]:
    def is_ready() -> bool:
        assert process.poll() is None, "bruecke up ended"
        return ready.exists()

    await until(is_ready, within_s)
    found: dict[str, Any] = json.loads(ready.read_text())
    return found


def processes_of(data: Path) -> list[psutil.Process]:
    """The children that were noted down, their children, and whoever names the folder."""
    found: set[psutil.Process] = set()
    for note in (data / "run").glob("*.pid"):
        with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError, ValueError):
            child = psutil.Process(json.loads(note.read_text())["pid"])
            found |= {child, *child.children(recursive=True)}
    for process in psutil.process_iter(["cmdline"]):
        if any(str(data) in word for word in process.info["cmdline"] or ()):
            found.add(process)
    return [process for process in found if runs(process)]


def runs(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
