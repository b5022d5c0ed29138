"""How a command finds the servers: a running embedded environment, else the settings."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

from infra.local.up import ADDRESS_FILE
from shared.contracts.messages import CLI
from shared.kernel.errors import Refusal
from shared.messaging.asking import Asker
from shared.messaging.connection import Connection
from shared.service.settings import ServiceSettings

CONNECT_WITHIN_S = 10.0


class NotRunning(Refusal):
    """Neither an embedded environment nor configured servers answer."""

    code: ClassVar[str] = "cli.not_running"


def found_settings() -> ServiceSettings:
    """Settings of the environment; those of a running `up` where nothing else is configured."""
    data = Path(os.environ.get("BRUECKE_DATA", ".bruecke"))
    addresses = data / ADDRESS_FILE
    if "BRUECKE_NATS_URL" in os.environ or not addresses.exists():
        return ServiceSettings()
    found = json.loads(addresses.read_text())
    return ServiceSettings(
        nats_url=found["nats"],
        database_url=found["database"],
        secrets=data.resolve() / "secrets",
        public_url=found["portal"],
        admin_url=found["admin"],
    )


@asynccontextmanager
async def asker() -> AsyncIterator[Asker]:
    """Ask in the name of the command line.

    Raises:
        NotRunning: nobody answers there.

    """
    settings = found_settings()
    if not (settings.secrets / f"{CLI}.nkey").exists():
        raise NotRunning(
            "Brücke does not run here. Start it with `bruecke up`, or set BRUECKE_DATA or "
            "BRUECKE_NATS_URL and BRUECKE_SECRETS."
        )
    connection = Connection(CLI, settings.nats_url, settings.secrets)
    try:
        await connection.open_within(CONNECT_WITHIN_S)
    except TimeoutError as error:
        raise NotRunning(
            f"No NATS server answers at {settings.nats_url}. Is `bruecke up` running?"
        ) from error
    try:
        yield Asker(connection)
    finally:
        await connection.close(deadline_s=3)
