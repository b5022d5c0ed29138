"""`bruecke provision`: secrets before the servers start, everything else against running ones."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from pydantic import Field, SecretStr
from rich.console import Console

from infra.cli.connecting import found_settings
from infra.cli.databases import provisioning_url
from infra.local.durable import write_durably
from infra.provision import provision
from infra.settings import read_settings
from shared.messaging.secrets import make_secrets, server_config
from shared.service.settings import ServiceSettings

NATS_CONFIG = "nats.conf"

console = Console(highlight=False, soft_wrap=True)


class ProvisionSettings(ServiceSettings):
    """What the provisioner reads besides."""

    provision_database_url: SecretStr | None = Field(
        default=None,
        description="Database address with a user who may make roles; password may be left out "
        "when it lies in `provision.password` of the secrets.",
    )
    nats_port: int = Field(
        default=4222, ge=1, le=65535, description="Port in the NATS server's configuration."
    )
    nats_host: str = Field(default="0.0.0.0", description="Address that NATS listens on.")  # noqa: S104
    nats_store: Path = Field(
        default=Path("/data/jetstream"), description="JetStream's folder on the NATS server."
    )


def provision_command(
    *,
    secrets: Annotated[
        bool, typer.Option("--secrets", help="Only make missing keys, passwords, user list.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell the difference; exit 1 if there is one.")
    ] = False,
) -> None:
    """Bring servers to what the code expects. Prints the difference; changes nothing twice."""
    if secrets and check:
        raise typer.BadParameter("--secrets makes files and --check makes nothing; choose one")
    if secrets:
        _make_secrets(read_settings(ProvisionSettings))
        return
    settings = found_settings(ProvisionSettings)
    url = provisioning_url(settings, provisioning_address(settings))
    with console.status("Looking at database and NATS"):
        found = provision(settings.nats_url, url, settings.secrets, apply=not check)
        changes = asyncio.run(found)
    for change in changes:
        console.print(change, markup=False)
    if not changes:
        console.print("Nothing to do.")
    elif check:
        raise typer.Exit(1)


def provisioning_address(settings: ProvisionSettings) -> str:
    """The address for the provisioning user: its own setting, else where the services connect."""
    own = settings.provision_database_url
    return own.get_secret_value() if own else settings.database_url


def _make_secrets(settings: ProvisionSettings) -> None:
    made = make_secrets(settings.secrets)
    config = settings.secrets / NATS_CONFIG
    text = server_config(
        settings.secrets,
        port=settings.nats_port,
        host=settings.nats_host,
        store=settings.nats_store,
    )
    changed = not config.exists() or config.read_text() != text
    if changed:
        write_durably(config, text.encode())
    for name in (*made, *([NATS_CONFIG] if changed else ())):
        console.print(f"made {name}", markup=False)
    if not made and not changed:
        console.print("Nothing to do.")
