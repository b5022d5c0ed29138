"""How a command finds the servers: a running embedded environment, else the settings."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from nats.errors import Error as NatsError
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from infra.local.addresses import addresses_of
from infra.settings import SettingsUnusable, read_settings
from shared.contracts.messages import CLI
from shared.kernel.errors import Refusal
from shared.messaging.asking import Asker
from shared.messaging.connection import Connection
from shared.messaging.topology import PROVISION
from shared.service.settings import ServiceSettings

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)

DATA_VARIABLE = "BRUECKE_DATA"
DATA = ".bruecke"
CONNECT_WITHIN_S = 6.0
PROVISIONER = "bruecke_provision"


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


def provisioning_url(settings: ServiceSettings, address: str) -> URL:
    """A database address with the provisioning user, and its password from the secrets.

    Raises:
        SettingsUnusable: the address is none.
        NotRunning: there are no secrets.

    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise SettingsUnusable(
            "BRUECKE_DATABASE_URL or BRUECKE_PROVISION_DATABASE_URL: write "
            "postgresql://host:port/database."
        ) from None
    if url.username is None:
        url = url.set(username=PROVISIONER)
    if url.password is None:
        url = url.set(password=secret(settings, f"{PROVISION}.password"))
    return url


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
