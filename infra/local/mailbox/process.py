"""The mailbox as a child of the supervisor."""

import os
import sys
from pathlib import Path

from infra.local.child import Child
from infra.local.command import Command
from infra.local.probes import answers_http


def child(smtp_port: int, http_port: int, data: Path, log: Path) -> Child:
    """Describe the mailbox to the supervisor; ready once it takes mail and shows it."""
    options = {"--smtp-port": smtp_port, "--http-port": http_port, "--data": data.resolve()}
    words = (str(word) for option in options.items() for word in option)

    async def is_ready() -> bool:
        return await answers_http(http_port)

    return Child(
        name="mailbox",
        command=Command(
            argv=(sys.executable, "-m", "infra.local.mailbox", *words),
            env=dict(os.environ),
            cwd=Path.cwd(),
        ),
        ready=is_ready,
        log=log,
    )
