"""`bruecke provision`: secrets before the servers start, everything else against running ones."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from pydantic import Field, SecretStr
from rich.console import Console
from sqlalchemy.engine import make_url

from infra.provision import provision
from shared.messaging.secrets import make_secrets, server_config
from shared.messaging.topology import PROVISION
from shared.service.settings import ServiceSettings

console = Console()


class ProvisionSettings(ServiceSettings):
    """What the provisioner reads besides."""

    provision_database_url: SecretStr | None = Field(
        default=None,
        description="Database address with a user who may make roles; password may be left out "
        "when it lies in `provision.password` of the secrets.",
    )
    nats_port: int = Field(default=4222, description="Port in the NATS server's configuration.")
    nats_host: str = Field(default="0.0.0.0", description="Address that NATS listens on.")  # noqa: S104
    nats_store: str = Field(default="/data/jetstream", description="JetStream's folder.")


def provision_command(
    *,
    secrets: Annotated[
        bool, typer.Option("--secrets", help="Only make missing keys, passwords, user list.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell the difference; exit 1 if there is one.")
    ] = False,
) -> None:
    """Bring servers to what the code expects; prints the difference."""
    settings = ProvisionSettings()
    if secrets:
        _make_secrets(settings)
        return
    url = make_url(
        settings.provision_database_url.get_secret_value()
        if settings.provision_database_url
        else settings.database_url
    )
    if url.username is None:
        url = url.set(username="bruecke_provision")
    if url.password is None:
        url = url.set(password=(settings.secrets / f"{PROVISION}.password").read_text().strip())
    changes = asyncio.run(provision(settings.nats_url, url, settings.secrets, apply=not check))
    for change in changes:
        console.print(change, highlight=False)
    if not changes:
        console.print("Nothing to do.")
    elif check:
        raise typer.Exit(1)


def _make_secrets(settings: ProvisionSettings) -> None:
    made = make_secrets(settings.secrets)
    config = settings.secrets / "nats.conf"
    config.write_text(
        server_config(
            settings.secrets,
            port=settings.nats_port,
            host=settings.nats_host,
            store=Path(settings.nats_store),
        )
    )
    console.print(f"{len(made)} secret(s) made; user list in {config}", highlight=False)
