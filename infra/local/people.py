"""Who is there when the embedded environment is ready: a coordinator, and a demo's people."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from infra.local.child import Child
from infra.local.command import Command
from shared.contracts.admin import AddAccount, MakeSignInLink
from shared.contracts.messages import CLI
from shared.kernel.fields import Via
from shared.kernel.ids import new_id
from shared.messaging.asking import Asker
from shared.messaging.connection import Connection

COORDINATOR = "koordination@bruecke-altenburg.example"
CROWD = "volunteers"
ANSWERED_FILE = "demo.answered"

Told = Callable[[int, int], None]


@asynccontextmanager
async def as_operator(nats_url: str, secrets: Path) -> AsyncIterator[Asker]:
    """Ask in the name of the command line."""
    connection = Connection(CLI, nats_url, secrets)
    await connection.open()
    try:
        yield Asker(connection)
    finally:
        await connection.close(deadline_s=3)


async def coordinator_link(ask: Asker) -> str:
    """A sign-in link of the first coordinator, whose account is made if it is missing."""
    account = AddAccount(
        command_key=f"up:{COORDINATOR}", via=Via.SYSTEM, email=COORDINATOR, role="coordinator"
    )
    await ask.ask(account)
    link = MakeSignInLink(command_key=f"up:{new_id()}", via=Via.SYSTEM, email=COORDINATOR)
    return (await ask.ask(link)).sign_in_url


def crowd_child(mail_url: str, speed: float, env: dict[str, str], data: Path) -> Child:
    """The demo's volunteers who answer by themselves."""

    async def ready() -> bool:
        return True

    return Child(
        name=CROWD,
        command=Command(
            argv=(
                *(sys.executable, "-P", "-m", "infra.demo.answering"),
                *("--mail", mail_url, "--speed", str(speed)),
                *("--answered", str(data / ANSWERED_FILE)),
            ),
            env=env,
            cwd=data,
        ),
        ready=ready,
        log=data / "logs" / f"{CROWD}.log",
        needs=("mailbox",),
    )
