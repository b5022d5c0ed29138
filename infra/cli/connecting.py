"""How a command finds the servers: a running embedded environment, else the settings."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from nats.errors import Error as NatsError

from infra.local.addresses import addresses_of
from infra.settings import read_settings
from shared.contracts.messages import CLI
from shared.kernel.errors import Refusal
from shared.messaging.asking import Asker
from shared.messaging.connection import Connection
from shared.service.settings import ServiceSettings

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)

DATA_VARIABLE = "BRUECKE_DATA"
DATA = ".bruecke"
CONNECT_WITHIN_S = 6.0


class NotRunning(Refusal):
    """Neither an embedded environment nor configured servers answer."""

    code: ClassVar[str] = "cli.not_running"


def found_settings(kind: type[SettingsT]) -> SettingsT:
    """Settings of the environment; those of a running `up` where nothing else is configured.

    Raises:
        SettingsUnusable: a variable cannot be used.

    """
    data = Path(os.environ.get(DATA_VARIABLE, DATA))
    running = _running(data)
    if running is not None and DATA_VARIABLE not in os.environ:
        configured = read_settings(kind)
        if "nats_url" in configured.model_fields_set:
            return configured
    return read_settings(kind, **(running or {}))


def _running(data: Path) -> dict[str, Any] | None:
    """The settings that fit an `up` on this data folder."""
    found = addresses_of(data)
    return found and {
        "nats_url": found["nats"],
        "database_url": found["database"],
        "secrets": data.resolve() / "secrets",
        "public_url": found["portal"],
        "admin_url": found["admin"],
        "smtp_url": found["smtp"],
    }


def secret(settings: ServiceSettings, name: str) -> str:
    """What a file of the secrets holds.

    Raises:
        NotRunning: it is not there.

    """
    try:
        return (settings.secrets / name).read_text().strip()
    except FileNotFoundError:
        raise NotRunning(
            f"Brücke does not run here (no {name} in {settings.secrets}). Start it with `bruecke "
            f"up`, or set {DATA_VARIABLE}; on a server set BRUECKE_SECRETS, or run `bruecke "
            "provision --secrets`."
        ) from None


@asynccontextmanager
async def connected(settings: ServiceSettings) -> AsyncIterator[Connection]:
    """A connection in the name of the command line.

    Raises:
        NotRunning: nobody answers there.

    """
    secret(settings, f"{CLI}.nkey")
    connection = Connection(CLI, settings.nats_url, settings.secrets)
    try:
        await connection.open_within(CONNECT_WITHIN_S)
    except (TimeoutError, NatsError, OSError) as error:
        raise NotRunning(
            f"The NATS server at {settings.nats_url} does not answer, or not to this key. Is "
            "`bruecke up` running?"
        ) from error
    try:
        yield connection
    finally:
        await connection.close(deadline_s=3)


@asynccontextmanager
async def asker() -> AsyncIterator[Asker]:
    """Ask in the name of the command line. Raises NotRunning."""
    async with connected(found_settings(ServiceSettings)) as connection:
        yield Asker(connection)
